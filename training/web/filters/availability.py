"""Seats, and when registration opens and closes, in words."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from flask_babel import gettext, ngettext

from training.clock import utc_now
from training.web import times
from training.web.filters.dates import day_in, days_ahead, when_day
from training.web.filters.locales import current_locale

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext
_n: Callable[..., str] = ngettext

#: Then it matters no more for whom a session is.
_SETTLED = {"cancelled", "over", "running"}
_HAS_SEATS = {"open", "few_seats"}


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
        "when": when_day(instant, timezone, now),
        "time": times.clock(instant, timezone),
        "city": times.city(timezone, current_locale()),
    }
    match opens, days_ahead(instant, timezone, now):
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
    availability: Availability,
    timezone: str,
    *,
    is_for_partners: bool = False,
    is_on_request: bool = False,
) -> SeatsBadge:
    """Return what a badge says of the seats: "3 seats left", "Full, 2 waiting", "Open".

    :param is_for_partners: say that instead, to readers who may not take a seat by themselves.
    :param is_on_request: staff decide who gets a seat: how many are free says little then.
    """
    if is_for_partners and availability.state not in _SETTLED:
        return SeatsBadge("info", _partners_label(current_locale()))
    if is_on_request and availability.state in _HAS_SEATS:
        return SeatsBadge("info", _request_label(current_locale()))
    words = _availability_text(
        availability.state,
        availability.free,
        availability.waiting,
        availability.opens_at,
        timezone,
        # In UTC, so that what is said changes only when the validators of shared pages do.
        utc_now().year,
        current_locale(),
    )
    return SeatsBadge(availability.state, words)


def seats_left(free: int) -> str:
    """Return "3 seats left"."""
    return _n("%(num)s seat left", "%(num)s seats left", free)


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
            day = day_in(opens_at, timezone)
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


@lru_cache(maxsize=64)
def _request_label(_locale: str) -> str:
    return _("On request")
