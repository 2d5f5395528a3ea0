"""The list of all sessions, in six statements at most, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from training.db import db
from training.sessions.clash_queries import clashing
from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import TrainingSession
from training.sessions.queries import (
    CLOCK,
    MINIMUM,
    SEATS,
    Decision,
    Trainer,
    clock_and_seats,
    decision_of,
    trainers_of,
)
from training.sessions.rules import availability
from training.sessions.values import (
    Availability,
    Delivery,
    SeatCounts,
    SessionClock,
    SessionStatus,
)
from training.text import search_key

#: Sessions on one page of the schedule.
PAGE = 50


class Period(StrEnum):
    """Which part of the schedule to show."""

    COMING = "coming"
    PAST = "past"
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a page of the schedule begins: beside a session, by what sessions are sorted by."""

    starts_at: datetime
    id: int
    #: Whether the page shows what comes before it in the list.
    is_backwards: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What of the schedule to show."""

    period: Period = Period.COMING
    status: SessionStatus | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSession:
    """A session as a line of the schedule."""

    id: int
    title: str
    timezone: str
    delivery: Delivery
    clock: SessionClock
    #: End of the first meeting; the session may have more.
    first_ends_at: datetime
    meetings: int
    seats: SeatCounts
    overbooked_by: int
    trainers: tuple[Trainer, ...]
    availability: Availability
    #: Whether a trainer or a room of it is wanted elsewhere at the same time.
    clashes: bool
    #: Whether it takes place; None: it does, or does not, for certain.
    decision: Decision | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulePage:
    """A page of the schedule, and whether there is more on either side."""

    sessions: tuple[ListedSession, ...]
    has_earlier: bool
    has_later: bool


_LISTED = sa.select(
    TrainingSession.id,
    TrainingSession.title,
    TrainingSession.timezone,
    TrainingSession.delivery,
    TrainingSession.overbooked_by,
    *MEETING_COLUMNS,
    CLOCK,
    SEATS,
    MINIMUM,
)
_ORDER = (TrainingSession.starts_at, TrainingSession.id)


def schedule_page(filters: Filters, place: Place | None, *, now: datetime) -> SchedulePage:
    """Return a page of all sessions, drafts among them: those to come from the next on.

    What is past is read from the newest back; everything is sorted by time.
    """
    newest_first = filters.period is Period.PAST
    is_backwards = place is not None and place.is_backwards
    descending = newest_first != is_backwards
    statement = _LISTED.where(*_conditions(filters, now))
    if place is not None:
        key = sa.tuple_(*_ORDER)
        beside = sa.tuple_(
            sa.literal(place.starts_at, TrainingSession.starts_at.type), sa.literal(place.id)
        )
        statement = statement.where(key < beside if descending else key > beside)
    order = [column.desc() if descending else column.asc() for column in _ORDER]
    rows = db.session.execute(statement.order_by(*order).limit(PAGE + 1)).all()
    has_more = len(rows) > PAGE
    rows = rows[:PAGE]
    if is_backwards:
        rows = rows[::-1]
    ids = [row.id for row in rows]
    trainers, in_clash = trainers_of(ids), clashing(ids)
    return SchedulePage(
        sessions=tuple(
            _listed(row, trainers[row.id], now, clashes=row.id in in_clash) for row in rows
        ),
        has_earlier=has_more if is_backwards else place is not None,
        has_later=is_backwards or has_more,
    )


def _conditions(filters: Filters, now: datetime) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.period is Period.COMING:
        conditions.append(TrainingSession.ends_at > now)
    elif filters.period is Period.PAST:
        conditions.append(TrainingSession.ends_at <= now)
    if filters.status is not None:
        conditions.append(TrainingSession.status == filters.status)
    conditions += [
        TrainingSession.search_key.contains(word, autoescape=True)
        for word in search_key(filters.text).split()
    ]
    return conditions


def _listed(
    row: Any, trainers: Sequence[Trainer], now: datetime, *, clashes: bool
) -> ListedSession:
    clock, seats = clock_and_seats(row)
    return ListedSession(
        id=row.id,
        title=row.title,
        timezone=row.timezone,
        delivery=row.delivery,
        clock=clock,
        first_ends_at=row.first_ends_at,
        meetings=row.meetings,
        seats=seats,
        overbooked_by=row.overbooked_by,
        trainers=tuple(trainers),
        availability=availability(clock, seats, now),
        clashes=clashes,
        decision=decision_of(row, now),
    )
