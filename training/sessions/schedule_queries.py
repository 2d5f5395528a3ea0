"""The list of all sessions, in five statements at most, whatever their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.db import UtcDateTime, core
from training.people.models import Person
from training.sessions.availability_columns import AVAILABILITY_COLUMNS, clock_of, seats_of
from training.sessions.clash_queries import clashing
from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import Assignment, TrainingSession
from training.sessions.queries import Decision, decision_about
from training.sessions.rules import availability
from training.sessions.to_come import START_ORDER
from training.sessions.values import Availability, SeatCounts, SessionStatus
from training.text import search_key

# The tables and not the classes: what is read here is not worth an object each.
_session, _person = TrainingSession.__table__.c, Person.__table__.c
_assignment = Assignment.__table__.c

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


class ListedSession(NamedTuple):
    """A session as a line of the schedule."""

    id: int
    title: str
    timezone: str
    starts_at: datetime
    #: End of the first meeting; the session may have more.
    first_ends_at: datetime
    meetings: int
    seats: SeatCounts
    overbooked_by: int
    #: Names of who trains.
    trainers: tuple[str, ...]
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


class _Shape(NamedTuple):
    """What a statement is built by; the values come when it runs."""

    period: Period
    has_status: bool
    has_place: bool
    is_descending: bool


_LISTED = sa.select(
    _session.id,
    _session.title,
    _session.timezone,
    _session.overbooked_by,
    _session.minimum,
    _session.decide_at,
    _session.settled_at,
    *MEETING_COLUMNS,
    *AVAILABILITY_COLUMNS,
)
_TRAINERS = (
    sa.select(_assignment.training_session_id, _person.id, _person.name)
    .select_from(Assignment.__table__.join(Person.__table__, _person.id == _assignment.person_id))
    .where(_assignment.training_session_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_person.name, _person.id)
)
_ORDER = (_session.starts_at, _session.id)
_NOW = sa.bindparam("now", type_=UtcDateTime())
_PLACE = sa.tuple_(
    sa.bindparam("place_at", type_=UtcDateTime()), sa.bindparam("place_id", type_=sa.Integer())
)


def schedule_page(filters: Filters, place: Place | None, *, now: datetime) -> SchedulePage:
    """Return a page of all sessions, drafts among them: those to come from the next on.

    What is past is read from the newest back; everything is sorted by time.
    """
    newest_first = filters.period is Period.PAST
    is_backwards = place is not None and place.is_backwards
    descending = newest_first != is_backwards
    statement = _statement(
        _Shape(filters.period, filters.status is not None, place is not None, descending)
    ).where(
        *(
            _session.search_key.contains(word, autoescape=True)
            for word in search_key(filters.text).split()
        )
    )
    values = {
        "now": now,
        "most": PAGE + 1,  # one more tells whether there is a next page
        "status": filters.status,
        "place_at": place and place.starts_at,
        "place_id": place and place.id,
    }
    rows = core().execute(statement, values).all()
    has_more = len(rows) > PAGE
    rows = rows[:PAGE]
    if is_backwards:
        rows = rows[::-1]
    names, trainers = _trainers_of([row.id for row in rows])
    in_clash = clashing([row.id for row in rows], trainers)
    return SchedulePage(
        sessions=tuple(
            _listed(row, names.get(row.id, ()), now, clashes=row.id in in_clash) for row in rows
        ),
        has_earlier=has_more if is_backwards else place is not None,
        has_later=is_backwards or has_more,
    )


@lru_cache(maxsize=512)
def _statement(shape: _Shape) -> sa.Select[Any]:
    """Return the statement of a page: built once, because that costs more than running it."""
    conditions: list[sa.ColumnElement[bool]] = []
    ordered_by = START_ORDER if shape.period is Period.COMING else _ORDER
    if shape.period is Period.COMING:
        conditions.append(_session.ends_at > _NOW)
    elif shape.period is Period.PAST:
        conditions.append(_session.ends_at <= _NOW)
    if shape.has_status:
        conditions.append(_session.status == sa.bindparam("status", type_=_session.status.type))
    if shape.has_place:
        key = sa.tuple_(*ordered_by)
        conditions.append(key < _PLACE if shape.is_descending else key > _PLACE)
    order = [column.desc() if shape.is_descending else column.asc() for column in ordered_by]
    return (
        _LISTED.where(*conditions).order_by(*order).limit(sa.bindparam("most", type_=sa.Integer()))
    )


def _trainers_of(
    training_session_ids: Sequence[int],
) -> tuple[dict[int, tuple[str, ...]], Mapping[int, frozenset[int]]]:
    """Return who trains in each session: their names, sorted, and their keys."""
    names: dict[int, tuple[str, ...]] = {}
    keys: dict[int, frozenset[int]] = {}
    for id_, person_id, name in core().execute(_TRAINERS, {"ids": training_session_ids}):
        names[id_] = (*names.get(id_, ()), name)
        keys[id_] = keys.get(id_, frozenset()) | {person_id}
    return names, keys


def _listed(row: Any, trainers: tuple[str, ...], now: datetime, *, clashes: bool) -> ListedSession:
    clock, seats = clock_of(row), seats_of(row)
    return ListedSession(
        id=row.id,
        title=row.title,
        timezone=row.timezone,
        starts_at=clock.starts_at,
        first_ends_at=row.first_ends_at,
        meetings=row.meetings,
        seats=seats,
        overbooked_by=row.overbooked_by,
        trainers=trainers,
        availability=availability(clock, seats, now),
        clashes=clashes,
        decision=decision_about(clock, seats, (row.minimum, row.decide_at, row.settled_at), now),
    )
