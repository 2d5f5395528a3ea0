"""Decisions about sessions: values in, answer out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from training.clock import Fold, WallTimeError, find_zone, is_ambiguous, wall_to_utc
from training.errors import N_
from training.sessions.errors import InvalidPlanError
from training.sessions.values import (
    Availability,
    MeetingPlan,
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

    While people wait, what is free is theirs.
    """
    if seats.waitlisted:
        return 0
    if seats.capacity is None:
        return None
    return max(0, seats.capacity - seats.confirmed - seats.offered)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingTimes:
    """A meeting's wall times with the instants that they name."""

    wall_start: datetime
    start_fold: Fold
    wall_end: datetime
    end_fold: Fold
    starts_at: datetime
    ends_at: datetime


class MeetingTimeError(WallTimeError):
    """One end of one meeting cannot be turned into an instant.

    :param ordinal: which meeting, from 1.
    :param end: "start" or "end".
    """

    def __init__(self, cause: WallTimeError, *, ordinal: int, end: str) -> None:
        super().__init__(cause.message, **cause.values)
        self.code = cause.code
        self.cause, self.ordinal, self.end = cause, ordinal, end


def meeting_times(plans: Sequence[MeetingPlan]) -> list[MeetingTimes]:
    """Turn planned wall times into instants.

    :raise MeetingTimeError: a time that the clocks skip, or that occurs twice and no fold is told.
    :raise InvalidPlanError: no meeting at all, or one that does not end after its start. Ends are
        compared as instants: over a change of the clocks the wall may say otherwise.
    """
    if not plans:
        raise InvalidPlanError(N_("A session needs at least one meeting."))
    times = []
    for ordinal, plan in enumerate(plans, start=1):
        zone = find_zone(plan.timezone)
        starts_at, start_fold = _instant(
            plan.wall_start, zone, plan.start_fold, ordinal=ordinal, end="start"
        )
        ends_at, end_fold = _instant(plan.wall_end, zone, plan.end_fold, ordinal=ordinal, end="end")
        if ends_at <= starts_at:
            raise InvalidPlanError(N_("The end must be after the start."))
        times.append(
            MeetingTimes(
                wall_start=plan.wall_start,
                start_fold=start_fold,
                wall_end=plan.wall_end,
                end_fold=end_fold,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
    return times


def _instant(
    wall: datetime, zone: ZoneInfo, fold: Fold | None, *, ordinal: int, end: str
) -> tuple[datetime, Fold]:
    try:
        instant = wall_to_utc(wall, zone, fold=fold)
    except WallTimeError as error:
        raise MeetingTimeError(error, ordinal=ordinal, end=end) from error
    # A fold told for a time that occurs once is not kept: the same plan is stored the same way.
    return instant, (fold or 0) if is_ambiguous(wall, zone) else 0
