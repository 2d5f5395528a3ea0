"""One session as a list shows it, and how available it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from training.sessions.availability_columns import AVAILABILITY_COLUMNS, clock_of, seats_of
from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import TrainingSession
from training.sessions.rules import availability
from training.sessions.values import Audience, Availability, Delivery

# The table and not the class: what is read here is not worth an object each.
_session = TrainingSession.__table__.c

IS_LISTED = TrainingSession.is_listed
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


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SessionCard:
    """One session, as a list shows it.

    Equal to nothing but itself: what is kept of a card is found sooner so.
    """

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
    #: The clock alone changes what is said from then on; none: it never does.
    valid_until: datetime | None


def availability_of(row: Any, now: datetime) -> Availability:
    """Return what a reader is told about a session of which ``AVAILABILITY_COLUMNS`` were read."""
    return availability(clock_of(row), seats_of(row), now)


def card_of(row: Any, now: datetime) -> SessionCard:
    """Return the card of a session of which ``CARD_COLUMNS`` were read."""
    seen = availability_of(row, now)
    changes = (row.starts_at, row.ends_at, seen.closes_at, seen.opens_at)
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
        availability=seen,
        valid_until=min((at for at in changes if at is not None and at > now), default=None),
    )
