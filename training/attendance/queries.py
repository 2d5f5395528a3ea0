"""Reading: what a trainer has to mark, and the sheet of a meeting."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance.models import Attendance
from training.attendance.rules import MeetingState
from training.attendance.values import AttendanceStatus, is_marked
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Assignment, Meeting, Room, TrainingSession, Venue
from training.sessions.values import SessionStatus
from training.text import joined, search_key

#: How far back a trainer's page reaches.
RECENT = timedelta(days=30)
#: Meetings that the page lists at most, of those past and of those to come.
MAX_LISTED = 50

_IS_THEIRS = sa.exists().where(
    Assignment.training_session_id == TrainingSession.id,
    Assignment.person_id == sa.bindparam("person_id"),
)


def _within(statement: sa.Select[Any]) -> dict[Scope, sa.Select[Any]]:
    """Return a statement about sessions for each scope, so that what is not theirs is not found."""
    return {Scope.ALL: statement, Scope.OWN_SESSIONS: statement.where(_IS_THEIRS)}


def meeting_within(*columns: Any) -> dict[Scope, sa.Select[Any]]:
    """Return, for each scope, the statement that finds ``:meeting_id`` with its session."""
    return _within(
        sa.select(*columns)
        .select_from(Meeting)
        .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
        .where(Meeting.id == sa.bindparam("meeting_id"))
    )


def _marked(meeting_id: Any) -> sa.ScalarSelect[int]:
    """Return how many of those who hold a seat have a mark."""
    return (
        sa.select(sa.func.count())
        .select_from(Attendance)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(
            Attendance.meeting_id == meeting_id,
            Attendance.status != AttendanceStatus.CLEARED,
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .scalar_subquery()
    )


#: Of the meeting ``:meeting_id``; computed once, however many rows it stands beside.
MARKED = _marked(sa.bindparam("meeting_id"))


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedMeeting:
    """A meeting, as a trainer's pages show it."""

    id: int
    title: str
    session_status: SessionStatus
    cancelled_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    timezone: str
    #: Which meeting of its session it is, from 1, and of how many.
    ordinal: int
    meetings: int
    room: str | None
    venue: str | None
    join_url: str | None
    #: How many hold a seat.
    confirmed: int

    @property
    def state(self) -> MeetingState:
        return MeetingState(
            session_status=self.session_status,
            cancelled_at=self.cancelled_at,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None or self.session_status is SessionStatus.CANCELLED

    @property
    def place(self) -> str:
        """The room as people find it, or an empty text."""
        return joined(self.room, self.venue)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingToMark:
    """A meeting with what is left to do at it."""

    meeting: ListedMeeting
    marked: int

    @property
    def missing(self) -> int:
        return max(0, self.meeting.confirmed - self.marked)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnMeetings:
    """What a trainer's page lists."""

    #: Begun, and somebody has no mark: oldest first, as they are the closest to being forgotten.
    unmarked: tuple[MeetingToMark, ...]
    #: Not over: the next first.
    coming: tuple[MeetingToMark, ...]
    #: Over, and everybody is marked: the last first.
    done: tuple[MeetingToMark, ...]


class SheetRow(NamedTuple):
    """One person on the sheet."""

    registration_id: int
    name: str
    #: The organization, or an empty text.
    detail: str
    #: None: not marked.
    status: AttendanceStatus | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The sheet of one meeting."""

    meeting: ListedMeeting
    rows: tuple[SheetRow, ...]

    @property
    def marked(self) -> int:
        return sum(row.status is not None for row in self.rows)


_SIBLING = sa.orm.aliased(Meeting)
_LISTED = (
    Meeting.id,
    TrainingSession.title,
    TrainingSession.status.label("session_status"),
    Meeting.cancelled_at,
    Meeting.starts_at,
    Meeting.ends_at,
    Meeting.timezone,
    Meeting.ordinal,
    sa.select(sa.func.count())
    .select_from(_SIBLING)
    .where(_SIBLING.training_session_id == TrainingSession.id)
    .scalar_subquery()
    .label("meetings"),
    Room.name.label("room"),
    Venue.name.label("venue"),
    Meeting.join_url,
    TrainingSession.confirmed_count.label("confirmed"),
)


def _with_place(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.outerjoin(Room, Room.id == Meeting.room_id).outerjoin(
        Venue, Venue.id == Room.venue_id
    )


_MEETING = {scope: _with_place(statement) for scope, statement in meeting_within(*_LISTED).items()}
_OWN = _with_place(
    sa.select(*_LISTED, _marked(Meeting.id).label("marked"))
    .select_from(Meeting)
    .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
    .where(TrainingSession.status != SessionStatus.DRAFT)
    .limit(MAX_LISTED)
)
_PAST = _within(
    _OWN.where(
        Meeting.starts_at <= sa.bindparam("now"),
        Meeting.starts_at > sa.bindparam("since"),
        Meeting.cancelled_at.is_(None),
    ).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
)
_COMING = _within(
    _OWN.where(Meeting.starts_at > sa.bindparam("now")).order_by(Meeting.starts_at, Meeting.id)
)

_ROWS = (
    sa.select(
        Registration.id,
        Registration.name,
        sa.func.coalesce(Organization.name, "").label("detail"),
        Attendance.status,
    )
    .select_from(Meeting)
    .join(Registration, Registration.training_session_id == Meeting.training_session_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .outerjoin(
        Attendance,
        sa.and_(Attendance.registration_id == Registration.id, Attendance.meeting_id == Meeting.id),
    )
    .where(
        Meeting.id == sa.bindparam("meeting_id"),
        Registration.status == RegistrationStatus.CONFIRMED,
    )
)


def own_meetings(person_id: int, scope: Scope, *, now: datetime) -> OwnMeetings:
    """Return the meetings that somebody marks, sorted by what there is to do.

    :param scope: how far they may reach; staff see everybody's.
    """
    bound = {"person_id": person_id, "now": now, "since": now - RECENT}
    past = [_to_mark(row) for row in db.session.execute(_PAST[scope], bound)]
    coming = [_to_mark(row) for row in db.session.execute(_COMING[scope], bound)]
    return OwnMeetings(
        unmarked=tuple(one for one in reversed(past) if one.missing),
        coming=tuple(coming),
        done=tuple(one for one in past if not one.missing),
    )


def get_meeting(meeting_id: int, person_id: int, scope: Scope) -> ListedMeeting:
    """Return a meeting that somebody marks.

    :raise NotFoundError: there is none, or it is not theirs.
    """
    row = db.session.execute(
        _MEETING[scope], {"meeting_id": meeting_id, "person_id": person_id}
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return ListedMeeting(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping


def sheet_of(meeting: ListedMeeting) -> Sheet:
    """Return everybody who holds a seat, by name, with how they stand."""
    rows = [
        SheetRow(id_, name, detail, status if is_marked(status) else None)
        for id_, name, detail, status in db.session.execute(_ROWS, {"meeting_id": meeting.id})
    ]
    rows.sort(key=lambda row: (search_key(row.name), row.registration_id))
    return Sheet(meeting=meeting, rows=tuple(rows))


def _to_mark(row: sa.Row[Any]) -> MeetingToMark:
    values = row._mapping  # noqa: SLF001 -- as above
    return MeetingToMark(
        meeting=ListedMeeting(**{f.name: values[f.name] for f in fields(ListedMeeting)}),
        marked=values["marked"],
    )
