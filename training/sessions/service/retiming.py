"""Bringing sessions in line with their wall clocks, when zone data have changed."""

from datetime import datetime
from typing import Any

from tzdata import IANA_VERSION

from training import changes
from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.changes import SessionRevised
from training.sessions.models import Meeting, TrainingSession
from training.sessions.retiming_queries import times_of, times_to_come
from training.sessions.rules.retiming import DeadlineKind, MovedMeeting, Retiming, retimed
from training.sessions.service.locking import load, lock_training_session
from training.sessions.service.parts import iso, raise_revision

#: Deadlines that are the session's own. The others follow it: ``SessionRevised``.
_OWN_DEADLINES = {DeadlineKind.OPENS, DeadlineKind.CLOSES}


def find_retimings(*, now: datetime) -> list[Retiming]:
    """Return the sessions to come that are at other instants than those stored, by id."""
    found = (retimed(session, now=now) for session in times_to_come(now))
    return [one for one in found if one.differs]


def retime(training_session_id: int, *, now: datetime) -> Retiming:
    """Have a session start, end, open and close when the clocks on its walls say so.

    The wall times stay. Calendars take what moved over, and deadlines follow. Where a person is
    needed, nothing is changed; where nothing is to do either.

    :return: what was found, and with it what was done.
    :raise NotFoundError: there is no such session.
    """
    lock_training_session(training_session_id)
    found = retimed(times_of(training_session_id), now=now)
    if found.differs and not found.unclear:
        _write(load(training_session_id), found, now=now)
    return found


def _write(training_session: TrainingSession, found: Retiming, *, now: datetime) -> None:
    before = _told(training_session)
    moved_from = training_session.starts_at
    meetings = {meeting.id: meeting for meeting in training_session.meetings}
    for moved in found.meetings:
        _move(meetings.pop(moved.stored.id), moved, now=now)
    if found.is_reordered:
        for meeting in meetings.values():
            raise_revision(meeting, is_rescheduled=False, now=now)
    for deadline in found.deadlines:
        if deadline.stored.kind in _OWN_DEADLINES:
            setattr(training_session, deadline.stored.kind, deadline.instant)
    training_session.starts_at, training_session.ends_at = found.span
    training_session.revision += 1
    training_session.revised_at = now
    db.session.flush()
    entry_id = record_act(
        Act(
            action="session.retime",
            subject_kind="training_session",
            subject_id=training_session.id,
            training_session_id=training_session.id,
            before=before,
            after={
                **_told(training_session),
                "zone_data": IANA_VERSION,
                "changed": sorted(
                    {
                        *(["meetings.starts_at"] if found.meetings else []),
                        *(str(deadline.stored.kind) for deadline in found.deadlines),
                    }
                ),
            },
        ),
        actor_id=None,
        now=now,
    )
    is_moved = training_session.starts_at != moved_from
    changes.record(
        SessionRevised(training_session.id, None, entry_id, now, moved_from if is_moved else None)
    )


def _move(meeting: Meeting, moved: MovedMeeting, *, now: datetime) -> None:
    times = moved.times
    meeting.starts_at, meeting.ends_at = times.starts_at, times.ends_at
    meeting.start_fold, meeting.end_fold = times.start_fold, times.end_fold
    raise_revision(meeting, is_rescheduled=True, now=now)


def _told(training_session: TrainingSession) -> dict[str, Any]:
    return {
        "starts_at": iso(training_session.starts_at),
        "revision": training_session.revision,
    }
