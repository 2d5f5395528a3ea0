"""Instants as people read them: the wall clock of a zone, in the words of a locale.

Babel takes some 50 µs for each date it formats, and a list shows hundreds: everything here is
cached by instant, zone and locale.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, get_timezone_location

#: Quarters of an hour in a day: the width of the day line under a date.
QUARTERS_A_DAY = 96


class Moment(NamedTuple):
    """A span of time, every way that a page shows it.

    A plain tuple of strings, so that a template of 200 cards reads fields and formats nothing.
    """

    #: "Tue", "12", "May", "2026".
    weekday: str
    day: str
    month: str
    year: str
    #: "Tuesday, 12 May 2026".
    date: str
    #: "Tue 12 May".
    short_date: str
    #: "14:00-15:30" with an en dash; with its day when it ends on another: "Wed 13 May, 01:00".
    clock: str
    #: "14:00".
    start_clock: str
    #: The city that stands for the zone: "Nairobi".
    city: str
    #: For ``<time datetime>``: wall time with its offset, "2026-05-12T14:00+03:00".
    start: str
    end: str
    #: For grouping by day: "2026-05-12".
    iso_date: str
    #: SVG path of the hours it takes on a line of 96 quarters, "M56 2h6".
    day_line: str


@lru_cache(maxsize=8192)
def moment(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> Moment:
    """Return how a span of time reads on the wall clocks of a zone.

    :param starts_at: aware, like ``ends_at``.
    :param timezone: IANA name.
    :param locale: as Babel writes it, such as ``pt_BR``.
    """
    zone = ZoneInfo(timezone)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    spoken = _spoken(locale)
    return Moment(
        weekday=format_date(start, "ccc", locale=spoken),
        day=str(start.day),
        month=format_date(start, "LLL", locale=spoken),
        year=str(start.year),
        date=long_date(start.date(), locale),
        short_date=short_date(start.date(), locale),
        clock=_span(start, end, locale),
        start_clock=_clock(start),
        city=city(timezone, locale),
        start=start.isoformat("T", "minutes"),
        end=end.isoformat("T", "minutes"),
        iso_date=start.date().isoformat(),
        day_line=_day_line(start, end),
    )


@lru_cache(maxsize=2048)
def long_date(day: date, locale: str) -> str:
    """Return a day with its year: "Tuesday, 12 May 2026"."""
    return format_date(day, "full", locale=_spoken(locale))


@lru_cache(maxsize=2048)
def short_date(day: date, locale: str) -> str:
    """Return a day without its year: "Tue 12 May"."""
    # Babel's own type of what it formats leaves out that a date suffices for a date.
    return format_skeleton("MMMEd", datetime.combine(day, time()), locale=_spoken(locale))


@lru_cache(maxsize=2048)
def medium_date(day: date, locale: str) -> str:
    """Return a day in short words, with its year: "Tue, 12 May 2026"."""
    return format_skeleton("yMMMEd", datetime.combine(day, time()), locale=_spoken(locale))


@lru_cache(maxsize=512)
def month_name(day: date, locale: str) -> str:
    """Return a month with its year: "May 2026"."""
    return format_skeleton("yMMMM", datetime.combine(day, time()), locale=_spoken(locale))


@lru_cache(maxsize=512)
def weekday_name(day: date, locale: str) -> str:
    """Return the short name of a day of the week: "Tue"."""
    return format_date(day, "ccc", locale=_spoken(locale))


@lru_cache(maxsize=2048)
def clock(instant: datetime, timezone: str) -> str:
    """Return what a wall clock in a zone shows: "14:00"."""
    return _clock(instant.astimezone(ZoneInfo(timezone)))


@lru_cache(maxsize=2048)
def city(timezone: str, locale: str) -> str:
    """Return the city that a zone is named for: "Nairobi", "Buenos Aires", "UTC"."""
    place = get_timezone_location(timezone, locale=_spoken(locale), return_city=True)
    return place.rpartition("/")[2]


@lru_cache(maxsize=64)
def _spoken(locale: str) -> Locale:
    """Return the locale to format by: English of no country is the world's, with the day first."""
    return Locale.parse("en_GB" if locale == "en" else locale)


def _clock(wall: datetime) -> str:
    """Return the time of day on 24 hours; in the hour that occurs twice, with its offset.

    24 hours everywhere: a list mixes zones already, and must not mix "2:00" of two half-days.
    """
    shown = f"{wall:%H:%M}"
    if wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset():
        shown += f" (UTC{wall.isoformat()[19:]})"
    return shown


def _span(start: datetime, end: datetime, locale: str) -> str:
    until_midnight = end.time() == time() and end.date() - start.date() == timedelta(days=1)
    if end.date() == start.date() or until_midnight:
        return f"{_clock(start)}–{_clock(end)}"
    last = short_date(end.date(), locale)
    return f"{_clock(start)} – {last}, {_clock(end)}"


def _day_line(start: datetime, end: datetime) -> str:
    """Return where the first day's hours lie on a line from midnight to midnight.

    What takes more than a day has several meetings: of them only the start is known here.
    """
    begin = start.hour * 4 + start.minute // 15
    length = end - start
    quarters = 0 if length > timedelta(days=1) else -(-int(length.total_seconds()) // 900)
    return f"M{begin} 2h{max(2, min(quarters, QUARTERS_A_DAY - begin))}"
