"""Giving people back what a cancelled session took from them, when it takes place after all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.db import db
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.seats.books import ROWS, Row, assign, count, rows_found, tally
from training.registrations.seats.taking import beyond_capacity, request_expires_at
from training.registrations.seats.telling import tell
from training.registrations.seats.waitlist import fill, offer_expires_at
from training.registrations.values import SEATED, CancelledBecause, RegistrationStatus
from training.sessions.changes import SessionReopened
from training.sessions.rules import promotes
from training.sessions.service import lock_training_session
from training.sessions.values import LockedSession

#: What the last cancellation of a session took away: an earlier one is forgotten when the session
#: re-opens.
TO_RESTORE = (
    Registration.status == RegistrationStatus.CANCELLED,
    Registration.cancelled_because == CancelledBecause.SESSION,
    Registration.before_cancel.is_not(None),
)
_ROWS_TO_RESTORE = ROWS.where(
    Registration.training_session_id == sa.bindparam("training_session_id"), *TO_RESTORE
).order_by(Registration.ticket)


def answer_reopened_session(change: SessionReopened) -> None:
    """Restore registrations with state and ticket, and tell their people, if staff want that."""
    locked = lock_training_session(change.training_session_id)
    rows = rows_found(_ROWS_TO_RESTORE, training_session_id=change.training_session_id)
    if change.restores:
        _restore(locked, rows, change)
    if rows:
        _forget(rows)


def _restore(locked: LockedSession, rows: Sequence[Row], change: SessionReopened) -> None:
    status_of = {row.id: _status_now(locked, row, change.now) for row in rows}
    seated = sum(status in SEATED for status in status_of.values())
    for status in sorted(set(status_of.values())):
        of_status = [row for row in rows if status_of[row.id] is status]
        values: dict[Any, Any] = {
            Registration.status: status,
            Registration.cancelled_because: None,
            Registration.cancelled_by: None,
        }
        if status is RegistrationStatus.OFFERED:
            values[Registration.offer_expires_at] = offer_expires_at(locked, change.now)
        if status is RegistrationStatus.REQUESTED:
            values[Registration.request_expires_at] = request_expires_at(locked, change.now)
        assign(of_status, values, now=change.now)
        tell(
            messages.RESTORE,
            of_status,
            status,
            actor_id=change.actor_id,
            now=change.now,
            because_id=change.audit_entry_id,
        )
    if rows:
        # Who was overbooked before has a seat again, by the same hand that re-opens the session.
        count(locked, tally(status_of.values()), overbook=beyond_capacity(locked, seated))
    fill(locked.id, because_id=change.audit_entry_id, now=change.now)


def _status_now(locked: LockedSession, row: Row, now: datetime) -> RegistrationStatus:
    assert row.before_cancel is not None
    is_offer = row.before_cancel is RegistrationStatus.OFFERED
    # An offer needs time for an answer; without, they wait first in line.
    ended = is_offer and not promotes(locked.clock, now)
    return RegistrationStatus.WAITLISTED if ended else row.before_cancel


def _forget(rows: Sequence[Row]) -> None:
    """Leave nothing that a later cancellation and re-opening would bring back."""
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_([row.id for row in rows]))
        .values(before_cancel=None)
        .execution_options(synchronize_session=False)
    )
