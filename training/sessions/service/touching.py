"""What else is written where something changed that sessions only refer to."""

from collections.abc import Callable, Collection
from datetime import datetime

from training import changes
from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.changes import SessionRevised
from training.sessions.models import Meeting
from training.sessions.service.locking import load, lock_training_session
from training.sessions.service.parts import raise_revision
from training.sessions.values import SessionStatus


def touch(
    training_session_ids: Collection[int],
    *,
    what: str,
    is_meant: Callable[[Meeting], bool] = lambda _meeting: True,
    because_id: int,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Raise the revision of sessions and of those of their meetings that are meant.

    Calendars then take the new words over. Cancelled ones stay as they are.

    :param what: changed, for the audit trail: "place" or "course".
    :param because_id: the audit entry of the change that they follow.
    """
    for training_session_id in sorted(training_session_ids):
        if lock_training_session(training_session_id).status is SessionStatus.CANCELLED:
            continue
        training_session = load(training_session_id)
        meant = [
            meeting
            for meeting in training_session.meetings
            if meeting.cancelled_at is None and is_meant(meeting)
        ]
        for meeting in meant:
            raise_revision(meeting, is_rescheduled=False, now=now)
        training_session.revision += 1
        training_session.revised_at = now
        db.session.flush()
        entry_id = record_act(
            Act(
                action="session.revise",
                subject_kind="training_session",
                subject_id=training_session_id,
                training_session_id=training_session_id,
                because_id=because_id,
                after={"revision": training_session.revision, "changed": [what]},
            ),
            actor_id=actor_id,
            now=now,
        )
        changes.record(SessionRevised(training_session_id, actor_id, entry_id, now))
