"""What staff wrote down about registrations, for each other."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.db import db
from training.people.models import Person
from training.registrations.models import Note

#: Registrations that one statement asks about.
_MOST_KEYS = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenNote:
    """One note, with who wrote it."""

    id: int
    registration_id: int
    text: str
    written_at: datetime
    #: None: somebody who was erased.
    written_by: int | None
    by: str | None


_NOTES = (
    sa.select(
        Note.id,
        Note.registration_id,
        Note.text,
        Note.written_at,
        Note.written_by,
        sa.case((Person.erased_at.is_(None), Person.name)).label("by"),
    )
    .outerjoin(Person, Person.id == Note.written_by)
    .where(Note.registration_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(Note.id)
)


def notes_of(registration_ids: Sequence[int]) -> dict[int, list[WrittenNote]]:
    """Return what was written about registrations, the oldest first; nothing of the others."""
    found: defaultdict[int, list[WrittenNote]] = defaultdict(list)
    for begins in range(0, len(registration_ids), _MOST_KEYS):
        ids = list(registration_ids[begins : begins + _MOST_KEYS])
        for row in db.session.execute(_NOTES, {"ids": ids}):
            found[row.registration_id].append(WrittenNote(**row._mapping))  # noqa: SLF001 -- the public name for a mapping
    return dict(found)
