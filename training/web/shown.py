"""Two people who edit one thing: whether what a form showed still stands, and what differs."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple


class Difference(NamedTuple):
    """One thing that what is stored and what was typed say differently."""

    name: str
    stored: str
    typed: str


def fingerprint(plan: object) -> str:
    """Return what a form sends back to say which plan it showed.

    :param plan: a frozen dataclass of plain values.
    """
    return hashlib.sha256(repr(plan).encode()).hexdigest()[:32]


def differing(
    stored: Sequence[tuple[str, str]], typed: Sequence[tuple[str, str]]
) -> list[Difference]:
    """Return what differs, in the order of the form.

    :param stored: name and value, as people read them; :param typed: the same names.
    """
    return [
        Difference(name, now or "–", yours or "–")
        for (name, now), (_name, yours) in zip(stored, typed, strict=True)
        if now != yours
    ]
