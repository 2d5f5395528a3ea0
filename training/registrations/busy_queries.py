"""Who has a seat in another session while this one is held.

For the eyes of those only who may know where somebody is registered: staff of everybody, an
organization of those whom it registered, a person of themselves. Never of a form for everybody.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from training.db import db
from training.people.models import Person
from training.people.values import email_key
from training.registrations.models import Registration
from training.registrations.values import SEATED, Claim
from training.sessions.affected import Elsewhere
from training.sessions.models import Meeting, TrainingSession

# The tables and not the classes: what is read here is not worth an object each.
_registration, _session = Registration.__table__.c, TrainingSession.__table__.c
_person, _other = Person.__table__.c, Meeting.__table__.c
_mine_table = Meeting.__table__.alias("mine")
_mine = _mine_table.c

_AT_ONCE = sa.and_(
    _mine.starts_at < _other.ends_at,
    _other.starts_at < _mine.ends_at,
    _mine.cancelled_at.is_(None),
    _other.cancelled_at.is_(None),
    _registration.status.in_(SEATED),
    _registration.training_session_id != _mine.training_session_id,
)
_BUSY = (
    sa.select(
        _registration.person_id,
        _session.id.label("training_session_id"),
        _session.title,
        _other.starts_at,
        _other.ends_at,
        _other.timezone,
    )
    .distinct()
    .select_from(
        Registration.__table__.join(
            TrainingSession.__table__, _session.id == _registration.training_session_id
        )
        .join(Meeting.__table__, _other.training_session_id == _session.id)
        .join(_mine_table, sa.literal(value=True))
    )
    .where(_AT_ONCE, _mine.training_session_id == sa.bindparam("training_session_id"))
    .order_by(_other.starts_at, _session.id)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """Whose seats may be told of."""

    #: None: of everybody.
    person_ids: Collection[int] | None = None
    #: Seats that this organization's people have as its people; None: as whosever.
    organization_id: int | None = None
    #: A session that they leave.
    leaving_id: int | None = None


def busy(training_session_id: int, whose: Whose) -> dict[int, list[Elsewhere]]:
    """Return who has a seat elsewhere while a session is held, by person, in one statement."""
    statement = _BUSY
    if whose.person_ids is not None:
        statement = statement.where(_registration.person_id.in_(whose.person_ids))
    if whose.organization_id is not None:
        # Who only says to be with it is none of its people.
        statement = statement.where(
            _registration.organization_id == whose.organization_id,
            _registration.claim != Claim.STATED,
        )
    if whose.leaving_id is not None:
        statement = statement.where(_session.id != whose.leaving_id)
    rows = db.session.execute(statement, {"training_session_id": training_session_id})
    found: dict[int, list[Elsewhere]] = defaultdict(list)
    for person_id, *values in rows:
        found[person_id].append(_elsewhere(*values))
    return dict(found)


def busy_addresses(
    training_session_id: int, emails: Sequence[str | None]
) -> dict[int, list[Elsewhere]]:
    """Return who of those with these addresses has a seat elsewhere then.

    :return: position among the addresses → where.
    """
    keys = {email_key(email): position for position, email in enumerate(emails) if email}
    if not keys:
        return {}
    known = db.session.execute(
        sa.select(Person.id, Person.email_key).where(Person.email_key.in_(keys))
    )
    position_of = {person_id: keys[str(key)] for person_id, key in known}
    found = busy(training_session_id, Whose(person_ids=position_of))
    return {position_of[person_id]: where for person_id, where in found.items()}


def _elsewhere(
    training_session_id: int, title: str, starts_at: Any, ends_at: Any, timezone: str
) -> Elsewhere:
    return Elsewhere(
        training_session_id=training_session_id,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=timezone,
    )


def titles_of(found: Mapping[int, Sequence[Elsewhere]]) -> dict[int, tuple[str, ...]]:
    """Return the titles alone, each once."""
    return {key: tuple(dict.fromkeys(one.title for one in where)) for key, where in found.items()}


def has_seat_elsewhere(
    training_session_id: sa.ColumnElement[int], person_id: sa.ColumnElement[int]
) -> sa.ColumnElement[bool]:
    """Return a column that tells whether somebody has a seat elsewhere while a session is held."""
    mine, other = (Meeting.__table__.alias(name) for name in ("own_meeting", "other_meeting"))
    seat = Registration.__table__.alias("other_seat")
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(
            seat.join(other, other.c.training_session_id == seat.c.training_session_id).join(
                mine,
                sa.and_(mine.c.starts_at < other.c.ends_at, other.c.starts_at < mine.c.ends_at),
            )
        )
        .where(
            seat.c.person_id == person_id,
            seat.c.status.in_(SEATED),
            seat.c.training_session_id != training_session_id,
            mine.c.training_session_id == training_session_id,
            mine.c.cancelled_at.is_(None),
            other.c.cancelled_at.is_(None),
        )
    )
