"""The days of a series: every second Tuesday, the last Friday of each month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from dateutil import rrule

#: Sessions that can be planned at once: once a week for two years.
MOST_DATES = 104
#: So far ahead a series goes.
_FURTHEST = timedelta(days=3_660)
_DAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)


class Frequency(StrEnum):
    """What is counted between two dates."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesRule:
    """By which rule a session is held again."""

    frequency: Frequency
    #: Every so many weeks or months.
    interval: int
    #: Monday is 0; of a monthly rule just one.
    weekdays: tuple[int, ...]
    #: Of a monthly rule: which of these weekdays in the month; -1: the last.
    position: int | None = None
    #: So many further dates, holidays and all; None: until a day.
    count: int | None = None
    until: date | None = None


def series_dates(rule: SeriesRule, first: date) -> list[date]:
    """Return the days after the first that a rule names, in order.

    :param first: on which the session is held that the others are planned like; weeks and months
        are counted from its own.
    :return: at most one more than ``MOST_DATES``, so that too many are told from just so many.
    """
    most = MOST_DATES + 1 if rule.count is None else min(rule.count, MOST_DATES + 1)
    last = first + _FURTHEST if rule.until is None else rule.until
    named = takewhile(lambda day: day <= last, _named(rule, first))
    return [day for _number, day in zip(range(most), named, strict=False)]


def _named(rule: SeriesRule, first: date) -> Iterator[date]:
    begin = datetime.combine(first, datetime.min.time())
    if rule.frequency is Frequency.MONTHLY:
        begin = begin.replace(day=1)  # of its month the first day: weekdays before it are skipped
    for named in rrule.rrule(
        rrule.MONTHLY if rule.frequency is Frequency.MONTHLY else rrule.WEEKLY,
        dtstart=begin,
        interval=rule.interval,
        byweekday=_weekdays(rule),
        until=begin + 2 * _FURTHEST,
    ):
        if named.date() > first:
            yield named.date()


def _weekdays(rule: SeriesRule) -> list[rrule.weekday]:
    days = [_DAYS[number] for number in rule.weekdays]
    return [day(rule.position) if rule.position else day for day in days]


def rule_text(rule: SeriesRule) -> str:
    """Return a rule as RFC 5545, section 3.3.10, writes it; COUNT counts the further dates."""
    days = ",".join(f"{rule.position or ''}{_DAYS[number]}" for number in rule.weekdays)
    parts = [
        f"FREQ={rule.frequency.upper()}",
        f"INTERVAL={rule.interval}",
        f"BYDAY={days}",
    ]
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}")
    return ";".join(parts)
