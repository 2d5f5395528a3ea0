"""What needs somebody, of what stands near: values in, answer out."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import chain

from training.clock import find_zone
from training.sessions.rules import availability
from training.sessions.values import Delivery, SessionState, SessionStatus
from training.staff.dashboard_values import (
    DRAFT_WITHIN,
    FEW_PART,
    FEW_WITHIN,
    NO_LINK_WITHIN,
    NO_ROOM_WITHIN,
    NO_TRAINER_WITHIN,
    Near,
    NearMeeting,
    Need,
    Reason,
    Waiting,
)

#: People can register themselves.
_TAKES = frozenset(
    {SessionState.OPEN, SessionState.FEW_SEATS, SessionState.WAITLIST, SessionState.FULL}
)
#: From this part of the seats on a session fills.
_FILLS_PART = 0.5


def today(near: Near, timezone: str, now: datetime) -> list[NearMeeting]:
    """Return the meetings that are held, in part at least, on the reader's day."""
    zone = find_zone(timezone)
    day = now.astimezone(zone).date()
    begins, ends = (
        datetime.combine(one, time(), zone).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    # What ends at midnight is not held on the day that begins then.
    return [
        one
        for one in chain(near.begun, near.coming)
        if one.starts_at < ends
        and (one.ends_at > begins or one.starts_at >= begins)
        and one.status is SessionStatus.PUBLISHED
    ]


def needs(near: Near, now: datetime) -> list[Need]:
    """Return what needs somebody: what is about no session first, then by how near it is."""
    about_sessions = chain(
        (
            Need(Reason.UNMARKED, one.ends_at, one)
            for one in near.begun
            if one.is_unmarked and one.status is SessionStatus.PUBLISHED
        ),
        _of_coming(near, now),
    )
    return [
        *_waiting(near),
        *sorted(about_sessions, key=lambda need: abs(need.at - now)),
    ]


def _waiting(near: Near) -> Iterator[Need]:
    found: tuple[tuple[Reason, Waiting | None], ...] = (
        (Reason.MAIL_LATE, near.late),
        (Reason.UNDELIVERED, near.undelivered),
        (Reason.REQUESTS, near.requests),
        (Reason.OFFERS, near.offers),
    )
    for reason, waiting in found:
        if waiting is not None:
            yield Need(reason, waiting.at, number=waiting.number)


def _of_coming(near: Near, now: datetime) -> Iterator[Need]:
    """Yield each reason once for a session: by its next meeting that has it."""
    said: set[tuple[int, Reason]] = set()
    for one in near.coming:
        for reason in _reasons(one, near, now):
            if (one.training_session_id, reason) not in said:
                said.add((one.training_session_id, reason))
                decided = reason is Reason.MINIMUM and one.decision
                yield Need(reason, decided.decide_at if decided else one.starts_at, one)


def _reasons(one: NearMeeting, near: Near, now: datetime) -> Iterator[Reason]:
    ahead = one.starts_at - now
    if one.status is SessionStatus.DRAFT:
        # What else is missing is looked at when it is published.
        if ahead <= DRAFT_WITHIN:
            yield Reason.DRAFT
        return
    if ahead <= NO_TRAINER_WITHIN and one.training_session_id not in near.trainers:
        yield Reason.NO_TRAINER
    if ahead <= NO_ROOM_WITHIN and one.delivery is not Delivery.ONLINE and not one.place:
        yield Reason.NO_ROOM
    if ahead <= NO_LINK_WITHIN and one.delivery is not Delivery.IN_PERSON and not one.join_url:
        yield Reason.NO_LINK
    if one.training_session_id in near.clashing:
        yield Reason.CLASH
    if one.decision is not None and one.decision.is_pressing(now):
        yield Reason.MINIMUM
    if is_few(one, now):
        yield Reason.FEW
    if one.seats.waitlisted and one.seats.kept:
        yield Reason.WAITING_BESIDE_HELD


def is_few(one: NearMeeting, now: datetime) -> bool:
    """Tell whether few are registered, near the date, and more could be.

    Where a minimum is set, that says how many are few.
    """
    if one.decision is not None or not now < one.clock.starts_at <= now + FEW_WITHIN:
        return False
    if availability(one.clock, one.seats, now).state not in _TAKES:
        return False
    held = one.seats.confirmed + one.seats.offered
    if one.seats.capacity is None:
        return held == 0
    return held < one.seats.capacity * FEW_PART


def filling(near: Near, now: datetime) -> list[NearMeeting]:
    """Return the sessions to come whose seats go, each by its first meeting: the next first."""
    return [
        one
        for one in near.coming
        if one.status is SessionStatus.PUBLISHED
        and one.starts_at == one.clock.starts_at > now
        and _fills(one)
    ]


def _fills(one: NearMeeting) -> bool:
    seats = one.seats
    if seats.waitlisted:
        return True
    if not seats.capacity:
        return False
    return seats.confirmed + seats.offered + seats.kept >= seats.capacity * _FILLS_PART


def done(near: Near, now: datetime) -> list[NearMeeting]:
    """Return the meetings that ended, the last first, of sessions that anybody had a seat in."""
    return [
        one
        for one in sorted(near.begun, key=lambda one: (one.ends_at, one.id), reverse=True)
        if one.ends_at <= now and one.status is SessionStatus.PUBLISHED and one.seats.confirmed
    ]
