"""Making a session public, and calling it off."""

from datetime import datetime

from training import changes
from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.changes import SessionCancelled, SessionPublished
from training.sessions.errors import NotADraftError, SessionCancelledError
from training.sessions.service.locking import load, lock_training_session
from training.sessions.values import SessionStatus


def publish(training_session_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Make a draft public.

    :raise NotFoundError: there is no such session.
    :raise SessionCancelledError: it is cancelled; :raise NotADraftError: it is public already.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    if locked.status is not SessionStatus.DRAFT:
        raise NotADraftError
    entry_id = _change_status(
        training_session_id, SessionStatus.PUBLISHED, "session.publish", actor_id=actor_id, now=now
    )
    changes.record(SessionPublished(training_session_id, actor_id, entry_id, now))


def cancel(training_session_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Call a session off: its people are told, and calendars show it as cancelled.

    :raise NotFoundError: there is no such session; :raise SessionCancelledError: it is already.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    entry_id = _change_status(
        training_session_id, SessionStatus.CANCELLED, "session.cancel", actor_id=actor_id, now=now
    )
    changes.record(SessionCancelled(training_session_id, actor_id, entry_id, now))


def _change_status(
    training_session_id: int,
    status: SessionStatus,
    action: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> int:
    training_session = load(training_session_id)
    before = training_session.status
    training_session.status = status
    if status is SessionStatus.PUBLISHED:
        training_session.published_at = now
    training_session.revision += 1
    training_session.revised_at = now
    for meeting in training_session.meetings:
        if meeting.cancelled_at is None:
            meeting.revision += 1
            meeting.revised_at = now
            if status is SessionStatus.CANCELLED:
                meeting.cancelled_at = now
    db.session.flush()
    return record_act(
        Act(
            action=action,
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            before={"status": before},
            after={"status": status},
        ),
        actor_id=actor_id,
        now=now,
    )
