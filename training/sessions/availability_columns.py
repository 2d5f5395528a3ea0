"""What the availability of a session is computed from, read beside whatever else a list shows."""

from typing import Any

from training.sessions.models import TrainingSession
from training.sessions.values import SeatCounts, SessionClock

# The table and not the class: what is read here is not worth an object each.
_session = TrainingSession.__table__.c

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


def clock_of(row: Any) -> SessionClock:
    """Return when things happen, of a row with ``AVAILABILITY_COLUMNS``."""
    return SessionClock(
        status=row.status,
        registration_opens_at=row.registration_opens_at,
        registration_closes_at=row.registration_closes_at,
        registration_paused=row.registration_paused,
        promotion_ends_at=row.promotion_ends_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def seats_of(row: Any) -> SeatCounts:
    """Return how the seats are held, of a row with ``AVAILABILITY_COLUMNS``."""
    return SeatCounts(
        capacity=row.capacity,
        waitlist_capacity=row.waitlist_capacity,
        confirmed=row.confirmed_count,
        offered=row.offered_count,
        waitlisted=row.waitlisted_count,
        kept=row.kept_count,
    )
