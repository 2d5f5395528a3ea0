"""Lists of campaigns, courses and venues, with what is planned of each.

There are hundreds of them at most: a search looks at all, so that it can do without accents.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from training.campaigns.models import Campaign, CampaignPartner
from training.campaigns.values import CampaignStatus
from training.db import UtcDateTime, db
from training.errors import NotFoundError
from training.sessions.clash_queries import mapped
from training.sessions.models import (
    Course,
    Meeting,
    Prerequisite,
    Room,
    TrainingSession,
    Venue,
)
from training.sessions.values import CoursePlan, RoomPlan, SessionStatus, VenuePlan
from training.text import search_key

#: Sessions to come that a page names.
NEXT = 10

Listed = TypeVar("Listed")
_IS_ON = TrainingSession.status != SessionStatus.CANCELLED


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """How many sessions there were and will be, and when the next one is."""

    held: int
    coming: int
    next_at: datetime | None
    next_timezone: str | None


_NONE = Planned(held=0, coming=0, next_at=None, next_timezone=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedCampaign:
    """A campaign as a line of a list."""

    id: int
    name: str
    starts_on: date
    ends_on: date
    status: CampaignStatus
    partners: int
    planned: Planned


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedCourse:
    """A course as a line of a list."""

    id: int
    title: str
    language: str
    planned: Planned


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedVenue:
    """A venue as a line of a list."""

    id: int
    name: str
    address: str
    timezone: str | None
    #: Names of its rooms that are offered.
    rooms: tuple[str, ...]
    #: Meetings to come.
    coming: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingSession:
    """A session that is planned, as a link to its page."""

    id: int
    title: str
    starts_at: datetime
    timezone: str
    is_draft: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CourseDetails:
    """A course as staff change it."""

    id: int
    plan: CoursePlan
    is_archived: bool
    revision: int
    planned: Planned
    coming: tuple[ComingSession, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VenueDetails:
    """A venue as staff change it."""

    id: int
    plan: VenuePlan
    is_archived: bool
    revision: int
    archived_rooms: tuple[str, ...]
    coming: tuple[ComingSession, ...]


def list_campaigns(text: str, *, archived: bool, now: datetime) -> list[ListedCampaign]:
    """Return campaigns, the newest first, in three statements."""
    partners = mapped(
        sa.select(CampaignPartner.campaign_id, sa.func.count()).group_by(
            CampaignPartner.campaign_id
        )
    )
    planned = _planned(TrainingSession.campaign_id, now)
    found = db.session.execute(
        sa.select(
            Campaign.id,
            Campaign.name,
            Campaign.hashtag,
            Campaign.starts_on,
            Campaign.ends_on,
            Campaign.status,
        )
        .where(_is_archived(Campaign.archived_at, archived))
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    )
    return [
        ListedCampaign(
            id=row.id,
            name=row.name,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            status=row.status,
            partners=partners.get(row.id, 0),
            planned=planned.get(row.id, _NONE),
        )
        for row in _searched(found, text, lambda row: (row.name, row.hashtag))
    ]


def list_courses(text: str, *, archived: bool, now: datetime) -> list[ListedCourse]:
    """Return courses by title, in two statements."""
    planned = _planned(TrainingSession.course_id, now)
    found = db.session.execute(
        sa.select(Course.id, Course.title, Course.summary, Course.language)
        .where(_is_archived(Course.archived_at, archived))
        .order_by(Course.title, Course.id)
    )
    return [
        ListedCourse(
            id=row.id,
            title=row.title,
            language=row.language,
            planned=planned.get(row.id, _NONE),
        )
        for row in _searched(found, text, lambda row: (row.title, row.summary))
    ]


def list_venues(text: str, *, archived: bool, now: datetime) -> list[ListedVenue]:
    """Return venues by name, in three statements."""
    rooms: dict[int, list[str]] = {}
    for venue_id, name in db.session.execute(
        sa.select(Room.venue_id, Room.name)
        .where(Room.archived_at.is_(None), Room.name != "")
        .order_by(Room.name, Room.id)
    ):
        rooms.setdefault(venue_id, []).append(name)
    coming = mapped(
        sa.select(Room.venue_id, sa.func.count())
        .join(Meeting, Meeting.room_id == Room.id)
        .where(Meeting.ends_at > _at(now), Meeting.cancelled_at.is_(None))
        .group_by(Room.venue_id)
    )
    found = db.session.execute(
        sa.select(Venue.id, Venue.name, Venue.address, Venue.timezone)
        .where(_is_archived(Venue.archived_at, archived))
        .order_by(Venue.name, Venue.id)
    )
    return [
        ListedVenue(
            id=row.id,
            name=row.name,
            address=row.address,
            timezone=row.timezone,
            rooms=tuple(rooms.get(row.id, ())),
            coming=coming.get(row.id, 0),
        )
        for row in _searched(found, text, lambda row: (row.name, row.address))
    ]


def get_course(course_id: int, *, now: datetime) -> CourseDetails:
    """Return a course with what it builds on and what is planned of it, in four statements.

    :raise NotFoundError: there is no such course.
    """
    course = db.session.get(Course, course_id, populate_existing=True)
    if course is None:
        raise NotFoundError
    required = db.session.scalars(
        sa.select(Prerequisite.required_course_id).where(Prerequisite.course_id == course_id)
    )
    return CourseDetails(
        id=course.id,
        plan=CoursePlan(
            title=course.title,
            slug=course.slug,
            summary=course.summary,
            description=course.description,
            language=course.language,
            required_ids=frozenset(required),
            for_whom=course.for_whom,
        ),
        is_archived=course.archived_at is not None,
        revision=course.revision,
        planned=_planned(TrainingSession.course_id, now, key=course_id).get(course_id, _NONE),
        coming=_coming(TrainingSession.course_id == course_id, now),
    )


def courses_to_build_on(course_id: int | None) -> list[tuple[int, str]]:
    """Return courses that another may build on, by title: those in use, and what it builds on.

    :param course_id: of the other, which is not among them; None: it is a new one.
    """
    is_required = sa.exists().where(
        Prerequisite.course_id == course_id, Prerequisite.required_course_id == Course.id
    )
    found = db.session.execute(
        sa.select(Course.id, Course.title)
        .where(
            sa.true() if course_id is None else Course.id != course_id,
            sa.or_(Course.archived_at.is_(None), is_required),
        )
        .order_by(Course.title, Course.id)
    )
    return [(id_, title) for id_, title in found]


def get_venue(venue_id: int, *, now: datetime) -> VenueDetails:
    """Return a venue with its rooms and what is planned there, in three statements.

    :raise NotFoundError: there is no such venue.
    """
    venue = db.session.get(Venue, venue_id, populate_existing=True)
    if venue is None:
        raise NotFoundError
    rooms = db.session.execute(
        sa.select(Room.id, Room.name, Room.capacity, Room.archived_at)
        .where(Room.venue_id == venue_id, Room.name != "")
        .order_by(Room.name, Room.id)
    ).all()
    there = (
        sa.select(Meeting.training_session_id)
        .join(Room, Room.id == Meeting.room_id)
        .where(
            Room.venue_id == venue_id, Meeting.cancelled_at.is_(None), Meeting.ends_at > _at(now)
        )
    )
    return VenueDetails(
        id=venue.id,
        plan=VenuePlan(
            name=venue.name,
            address=venue.address,
            timezone=venue.timezone,
            rooms=tuple(
                RoomPlan(room_id=row.id, name=row.name, capacity=row.capacity)
                for row in rooms
                if row.archived_at is None
            ),
            accessibility=venue.accessibility,
        ),
        is_archived=venue.archived_at is not None,
        revision=venue.revision,
        archived_rooms=tuple(row.name for row in rooms if row.archived_at is not None),
        coming=_coming(TrainingSession.id.in_(there), now),
    )


def coming_of_campaign(campaign_id: int, *, now: datetime) -> tuple[ComingSession, ...]:
    """Return the next sessions of a campaign."""
    return _coming(TrainingSession.campaign_id == campaign_id, now)


def _coming(condition: sa.ColumnElement[bool], now: datetime) -> tuple[ComingSession, ...]:
    found = db.session.execute(
        sa.select(
            TrainingSession.id,
            TrainingSession.title,
            TrainingSession.starts_at,
            TrainingSession.timezone,
            (TrainingSession.status == SessionStatus.DRAFT).label("is_draft"),
        )
        .where(condition, _IS_ON, TrainingSession.ends_at > _at(now))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
        .limit(NEXT)
    )
    return tuple(ComingSession(**row._mapping) for row in found)  # noqa: SLF001 -- a row's public name for it as a mapping


def _planned(
    column: sa.orm.InstrumentedAttribute[int | None], now: datetime, *, key: int | None = None
) -> dict[int, Planned]:
    """Return what is planned of each thing that sessions refer to, in one statement."""
    is_over = TrainingSession.ends_at <= _at(now)
    of_one = (
        sa.select(
            column.label("key"),
            is_over.label("is_over"),
            TrainingSession.starts_at,
            TrainingSession.timezone,
            TrainingSession.status,
            sa.func.row_number()
            .over(partition_by=(column, is_over), order_by=TrainingSession.starts_at)
            .label("place"),
        )
        .where(_IS_ON, column.is_not(None) if key is None else column == key)
        .subquery()
    ).c
    is_next = sa.and_(~of_one.is_over, of_one.place == 1)
    held = sa.and_(of_one.is_over, of_one.status == SessionStatus.PUBLISHED)
    found = db.session.execute(
        sa.select(
            of_one.key,
            sa.func.count(sa.case((held, 1))).label("held"),
            sa.func.count(sa.case((~of_one.is_over, 1))).label("coming"),
            sa.func.max(sa.case((is_next, of_one.starts_at)), type_=UtcDateTime()).label("next_at"),
            sa.func.max(sa.case((is_next, of_one.timezone))).label("next_timezone"),
        ).group_by(of_one.key)
    )
    return {
        row.key: Planned(
            held=row.held,
            coming=row.coming,
            next_at=row.next_at,
            next_timezone=row.next_timezone,
        )
        for row in found
    }


def _at(now: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(now, UtcDateTime())


def _is_archived(column: Any, archived: bool) -> sa.ColumnElement[bool]:  # noqa: FBT001 -- of two
    answer: sa.ColumnElement[bool] = column.is_not(None) if archived else column.is_(None)
    return answer


def _searched(
    found: Iterable[Listed], text: str, words_of: Callable[[Listed], Sequence[str | None]]
) -> list[Listed]:
    words = search_key(text).split()
    return [row for row in found if all(word in search_key(*words_of(row)) for word in words)]


@dataclass(frozen=True, kw_only=True, slots=True)
class CourseTemplate:
    """What a new session takes from its course."""

    id: int
    title: str
    description: str
    for_whom: str
    language: str
    #: Field of the session's form, or rule for its seats → value.
    session_defaults: dict[str, Any]
    revision: int


def get_template(course_id: int) -> CourseTemplate:
    """Return what a new session of a course starts with.

    :raise NotFoundError: there is no such course.
    """
    columns = (getattr(Course, name) for name in CourseTemplate.__dataclass_fields__)
    row = db.session.execute(sa.select(*columns).where(Course.id == course_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return CourseTemplate(**row._mapping)  # noqa: SLF001 -- a row's public name for it
