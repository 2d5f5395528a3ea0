"""Fields of what staff plan: days, wall clock times, a link to join, seats."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import DateInput, DateTimeLocalInput, TimeInput

from training.sessions.values import SeatPlan
from training.web.fields import LineField, WholeNumberField, visible

#: Years that a plan may be in: zone rules are known, and no sum of times overflows.
YEARS = range(1970, 2200)
#: Seats and places in line that can be typed; a stadium fits.
MOST_SEATS = 100_000
#: Letters of the readable part of an address.
MAX_SLUG = 64
#: Letters in which is said for whom something is.
MAX_FOR_WHOM = 500
#: And what people with disabilities find.
MAX_ACCESSIBILITY = 1000

# [0-9], because \d and strptime() also take the digits of other scripts.
_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_CLOCK = r"([0-9]{2}):([0-9]{2})(?::00(?:\.0+)?)?"
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
#: BCP 47: a language, perhaps its script, perhaps a region, each in its usual case.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", re.ASCII)


def parse_day(text: str) -> date | None:
    """Return the day that is written as in 2027-05-12, or None: it is written otherwise.

    :raise ValueError: there is no such day.
    """
    found = re.fullmatch(_DAY, text)
    if found is None or int(found[1]) not in YEARS:
        return None
    return date(*map(int, found.groups()))


def _parse_clock(text: str) -> time | None:
    found = re.fullmatch(_CLOCK, text)
    return time(int(found[1]), int(found[2])) if found else None


def _parse_wall(text: str) -> datetime | None:
    day, _t, clock = text.replace(" ", "T").partition("T")
    on, at = parse_day(day), _parse_clock(clock)
    return datetime.combine(on, at) if on is not None and at is not None else None


class _ParsedField(StringField):  # type: ignore[misc]  # WTForms publishes no types
    """Text that stands for a value; what was typed is shown again when it stands for none."""

    parse: Callable[[str], Any]

    @property
    def value(self) -> Any:
        """What the text stands for; None where there is none, or it stands for nothing."""
        try:
            return type(self).parse(self.data) if self.data else None
        except ValueError:  # such as the 31st of June
            return None

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else self.shown(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip()[:40] if valuelist else ""

    def _value(self) -> str:
        return visible(self.data)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.value is None:
            raise StopValidation(self.problem())

    def shown(self, value: Any) -> str:
        raise NotImplementedError

    def problem(self) -> str:
        raise NotImplementedError


class DayField(_ParsedField):
    """A day; ``value`` is a date, or None where nothing is typed."""

    widget = DateInput()
    parse = staticmethod(parse_day)

    def shown(self, value: date) -> str:
        return value.isoformat()

    def problem(self) -> str:
        return str(_("Type a day as year, month and day, such as 2027-05-12."))


class ClockField(_ParsedField):
    """What a wall clock shows; ``value`` is a time without a zone, or None."""

    widget = TimeInput()
    parse = staticmethod(_parse_clock)

    def shown(self, value: time) -> str:
        return f"{value:%H:%M}"

    def problem(self) -> str:
        return str(_("Type a time on 24 hours, such as 14:30."))


class WallTimeField(_ParsedField):
    """A day and what a wall clock shows; ``value`` is a naive datetime, or None."""

    widget = DateTimeLocalInput()
    parse = staticmethod(_parse_wall)

    def shown(self, value: datetime) -> str:
        return f"{value:%Y-%m-%dT%H:%M}"

    def problem(self) -> str:
        return str(_("Type a day and a time, such as 2027-05-12 14:30."))


def is_language(tag: str) -> bool:
    """Tell whether this is the BCP 47 tag of a language that has a name."""
    if not _LANGUAGE.fullmatch(tag):
        return False
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


class SlugField(LineField):
    """The readable part of an address; empty: made from the name."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not _SLUG.fullmatch(self.data):
            raise StopValidation(
                _("Use small letters a to z, digits, and single hyphens between them.")
            )


class JoinLinkField(LineField):
    """A link that people follow: http or https, nothing that runs in their browser."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not is_web_address(self.data):
            raise StopValidation(
                _("Type a link that begins with https://, such as https://meet.example.org/room.")
            )


def is_web_address(text: str) -> bool:
    """Tell whether a browser opens it as a page: http or https, with a host."""
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text


class SeatFields:
    """How many may come and wait. ``capacity`` empty and ``no_limit`` not ticked is a slip."""

    capacity = WholeNumberField(
        _l("Seats"), most=MOST_SEATS, description=_l("How many people may come.")
    )
    no_limit = BooleanField(_l("As many as come"))
    waitlist_capacity = WholeNumberField(
        _l("Waitlist"),
        most=MOST_SEATS,
        description=_l("Empty: as many as like to wait. 0: nobody."),
    )

    def check_seats(self) -> bool:
        """Tell whether it is said how many seats there are."""
        if self.no_limit.data or self.capacity.value is not None or self.capacity.errors:
            return not self.capacity.errors
        self.capacity.errors = [_("How many seats are there? Or tick “As many as come”.")]
        return False

    def to_seats(self) -> SeatPlan:
        """Return what was typed, after it was checked."""
        return SeatPlan(
            capacity=None if self.no_limit.data else self.capacity.value,
            waitlist_capacity=self.waitlist_capacity.value,
        )
