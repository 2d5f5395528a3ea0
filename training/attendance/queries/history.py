"""Reading the history of one person's marks: who said what, when, from where."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance.models import AttendanceMark
from training.attendance.queries.scopes import within
from training.attendance.rules import is_clock_off
from training.attendance.values import AttendanceStatus, MarkSource
from training.db import db
from training.errors import NotFoundError
from training.people.models import Person
from training.registrations.models import Registration
from training.sessions.models import Meeting, TrainingSession


@dataclass(frozen=True, kw_only=True, slots=True)
class PastMark:
    """One mark, as its history shows it."""

    status: AttendanceStatus
    source: MarkSource
    #: Who made it; None: nobody who is known.
    by: str | None
    #: When it came to us.
    recorded_at: datetime
    #: What the phone's clock said when it was made, as it said it.
    claimed_at: datetime | None
    #: That clock cannot be believed.
    is_clock_off: bool

    @property
    def is_late(self) -> bool:
        """Tell whether it was kept on the phone for a while before it came."""
        return (
            self.claimed_at is not None
            and not self.is_clock_off
            and self.recorded_at - self.claimed_at > timedelta(minutes=1)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingHistory:
    """The marks of a person at one meeting, the newest first."""

    meeting_id: int
    starts_at: datetime
    ends_at: datetime
    timezone: str
    marks: tuple[PastMark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The marks of one registration at every meeting of its session."""

    registration_id: int
    training_session_id: int
    name: str
    title: str
    meetings: tuple[MeetingHistory, ...]


_REGISTRATION = within(
    sa.select(
        Registration.id.label("registration_id"),
        Registration.training_session_id,
        Registration.name,
        TrainingSession.title,
    )
    .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
    .where(Registration.id == sa.bindparam("registration_id"))
)
_MEETINGS = (
    sa.select(Meeting.id, Meeting.starts_at, Meeting.ends_at, Meeting.timezone)
    .where(Meeting.training_session_id == sa.bindparam("training_session_id"))
    .order_by(Meeting.ordinal, Meeting.id)
)
_MARKS = (
    sa.select(
        AttendanceMark.meeting_id,
        AttendanceMark.status,
        AttendanceMark.source,
        Person.name.label("by"),
        AttendanceMark.recorded_at,
        AttendanceMark.claimed_at,
        AttendanceMark.clock_ahead_seconds,
    )
    .outerjoin(Person, Person.id == AttendanceMark.recorded_by)
    .where(AttendanceMark.registration_id == sa.bindparam("registration_id"))
    .order_by(AttendanceMark.id.desc())
)


def get_history(registration_id: int, person_id: int, scope: Scope) -> History:
    """Return the marks of a registration in a session that somebody trains, in three statements.

    :raise NotFoundError: there is no such registration, or its session is not theirs.
    """
    bound = {"registration_id": registration_id, "person_id": person_id}
    facts = db.session.execute(_REGISTRATION[scope], bound).one_or_none()
    if facts is None:
        raise NotFoundError
    meetings = db.session.execute(
        _MEETINGS, {"training_session_id": facts.training_session_id}
    ).all()
    marks = db.session.execute(_MARKS, {"registration_id": registration_id}).all()
    return History(
        **facts._mapping,  # noqa: SLF001 -- the public name for a row as a mapping
        meetings=tuple(
            MeetingHistory(
                meeting_id=meeting.id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                timezone=meeting.timezone,
                marks=tuple(
                    _past(mark, meeting.starts_at)
                    for mark in marks
                    if mark.meeting_id == meeting.id
                ),
            )
            for meeting in meetings
        ),
    )


def _past(mark: Any, starts_at: datetime) -> PastMark:
    return PastMark(
        status=mark.status,
        source=mark.source,
        by=mark.by,
        recorded_at=mark.recorded_at,
        claimed_at=mark.claimed_at,
        is_clock_off=is_clock_off(
            mark.claimed_at,
            mark.recorded_at,
            ahead_seconds=mark.clock_ahead_seconds,
            starts_at=starts_at,
        ),
    )
