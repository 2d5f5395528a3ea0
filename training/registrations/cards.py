"""One session as a list shows it, and what its availability is computed from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.sessions.models import Meeting, TrainingSession
from training.sessions.rules import availability
from training.sessions.values import (
    Availability,
    Delivery,
    SeatCounts,
    SessionClock,
    SessionStatus,
)

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c

IS_LISTED = TrainingSession.is_listed
#: What the availability of a session is computed from.
AVAILABILITY_COLUMNS = (
    _session.status,
    _session.registration_opens_at,
    _session.registration_closes_at,
    _session.registration_paused,
    _session.promotion_ends_at,
    _session.starts_at,
    _session.ends_at,
    _session.capacity,
    _session.waitlist_capacity,
    _session.confirmed_count,
    _session.offered_count,
    _session.waitlisted_count,
)
_IS_HELD = sa.and_(
    _meeting.training_session_id == _session.id,
    # Of a cancelled session every meeting is: then it is shown as it was planned.
    sa.or_(_meeting.cancelled_at.is_(None), _session.status == SessionStatus.CANCELLED),
)


def _of_meetings(value: sa.ColumnElement[Any], name: str) -> sa.Label[Any]:
    held = sa.select(value).where(_IS_HELD).correlate(TrainingSession.__table__)
    return held.scalar_subquery().label(name)


#: When the first meeting ends, and how many there are.
MEETING_COLUMNS = (
    _of_meetings(sa.func.min(_meeting.ends_at), "first_ends_at"),
    _of_meetings(sa.func.count(), "meetings"),
)
CARD_COLUMNS = (
    _session.id,
    _session.revision,
    _session.seat_changes,
    _session.title,
    _session.language,
    _session.delivery,
    _session.timezone,
    *MEETING_COLUMNS,
    *AVAILABILITY_COLUMNS,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionCard:
    """One session, as a list shows it."""

    id: int
    revision: int
    seat_changes: int
    title: str
    language: str
    delivery: Delivery
    timezone: str
    starts_at: datetime
    #: End of the first meeting; the session may have more.
    first_ends_at: datetime
    ends_at: datetime
    meetings: int
    availability: Availability


def availability_of(row: Any, now: datetime) -> Availability:
    """Return what a reader is told about a session of which ``AVAILABILITY_COLUMNS`` were read."""
    clock = SessionClock(
        status=row.status,
        registration_opens_at=row.registration_opens_at,
        registration_closes_at=row.registration_closes_at,
        registration_paused=row.registration_paused,
        promotion_ends_at=row.promotion_ends_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
    seats = SeatCounts(
        capacity=row.capacity,
        waitlist_capacity=row.waitlist_capacity,
        confirmed=row.confirmed_count,
        offered=row.offered_count,
        waitlisted=row.waitlisted_count,
    )
    return availability(clock, seats, now)


def card_of(row: Any, now: datetime) -> SessionCard:
    """Return the card of a session of which ``CARD_COLUMNS`` were read."""
    return SessionCard(
        id=row.id,
        revision=row.revision,
        seat_changes=row.seat_changes,
        title=row.title,
        language=row.language,
        delivery=row.delivery,
        timezone=row.timezone,
        starts_at=row.starts_at,
        first_ends_at=row.first_ends_at,
        ends_at=row.ends_at,
        meetings=row.meetings,
        availability=availability_of(row, now),
    )
