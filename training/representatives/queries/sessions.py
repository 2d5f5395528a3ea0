"""The sessions that an organization's people go to, and those that they may register for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.attendance.values import AttendanceStatus
from training.db import UtcDateTime, db
from training.errors import NotFoundError
from training.registrations.cards import CARD_COLUMNS, IS_LISTED, SessionCard, card_of
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.representatives.queries.ours import (
    IS_EXPECTED,
    IS_LIVE,
    IS_NAMED,
    IS_OURS,
    OWN_COLUMNS,
    OwnRegistration,
    own_of,
    registration,
)
from training.sessions.models import Meeting, Room, TrainingSession, Venue
from training.sessions.question_queries import asks
from training.sessions.values import SessionStatus
from training.text import joined, search_key

#: Sessions that a list of them shows at most.
MOST_LISTED = 50

_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c
_room, _venue = Room.__table__.c, Venue.__table__.c
_attendance = Attendance.__table__.c
_NOW = sa.bindparam("now", type_=UtcDateTime())


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSession:
    """A session with the organization's own people in it."""

    card: SessionCard
    #: By name.
    seated: tuple[OwnRegistration, ...]
    #: In the order of the line.
    waiting: tuple[OwnRegistration, ...]
    #: Who asked for a seat, or is offered one.
    pending: tuple[OwnRegistration, ...]
    #: Who had or awaited a seat when the session was cancelled.
    called_off: tuple[OwnRegistration, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingRegistration:
    """Somebody who waits, or is offered a seat, with the session that this is about."""

    registration: OwnRegistration
    title: str
    starts_at: datetime
    timezone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnMeeting:
    """A meeting of a session, as everybody may see it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: str
    is_cancelled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class VisibleSession:
    """A session that an organization may see."""

    card: SessionCard
    #: Whether it has a page for everybody.
    is_listed: bool
    #: Whether a group may wait as a whole.
    groups_wait: bool
    #: Whether those who register answer questions.
    asks_questions: bool

    def may_change(self, now: datetime) -> bool:
        """Tell whether people may still be swapped and cancelled: until the session starts."""
        return now < self.card.starts_at


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRoster(VisibleSession):
    """One session, and of its people the organization's own."""

    meetings: tuple[OwnMeeting, ...]
    seated: tuple[OwnRegistration, ...]
    waiting: tuple[OwnRegistration, ...]
    #: Who asked for a seat, or is offered one.
    pending: tuple[OwnRegistration, ...]
    ended: tuple[OwnRegistration, ...]
    #: By registration and meeting; who is not marked is not in it.
    attendance: dict[tuple[int, int], AttendanceStatus]


_HAS_OURS = _session.id.in_(sa.select(registration.training_session_id).where(IS_OURS, IS_EXPECTED))
_CARDS = sa.select(*CARD_COLUMNS)
_COMING = (
    _CARDS.where(_HAS_OURS, _session.ends_at > _NOW, _session.status != SessionStatus.DRAFT)
    .order_by(_session.starts_at, _session.id)
    .limit(sa.bindparam("most"))
)
_PAST = (
    _CARDS.where(_HAS_OURS, _session.ends_at <= _NOW, _session.status != SessionStatus.DRAFT)
    .order_by(_session.starts_at.desc(), _session.id.desc())
    .limit(MOST_LISTED + 1)
    .offset(sa.bindparam("skipped"))
)
#: Of a session: partners may register for it, be it to wait.
IS_OPEN = (
    _session.status == SessionStatus.PUBLISHED,
    IS_LISTED,
    sa.not_(_session.registration_paused),
    sa.or_(_session.registration_opens_at.is_(None), _session.registration_opens_at <= _NOW),
    sa.func.coalesce(_session.registration_closes_at, _session.starts_at) > _NOW,
    _session.ends_at > _NOW,
)
_OPEN = _CARDS.where(*IS_OPEN).order_by(_session.starts_at, _session.id).limit(sa.bindparam("most"))
_HAS_SEATS = sa.or_(
    sa.and_(_session.capacity.is_(None), _session.waitlisted_count == 0),
    sa.and_(
        _session.waitlisted_count == 0,
        _session.confirmed_count + _session.offered_count + _session.kept_count < _session.capacity,
    ),
)
_EXPECTED = (
    sa.select(*OWN_COLUMNS)
    .where(
        IS_OURS,
        IS_EXPECTED,
        registration.training_session_id.in_(sa.bindparam("ids", expanding=True)),
    )
    .order_by(registration.ticket)
)
_TO_COME = (
    sa.select(*OWN_COLUMNS, _session.title, _session.starts_at, _session.timezone)
    .join_from(
        Registration.__table__,
        TrainingSession.__table__,
        _session.id == registration.training_session_id,
    )
    .where(IS_OURS, _session.ends_at > _NOW)
    .limit(MOST_LISTED)
)
_OFFERED = _TO_COME.where(
    registration.status == RegistrationStatus.OFFERED, registration.offer_expires_at >= _NOW
).order_by(registration.offer_expires_at, registration.id)
_WAITING = _TO_COME.where(registration.status == RegistrationStatus.WAITLISTED).order_by(
    _session.starts_at, _session.id, registration.ticket
)
#: Everybody's sessions, and those that people of the organization are in by whatever way.
_VISIBLE = sa.select(
    *CARD_COLUMNS,
    _session.groups_wait,
    IS_LISTED.label("is_listed"),
    asks(_session.id, _session.course_id).label("asks_questions"),
).where(
    _session.id == sa.bindparam("training_session_id"),
    _session.status != SessionStatus.DRAFT,
    sa.or_(
        IS_LISTED,
        _session.id.in_(sa.select(registration.training_session_id).where(IS_NAMED)),
    ),
)
_PEOPLE = (
    sa.select(*OWN_COLUMNS)
    .where(IS_OURS, registration.training_session_id == sa.bindparam("training_session_id"))
    .order_by(registration.ticket)
)
_MEETINGS = (
    sa.select(
        _meeting.id,
        _meeting.starts_at,
        _meeting.ends_at,
        _meeting.timezone,
        _meeting.cancelled_at,
        _room.name.label("room"),
        _venue.name.label("venue"),
    )
    .select_from(
        Meeting.__table__.outerjoin(Room.__table__, _room.id == _meeting.room_id).outerjoin(
            Venue.__table__, _venue.id == _room.venue_id
        )
    )
    .where(_meeting.training_session_id == sa.bindparam("training_session_id"))
    .order_by(_meeting.starts_at, _meeting.id)
)
_MARKS = (
    sa.select(_attendance.registration_id, _attendance.meeting_id, _attendance.status)
    .join_from(
        Attendance.__table__,
        Registration.__table__,
        registration.id == _attendance.registration_id,
    )
    .where(
        IS_OURS,
        registration.training_session_id == sa.bindparam("training_session_id"),
        _attendance.status != AttendanceStatus.CLEARED,
    )
)
_OWN = sa.select(*OWN_COLUMNS).where(
    IS_OURS, registration.id.in_(sa.bindparam("ids", expanding=True))
)
_TAKEN = sa.select(registration.person_id).where(
    IS_NAMED,
    IS_LIVE,
    registration.training_session_id == sa.bindparam("training_session_id"),
)


def coming_sessions(organization_id: int, *, now: datetime, most: int) -> list[OwnSession]:
    """Return the next sessions that people of the organization are registered for."""
    bound = {"organization_id": organization_id, "now": now, "most": most}
    cards = [card_of(row, now) for row in db.session.execute(_COMING, bound)]
    return _with_people(organization_id, cards)


def past_sessions(
    organization_id: int, *, now: datetime, page: int
) -> tuple[list[OwnSession], bool]:
    """Return a page of sessions that are over, the last first, and whether more follow.

    :param page: from 1.
    """
    bound = {"organization_id": organization_id, "now": now, "skipped": (page - 1) * MOST_LISTED}
    cards = [card_of(row, now) for row in db.session.execute(_PAST, bound)]
    return _with_people(organization_id, cards[:MOST_LISTED]), len(cards) > MOST_LISTED


def open_sessions(
    *, now: datetime, most: int, q: str = "", only_with_seats: bool = False
) -> list[SessionCard]:
    """Return the next sessions that partners may register for, with seats or to wait for one.

    :param q: words that each stand in the title.
    """
    statement = _OPEN.where(_HAS_SEATS) if only_with_seats else _OPEN
    for word in search_key(q).split():
        statement = statement.where(_session.search_key.contains(word, autoescape=True))
    found = db.session.execute(statement, {"now": now, "most": most})
    return [card_of(row, now) for row in found]


def who_waits(organization_id: int, *, now: datetime) -> list[WaitingRegistration]:
    """Return the people of the organization who wait for a seat, the soonest session first."""
    return _with_sessions(_WAITING, organization_id, now=now)


def open_offers(organization_id: int, *, now: datetime) -> list[WaitingRegistration]:
    """Return the people of the organization for whom a seat is kept, the soonest deadline first."""
    return _with_sessions(_OFFERED, organization_id, now=now)


def _with_sessions(
    statement: sa.Select[Any], organization_id: int, *, now: datetime
) -> list[WaitingRegistration]:
    found = db.session.execute(statement, {"organization_id": organization_id, "now": now})
    return [
        WaitingRegistration(
            registration=own_of(row),
            title=row.title,
            starts_at=row.starts_at,
            timezone=row.timezone,
        )
        for row in found
    ]


def get_visible(organization_id: int, training_session_id: int, *, now: datetime) -> VisibleSession:
    """Return a session without anybody in it, in one statement.

    :raise NotFoundError: there is none, or neither everybody nor this organization may see it.
    """
    bound = {"organization_id": organization_id, "training_session_id": training_session_id}
    row = db.session.execute(_VISIBLE, bound).one_or_none()
    if row is None:
        raise NotFoundError
    return VisibleSession(
        card=card_of(row, now),
        is_listed=bool(row.is_listed),
        groups_wait=row.groups_wait,
        asks_questions=bool(row.asks_questions),
    )


def get_roster(organization_id: int, training_session_id: int, *, now: datetime) -> SessionRoster:
    """Return a session with the organization's own people, in four statements.

    :raise NotFoundError: as :func:`get_visible`.
    """
    bound = {"organization_id": organization_id, "training_session_id": training_session_id}
    visible = get_visible(organization_id, training_session_id, now=now)
    people = [own_of(one) for one in db.session.execute(_PEOPLE, bound)]
    seated, waiting = _by_place(people)
    return SessionRoster(
        card=visible.card,
        is_listed=visible.is_listed,
        groups_wait=visible.groups_wait,
        asks_questions=visible.asks_questions,
        meetings=tuple(
            OwnMeeting(
                id=meeting.id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                timezone=meeting.timezone,
                place=joined(meeting.room, meeting.venue),
                is_cancelled=meeting.cancelled_at is not None,
            )
            for meeting in db.session.execute(_MEETINGS, bound)
        ),
        seated=seated,
        waiting=waiting,
        pending=_pending(people),
        ended=_ended(people),
        attendance={
            (registration_id, meeting_id): status
            for registration_id, meeting_id, status in db.session.execute(_MARKS, bound)
        },
    )


def get_own(organization_id: int, registration_ids: Sequence[int]) -> list[OwnRegistration]:
    """Return registrations of the organization's own people.

    :raise NotFoundError: one of them is none of its people's, or does not exist.
    """
    bound = {"organization_id": organization_id, "ids": list(registration_ids)}
    found = [own_of(row) for row in db.session.execute(_OWN, bound)]
    if len(found) != len(set(registration_ids)):
        raise NotFoundError
    return sorted(found, key=lambda one: (search_key(one.name), one.id))


def people_in(organization_id: int, training_session_id: int) -> set[int]:
    """Return who is or says to be of the organization and is registered for a session."""
    bound = {"organization_id": organization_id, "training_session_id": training_session_id}
    return set(db.session.scalars(_TAKEN, bound))


def _with_people(organization_id: int, cards: Sequence[SessionCard]) -> list[OwnSession]:
    bound = {"organization_id": organization_id, "ids": [card.id for card in cards]}
    people: defaultdict[int, list[OwnRegistration]] = defaultdict(list)
    for row in db.session.execute(_EXPECTED, bound):
        people[row.training_session_id].append(own_of(row))
    sessions = []
    for card in cards:
        seated, waiting = _by_place(people[card.id])
        called_off = tuple(one for one in people[card.id] if not one.is_live)
        sessions.append(
            OwnSession(
                card=card,
                seated=seated,
                waiting=waiting,
                pending=_pending(people[card.id]),
                called_off=called_off,
            )
        )
    return sessions


def _by_place(
    people: Sequence[OwnRegistration],
) -> tuple[tuple[OwnRegistration, ...], tuple[OwnRegistration, ...]]:
    """Return who has a seat, by name, and who waits, in order.

    :param people: in the order of their tickets.
    """
    seated = [one for one in people if one.has_seat]
    seated.sort(key=lambda one: (search_key(one.name), one.id))
    return tuple(seated), tuple(one for one in people if one.is_waiting)


def _pending(people: Sequence[OwnRegistration]) -> tuple[OwnRegistration, ...]:
    """Return who is offered a seat, then who asked for one."""
    found = [one for one in people if one.is_live and not one.has_seat and not one.is_waiting]
    return tuple(sorted(found, key=lambda one: (one.is_requested, search_key(one.name), one.id)))


def _ended(people: Sequence[OwnRegistration]) -> tuple[OwnRegistration, ...]:
    """Return who is not coming any more, the last first; who registered anew is coming."""
    live = {one.person_id for one in people if one.is_live}
    return tuple(
        one
        for one in reversed(people)
        if not one.is_live and not one.is_placeholder and one.person_id not in live
    )
