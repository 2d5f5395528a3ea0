"""Which sessions a page of the schedule shows: one set of conditions for list, week and month."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from training.db import UtcDateTime
from training.sessions.models import Assignment, Meeting, Room, TrainingSession
from training.sessions.values import Delivery, SessionStatus
from training.text import search_key

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c
_assignment, _room = Assignment.__table__.c, Room.__table__.c


class Period(StrEnum):
    """Which part of the schedule to show."""

    COMING = "coming"
    PAST = "past"
    ALL = "all"


class Attention(StrEnum):
    """Why a session wants a look."""

    NO_TRAINER = "no_trainer"
    NO_ROOM = "no_room"
    NO_LINK = "no_link"
    CLASH = "clash"
    FEW = "few"
    KEPT = "kept"
    DRAFT = "draft"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What of the schedule to show."""

    period: Period = Period.COMING
    #: First and last day on which a session may start, on the clocks of ``timezone``.
    since: date | None = None
    until: date | None = None
    timezone: str = "UTC"
    status: SessionStatus | None = None
    trainer_id: int | None = None
    venue_id: int | None = None
    room_id: int | None = None
    campaign_id: int | None = None
    course_id: int | None = None
    language: str = ""
    delivery: Delivery | None = None
    attention: Attention | None = None
    text: str = ""

    @property
    def since_at(self) -> datetime | None:
        return start_of(self.since, self.timezone) if self.since else None

    @property
    def until_at(self) -> datetime | None:
        """The instant before which a session must start."""
        return start_of(self.until + timedelta(days=1), self.timezone) if self.until else None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(search_key(self.text).split())


def start_of(day: date, timezone: str) -> datetime:
    """Return the instant at which a day begins on the clocks of a zone.

    Where the clocks skip midnight, it is when they go forward.
    """
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


_NOW = sa.bindparam("now", type_=UtcDateTime())
_HELD = sa.or_(_meeting.cancelled_at.is_(None), _session.status == SessionStatus.CANCELLED)


def _meets(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    found = sa.select(_meeting.id).where(_meeting.training_session_id == _session.id, _HELD)
    return found.where(*conditions).correlate(TrainingSession.__table__).exists()


_IS_ASSIGNED = (
    sa.select(_assignment.person_id)
    .where(_assignment.training_session_id == _session.id)
    .correlate(TrainingSession.__table__)
    .exists()
)
_IS_ON = _session.status != SessionStatus.CANCELLED
_TRAINED = sa.select(_assignment.training_session_id).where(
    _assignment.person_id == sa.bindparam("trainer_id", type_=sa.Integer())
)
_ROOMS = sa.select(_room.id).where(_room.venue_id == sa.bindparam("venue_id", type_=sa.Integer()))

#: Filter → what a session must be; the value comes when the statement runs.
_CONDITIONS: Mapping[str, sa.ColumnElement[bool]] = {
    "since_at": _session.starts_at >= sa.bindparam("since_at", type_=UtcDateTime()),
    "until_at": _session.starts_at < sa.bindparam("until_at", type_=UtcDateTime()),
    "status": _session.status == sa.bindparam("status", type_=_session.status.type),
    "trainer_id": _session.id.in_(_TRAINED),
    "venue_id": _meets(_meeting.room_id.in_(_ROOMS)),
    "room_id": _meets(_meeting.room_id == sa.bindparam("room_id", type_=sa.Integer())),
    "campaign_id": _session.campaign_id == sa.bindparam("campaign_id", type_=sa.Integer()),
    "course_id": _session.course_id == sa.bindparam("course_id", type_=sa.Integer()),
    "language": _session.language == sa.bindparam("language", type_=sa.String()),
    "delivery": _session.delivery == sa.bindparam("delivery", type_=_session.delivery.type),
}
#: Reason → how it is told from the rows; a clash only the rule can tell.
_ATTENTION: Mapping[Attention, sa.ColumnElement[bool]] = {
    Attention.NO_TRAINER: sa.and_(_IS_ON, ~_IS_ASSIGNED),
    Attention.NO_ROOM: sa.and_(
        _IS_ON,
        _session.delivery.in_([Delivery.IN_PERSON, Delivery.HYBRID]),
        _meets(_meeting.room_id.is_(None)),
    ),
    Attention.NO_LINK: sa.and_(
        _IS_ON,
        _session.delivery.in_([Delivery.ONLINE, Delivery.HYBRID]),
        _meets(sa.func.coalesce(_meeting.join_url, "") == ""),
    ),
    Attention.CLASH: _IS_ON,
    Attention.FEW: sa.and_(
        _session.status == SessionStatus.PUBLISHED,
        _session.settled_at.is_(None),
        _session.decide_at.is_not(None),
        _session.confirmed_count < _session.minimum,
        _session.starts_at > _NOW,
    ),
    Attention.KEPT: sa.and_(_IS_ON, _session.waitlisted_count > 0, _session.kept_count > 0),
    Attention.DRAFT: _session.status == SessionStatus.DRAFT,
}
_PERIODS: Mapping[Period, sa.ColumnElement[bool]] = {
    Period.COMING: _session.ends_at > _NOW,
    Period.PAST: _session.ends_at <= _NOW,
}


def shape_of(filters: Filters) -> frozenset[str]:
    """Return which conditions filters set; of the same ones a statement is built once."""
    return frozenset(name for name, value in values_of(filters).items() if value is not None)


def values_of(filters: Filters) -> dict[str, Any]:
    """Return what conditions compare with; None: there is no such condition."""
    return {name: getattr(filters, name) or None for name in _CONDITIONS}


def conditions_of(
    period: Period, shape: frozenset[str], attention: Attention | None
) -> list[sa.ColumnElement[bool]]:
    """Return what a session must be to be shown. Binds ``now`` and :func:`values_of`."""
    found = [_PERIODS[period]] if period in _PERIODS else []
    found += [_CONDITIONS[name] for name in sorted(shape)]
    return [*found, _ATTENTION[attention]] if attention else found


def has_words(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Return that every word that was typed stands in the title."""
    return [_session.search_key.contains(word, autoescape=True) for word in filters.words]


def is_narrowed(filters: Filters) -> bool:
    """Tell whether anything but the zone differs from what the schedule begins with."""
    beginning = Filters()
    return any(
        getattr(filters, field.name) != getattr(beginning, field.name)
        for field in fields(Filters)
        if field.name != "timezone"
    )
