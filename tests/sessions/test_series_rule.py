"""The days of a series: against a count that walks over the calendar day by day."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.sessions.public_holidays import COUNTRIES, holiday_names
from training.sessions.rules.series import (
    MOST_DATES,
    Frequency,
    SeriesRule,
    rule_text,
    series_dates,
)

DAY = timedelta(days=1)
TUESDAY = date(2027, 1, 12)  # the second of its month


def _weekly(*weekdays: int, interval: int = 1, **ends: object) -> SeriesRule:
    return SeriesRule(
        frequency=Frequency.WEEKLY,
        interval=interval,
        weekdays=weekdays,
        **ends,  # type: ignore[arg-type]  # as named
    )


def _monthly(weekday: int, position: int, *, interval: int = 1, **ends: object) -> SeriesRule:
    return SeriesRule(
        frequency=Frequency.MONTHLY,
        interval=interval,
        weekdays=(weekday,),
        position=position,
        **ends,  # type: ignore[arg-type]  # as named
    )


@pytest.mark.parametrize(
    ("rule", "days", "text"),
    [
        pytest.param(
            _weekly(1, interval=2, count=3),
            ["2027-01-26", "2027-02-09", "2027-02-23"],
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=3",
            id="every second Tuesday",
        ),
        pytest.param(
            _weekly(0, 3, until=date(2027, 1, 21)),
            ["2027-01-14", "2027-01-18", "2027-01-21"],
            "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH;UNTIL=20270121",
            id="two days a week, until one of them",
        ),
        pytest.param(
            _monthly(1, 2, count=2),
            ["2027-02-09", "2027-03-09"],
            "FREQ=MONTHLY;INTERVAL=1;BYDAY=2TU;COUNT=2",
            id="the second Tuesday of each month",
        ),
        pytest.param(
            _monthly(4, -1, interval=3, until=date(2027, 8, 1)),
            ["2027-01-29", "2027-04-30", "2027-07-30"],
            "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR;UNTIL=20270801",
            id="the last Friday of every third month, its own month's too",
        ),
        pytest.param(
            _weekly(1, until=TUESDAY),
            [],
            "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;UNTIL=20270112",
            id="none",
        ),
    ],
)
def test_a_rule_names_its_days(rule: SeriesRule, days: list[str], text: str) -> None:
    assert [day.isoformat() for day in series_dates(rule, TUESDAY)] == days
    assert rule_text(rule) == text


def test_too_many_are_told_from_just_so_many() -> None:
    just = series_dates(_weekly(1, count=MOST_DATES), TUESDAY)
    more = series_dates(_weekly(0, 1, 2, 3, 4, 5, 6, until=date(2030, 1, 1)), TUESDAY)

    assert (len(just), len(more)) == (MOST_DATES, MOST_DATES + 1)


@settings(max_examples=150, deadline=None)
@given(
    first=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    interval=st.integers(1, 5),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    position=st.sampled_from([None, 1, 2, 3, 4, -1]),
    length=st.integers(0, 700),
)
def test_a_walk_over_the_calendar_finds_the_same_days(
    first: date, interval: int, weekdays: set[int], position: int | None, length: int
) -> None:
    until = first + length * DAY
    if position is None:
        rule = _weekly(*sorted(weekdays), interval=interval, until=until)
    else:
        rule = _monthly(min(weekdays), position, interval=interval, until=until)

    wanted = [
        day
        for day in (first + n * DAY for n in range(1, length + 1))
        if _is_named(day, first, rule)
    ]

    assert series_dates(rule, first) == wanted[: MOST_DATES + 1]


def _is_named(day: date, first: date, rule: SeriesRule) -> bool:
    if day.weekday() not in rule.weekdays:
        return False
    if rule.position is None:
        mondays = [one - one.weekday() * DAY for one in (first, day)]
        return (mondays[1] - mondays[0]).days // 7 % rule.interval == 0
    months = (day.year - first.year) * 12 + day.month - first.month
    if months % rule.interval:
        return False
    if rule.position == -1:
        return (day + 7 * DAY).month != day.month
    return (day.day - 1) // 7 == rule.position - 1


def test_holidays_are_those_of_the_countries_in_the_readers_language() -> None:
    days = [date(2027, 1, 1), date(2027, 10, 3), date(2027, 10, 20), date(2027, 10, 21)]

    german = holiday_names(["DE", "KE"], days, "de")
    none = holiday_names([], days, "de")

    assert german[days[1]] == ["Tag der Deutschen Einheit"]
    assert german[days[2]] == ["Mashujaa Day"]
    assert len(german[days[0]]) == 2
    assert days[3] not in german
    assert none == {}


def test_the_countries_are_those_that_the_package_knows() -> None:
    known = holidays.list_supported_countries(include_aliases=False)

    assert {code for code in known if len(code) == 2} == COUNTRIES
