"""What the sessions of a campaign would be some days later."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from training.clock import find_zone, wall_to_utc
from training.db import db
from training.organizations.queries import active_organizations
from training.registrations.copying_values import CopiedPart, SessionCopy
from training.sessions.models import Hold, TrainingSession
from training.sessions.planned_queries import PlannedDate, days_later, with_clashes
from training.sessions.queries import SessionDetails, get_sessions
from training.sessions.values import (
    HoldPlan,
    MeetingPlan,
    SeatPlan,
    SeatRules,
    SessionPlan,
    SessionStatus,
)

#: Sessions that are made in one transaction: others wait for their turn no longer than that takes.
MOST_SESSIONS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCopy:
    """A session of a campaign, and what it would be some days later."""

    pattern: SessionDetails
    planned: PlannedDate
    #: None: it cannot be held as planned on that day.
    copy: SessionCopy | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCopies:
    """What copying a campaign would make."""

    copies: tuple[PlannedCopy, ...]
    #: Sessions that are called off are not copied.
    cancelled: int
    #: More than are made at once.
    left_out: int


def planned_copies(
    campaign_id: int,
    days: int,
    parts: Collection[CopiedPart],
    *,
    capacity: int | None,
    now: datetime,
) -> PlannedCopies:
    """Return every session of a campaign as it would be, with what it clashes with.

    :param capacity: of those whose number of seats is not copied; None: there is no limit.

    As many statements for many sessions as for one.
    """
    by_status = _ids_by_status(campaign_id)
    ids = [id_ for status, id_ in by_status if status is not SessionStatus.CANCELLED]
    chosen = ids[:MOST_SESSIONS]
    place = {id_: number for number, id_ in enumerate(chosen)}
    patterns = sorted(get_sessions(chosen, now=now), key=lambda one: place[one.id])
    rules = _rules_of(chosen) if CopiedPart.SEATS in parts else {}
    holds = _holds_of(chosen) if CopiedPart.HOLDS in parts else {}
    planned = with_clashes(
        [
            days_later(
                _left(pattern.plan, parts),
                days,
                deadlines=_deadlines(rules.get(pattern.id), holds.get(pattern.id, ())),
            )
            for pattern in patterns
        ]
    )
    return PlannedCopies(
        copies=tuple(
            PlannedCopy(
                pattern=pattern,
                planned=one,
                copy=_copy(
                    pattern,
                    one,
                    days=days,
                    seats=_seats(pattern, parts, capacity),
                    rules=rules.get(pattern.id),
                    holds=holds.get(pattern.id, ()),
                    now=now,
                ),
            )
            for pattern, one in zip(patterns, planned, strict=True)
        ),
        cancelled=len(by_status) - len(ids),
        left_out=len(ids) - len(chosen),
    )


def _ids_by_status(campaign_id: int) -> list[tuple[SessionStatus, int]]:
    """Return the sessions of a campaign, by time."""
    found = db.session.execute(
        sa.select(TrainingSession.status, TrainingSession.id)
        .where(TrainingSession.campaign_id == campaign_id)
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return [(status, id_) for status, id_ in found]


def _rules_of(training_session_ids: Sequence[int]) -> dict[int, SeatRules]:
    names = [field.name for field in fields(SeatRules)]
    found = db.session.execute(
        sa.select(TrainingSession.id, *(getattr(TrainingSession, name) for name in names)).where(
            TrainingSession.id.in_(training_session_ids)
        )
    )
    return {id_: SeatRules(**dict(zip(names, values, strict=True))) for id_, *values in found}


def _holds_of(training_session_ids: Sequence[int]) -> Mapping[int, list[tuple[int, HoldPlan]]]:
    """Return what was planned to be held for organizations that run, released by now or not."""
    running = {one.id for one in active_organizations()}
    found: dict[int, list[tuple[int, HoldPlan]]] = defaultdict(list)
    for id_, organization_id, seats, release in db.session.execute(
        sa.select(Hold.training_session_id, Hold.organization_id, Hold.seats, Hold.release)
        .where(Hold.training_session_id.in_(training_session_ids))
        .order_by(Hold.organization_id)
    ):
        if organization_id in running:
            found[id_].append((organization_id, HoldPlan(seats=seats, release=release)))
    return found


def _left(plan: SessionPlan, parts: Collection[CopiedPart]) -> SessionPlan:
    """Return a plan with nothing but what is to be copied of it."""
    if CopiedPart.TRAINERS not in parts:
        plan = replace(plan, trainer_ids=())
    if CopiedPart.ROOMS not in parts:
        plan = replace(plan, meetings=tuple(_nowhere(meeting) for meeting in plan.meetings))
    # Whoever stopped it did so for reasons of that time.
    return replace(plan, registration_paused=False)


def _nowhere(meeting: MeetingPlan) -> MeetingPlan:
    return replace(meeting, venue="", room="", join_url=None)


def _deadlines(rules: SeatRules | None, holds: Sequence[tuple[int, HoldPlan]]) -> list[datetime]:
    walls = [hold.release for _organization_id, hold in holds]
    if rules is not None:
        walls += [rules.decide, rules.naming_ends]
    return [wall for wall in walls if wall is not None]


def _seats(
    pattern: SessionDetails, parts: Collection[CopiedPart], capacity: int | None
) -> SeatPlan:
    if CopiedPart.SEATS not in parts:
        return SeatPlan(capacity=capacity)
    return SeatPlan(
        capacity=pattern.seats.capacity, waitlist_capacity=pattern.seats.waitlist_capacity
    )


def _copy(
    pattern: SessionDetails,
    planned: PlannedDate,
    *,
    days: int,
    seats: SeatPlan,
    rules: SeatRules | None,
    holds: Sequence[tuple[int, HoldPlan]],
    now: datetime,
) -> SessionCopy | None:
    if planned.plan is None:
        return None
    by = timedelta(days=days)
    starts_at = min(times.starts_at for times in planned.times)
    return SessionCopy(
        copied_from=pattern.id,
        plan=planned.plan,
        seats=seats,
        rules=rules
        and replace(
            rules, decide=_later(rules.decide, by), naming_ends=_later(rules.naming_ends, by)
        ),
        # In a session that has begun nothing can be held.
        holds=tuple(
            (organization_id, _hold(hold, by, pattern.timezone, starts_at=starts_at, now=now))
            for organization_id, hold in holds
            if starts_at > now
        ),
        is_clashing=bool(planned.clashes),
    )


def _hold(
    hold: HoldPlan, by: timedelta, timezone: str, *, starts_at: datetime, now: datetime
) -> HoldPlan:
    """Return what is held some days later: until the start, if its own date would be no date."""
    release = _later(hold.release, by)
    if release is None:
        return hold
    is_date = now < wall_to_utc(release, find_zone(timezone), fold=1) <= starts_at
    return replace(hold, release=release if is_date else None)


def _later(wall: datetime | None, by: timedelta) -> datetime | None:
    return wall + by if wall is not None else None
