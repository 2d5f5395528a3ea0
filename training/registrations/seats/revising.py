"""What another time, zone or campaign of a session means for its seats, and for their deadlines."""

from datetime import datetime

import sqlalchemy as sa

from training.db import db
from training.registrations.models import Registration
from training.registrations.seats.holds import follow_holds
from training.registrations.seats.settings import follow_decision
from training.registrations.seats.waitlist import fill
from training.registrations.values import RegistrationStatus
from training.sessions.changes import SessionRevised
from training.sessions.service import lock_training_session
from training.sessions.values import LockedSession


def answer_revised_session(change: SessionRevised) -> None:
    """Let the deadlines follow the session's new times, and promote where it may promote again.

    An offer stays as it was made: its mail says until when.
    """
    locked = lock_training_session(change.training_session_id)
    follow_holds(locked)
    follow_decision(locked)
    if change.moved_from is not None:
        _follow_requests(locked, change.moved_from, now=change.now)
    fill(change.training_session_id, because_id=change.audit_entry_id, now=change.now)


def _follow_requests(locked: LockedSession, moved_from: datetime, *, now: datetime) -> None:
    """Let requests lapse at the new start that were to lapse at the old one, or would later."""
    latest = locked.starts_at if now < locked.starts_at else locked.ends_at
    db.session.execute(
        sa.update(Registration)
        .where(
            Registration.training_session_id == locked.id,
            Registration.status == RegistrationStatus.REQUESTED,
            sa.or_(
                Registration.request_expires_at == moved_from,
                Registration.request_expires_at > latest,
            ),
        )
        .values(request_expires_at=latest)
        .execution_options(synchronize_session=False)
    )
