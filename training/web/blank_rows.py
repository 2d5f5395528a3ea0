"""The row that a form holds blank for its script to copy."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup
from wtforms import Form


def kept_blank_row(blank: Form, pattern: str) -> Markup:
    """Return a blank row of people, rendered once: it is the same each time.

    :param blank: an unbound form whose names hold ``__index__``; what it shows must follow from
        its class, its prefix and the locale alone.
    """
    kind: Callable[..., Form] = type(blank)
    return _blank_row(kind, blank._prefix, pattern, str(get_locale()))  # noqa: SLF001 -- WTForms has no public name for it


@lru_cache(maxsize=64)
def _blank_row(kind: Callable[..., Form], prefix: str, pattern: str, _locale: str) -> Markup:
    macros: Any = current_app.jinja_env.get_template("components/forms.html").module
    row: Markup = macros.person_row(kind(None, prefix=prefix), "__index__", pattern, True)
    return row
