"""How far a campaign is: its sessions by their counters, and how many people came."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.db import UtcDateTime, core
from training.registrations.models import Registration
from training.sessions.availability_columns import AVAILABILITY_COLUMNS, clock_of, seats_of
from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import Meeting, TrainingSession
from training.sessions.rules import availability
from training.sessions.values import Availability, SeatCounts, SessionStatus
from training.staff.dashboard_queries import CAME

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c
_registration, _attendance = Registration.__table__.c, Attendance.__table__.c

#: Sessions that the page lists, of those to come and of those held.
MOST = 12


class CampaignSession(NamedTuple):
    """A session of a campaign, with its seats."""

    id: int
    title: str
    timezone: str
    starts_at: datetime
    #: End of the first meeting; None: every one was called off.
    first_ends_at: datetime | None
    seats: SeatCounts
    overbooked_by: int
    availability: Availability


class Totals(NamedTuple):
    """What the sessions of a campaign add up to."""

    #: Published, and over or not.
    sessions: int
    coming: int
    drafts: int
    #: People who have a seat, each as often as they have one.
    registered: int
    waiting: int


_OF = sa.bindparam("campaign_id", type_=sa.Integer())
_NOW = sa.bindparam("now", type_=UtcDateTime())
_IS_PUBLISHED = _session.status == SessionStatus.PUBLISHED


def _sum(value: sa.ColumnElement[int], condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, value), else_=0)), 0)


_ONE = sa.literal(1)
_TOTALS = sa.select(
    _sum(_ONE, _IS_PUBLISHED),
    _sum(_ONE, sa.and_(_IS_PUBLISHED, _session.ends_at > _NOW)),
    _sum(_ONE, _session.status == SessionStatus.DRAFT),
    _sum(_session.confirmed_count, _IS_PUBLISHED),
    _sum(_session.waitlisted_count, sa.and_(_IS_PUBLISHED, _session.ends_at > _NOW)),
).where(_session.campaign_id == _OF)
_LISTED = sa.select(
    _session.id,
    _session.title,
    _session.timezone,
    _session.overbooked_by,
    *MEETING_COLUMNS,
    *AVAILABILITY_COLUMNS,
).where(_session.campaign_id == _OF, _session.status != SessionStatus.CANCELLED)
_COMING = (
    _LISTED.where(_session.ends_at > _NOW).order_by(_session.starts_at, _session.id).limit(MOST + 1)
)
_HELD = (
    _LISTED.where(_session.ends_at <= _NOW, _IS_PUBLISHED)
    .order_by(_session.starts_at.desc(), _session.id.desc())
    .limit(MOST + 1)
)
_THERE = (
    sa.select(_meeting.training_session_id, _registration.person_id)
    .select_from(
        TrainingSession.__table__.join(
            Meeting.__table__, _meeting.training_session_id == _session.id
        )
        .join(Attendance.__table__, _attendance.meeting_id == _meeting.id)
        .join(Registration.__table__, _registration.id == _attendance.registration_id)
    )
    .where(_session.campaign_id == _OF, _attendance.status.in_(CAME))
)
_TRAINED = sa.select(sa.func.count(sa.distinct(_THERE.subquery().c.person_id)))
_CAME_OF = (
    sa.select(_meeting.training_session_id, sa.func.count(sa.distinct(_registration.person_id)))
    .select_from(
        Meeting.__table__.join(Attendance.__table__, _attendance.meeting_id == _meeting.id).join(
            Registration.__table__, _registration.id == _attendance.registration_id
        )
    )
    .where(
        _meeting.training_session_id.in_(sa.bindparam("ids", expanding=True)),
        _attendance.status.in_(CAME),
    )
    .group_by(_meeting.training_session_id)
)


def totals(campaign_id: int, *, now: datetime) -> Totals:
    """Return what a campaign's sessions add up to, by their counters."""
    found = core().execute(_TOTALS, {"campaign_id": campaign_id, "now": now}).one()
    return Totals(*map(int, found))


def people_trained(campaign_id: int) -> int:
    """Return how many people were at a meeting of a campaign's sessions: each once.

    Read from the marks of this campaign, and no others.
    """
    return core().execute(_TRAINED, {"campaign_id": campaign_id}).scalar_one()


def coming_sessions(campaign_id: int, *, now: datetime) -> list[CampaignSession]:
    """Return what is not over, drafts too: the next first; one more than the page lists."""
    return _listed(_COMING, campaign_id, now)


def held_sessions(campaign_id: int, *, now: datetime) -> list[CampaignSession]:
    """Return what was held, the last first; one more than the page lists."""
    return _listed(_HELD, campaign_id, now)


def came_to(training_session_ids: list[int]) -> dict[int, int]:
    """Return how many people were at any meeting of each of these sessions."""
    found = core().execute(_CAME_OF, {"ids": training_session_ids})
    return {row[0]: row[1] for row in found}


def _listed(
    statement: sa.Select[tuple[object, ...]], campaign_id: int, now: datetime
) -> list[CampaignSession]:
    found = []
    for row in core().execute(statement, {"campaign_id": campaign_id, "now": now}):
        clock, seats = clock_of(row), seats_of(row)
        found.append(
            CampaignSession(
                id=row.id,
                title=row.title,
                timezone=row.timezone,
                starts_at=row.starts_at,
                first_ends_at=row.first_ends_at,
                seats=seats,
                overbooked_by=row.overbooked_by,
                availability=availability(clock, seats, now),
            )
        )
    return found
