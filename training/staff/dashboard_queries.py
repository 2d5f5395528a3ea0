"""Everything that the dashboard shows, in six statements at most, whatever there is.

What is read hangs on what stands near, never on how much there ever was: the meetings of some weeks
by their starts, counters for seats, and of all else only as much as is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.attendance.values import AttendanceStatus
from training.campaigns.models import Campaign
from training.campaigns.values import CampaignStatus
from training.db import UtcDateTime, core
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.availability_columns import AVAILABILITY_COLUMNS, clock_of, seats_of
from training.sessions.clash_queries import clashing
from training.sessions.models import Assignment, Meeting, Room, TrainingSession, Venue
from training.sessions.queries import decision_about
from training.sessions.values import SessionStatus
from training.staff.dashboard_values import (
    AHEAD,
    BEFORE,
    MAIL_LATE,
    MOST_AHEAD,
    MOST_BEFORE,
    MOST_COUNTED,
    OFFER_WITHIN,
    Near,
    NearMeeting,
    RunningCampaign,
    Waiting,
)
from training.staff.mail_queries import is_trouble
from training.text import joined

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting, _room, _venue = (
    kind.__table__.c for kind in (TrainingSession, Meeting, Room, Venue)
)
_registration, _attendance, _message, _campaign = (
    kind.__table__.c for kind in (Registration, Attendance, Message, Campaign)
)
_person, _assignment = Person.__table__.c, Assignment.__table__.c

#: Running campaigns that the page lists.
MOST_CAMPAIGNS = 9

#: Whoever came, as far as anybody marked it.
CAME = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY)


def _instant(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=UtcDateTime())


_NOW, _SINCE, _UNTIL = (_instant(name) for name in ("now", "since", "until"))
#: Somebody has a seat and no mark; found without counting anybody.
_IS_UNMARKED = sa.case(
    (
        sa.and_(_session.confirmed_count > 0, _meeting.ends_at <= _NOW),
        sa.exists().where(
            _registration.training_session_id == _meeting.training_session_id,
            _registration.status == RegistrationStatus.CONFIRMED,
            _registration.is_placeholder.is_(False),
            sa.not_(
                sa.exists().where(
                    _attendance.registration_id == _registration.id,
                    _attendance.meeting_id == _meeting.id,
                    _attendance.status != AttendanceStatus.CLEARED,
                )
            ),
        ),
    ),
    else_=sa.false(),
)
_NEAR = (
    sa.select(
        _meeting.id.label("meeting_id"),
        _meeting.training_session_id,
        _meeting.starts_at.label("meeting_starts_at"),
        _meeting.ends_at.label("meeting_ends_at"),
        _meeting.timezone,
        _meeting.join_url,
        _room.name.label("room"),
        _venue.name.label("venue"),
        _session.title,
        _session.campaign_id,
        _session.delivery,
        _session.overbooked_by,
        _session.minimum,
        _session.decide_at,
        _session.settled_at,
        *AVAILABILITY_COLUMNS,
    )
    .select_from(
        Meeting.__table__.join(
            TrainingSession.__table__, _session.id == _meeting.training_session_id
        )
        .outerjoin(Room.__table__, _room.id == _meeting.room_id)
        .outerjoin(Venue.__table__, _venue.id == _room.venue_id)
    )
    .where(_meeting.cancelled_at.is_(None))
)
_BEGUN = (
    _NEAR.add_columns(_IS_UNMARKED.label("is_unmarked"))
    .where(
        _meeting.starts_at > _SINCE,
        _meeting.starts_at <= _NOW,
        _session.status == SessionStatus.PUBLISHED,
    )
    .order_by(_meeting.starts_at.desc(), _meeting.id.desc())
    .limit(MOST_BEFORE)
    .subquery("begun")
)
_COMING = (
    _NEAR.add_columns(sa.false().label("is_unmarked"))
    .where(_meeting.starts_at > _NOW, _meeting.starts_at < _UNTIL)
    .order_by(_meeting.starts_at, _meeting.id)
    .limit(MOST_AHEAD)
    .subquery("coming")
)
_MEETINGS = sa.union_all(sa.select(_BEGUN), sa.select(_COMING))
_TRAINERS = (
    sa.select(_assignment.training_session_id, _person.id, _person.name)
    .select_from(Assignment.__table__.join(Person.__table__, _person.id == _assignment.person_id))
    .where(_assignment.training_session_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_person.name, _person.id)
)


def _part(
    kind: str, *, of: Any = None, at: Any = None, numbers: Sequence[Any] = (), words: Any = None
) -> sa.Select[Any]:
    """Return the columns that every part of the one statement has, whatever it is about."""
    filled = [*numbers, *[None] * (4 - len(numbers))]
    return sa.select(
        sa.literal(kind, sa.String).label("kind"),
        _or_null(of, sa.Integer).label("of_id"),
        _or_null(at, UtcDateTime()).label("at"),
        *(
            _or_null(number, sa.Integer).label(f"number_{place}")
            for place, number in enumerate(filled)
        ),
        _or_null(words, sa.String).label("words"),
    )


def _or_null(column: Any, kind: Any) -> Any:
    return sa.cast(sa.null(), kind) if column is None else column


def _first(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Return as much of a part as is counted; a part of a union has no limit of its own."""
    limited = statement.limit(MOST_COUNTED + 1).subquery()
    return sa.select(limited)


_REQUESTED = _first(
    _part("requests", of=_registration.id, at=_registration.request_expires_at)
    .where(
        _registration.status == RegistrationStatus.REQUESTED,
        _registration.request_expires_at >= _NOW,
    )
    .order_by(_registration.request_expires_at)
)
_OFFERED = _first(
    _part("offers", of=_registration.id, at=_registration.offer_expires_at)
    .where(
        _registration.status == RegistrationStatus.OFFERED,
        _registration.offer_expires_at >= _NOW,
        _registration.offer_expires_at <= _instant("offers_until"),
    )
    .order_by(_registration.offer_expires_at)
)
_DEAD = _first(
    _part("undelivered", of=_message.id, at=_message.ended_at)
    .where(*is_trouble(_message, _SINCE))
    .order_by(_message.ended_at.desc())
)
#: The head of the queue: if that is late, the rest is.
_QUEUED = _first(
    _part("late", of=_message.id, at=_message.queued_at)
    .where(_message.status == MessageStatus.QUEUED)
    .order_by(_message.priority, _message.id)
)
_DAY = sa.bindparam("day", type_=sa.Date())
_CAMPAIGNS = sa.select(
    _part(
        "campaign",
        of=_campaign.id,
        numbers=(
            _campaign.goal,
            sa.func.count(_session.id),
            sa.func.coalesce(sa.func.sum(sa.case((_session.ends_at > _NOW, 1), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(_session.confirmed_count), 0),
        ),
        words=_campaign.name,
    )
    .select_from(
        Campaign.__table__.outerjoin(
            TrainingSession.__table__,
            sa.and_(
                _session.campaign_id == _campaign.id, _session.status == SessionStatus.PUBLISHED
            ),
        )
    )
    .where(
        _campaign.status == CampaignStatus.PUBLISHED,
        _campaign.archived_at.is_(None),
        _campaign.starts_on <= _DAY,
        _campaign.ends_on >= _DAY,
    )
    .group_by(_campaign.id, _campaign.goal, _campaign.name, _campaign.ends_on)
    .order_by(_campaign.ends_on, _campaign.id)
    .limit(MOST_CAMPAIGNS)
    .subquery()
)
_CAME = (
    _part("came", of=_attendance.meeting_id, numbers=(sa.func.count(),))
    .where(
        _attendance.meeting_id.in_(sa.bindparam("ended", expanding=True)),
        _attendance.status.in_(CAME),
    )
    .group_by(_attendance.meeting_id)
)
_REST = sa.union_all(
    _REQUESTED,
    _OFFERED,
    _DEAD,
    _QUEUED,
    _CAMPAIGNS,
    _CAME,
)


def near(*, day: date, done: int, now: datetime) -> Near:
    """Return what the dashboard shows.

    :param day: today, where the reader is: decides which campaigns run.
    :param done: of how many meetings that ended last it is counted who came.
    """
    since, until = now - BEFORE, now + AHEAD
    rows = core().execute(_MEETINGS, {"now": now, "since": since, "until": until}).all()
    meetings = sorted((_read(row, now) for row in rows), key=lambda one: (one.starts_at, one.id))
    begun = tuple(one for one in meetings if one.starts_at <= now)
    coming = tuple(one for one in meetings if one.starts_at > now)
    running = {one.training_session_id for one in begun if one.ends_at > now - AHEAD}
    ahead = sorted({one.training_session_id for one in coming})
    placed = {one.training_session_id for one in coming if one.place}
    names: dict[int, tuple[str, ...]] = {}
    keys: dict[int, frozenset[int]] = {}
    for id_, person_id, name in core().execute(_TRAINERS, {"ids": sorted(running.union(ahead))}):
        names[id_] = (*names.get(id_, ()), name)
        keys[id_] = keys.get(id_, frozenset()) | {person_id}
    ended = [one.id for one in reversed(begun) if one.ends_at <= now and one.seats.confirmed]
    rest = core().execute(
        _REST,
        {
            "now": now,
            "since": since,
            "offers_until": now + OFFER_WITHIN,
            "day": day,
            "ended": ended[:done],
        },
    )
    parts = _parts(rest)
    return Near(
        begun=begun,
        coming=coming,
        trainers=names,
        # What has neither trainer nor room stands in nobody's way.
        clashing=clashing([id_ for id_ in ahead if id_ in placed or id_ in keys], keys),
        requests=_waiting(parts, "requests"),
        offers=_waiting(parts, "offers"),
        undelivered=_waiting(parts, "undelivered"),
        late=_waiting(parts, "late", not_after=now - MAIL_LATE),
        campaigns=tuple(
            RunningCampaign(row.of_id, row.words, row.number_0, *map(int, row[4:7]))
            for row in parts.get("campaign", ())
        ),
        came={row.of_id: row.number_0 for row in parts.get("came", ())},
    )


def _parts(rows: Iterable[Any]) -> dict[str, list[Any]]:
    parts: dict[str, list[Any]] = {}
    for row in rows:
        parts.setdefault(row.kind, []).append(row)
    return parts


def _waiting(
    parts: Mapping[str, Sequence[Any]], kind: str, *, not_after: datetime | None = None
) -> Waiting | None:
    found = [row.at for row in parts.get(kind, ()) if not_after is None or row.at <= not_after]
    return Waiting(len(found), min(found)) if found else None


def _read(row: Any, now: datetime) -> NearMeeting:
    clock, seats = clock_of(row), seats_of(row)
    return NearMeeting(
        id=row.meeting_id,
        training_session_id=row.training_session_id,
        title=row.title,
        campaign_id=row.campaign_id,
        status=row.status,
        delivery=row.delivery,
        starts_at=row.meeting_starts_at,
        ends_at=row.meeting_ends_at,
        timezone=row.timezone,
        place=joined(row.room, row.venue),
        join_url=row.join_url,
        seats=seats,
        overbooked_by=row.overbooked_by,
        clock=clock,
        decision=decision_about(clock, seats, (row.minimum, row.decide_at, row.settled_at), now),
        is_unmarked=bool(row.is_unmarked),
    )
