"""Seats that an organization reserved, and nobody is named for yet."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.representatives.queries.ours import IS_OURS, registration
from training.sessions.models import TrainingSession
from training.sessions.values import SessionStatus

_session = TrainingSession.__table__.c
_here = registration.training_session_id == sa.bindparam("training_session_id")
_NAMING_ENDS_AT = sa.func.coalesce(
    _session.naming_ends_at, _session.starts_at, type_=UtcDateTime()
).label("naming_ends_at")
#: What is asked for or awaited only, has no seat yet that somebody could be named for.
_IS_UNNAMED = sa.and_(
    IS_OURS, registration.is_placeholder, registration.status == RegistrationStatus.CONFIRMED
)
_RESERVED = sa.select(sa.func.count()).where(IS_OURS, registration.is_placeholder, _here)
_UNNAMED = (
    sa.select(registration.id, registration.name)
    .where(_IS_UNNAMED, _here)
    .order_by(registration.ticket)
)
_TO_NAME = (
    sa.select(
        _session.id.label("training_session_id"),
        _session.title,
        _session.starts_at,
        _session.timezone,
        _NAMING_ENDS_AT,
        sa.func.count().label("seats"),
    )
    .join_from(
        Registration.__table__,
        TrainingSession.__table__,
        _session.id == registration.training_session_id,
    )
    .where(_IS_UNNAMED, _session.status == SessionStatus.PUBLISHED)
    .group_by(
        _session.id,
        _session.title,
        _session.starts_at,
        _session.timezone,
        _session.naming_ends_at,
    )
    .order_by(_NAMING_ENDS_AT, _session.id)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReservedSeat:
    """A seat that somebody is to be named for."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatsToName:
    """Reserved seats of one session that nobody is named for."""

    training_session_id: int
    title: str
    starts_at: datetime
    timezone: str
    #: After that they are given up.
    naming_ends_at: datetime
    seats: int


def number_of_reserved(organization_id: int, training_session_id: int) -> int:
    """Return how many seats the organization ever reserved in a session: they count on."""
    bound = {"organization_id": organization_id, "training_session_id": training_session_id}
    return db.session.scalar(_RESERVED, bound) or 0


def unnamed_seats(organization_id: int, training_session_id: int) -> list[ReservedSeat]:
    """Return the seats of a session that somebody is to be named for, the first reserved first."""
    bound = {"organization_id": organization_id, "training_session_id": training_session_id}
    return [ReservedSeat(id=row.id, name=row.name) for row in db.session.execute(_UNNAMED, bound)]


def seats_to_name(organization_id: int) -> list[SeatsToName]:
    """Return where the organization has to name people, the soonest deadline first."""
    found = db.session.execute(_TO_NAME, {"organization_id": organization_id})
    return [SeatsToName(**row._mapping) for row in found]  # noqa: SLF001 -- a row as a mapping
