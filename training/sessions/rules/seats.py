"""What a reader is told about a session, and who may register when."""

from datetime import datetime

from training.sessions.values import (
    Availability,
    SeatCounts,
    SessionClock,
    SessionState,
    SessionStatus,
)

#: From so few free seats on, or so small a part of all, they are called few.
FEW_SEATS = 3
FEW_SEATS_PART = 0.1


def closes_at(clock: SessionClock) -> datetime:
    """Return when registration closes: when staff say, by default at the first start."""
    return clock.registration_closes_at or clock.starts_at


def takes_registrations(clock: SessionClock, now: datetime) -> bool:
    """Tell whether people may register themselves at ``now``, a free seat provided."""
    return (
        clock.status is SessionStatus.PUBLISHED
        and not clock.registration_paused
        and (clock.registration_opens_at is None or clock.registration_opens_at <= now)
        and now < min(closes_at(clock), clock.ends_at)
    )


def promotes(clock: SessionClock, now: datetime) -> bool:
    """Tell whether a freed seat goes to the waitlist by itself at ``now``."""
    return clock.status is SessionStatus.PUBLISHED and now < (
        clock.promotion_ends_at or clock.starts_at
    )


def availability(clock: SessionClock, seats: SeatCounts, now: datetime) -> Availability:
    """Return what a reader is told about a session at ``now``. The one rule for all pages."""
    free = free_seats(seats)
    return Availability(
        state=_state(clock, seats, free, now),
        free=free,
        waiting=seats.waitlisted,
        opens_at=clock.registration_opens_at,
        closes_at=closes_at(clock),
    )


def free_seats(seats: SeatCounts) -> int | None:
    """Return how many seats a newcomer could get, or None for no limit.

    While people wait, what is free is theirs; what is kept for organizations is not free.
    """
    if seats.waitlisted:
        return 0
    if seats.capacity is None:
        return None
    return max(0, seats.capacity - seats.confirmed - seats.offered - seats.kept)


def has_room_to_wait(seats: SeatCounts) -> bool:
    """Tell whether one more may join the waitlist."""
    return seats.waitlist_capacity is None or seats.waitlisted < seats.waitlist_capacity


def _state(clock: SessionClock, seats: SeatCounts, free: int | None, now: datetime) -> SessionState:
    is_closed = clock.registration_paused or now >= closes_at(clock)
    ruled_out = (
        (clock.status is SessionStatus.CANCELLED, SessionState.CANCELLED),
        (clock.status is SessionStatus.DRAFT, SessionState.DRAFT),
        (now >= clock.ends_at, SessionState.OVER),
        (now >= clock.starts_at and is_closed, SessionState.RUNNING),
        (
            clock.registration_opens_at is not None and now < clock.registration_opens_at,
            SessionState.NOT_YET_OPEN,
        ),
        (is_closed, SessionState.CLOSED),
    )
    for is_so, state in ruled_out:
        if is_so:
            return state
    return _open_state(seats, free)


def _open_state(seats: SeatCounts, free: int | None) -> SessionState:
    if free is None:
        return SessionState.OPEN
    if free == 0:
        return SessionState.WAITLIST if has_room_to_wait(seats) else SessionState.FULL
    few = max(FEW_SEATS, int((seats.capacity or 0) * FEW_SEATS_PART))
    return SessionState.FEW_SEATS if free <= few else SessionState.OPEN
