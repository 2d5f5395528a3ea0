"""Wall times with the instants that were derived from them, read for what is still to come."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from training.db import db
from training.sessions.clash_queries import sittings_after
from training.sessions.models import Hold, Meeting, TrainingSession
from training.sessions.rules.clashes import Clash, Sitting, clashes
from training.sessions.rules.retiming import (
    DeadlineKind,
    Retiming,
    StoredDeadline,
    StoredMeeting,
    StoredTimes,
)

#: Further than this, no change of a zone has ever moved its clocks: Samoa left a day out.
_FURTHEST = timedelta(days=2)

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting, _hold = (kind.__table__.c for kind in (TrainingSession, Meeting, Hold))

_SESSIONS = sa.select(
    _session.id,
    _session.title,
    _session.status,
    _session.timezone,
    _session.starts_at,
    _session.ends_at,
    _session.cancelled_at,
    _session.registration_opens,
    _session.registration_opens_at,
    _session.registration_closes,
    _session.registration_closes_at,
    _session.decide,
    _session.decide_at,
).order_by(_session.id)
_MEETINGS = (
    sa.select(
        _meeting.id,
        _meeting.training_session_id,
        _meeting.wall_start,
        _meeting.start_fold,
        _meeting.wall_end,
        _meeting.end_fold,
        _meeting.timezone,
        _meeting.starts_at,
        _meeting.ends_at,
        _meeting.cancelled_at,
    )
    .join(TrainingSession.__table__, _session.id == _meeting.training_session_id)
    .order_by(_meeting.starts_at, _meeting.id)
)
_HOLDS = (
    sa.select(_hold.training_session_id, _hold.release_wall, _hold.release_at)
    .join(TrainingSession.__table__, _session.id == _hold.training_session_id)
    .where(_hold.released_at.is_(None))
    .order_by(_hold.id)
)


def times_to_come(now: datetime) -> list[StoredTimes]:
    """Return the times of every session that is not over, and of some that are."""
    return _read(_session.ends_at > now - _FURTHEST)


def times_of(training_session_id: int) -> StoredTimes:
    """Return the times of one session that is there."""
    [found] = _read(_session.id == training_session_id)
    return found


def new_clashes(found: Sequence[Retiming], *, now: datetime) -> dict[int, list[Clash]]:
    """Return the clashes that arise if all of these sessions are retimed, by the session's id."""
    times = {one.stored.id: one.times for it in found for one in it.meetings}
    stored = sittings_after(now - _FURTHEST) if times else []
    before = [one for one in stored if one.meeting_id in times]
    after = [_moved(one, times) for one in before]
    others = [one for one in stored if one.meeting_id not in times]
    known = {_pair(clash) for clash in clashes(before, others)}
    arisen: dict[int, list[Clash]] = defaultdict(list)
    for clash in clashes(after, others):
        if _pair(clash) not in known and clash.mine.training_session_id is not None:
            arisen[clash.mine.training_session_id].append(clash)
    return arisen


def _moved(sitting: Sitting, times: Mapping[int, Any]) -> Sitting:
    moved = times[sitting.meeting_id or 0]
    return replace(sitting, starts_at=moved.starts_at, ends_at=moved.ends_at)


def _pair(clash: Clash) -> frozenset[int | None]:
    return frozenset({clash.mine.meeting_id, clash.other.meeting_id})


def _read(which: sa.ColumnElement[bool]) -> list[StoredTimes]:
    sessions = db.session.execute(_SESSIONS.where(which)).all()
    cancelled_at = {row.id: row.cancelled_at for row in sessions}
    meetings: dict[int, list[StoredMeeting]] = defaultdict(list)
    for meeting in db.session.execute(_MEETINGS.where(which)):
        called_off_at = cancelled_at.get(meeting.training_session_id)
        meetings[meeting.training_session_id].append(_stored_meeting(meeting, called_off_at))
    holds: dict[int, list[StoredDeadline]] = defaultdict(list)
    for row in db.session.execute(_HOLDS.where(which)):
        holds[row.training_session_id].append(
            StoredDeadline(kind=DeadlineKind.RELEASE, wall=row.release_wall, instant=row.release_at)
        )
    return [
        StoredTimes(
            id=row.id,
            title=row.title,
            status=row.status,
            timezone=row.timezone,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            meetings=tuple(meetings[row.id]),
            deadlines=(*_own_deadlines(row), *holds[row.id]),
        )
        for row in sessions
    ]


def _stored_meeting(row: Any, called_off_at: datetime | None) -> StoredMeeting:
    return StoredMeeting(
        id=row.id,
        wall_start=row.wall_start,
        start_fold=row.start_fold,
        wall_end=row.wall_end,
        end_fold=row.end_fold,
        timezone=row.timezone,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        # One that was called off alone, before or not, is not brought back with the session.
        is_held=row.cancelled_at is None or row.cancelled_at == called_off_at,
    )


def _own_deadlines(row: Any) -> list[StoredDeadline]:
    return [
        StoredDeadline(kind=kind, wall=wall, instant=instant)
        for kind, wall, instant in (
            (DeadlineKind.OPENS, row.registration_opens, row.registration_opens_at),
            (DeadlineKind.CLOSES, row.registration_closes, row.registration_closes_at),
            (DeadlineKind.DECIDE, row.decide, row.decide_at),
        )
        if wall is not None and instant is not None
    ]
