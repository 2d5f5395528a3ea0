"""The list of all sessions, in six statements at most, whatever their number."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.db import UtcDateTime, core
from training.sessions.availability_columns import AVAILABILITY_COLUMNS, clock_of, seats_of
from training.sessions.clash_queries import clashing
from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import TrainingSession
from training.sessions.queries import Decision, decision_about
from training.sessions.rules import availability
from training.sessions.schedule_choices import Offered, offered
from training.sessions.schedule_filters import (
    Attention,
    Filters,
    Period,
    conditions_of,
    has_words,
    shape_of,
    values_of,
)
from training.sessions.to_come import START_ORDER
from training.sessions.values import Availability, SeatCounts

# The table and not the class: what is read here is not worth an object each.
_session = TrainingSession.__table__.c

#: Sessions on one page of the schedule.
PAGE = 50
#: Sessions that are looked at for a page of those that clash: which do, no statement can tell.
LOOKED_AT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a page of the schedule begins: beside a session, by what sessions are sorted by."""

    starts_at: datetime
    id: int
    #: Whether the page shows what comes before it in the list.
    is_backwards: bool = False


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
    """A page of the schedule, and where there is more on either side."""

    sessions: tuple[ListedSession, ...]
    earlier: Place | None
    later: Place | None
    #: What the filters offer to choose from.
    offered: Offered


class _Shape(NamedTuple):
    """What a statement is built by; the values come when it runs."""

    period: Period
    filters: frozenset[str]
    attention: Attention | None
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
_ORDER = (_session.starts_at, _session.id)
_PLACE = sa.tuple_(
    sa.bindparam("place_at", type_=UtcDateTime()), sa.bindparam("place_id", type_=sa.Integer())
)


def schedule_page(
    filters: Filters, place: Place | None, *, person_id: int, now: datetime
) -> SchedulePage:
    """Return a page of all sessions, drafts among them: those to come from the next on.

    What is past is read from the newest back; everything is sorted by time. Which sessions clash
    is found among the next ``LOOKED_AT``, so a page of those may be short, or empty, and yet not
    the last.

    :param person_id: who looks, and whose kept views are offered.
    """
    is_backwards = place is not None and place.is_backwards
    descending = (filters.period is Period.PAST) != is_backwards
    most = LOOKED_AT if filters.attention is Attention.CLASH else PAGE
    shape = _Shape(
        filters.period, shape_of(filters), filters.attention, place is not None, descending
    )
    values = {
        **values_of(filters),
        "now": now,
        "most": most + 1,  # one more tells whether there is a next page
        "place_at": place and place.starts_at,
        "place_id": place and place.id,
    }
    rows = core().execute(_statement(shape).where(*has_words(filters)), values).all()
    has_more = len(rows) > most
    rows = rows[:most]
    choices = offered(filters, [row.id for row in rows], person_id=person_id, now=now)
    in_clash = clashing([row.id for row in rows], choices.assigned)
    ends = [rows[0], rows[-1]] if rows else []
    if filters.attention is Attention.CLASH:
        rows = [row for row in rows if row.id in in_clash]
        if len(rows) > PAGE:
            has_more, rows = True, rows[:PAGE]
            ends = [ends[0], rows[-1]]
    if is_backwards:
        rows, ends = rows[::-1], ends[::-1]
    names = choices.names
    return SchedulePage(
        sessions=tuple(
            _listed(row, names.get(row.id, ()), now, clashes=row.id in in_clash) for row in rows
        ),
        earlier=(
            _beside(ends[0], is_backwards=True)
            if ends and (has_more if is_backwards else place is not None)
            else None
        ),
        later=_beside(ends[1]) if ends and (is_backwards or has_more) else None,
        offered=choices,
    )


def ids_that_fit(filters: Filters, most: int, *, now: datetime) -> tuple[list[int], bool]:
    """Return which sessions fit, in the order of the list, and whether there are more.

    :param most: how many at most; of those that clash, as many as are among ``LOOKED_AT``.
    """
    is_clash = filters.attention is Attention.CLASH
    shape = _Shape(
        filters.period,
        shape_of(filters),
        filters.attention,
        has_place=False,
        is_descending=filters.period is Period.PAST,
    )
    looked_at = LOOKED_AT if is_clash else most
    values = {**values_of(filters), "now": now, "most": looked_at + 1}
    statement = _statement(shape).where(*has_words(filters)).with_only_columns(_session.id)
    ids = list(core().execute(statement, values).scalars())
    has_more = len(ids) > looked_at
    ids = ids[:looked_at]
    if is_clash:
        in_clash = clashing(ids)
        ids = [id_ for id_ in ids if id_ in in_clash]
    return ids[:most], has_more or len(ids) > most


def _beside(row: Any, *, is_backwards: bool = False) -> Place:
    return Place(starts_at=row.starts_at, id=row.id, is_backwards=is_backwards)


@lru_cache(maxsize=512)
def _statement(shape: _Shape) -> sa.Select[Any]:
    """Return the statement of a page: built once, because that costs more than running it."""
    conditions = conditions_of(shape.period, shape.filters, shape.attention)
    ordered_by = START_ORDER if shape.period is Period.COMING else _ORDER
    if shape.has_place:
        key = sa.tuple_(*ordered_by)
        conditions.append(key < _PLACE if shape.is_descending else key > _PLACE)
    order = [column.desc() if shape.is_descending else column.asc() for column in ordered_by]
    return (
        _LISTED.where(*conditions).order_by(*order).limit(sa.bindparam("most", type_=sa.Integer()))
    )


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
