"""When somebody cannot train: wall times of a rule, turned into instants."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from training.clock import Fold, NonexistentTimeError, find_zone, wall_to_utc

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Away:
    """Some days, or a weekday again and again, on which somebody cannot train."""

    #: Monday is 0; None: every day from ``starts_on`` to ``ends_on``.
    weekday: int | None
    #: First and last day; None: since ever, for good.
    starts_on: date | None
    ends_on: date | None
    #: None, both: the whole day. An end that is not after the start is on the next day.
    starts: time | None
    ends: time | None
    timezone: str


class Absence(NamedTuple):
    """From one instant until another, which is not part of it."""

    starts_at: datetime
    ends_at: datetime


def absences(away: Away, since: datetime, until: datetime) -> list[Absence]:
    """Return when somebody is away between two instants, in order; each whole, not cut off.

    A time that the clocks skip is when they go forward. Of a time that they show twice a start is
    the first and an end the second: better away too long than expected too early.
    """
    zone = find_zone(away.timezone)
    return [
        absence
        for absence in _each(away, zone, since, until)
        # Skipped as a whole by the clocks, it is none.
        if absence.starts_at < absence.ends_at
        and absence.starts_at < until
        and since < absence.ends_at
    ]


def _each(away: Away, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Absence]:
    is_whole = away.starts is None or away.ends is None
    if is_whole and away.weekday is None and away.starts_on and away.ends_on:
        yield _absence(away.starts_on, time(), away.ends_on + _DAY, time(), zone)
        return
    # A day earlier: over midnight, and where a zone has left out a whole day, two.
    day = since.astimezone(zone).date() - 2 * _DAY
    last = until.astimezone(zone).date()
    if away.starts_on is not None:
        day = max(day, away.starts_on)
    if away.ends_on is not None:
        last = min(last, away.ends_on)
    starts, ends = away.starts or time(), away.ends or time()
    while day <= last:
        if away.weekday is None or day.weekday() == away.weekday:
            yield _absence(day, starts, day if ends > starts else day + _DAY, ends, zone)
        day += _DAY


def _absence(first: date, starts: time, last: date, ends: time, zone: ZoneInfo) -> Absence:
    return Absence(
        _instant(datetime.combine(first, starts), zone, 0),
        _instant(datetime.combine(last, ends), zone, 1),
    )


def _instant(wall: datetime, zone: ZoneInfo, fold: Fold) -> datetime:
    try:
        return wall_to_utc(wall, zone, fold=fold)
    except NonexistentTimeError:
        return _change_over(wall, zone)


def _change_over(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the clocks go forward over a time."""
    # PEP 495: of a time that is left out the second reading is before, and the first after.
    before, after = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
