"""Keeping seats for organizations, and giving them on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.registrations.errors import (
    HoldTooLargeError,
    InvalidReleaseError,
    StaleSeatsError,
)
from training.registrations.seats.books import kept_seats
from training.registrations.seats.deadlines import before_start, instant_of
from training.registrations.seats.waitlist import fill
from training.sessions.errors import SessionCancelledError
from training.sessions.models import Hold, TrainingSession
from training.sessions.service import lock_training_session
from training.sessions.values import HoldPlan, LockedSession, SessionStatus


def set_hold(
    training_session_id: int,
    organization_id: int,
    plan: HoldPlan,
    *,
    expected: HoldPlan | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Keep seats of a session for an organization, until they are released.

    Seats that its people have already count; what becomes free otherwise is kept from then on.

    :param expected: what the form showed of an open hold; None: there was none.
    :return: whether anything changed.
    :raise NotFoundError: there is no such session or organization.
    :raise SessionCancelledError: the session is cancelled.
    :raise StaleSeatsError: somebody else changed the hold since ``expected``.
    :raise HoldTooLargeError: the session has fewer seats than are held with these.
    :raise InvalidReleaseError: they would be released in the past, or after the start.
    :raise WallTimeError: the clocks skip the time of the release.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    if db.session.get(Organization, organization_id) is None:
        raise NotFoundError
    hold = _find(training_session_id, organization_id)
    before = _plan_of(hold)
    if before != expected:
        raise StaleSeatsError
    if plan == before:
        return False
    release_at = instant_of(plan.release, locked)
    if not now < release_at <= locked.starts_at:
        raise InvalidReleaseError
    _refuse_too_many(locked, organization_id, plan.seats)
    if hold is None:
        hold = Hold(training_session_id=training_session_id, organization_id=organization_id)
        db.session.add(hold)
    hold.seats, hold.release, hold.release_at = plan.seats, plan.release, release_at
    hold.released_at = None
    db.session.flush()
    recount_holds(training_session_id)
    entry_id = _record(
        "hold.set",
        hold,
        before=None if before is None else {"seats": before.seats},
        after={"seats": plan.seats, "release_at": release_at.isoformat()},
        actor_id=actor_id,
        now=now,
    )
    fill(training_session_id, because_id=entry_id, now=now)
    return True


def release_hold(
    training_session_id: int, organization_id: int, *, actor_id: int | None, now: datetime
) -> bool:
    """Keep an organization's seats no longer: those that it did not use go to whoever waits.

    :return: whether this did it; False: they were released before.
    :raise NotFoundError: there is no such session, or no such hold.
    """
    lock_training_session(training_session_id)
    hold = _find(training_session_id, organization_id)
    if hold is None:
        raise NotFoundError
    if hold.released_at is not None:
        return False
    [entry_id] = _release([hold], actor_id=actor_id, now=now)
    fill(training_session_id, because_id=entry_id, now=now)
    return True


def release_due(training_session_id: int, *, now: datetime) -> int | None:
    """Release the holds of a locked session whose date has come; what is free is the caller's.

    :return: the newest audit entry, or None: there was none to release.
    """
    due = _holds(
        Hold.training_session_id == training_session_id,
        Hold.released_at.is_(None),
        Hold.release_at <= now,
    )
    return max(_release(due, actor_id=None, now=now), default=None)


def follow_holds(locked: LockedSession) -> None:
    """Release with the new times of a locked session; what is free then is the caller's."""
    if not locked.hold_count:
        return
    for hold in _holds(Hold.training_session_id == locked.id, Hold.released_at.is_(None)):
        hold.release_at = before_start(hold.release, locked)
    db.session.flush()


def recount_holds(training_session_id: int) -> None:
    """Bring the counters of a locked session in line with its holds and its people's seats."""
    number = sa.select(sa.func.count()).where(
        Hold.training_session_id == training_session_id, Hold.released_at.is_(None)
    )
    db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == training_session_id)
        .values(
            {
                TrainingSession.hold_count: number.scalar_subquery(),
                TrainingSession.kept_count: kept_seats(training_session_id),
            }
        )
        .execution_options(synchronize_session=False)
    )


def _release(holds: Sequence[Hold], *, actor_id: int | None, now: datetime) -> list[int]:
    if not holds:
        return []
    for hold in holds:
        hold.released_at = now
    db.session.flush()
    recount_holds(holds[0].training_session_id)
    return [
        _record("hold.release", hold, before={"seats": hold.seats}, actor_id=actor_id, now=now)
        for hold in holds
    ]


def _find(training_session_id: int, organization_id: int) -> Hold | None:
    found = _holds(
        Hold.training_session_id == training_session_id, Hold.organization_id == organization_id
    )
    return found[0] if found else None


def _holds(*conditions: sa.ColumnElement[bool]) -> Sequence[Hold]:
    return db.session.scalars(
        sa.select(Hold)
        .where(*conditions)
        .order_by(Hold.organization_id)
        .execution_options(populate_existing=True)
    ).all()


def _plan_of(hold: Hold | None) -> HoldPlan | None:
    if hold is None or hold.released_at is not None:
        return None
    return HoldPlan(seats=hold.seats, release=hold.release)


def _refuse_too_many(locked: LockedSession, organization_id: int, seats: int) -> None:
    if locked.capacity is None:
        return
    held = db.session.scalars(
        sa.select(sa.func.coalesce(sa.func.sum(Hold.seats), 0)).where(
            Hold.training_session_id == locked.id,
            Hold.organization_id != organization_id,
            Hold.released_at.is_(None),
        )
    ).one()
    if held + seats > locked.capacity:
        raise HoldTooLargeError(capacity=locked.capacity, held=held)


def _record(
    action: str,
    hold: Hold,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    actor_id: int | None,
    now: datetime,
) -> int:
    return record_act(
        Act(
            action=action,
            subject_kind="hold",
            subject_id=hold.id,
            training_session_id=hold.training_session_id,
            before=before,
            after={"organization_id": hold.organization_id, **(after or {})},
        ),
        actor_id=actor_id,
        now=now,
    )
