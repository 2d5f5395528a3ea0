"""On which dates an event repeats, within bounds that no rule can get around.

The clock on the wall is what repeats, so dates are worked out without any zone; which instants they
are is found afterwards, date by date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import rrule
from icalendar import vRecur

from training.clock import utc_to_wall
from training.errors import N_
from training.imports.errors import UnfitEventError

#: Dates of one event.
MAX_DATES = 200
#: How many days of a rule are gone through: eighty years of them. Weeks, months and years count
#: for as many as they take time.
MAX_STEPS = 30_000
#: The same of all rules of a file together.
MAX_FILE_STEPS = 300_000
_COST: Mapping[str, int] = MappingProxyType({"DAILY": 1, "WEEKLY": 2, "MONTHLY": 3, "YEARLY": 60})
_FREQUENCY: Mapping[str, int] = MappingProxyType(
    {
        "DAILY": rrule.DAILY,
        "WEEKLY": rrule.WEEKLY,
        "MONTHLY": rrule.MONTHLY,
        "YEARLY": rrule.YEARLY,
    }
)
_NUMBERS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "BYMONTH": ("bymonth", 12),
        "BYMONTHDAY": ("bymonthday", 31),
        "BYYEARDAY": ("byyearday", 366),
        "BYWEEKNO": ("byweekno", 53),
        "BYSETPOS": ("bysetpos", 366),
    }
)
#: They may say again what the start says, and nothing else.
_OF_CLOCK: Mapping[str, str] = MappingProxyType(
    {"BYHOUR": "hour", "BYMINUTE": "minute", "BYSECOND": "second"}
)
_WEEKDAYS: Mapping[str, Any] = MappingProxyType(
    {
        "MO": rrule.MO,
        "TU": rrule.TU,
        "WE": rrule.WE,
        "TH": rrule.TH,
        "FR": rrule.FR,
        "SA": rrule.SA,
        "SU": rrule.SU,
    }
)
_MOST_WEEKDAYS = 60
#: Longest piece of a rule that is repeated in a sentence about it.
_MAX_QUOTED = 80


class _OutOfStepsError(Exception):
    """Ends a walk that leads nowhere. Never leaves this module."""


@dataclass(slots=True)
class Steps:
    """How much more may be worked out for one file."""

    left: int = MAX_FILE_STEPS


class _CountedInterval(int):
    """An INTERVAL that ends the walk after so many steps.

    dateutil looks for a rule's next date until the year 9999, and UNTIL only ends a walk that
    finds one: "every 30th of February" keeps it busy for seconds. Each of its steps adds the
    interval to a day, a month or a year, or multiplies it by seven, and is counted there.
    """

    steps: Steps
    left: int
    cost: int

    def _step(self) -> None:
        self.left -= self.cost
        self.steps.left -= self.cost
        if self.left < 0 or self.steps.left < 0:
            raise _OutOfStepsError

    def __radd__(self, other: int) -> int:
        self._step()
        return other + int(self)

    def __mul__(self, other: int) -> int:
        self._step()
        return int(self) * other


def repeated(
    rule: vRecur,
    start: datetime,
    zone: ZoneInfo,
    *,
    window: tuple[datetime, datetime],
    steps: Steps,
) -> list[datetime]:
    """Return the wall times at which a rule repeats, those within the window.

    :param start: naive, in ``zone``; counted by COUNT, and not returned unless the rule meets it.
    :param window: naive, in ``zone``; the first and the last that are wanted.
    :raise UnfitEventError: a rule that no training follows, or more dates than are taken.
    """
    first, last = window
    if "COUNT" in rule and "UNTIL" in rule:  # RFC 5545, section 3.3.10: one or the other
        raise _unusable(rule)
    arguments = _arguments(rule, start, zone)
    interval = _interval(rule, steps)
    found: list[datetime] = []
    try:
        for wall in rrule.rrule(dtstart=start, interval=interval, cache=False, **arguments):
            if wall > last:
                break
            if wall >= first:
                found.append(wall)
            if len(found) > MAX_DATES:
                raise too_many_dates(last)
    except _OutOfStepsError as error:
        if steps.left < 0:
            raise UnfitEventError(
                N_("The rules of this calendar take too long to work out.")
            ) from error
        raise UnfitEventError(
            N_("Its rule takes too long to work out: perhaps no day ever fits it.")
        ) from error
    except (ValueError, OverflowError) as error:
        raise _unusable(rule) from error
    return found


def too_many_dates(until: datetime) -> UnfitEventError:
    """Return what an event of very many dates is refused with."""
    return UnfitEventError(
        N_("It has more than %(most)s dates until %(until)s. Say an earlier last day."),
        most=MAX_DATES,
        until=f"{until:%Y-%m-%d}",
    )


def _interval(rule: vRecur, steps: Steps) -> _CountedInterval:
    number = _one(rule, "INTERVAL", 1)
    if not isinstance(number, int) or not 1 <= number <= 1_000:  # noqa: PLR2004 -- three years of days
        raise _unusable(rule)
    interval = _CountedInterval(number)
    # dateutil looks at all days of a step anew for each place that BYSETPOS names.
    cost = _COST[_frequency(rule)] * (1 + len(rule.get("BYSETPOS", [])))
    interval.steps, interval.left, interval.cost = steps, MAX_STEPS, cost
    return interval


def _frequency(rule: vRecur) -> str:
    frequency = str(_one(rule, "FREQ", "")).upper()
    if frequency in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise UnfitEventError(N_("It repeats more often than daily, which no training does."))
    if frequency not in _FREQUENCY:
        raise _unusable(rule)
    return frequency


def _arguments(rule: vRecur, start: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return a rule as dateutil takes it, once everything in it is known to be small."""
    arguments: dict[str, Any] = {"freq": _FREQUENCY[_frequency(rule)]}
    for name, values in rule.items():
        if name in {"FREQ", "INTERVAL"}:
            continue
        if name in _NUMBERS:
            argument, most = _NUMBERS[name]
            numbers = [int(value) for value in values]
            if (
                not numbers
                or len(numbers) > 2 * most
                or not all(1 <= abs(number) <= most for number in numbers)
            ):
                raise _unusable(rule)
            arguments[argument] = sorted(set(numbers))
        elif name == "BYDAY":
            arguments["byweekday"] = _weekdays(rule, values)
        elif name == "WKST":
            arguments["wkst"] = _WEEKDAYS.get(str(_one(rule, "WKST", "MO")), rrule.MO)
        elif name == "COUNT":
            arguments["count"] = _count(rule)
        elif name == "UNTIL":
            arguments["until"] = until_wall(_one(rule, "UNTIL", None), zone)
        elif name not in _OF_CLOCK or values != [getattr(start, _OF_CLOCK[name])]:
            raise _unusable(rule)
    return arguments


def _count(rule: vRecur) -> int:
    count = _one(rule, "COUNT", 0)
    if not isinstance(count, int) or count < 1:
        raise _unusable(rule)
    return int(count)


def _weekdays(rule: vRecur, values: Sequence[object]) -> list[Any]:
    if len(values) > _MOST_WEEKDAYS:
        raise _unusable(rule)
    found = []
    for value in values:
        text = str(value).upper().lstrip("+")
        weekday = _WEEKDAYS.get(text[-2:])
        if weekday is None:
            raise _unusable(rule)
        ordinal = int(text[:-2]) if text[:-2] else 0
        if abs(ordinal) > 53:  # noqa: PLR2004 -- weeks of a year
            raise _unusable(rule)
        found.append(weekday(ordinal) if ordinal else weekday)
    return found


def _one(rule: vRecur, name: str, default: object) -> Any:
    values = rule.get(name, [default])
    if not isinstance(values, list) or len(values) != 1:
        raise _unusable(rule)
    return values[0]


def until_wall(until: object, zone: ZoneInfo) -> datetime:
    """Return the last wall time that a rule allows; a day allows all of it.

    :raise UnfitEventError: it is no time.
    """
    if isinstance(until, datetime):
        # "For ever" is the last second of 9999 in some programs, and the wall shows another year.
        is_near = until.tzinfo and MINYEAR < until.year < MAXYEAR
        return utc_to_wall(until, zone)[0] if is_near else until.replace(tzinfo=None)
    if isinstance(until, date):
        return datetime.combine(until, time(23, 59, 59))
    raise UnfitEventError(N_("Its rule cannot be followed: %(rule)s."), rule="UNTIL")


def _unusable(rule: vRecur) -> UnfitEventError:
    text = "; ".join(f"{name}={values}" for name, values in rule.items())
    return UnfitEventError(
        N_("Its rule cannot be followed: %(rule)s."), rule=ascii(text[:_MAX_QUOTED])[1:-1]
    )
