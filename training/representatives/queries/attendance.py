"""How an organization's people came to their sessions, over a period or a campaign."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.attendance.values import AttendanceStatus
from training.campaigns.models import Campaign, CampaignStatus
from training.db import UtcDateTime, db
from training.organizations.models import Membership
from training.organizations.queries import IS_CURRENT
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.representatives.queries.ours import IS_OURS, registration
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus
from training.text import search_key

#: Rows that the page shows; the file has all.
MOST_SHOWN = 500

_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c
_campaign, _attendance = Campaign.__table__.c, Attendance.__table__.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """What attendance is asked for: days on the wall calendar of each meeting, and a campaign."""

    since: date
    #: None: no end.
    until: date | None
    #: Slug; empty: whatever the campaign.
    campaign: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttendanceRow:
    """One person at one meeting."""

    registration_id: int
    person_id: int
    name: str
    #: Of who belongs to the organization now.
    email: str | None
    registration_status: RegistrationStatus
    training_session_id: int
    title: str
    meeting_id: int
    #: Which meeting of its session it is, from 1, and of how many.
    ordinal: int
    meetings: int
    starts_at: datetime
    ends_at: datetime
    timezone: str
    #: None: not marked.
    status: AttendanceStatus | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The sums of a period."""

    people: int
    sessions: int
    #: None: not marked.
    by_status: dict[AttendanceStatus | None, int]

    @property
    def rows(self) -> int:
        return sum(self.by_status.values())


_sibling = Meeting.__table__.alias("sibling").c
_MEETINGS = (
    sa.select(sa.func.count())
    .where(_sibling.training_session_id == _session.id)
    .correlate(TrainingSession.__table__)
    .scalar_subquery()
)
_COLUMNS = (
    registration.id.label("registration_id"),
    registration.person_id,
    registration.name,
    sa.case((Membership.id.is_not(None), Person.email), else_=sa.null()).label("email"),
    registration.status.label("registration_status"),
    registration.training_session_id,
    _session.title,
    _meeting.id.label("meeting_id"),
    _meeting.ordinal,
    _MEETINGS.label("meetings"),
    _meeting.starts_at,
    _meeting.ends_at,
    _meeting.timezone,
    _attendance.status,
)
_FROM = (
    Registration.__table__.join(
        TrainingSession.__table__, _session.id == registration.training_session_id
    )
    .join(Meeting.__table__, _meeting.training_session_id == _session.id)
    .outerjoin(
        Attendance.__table__,
        sa.and_(
            _attendance.registration_id == registration.id, _attendance.meeting_id == _meeting.id
        ),
    )
)
_WITH_PEOPLE = _FROM.join(Person.__table__, Person.id == registration.person_id).outerjoin(
    Membership.__table__,
    sa.and_(
        Membership.person_id == registration.person_id,
        Membership.organization_id == registration.organization_id,
        IS_CURRENT,
    ),
)
_IN_PERIOD = (
    IS_OURS,
    _session.status != SessionStatus.DRAFT,
    _meeting.wall_start >= sa.bindparam("since"),
    _meeting.wall_start <= sa.bindparam("until"),
)
_OF_CAMPAIGN = _session.campaign_id.in_(
    sa.select(_campaign.id).where(
        _campaign.slug == sa.bindparam("campaign"), _campaign.status != CampaignStatus.DRAFT
    )
)
#: Somebody had a seat, and the meeting has begun.
_WAS_DUE = (
    registration.status == RegistrationStatus.CONFIRMED,
    sa.not_(registration.is_placeholder),
    _session.status == SessionStatus.PUBLISHED,
    _meeting.cancelled_at.is_(None),
    _meeting.starts_at <= sa.bindparam("now", type_=UtcDateTime()),
)
_ALL = (
    sa.select(*_COLUMNS)
    .select_from(_WITH_PEOPLE)
    .where(*_IN_PERIOD)
    .order_by(_meeting.starts_at.desc(), _meeting.id.desc(), registration.id)
)
_DUE = _ALL.where(*_WAS_DUE).limit(MOST_SHOWN)
_SUMS = (
    sa.select(_attendance.status, sa.func.count())
    .select_from(_FROM)
    .where(*_IN_PERIOD, *_WAS_DUE)
    .group_by(_attendance.status)
)
_WIDTH = (
    sa.select(
        sa.func.count(registration.person_id.distinct()),
        sa.func.count(registration.training_session_id.distinct()),
    )
    .select_from(_FROM)
    .where(*_IN_PERIOD, *_WAS_DUE)
)
_CAMPAIGNS = (
    sa.select(_campaign.slug, _campaign.name)
    .distinct()
    .select_from(
        Registration.__table__.join(
            TrainingSession.__table__, _session.id == registration.training_session_id
        ).join(Campaign.__table__, _campaign.id == _session.campaign_id)
    )
    .where(IS_OURS, _campaign.status != CampaignStatus.DRAFT)
    .order_by(_campaign.name, _campaign.slug)
)


def attendance_of(organization_id: int, period: Period, *, now: datetime) -> list[AttendanceRow]:
    """Return how the organization's people came, the last meeting first; not more than a page."""
    return _rows(_DUE, organization_id, period, now=now)


def everything_of(organization_id: int, period: Period) -> list[AttendanceRow]:
    """Return every registration of the organization's people, with each meeting: for a file."""
    return _rows(_ALL, organization_id, period, now=None)


def totals_of(organization_id: int, period: Period, *, now: datetime) -> Totals:
    """Return the sums of all that :func:`attendance_of` is a page of."""
    bound = _bound(organization_id, period) | {"now": now}
    counted: Counter[AttendanceStatus | None] = Counter()
    for status, number in db.session.execute(_narrowed(_SUMS, period), bound):
        counted[_marked(status)] += number
    people, sessions = db.session.execute(_narrowed(_WIDTH, period), bound).one()
    return Totals(people=people, sessions=sessions, by_status=dict(counted))


def campaigns_of(organization_id: int) -> list[tuple[str, str]]:
    """Return slug and name of the campaigns that the organization's people take part in."""
    found = db.session.execute(_CAMPAIGNS, {"organization_id": organization_id})
    return [(slug, name) for slug, name in found]


def _rows(
    statement: sa.Select[*tuple[Any, ...]],
    organization_id: int,
    period: Period,
    *,
    now: datetime | None,
) -> list[AttendanceRow]:
    bound = _bound(organization_id, period)
    if now is not None:
        bound["now"] = now
    rows = [
        AttendanceRow(**{**row._mapping, "status": _marked(row.status)})  # noqa: SLF001 -- the public name for a mapping
        for row in db.session.execute(_narrowed(statement, period), bound)
    ]
    # The databases sort names each in their own way.
    rows.sort(key=lambda row: (search_key(row.name), row.registration_id))
    rows.sort(key=lambda row: (row.starts_at, row.meeting_id), reverse=True)
    return rows


def _narrowed(
    statement: sa.Select[*tuple[Any, ...]], period: Period
) -> sa.Select[*tuple[Any, ...]]:
    return statement.where(_OF_CAMPAIGN) if period.campaign else statement


def _bound(organization_id: int, period: Period) -> dict[str, Any]:
    bound: dict[str, Any] = {
        "organization_id": organization_id,
        "since": datetime.combine(period.since, time.min),
        "until": datetime.combine(period.until or date.max, time.max),
    }
    if period.campaign:
        bound["campaign"] = period.campaign
    return bound


def _marked(status: AttendanceStatus | None) -> AttendanceStatus | None:
    return None if status is AttendanceStatus.CLEARED else status
