"""One session as a list shows it, and what its availability is computed from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import TrainingSession
from training.sessions.rules import availability
from training.sessions.values import (
    Audience,
    Availability,
    Delivery,
    SeatCounts,
    SessionClock,
)

# The table and not the class: what is read here is not worth an object each.
_session = TrainingSession.__table__.c

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
    _session.kept_count,
)
CARD_COLUMNS = (
    _session.id,
    _session.revision,
    _session.seat_changes,
    _session.title,
    _session.language,
    _session.delivery,
    _session.audience,
    _session.needs_approval,
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
    is_for_partners: bool
    #: Staff decide about everybody who registers.
    is_on_request: bool
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
        kept=row.kept_count,
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
        is_for_partners=row.audience is Audience.PARTNERS,
        is_on_request=row.needs_approval,
        timezone=row.timezone,
        starts_at=row.starts_at,
        first_ends_at=row.first_ends_at,
        ends_at=row.ends_at,
        meetings=row.meetings,
        availability=availability_of(row, now),
    )
