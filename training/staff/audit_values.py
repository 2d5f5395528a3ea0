"""One act as people read about it, with the names of whom and what it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Who or what an act concerned: the table and the key of its row."""

    kind: str
    id: int


class Name(NamedTuple):
    """What a subject is called; None: it is, or is of, a person who was erased."""

    text: str | None
    #: Whose it is: of a registration, its participant.
    person_id: int | None


#: Name by subject; of what was deleted there is none.
Names = Mapping[Subject, Name]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadEntry:
    """An entry of the audit trail, ready to be put into words."""

    id: int
    at: datetime
    action: str
    #: None: nobody who was signed in, or the program itself.
    actor_id: int | None
    subject: Subject
    training_session_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    names: Names
    #: What led to it.
    cause: "ReadEntry | None" = None

    def number(self, name: str) -> int | None:
        """Return a number that stands in the entry, as it was afterwards."""
        value = self.after.get(name)
        return value if isinstance(value, int) else None
