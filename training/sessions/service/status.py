"""Making a session public, and calling it off."""

from datetime import datetime

from training import changes
from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.changes import SessionCancelled, SessionPublished, SessionReopened
from training.sessions.errors import (
    NotADraftError,
    NotCancelledError,
    NothingToDecideError,
    SessionCancelledError,
    TooLateToReopenError,
)
from training.sessions.service.locking import load, lock_training_session
from training.sessions.service.parts import raise_revision
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


def reopen(
    training_session_id: int, *, restores: bool, actor_id: int | None, now: datetime
) -> None:
    """Hold a session after all that was called off: as public as it was before.

    :param restores: whether those who were registered then are to be so again, and are told.
    :raise NotFoundError: there is no such session; :raise NotCancelledError: it is not cancelled.
    :raise TooLateToReopenError: its last meeting would have ended.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is not SessionStatus.CANCELLED:
        raise NotCancelledError
    if now >= locked.ends_at:
        raise TooLateToReopenError
    was_public = load(training_session_id).published_at is not None
    entry_id = _change_status(
        training_session_id,
        SessionStatus.PUBLISHED if was_public else SessionStatus.DRAFT,
        "session.reopen",
        actor_id=actor_id,
        now=now,
    )
    changes.record(SessionReopened(training_session_id, restores, actor_id, entry_id, now))


def hold_anyway(training_session_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Say that a session takes place, whether as many register as it was planned for or not.

    That it does not is said by cancelling it.

    :raise NotFoundError: there is no such session; :raise SessionCancelledError: it is cancelled.
    :raise NothingToDecideError: it has no minimum, or this was said before.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    training_session = load(training_session_id)
    if training_session.minimum is None or training_session.settled_at is not None:
        raise NothingToDecideError
    training_session.settled_at = now
    db.session.flush()
    record_act(
        Act(
            action="session.hold_anyway",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            after={"minimum": training_session.minimum, "confirmed": locked.confirmed_count},
        ),
        actor_id=actor_id,
        now=now,
    )


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
    called_off_at = training_session.cancelled_at
    is_cancelled = status is SessionStatus.CANCELLED
    if status is SessionStatus.PUBLISHED and training_session.published_at is None:
        training_session.published_at = now
    training_session.cancelled_at = now if is_cancelled else None
    training_session.revision += 1
    training_session.revised_at = now
    for meeting in training_session.meetings:
        # One that was called off alone before stays so.
        if meeting.cancelled_at in {None, called_off_at}:
            is_rescheduled = is_cancelled != (meeting.cancelled_at is not None)
            raise_revision(meeting, is_rescheduled=is_rescheduled, now=now)
            meeting.cancelled_at = now if is_cancelled else None
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
