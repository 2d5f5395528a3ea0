"""The time: now, and the way between wall clocks and instants. The only reader of the clock."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from training.errors import N_, InvalidInputError

#: Of a time that the wall clock shows twice: 0 the first, 1 the second (PEP 495).
Fold = Literal[0, 1]


class WallTimeError(InvalidInputError):
    """A time typed by a person that names no single instant."""

    code = "wall-time"


class NonexistentTimeError(WallTimeError):
    """The clock jumps over this time."""

    code = "wall-time-nonexistent"

    def __init__(self, wall: datetime, zone: ZoneInfo, nearest: tuple[datetime, datetime]) -> None:
        self.wall, self.zone, self.nearest = wall, zone, nearest
        before, after = (f"{time:%H:%M}" for time in nearest)
        super().__init__(
            N_(
                "On %(day)s the clocks in %(zone)s go forward over %(time)s. "
                "The nearest times are %(before)s and %(after)s."
            ),
            day=f"{wall:%Y-%m-%d}",
            zone=zone.key,
            time=f"{wall:%H:%M}",
            before=before,
            after=after,
        )


class AmbiguousTimeError(WallTimeError):
    """The clock shows this time twice, and nobody said which is meant."""

    code = "wall-time-ambiguous"

    def __init__(self, wall: datetime, zone: ZoneInfo) -> None:
        self.wall, self.zone = wall, zone
        super().__init__(
            N_(
                "On %(day)s the clocks in %(zone)s show %(time)s twice. "
                "Choose the first or the second."
            ),
            day=f"{wall:%Y-%m-%d}",
            zone=zone.key,
            time=f"{wall:%H:%M}",
        )


class UnknownZoneError(InvalidInputError):
    """No time zone has this name."""

    code = "unknown-time-zone"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no time zone named {name}. Use one such as Europe/Paris.")


def utc_now() -> datetime:
    """Return this moment, aware, in UTC, without microseconds.

    Whole seconds: calendars know no finer ones, and what is stored must equal what is shown.
    """
    return datetime.now(UTC).replace(microsecond=0)


@cache
def zone_names() -> frozenset[str]:
    """Return every name and alias that our time zone data knows."""
    return frozenset(available_timezones())


def find_zone(name: str) -> ZoneInfo:
    """Return the zone of that IANA name.

    :raise UnknownZoneError: there is none; a path or a made-up name is none either.
    """
    if name not in zone_names():
        raise UnknownZoneError(name)
    return ZoneInfo(name)


def wall_to_utc(wall: datetime, zone: ZoneInfo, *, fold: Fold | None = None) -> datetime:
    """Turn the time on a wall clock in ``zone`` into the instant it names.

    :param wall: naive, as a ``datetime-local`` input sends it.
    :param fold: of a time that occurs twice, 0 is the first and 1 the second; None is "not told".
    :return: aware, in UTC.
    :raise NonexistentTimeError: the clock jumps over ``wall``; carries the nearest two times.
    :raise AmbiguousTimeError: ``wall`` occurs twice and ``fold`` does not tell which.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall-clock time has no zone of its own")
    first, second = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
    if first == second:
        return first
    # PEP 495: in a gap the two readings come back as other times, the later one first.
    shown_first, shown_second = (t.astimezone(zone).replace(tzinfo=None) for t in (first, second))
    if shown_first != wall:
        raise NonexistentTimeError(wall, zone, nearest=(shown_second, shown_first))
    if fold is None:
        raise AmbiguousTimeError(wall, zone)
    return second if fold else first


def utc_to_wall(instant: datetime, zone: ZoneInfo) -> tuple[datetime, Fold]:
    """Return what a wall clock in ``zone`` shows at an instant, naive, and its fold."""
    local = instant.astimezone(zone)
    return local.replace(tzinfo=None, fold=0), (1 if local.fold else 0)


def is_ambiguous(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the wall clock shows this time twice."""
    first, second = (wall.replace(tzinfo=zone, fold=f).astimezone(UTC) for f in (0, 1))
    return first < second


def midnight_before(instant: datetime, *, days: int) -> datetime:
    """Return the UTC midnight that many days before the day of ``instant``."""
    day = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=days)
