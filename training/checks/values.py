"""What a check finds."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple


class Finding(NamedTuple):
    """One row that breaks an invariant."""

    invariant: str
    subject: str
    what: str


Check = Callable[[datetime], Sequence[Finding]]
