"""Changing how many may come and wait."""

from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.registrations.errors import BelowHeldError
from training.registrations.seats.waitlist import fill
from training.sessions.errors import SessionCancelledError, StaleSessionError
from training.sessions.models import TrainingSession
from training.sessions.service import lock_training_session
from training.sessions.values import SeatPlan, SessionStatus


def change_capacity(
    training_session_id: int,
    plan: SeatPlan,
    *,
    keep: bool,
    expected: SeatPlan | None = None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change how many may come and wait; more seats go to those who wait.

    :param keep: with fewer seats than people who hold one: keep them, as an overbooking.
    :param expected: what the form showed; None: whatever it is by now.
    :return: whether anything changed.
    :raise NotFoundError: there is no such session.
    :raise SessionCancelledError: it is cancelled.
    :raise StaleSessionError: somebody else changed the seats since ``expected``.
    :raise BelowHeldError: fewer seats than are held, and nobody said to keep the people.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    before = SeatPlan(capacity=locked.capacity, waitlist_capacity=locked.waitlist_capacity)
    if expected not in {None, before}:
        raise StaleSessionError
    if plan == before:
        return False
    held = locked.confirmed_count + locked.offered_count
    missing = 0 if plan.capacity is None else max(0, held - plan.capacity)
    # What was overbooked before stays so; only going further down needs to be said.
    if missing > locked.overbooked_by and not keep:
        raise BelowHeldError(held)
    db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == training_session_id)
        .values(
            {
                TrainingSession.capacity: plan.capacity,
                TrainingSession.waitlist_capacity: plan.waitlist_capacity,
                TrainingSession.overbooked_by: missing,
            }
        )
        .execution_options(synchronize_session=False)
    )
    entry_id = record_act(
        Act(
            action="session.change_capacity",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            before={
                "capacity": before.capacity,
                "waitlist_capacity": before.waitlist_capacity,
                "overbooked_by": locked.overbooked_by,
            },
            after={
                "capacity": plan.capacity,
                "waitlist_capacity": plan.waitlist_capacity,
                "overbooked_by": missing,
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    fill(training_session_id, because_id=entry_id, now=now)
    return True
