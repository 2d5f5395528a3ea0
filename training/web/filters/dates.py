"""Dates, times and deadlines in words."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask_babel import gettext

from training.web import times
from training.web.filters.locales import current_locale

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext


def moment(starts_at: datetime, ends_at: datetime, timezone: str) -> times.Moment:
    """Return a span of time, every way a page shows it, in the current locale."""
    return times.moment(starts_at, ends_at, timezone, current_locale())


def city(timezone: str) -> str:
    """Return the city that a zone is named for: "Nairobi"."""
    return times.city(timezone, current_locale())


def clock(instant: datetime, timezone: str) -> str:
    """Return what the wall clock of a zone shows: "14:00"."""
    return times.clock(instant, timezone)


def long_date(day: date, timezone: str | None = None) -> str:
    """Return "Tuesday, 12 May 2026", of a date, or of an instant in a zone."""
    return times.long_date(day_in(day, timezone), current_locale())


def short_date(day: date, timezone: str | None = None) -> str:
    """Return "Tue 12 May", of a date, or of an instant in a zone."""
    return times.short_date(day_in(day, timezone), current_locale())


def date_time(instant: datetime, timezone: str) -> str:
    """Return a day with its year, a time and the zone: "Tue, 12 May 2026, 14:00 (Nairobi)"."""
    return _date_time(instant, timezone, current_locale())


def deadline(instant: datetime, timezone: str, now: datetime) -> str:
    """Return when something ends, as near as people say it: "tomorrow at 17:00 (Nairobi)".

    :param now: aware; decides what "today" is, in the same zone.
    """
    words = {
        "when": when_day(instant, timezone, now),
        "time": times.clock(instant, timezone),
        "city": times.city(timezone, current_locale()),
    }
    match days_ahead(instant, timezone, now):
        case 0:
            return _("today at %(time)s (%(city)s)", **words)
        case 1:
            return _("tomorrow at %(time)s (%(city)s)", **words)
        case _other:
            return _("%(when)s at %(time)s (%(city)s)", **words)


def day_in(day: date, timezone: str | None) -> date:
    """Return the day of an instant in a zone; a date is its own.

    :raise ValueError: an instant, and no zone.
    """
    if not isinstance(day, datetime):
        return day
    if timezone is None:
        raise ValueError("an instant falls on a day only in a time zone: name it")
    return day.astimezone(ZoneInfo(timezone)).date()


def days_ahead(instant: datetime, timezone: str, now: datetime) -> int:
    """Return how many midnights of a zone lie between now and an instant."""
    return (day_in(instant, timezone) - day_in(now, timezone)) // timedelta(days=1)


def when_day(instant: datetime, timezone: str, now: datetime) -> str:
    """Return the day of an instant, with its year where that is not this one."""
    day = day_in(instant, timezone)
    with_year = day.year != day_in(now, timezone).year
    return (times.medium_date if with_year else times.short_date)(day, current_locale())


@lru_cache(maxsize=2048)
def _date_time(instant: datetime, timezone: str, locale: str) -> str:
    return _(
        "%(date)s, %(time)s (%(city)s)",
        date=times.medium_date(day_in(instant, timezone), locale),
        time=times.clock(instant, timezone),
        city=times.city(timezone, locale),
    )
