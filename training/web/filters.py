"""Jinja filters and globals: dates, counts and statuses in words; plain text as paragraphs.

What needs the reader's locale asks ``flask_babel`` for it here; what only formats is in ``times``.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app
from flask_babel import get_locale, gettext, ngettext
from markupsafe import Markup, escape

from training import text
from training.clock import utc_now
from training.web import times
from training.web.blank_rows import kept_blank_row
from training.web.forms import error_links
from training.web.sheet_rows import attendance_rows

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext
_n: Callable[..., str] = ngettext

#: What begins a line of a list in plain text.
_BULLETS = ("- ", "* ", "• ")
#: Then it matters no more for whom a session is.
_SETTLED = {"cancelled", "over", "running"}


class Availability(Protocol):
    """What the words about seats need; ``sessions`` has the value itself."""

    @property
    def state(self) -> str: ...
    @property
    def free(self) -> int | None: ...
    @property
    def waiting(self) -> int: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime: ...


class SeatsBadge(NamedTuple):
    """What is said of the seats: the kind gives sign and colour."""

    kind: str
    words: str


class LocaleFacts(NamedTuple):
    """What ``<html>`` says of the language of a page."""

    language: str
    direction: str


def register(app: Flask) -> None:
    """Give the templates of an application every filter and global of this module."""
    app.jinja_env.filters.update(
        attendance_label=attendance_label,
        city=city,
        clock=clock,
        date_time=date_time,
        deadline=deadline,
        delivery_label=delivery_label,
        error_links=error_links,
        language_name=language_name,
        line=text.for_display,
        long_date=long_date,
        paragraphs=paragraphs,
        registration_label=registration_label,
        registration_times=registration_times,
        seats_left=seats_left,
        short_date=short_date,
    )
    app.jinja_env.globals.update(
        attendance_rows=attendance_rows,
        kept_blank_row=kept_blank_row,
        kept_session_card=kept_session_card,
        locale_facts=locale_facts,
        moment=moment,
        seats_badge=seats_badge,
    )


def locale_facts() -> LocaleFacts:
    """Return the language tag and the direction of the current locale."""
    return _locale_facts(_locale())


def moment(starts_at: datetime, ends_at: datetime, timezone: str) -> times.Moment:
    """Return a span of time, every way a page shows it, in the current locale."""
    return times.moment(starts_at, ends_at, timezone, _locale())


def city(timezone: str) -> str:
    """Return the city that a zone is named for: "Nairobi"."""
    return times.city(timezone, _locale())


def clock(instant: datetime, timezone: str) -> str:
    """Return what the wall clock of a zone shows: "14:00"."""
    return times.clock(instant, timezone)


def long_date(day: date, timezone: str | None = None) -> str:
    """Return "Tuesday, 12 May 2026", of a date, or of an instant in a zone."""
    return times.long_date(_day(day, timezone), _locale())


def short_date(day: date, timezone: str | None = None) -> str:
    """Return "Tue 12 May", of a date, or of an instant in a zone."""
    return times.short_date(_day(day, timezone), _locale())


def date_time(instant: datetime, timezone: str) -> str:
    """Return a day with its year, a time and the zone: "Tue, 12 May 2026, 14:00 (Nairobi)"."""
    return _date_time(instant, timezone, _locale())


def deadline(instant: datetime, timezone: str, now: datetime) -> str:
    """Return when something ends, as near as people say it: "tomorrow at 17:00 (Nairobi)".

    :param now: aware; decides what "today" is, in the same zone.
    """
    words = {
        "when": _when_day(instant, timezone, now),
        "time": times.clock(instant, timezone),
        "city": times.city(timezone, _locale()),
    }
    match _days_ahead(instant, timezone, now):
        case 0:
            return _("today at %(time)s (%(city)s)", **words)
        case 1:
            return _("tomorrow at %(time)s (%(city)s)", **words)
        case _other:
            return _("%(when)s at %(time)s (%(city)s)", **words)


def registration_times(availability: Availability, timezone: str, now: datetime) -> str:
    """Return the sentence on when registration opens or closes, or "" when there is nothing to say.

    :param now: aware.
    """
    opens = availability.state == "not_yet_open" and availability.opens_at is not None
    if not opens and availability.state not in {"open", "few_seats", "waitlist", "full"}:
        return ""
    instant = availability.opens_at if opens else availability.closes_at
    assert instant is not None
    words = {
        "when": _when_day(instant, timezone, now),
        "time": times.clock(instant, timezone),
        "city": times.city(timezone, _locale()),
    }
    match opens, _days_ahead(instant, timezone, now):
        case True, 0:
            sentence = _("Registration opens today at %(time)s, %(city)s time.", **words)
        case True, 1:
            sentence = _("Registration opens tomorrow at %(time)s, %(city)s time.", **words)
        case True, _day:
            sentence = _("Registration opens on %(when)s at %(time)s, %(city)s time.", **words)
        case False, 0:
            sentence = _("Registration closes today at %(time)s, %(city)s time.", **words)
        case False, 1:
            sentence = _("Registration closes tomorrow at %(time)s, %(city)s time.", **words)
        case _other:
            sentence = _("Registration closes on %(when)s at %(time)s, %(city)s time.", **words)
    return sentence


def seats_badge(
    availability: Availability, timezone: str, *, is_for_partners: bool = False
) -> SeatsBadge:
    """Return what a badge says of the seats: "3 seats left", "Full, 2 waiting", "Open".

    :param is_for_partners: say that instead, to readers who may not take a seat by themselves.
    """
    if is_for_partners and availability.state not in _SETTLED:
        return SeatsBadge("info", _partners_label(_locale()))
    words = _availability_text(
        availability.state,
        availability.free,
        availability.waiting,
        availability.opens_at,
        timezone,
        # In UTC, so that what is said changes only when the validators of shared pages do.
        utc_now().year,
        _locale(),
    )
    return SeatsBadge(availability.state, words)


def seats_left(free: int) -> str:
    """Return "3 seats left"."""
    return _n("%(num)s seat left", "%(num)s seats left", free)


def registration_label(status: str) -> str:
    """Return the word for the status of a registration."""
    return _registration_label(status, _locale())


def attendance_label(status: str | None) -> str:
    """Return the word for an attendance status; None and "" mean that nobody marked it."""
    return _attendance_label(status or "", _locale())


def delivery_label(delivery: str) -> str:
    """Return the words for the way a session is held."""
    return _delivery_label(delivery, _locale())


def language_name(code: str) -> str:
    """Return what the reader calls a language: "Portuguese (Brazil)" for ``pt-BR``.

    A code that Babel does not know is returned as it is.
    """
    return _language_name(code, _locale())


@lru_cache(maxsize=512)
def paragraphs(plain: str) -> Markup:
    """Return plain text as HTML: escaped; paragraphs, line breaks, and lists of "- " lines."""
    lines = [line.rstrip() for line in plain.split("\n")]
    blocks = [list(group) for filled, group in groupby(lines, key=bool) if filled]
    return Markup("\n").join(block for lines in blocks for block in _blocks(lines))


def kept_session_card(  # noqa: PLR0913 (a card shows that much)
    *,
    url: str,
    title: str,
    when: times.Moment,
    availability: Availability,
    timezone: str,
    delivery: str,
    language: str,
    is_for_partners: bool = False,
    heading: int = 3,
) -> Markup:
    """Return the card of a session, rendered once for everybody who is shown the same.

    Two hundred cards take 4 ms to render and 1 ms to look up. What each value means stands in
    ``templates/components/cards.html``.
    """
    seats = seats_badge(availability, timezone, is_for_partners=is_for_partners)
    is_off = availability.state == "cancelled"
    manner = (delivery, language)
    return _session_card(url, title, when, is_off, seats, manner, heading, _locale())


def _blocks(lines: Sequence[str]) -> Iterator[Markup]:
    for is_list, group in groupby(lines, key=lambda line: line.lstrip().startswith(_BULLETS)):
        if is_list:
            items = Markup().join(Markup("<li>{}</li>").format(line.lstrip()[2:]) for line in group)
            yield Markup("<ul>{}</ul>").format(items)
        else:
            yield Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in group))


def _locale() -> str:
    """Return the current locale as Babel writes it; English outside a request."""
    locale: Locale | None = get_locale()
    return "en" if locale is None else _name(locale)


@lru_cache(maxsize=64)
def _name(locale: Locale) -> str:
    return str(locale)


def _day(day: date, timezone: str | None) -> date:
    if not isinstance(day, datetime):
        return day
    if timezone is None:
        raise ValueError("an instant falls on a day only in a time zone: name it")
    return day.astimezone(ZoneInfo(timezone)).date()


def _days_ahead(instant: datetime, timezone: str, now: datetime) -> int:
    return (_day(instant, timezone) - _day(now, timezone)) // timedelta(days=1)


def _when_day(instant: datetime, timezone: str, now: datetime) -> str:
    day = _day(instant, timezone)
    with_year = day.year != _day(now, timezone).year
    return (times.medium_date if with_year else times.short_date)(day, _locale())


@lru_cache(maxsize=2048)
def _session_card(
    url: str,
    title: str,
    when: times.Moment,
    is_off: bool,  # noqa: FBT001 (a key of the cache, like the rest)
    seats: SeatsBadge,
    manner: tuple[str, str],
    heading: int,
    _locale: str,
) -> Markup:
    cards: Any = current_app.jinja_env.get_template("components/cards.html").module
    card: Markup = cards.session_card_html(url, title, when, is_off, seats, *manner, heading)
    return card


# Cached by locale, which the callers above read: looking a translation up costs more than a card.


@lru_cache(maxsize=2048)
def _date_time(instant: datetime, timezone: str, locale: str) -> str:
    return _(
        "%(date)s, %(time)s (%(city)s)",
        date=times.medium_date(_day(instant, timezone), locale),
        time=times.clock(instant, timezone),
        city=times.city(timezone, locale),
    )


@lru_cache(maxsize=4096)
def _availability_text(
    state: str,
    free: int | None,
    waiting: int,
    opens_at: datetime | None,
    timezone: str,
    this_year: int,
    locale: str,
) -> str:
    match state:
        case "not_yet_open" if opens_at is not None:
            day = _day(opens_at, timezone)
            in_words = times.short_date if day.year == this_year else times.medium_date
            return _("Opens %(day)s", day=in_words(day, locale))
        case "few_seats" if free is not None:
            return seats_left(free)
        case "waitlist" | "full" if waiting:
            return _n("Full, %(num)s waiting", "Full, %(num)s waiting", waiting)
    return {
        "draft": _("Draft"),
        "not_yet_open": _("Not open yet"),
        "open": _("Open"),
        "few_seats": _("Few seats left"),
        "waitlist": _("Full, waitlist open"),
        "full": _("Full"),
        "closed": _("Registration closed"),
        "running": _("Running now"),
        "over": _("Over"),
        "cancelled": _("Cancelled"),
    }[state]


@lru_cache(maxsize=64)
def _partners_label(_locale: str) -> str:
    return _("For partner organizations")


@lru_cache(maxsize=256)
def _registration_label(status: str, _locale: str) -> str:
    return {
        "requested": _("Requested"),
        "confirmed": _("Confirmed"),
        "offered": _("Seat offered"),
        "waitlisted": _("On the waitlist"),
        "declined": _("Declined"),
        "cancelled": _("Cancelled"),
    }[status]


@lru_cache(maxsize=256)
def _attendance_label(status: str, _locale: str) -> str:
    return {
        "present": _("Present"),
        "late": _("Late"),
        "left_early": _("Left early"),
        "absent": _("Absent"),
        "excused": _("Excused"),
        "": _("Not marked"),
    }[status]


@lru_cache(maxsize=256)
def _delivery_label(delivery: str, _locale: str) -> str:
    return {
        "in_person": _("In person"),
        "online": _("Online"),
        "hybrid": _("In person and online"),
    }[delivery]


@lru_cache(maxsize=512)
def _language_name(code: str, locale: str) -> str:
    try:
        language = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return code
    return language.get_display_name(locale) or code


@lru_cache(maxsize=64)
def _locale_facts(locale: str) -> LocaleFacts:
    return LocaleFacts(locale.replace("_", "-"), Locale.parse(locale).text_direction)
