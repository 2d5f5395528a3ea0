"""The environment of our templates."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class PlainEnvironment(Environment):
    """Templates share the globals of the environment, instead of a view of them for each.

    Nobody gives a template globals of its own. Each page and each import of macros copies them, and
    a copy of such a view takes ten times as long.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals
