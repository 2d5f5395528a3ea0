"""Reading the meetings that somebody marks, and what there is left to do at them."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance.queries.scopes import disagreed, marked, meeting_within, within
from training.attendance.rules import MeetingState, is_today
from training.db import core, db
from training.errors import NotFoundError
from training.sessions.models import Meeting, Room, TrainingSession, Venue
from training.sessions.values import SessionStatus
from training.text import joined

#: How far back a trainer's page reaches.
RECENT = timedelta(days=30)
#: Meetings that the page lists at most, of those past and of those to come.
MAX_LISTED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedMeeting:
    """A meeting, as a trainer's pages show it."""

    id: int
    training_session_id: int
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
    #: About how many two trainers disagree.
    disagreed: int

    @property
    def missing(self) -> int:
        return max(0, self.meeting.confirmed - self.marked)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnMeetings:
    """What a trainer's page lists."""

    #: On the day that it is where they take place: in their order.
    today: tuple[MeetingToMark, ...]
    #: Of days before, and somebody has no mark: oldest first, the closest to being forgotten.
    unmarked: tuple[MeetingToMark, ...]
    #: Of days to come: the next first.
    coming: tuple[MeetingToMark, ...]
    #: Of days before, and everybody is marked: the last first.
    done: tuple[MeetingToMark, ...]


_SIBLING = sa.orm.aliased(Meeting)
_LISTED = (
    Meeting.id,
    Meeting.training_session_id,
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
    sa.select(
        *_LISTED, marked(Meeting.id).label("marked"), disagreed(Meeting.id).label("disagreed")
    )
    .select_from(Meeting)
    .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
    .where(TrainingSession.status != SessionStatus.DRAFT)
    .limit(MAX_LISTED)
)
_OF_SESSION = (
    _OWN.limit(None)
    .where(Meeting.training_session_id == sa.bindparam("training_session_id"))
    .order_by(Meeting.ordinal, Meeting.id)
)
_PAST = within(
    _OWN.where(
        Meeting.starts_at <= sa.bindparam("now"),
        Meeting.starts_at > sa.bindparam("since"),
        Meeting.cancelled_at.is_(None),
    ).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
)
_COMING = within(
    _OWN.where(Meeting.starts_at > sa.bindparam("now")).order_by(Meeting.starts_at, Meeting.id)
)


def own_meetings(person_id: int, scope: Scope, *, now: datetime) -> OwnMeetings:
    """Return the meetings that somebody marks, sorted by what there is to do.

    :param scope: how far they may reach; staff see everybody's.
    """
    bound = {"person_id": person_id, "now": now, "since": now - RECENT}
    past = [_to_mark(row) for row in db.session.execute(_PAST[scope], bound)]
    coming = [_to_mark(row) for row in db.session.execute(_COMING[scope], bound)]
    today = [one for one in (*reversed(past), *coming) if _is_today(one.meeting, now)]
    before = [one for one in past if not _is_today(one.meeting, now)]
    return OwnMeetings(
        today=tuple(today),
        unmarked=tuple(one for one in reversed(before) if one.missing),
        coming=tuple(one for one in coming if not _is_today(one.meeting, now)),
        done=tuple(one for one in before if not one.missing),
    )


def _is_today(meeting: ListedMeeting, now: datetime) -> bool:
    return is_today(meeting.starts_at, meeting.ends_at, meeting.timezone, now=now)


def get_meeting(meeting_id: int, person_id: int, scope: Scope) -> ListedMeeting:
    """Return a meeting that somebody marks.

    :raise NotFoundError: there is none, or it is not theirs.
    """
    bound = {"meeting_id": meeting_id, "person_id": person_id}
    row = core().execute(_MEETING[scope], bound).one_or_none()
    if row is None:
        raise NotFoundError
    return ListedMeeting(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping


def meetings_of(training_session_id: int) -> list[MeetingToMark]:
    """Return the meetings of a published session, in their order."""
    bound = {"training_session_id": training_session_id}
    return [_to_mark(row) for row in db.session.execute(_OF_SESSION, bound)]


def _to_mark(row: sa.Row[Any]) -> MeetingToMark:
    values = row._mapping  # noqa: SLF001 -- as above
    return MeetingToMark(
        meeting=ListedMeeting(**{f.name: values[f.name] for f in fields(ListedMeeting)}),
        marked=values["marked"],
        disagreed=values["disagreed"],
    )
