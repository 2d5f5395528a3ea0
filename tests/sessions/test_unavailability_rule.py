"""When somebody cannot train: the rule against a count that looks at each minute's wall clock."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sessions.made_up import ODD
from training.clock import find_zone
from training.sessions.rules.unavailability import Away, absences

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def _away(**fields: object) -> Away:
    nothing = dict.fromkeys(("weekday", "starts_on", "ends_on", "starts", "ends"))
    return Away(**{**nothing, "timezone": "Europe/Berlin", **fields})  # type: ignore[arg-type]  # as named


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "found"),
    [
        pytest.param(
            _away(starts_on=date(2026, 3, 28), ends_on=date(2026, 3, 29)),
            [("2026-03-27 23:00", "2026-03-29 22:00")],
            id="two whole days, one of 23 hours",
        ),
        pytest.param(
            _away(weekday=6, starts=time(2, 30), ends=time(4)),
            [("2026-03-29 01:00", "2026-03-29 02:00")],
            id="from a time that the clocks skip: from the moment at which they do",
        ),
        pytest.param(
            _away(weekday=6, starts=time(2, 15), ends=time(2, 45)),
            [],
            id="skipped as a whole",
        ),
        pytest.param(
            _away(
                starts_on=date(2026, 3, 29),
                ends_on=date(2026, 3, 29),
                starts=time(22),
                ends=time(1),
            ),
            [("2026-03-29 20:00", "2026-03-29 23:00")],
            id="until the next day",
        ),
        pytest.param(
            _away(weekday=5, starts_on=date(2026, 3, 29)),
            [],
            id="a weekday that is not reached any more",
        ),
    ],
)
def test_times_are_those_of_the_wall_clock(away: Away, found: list[tuple[str, str]]) -> None:
    since, until = _at("2026-03-28 12:00"), _at("2026-03-30 12:00")

    assert absences(away, since, until) == [(_at(one), _at(other)) for one, other in found]


def test_of_a_time_that_the_clocks_show_twice_the_longer_reading_counts() -> None:
    away = _away(weekday=6, starts=time(2, 30), ends=time(2, 45))

    [found] = absences(away, _at("2026-10-25 00:00"), _at("2026-10-25 12:00"))

    assert found == (_at("2026-10-25 00:30"), _at("2026-10-25 01:45"))


def test_what_only_touches_is_left_out() -> None:
    away = _away(starts_on=date(2026, 5, 12), ends_on=date(2026, 5, 12))
    begins, ends = _at("2026-05-11 22:00"), _at("2026-05-12 22:00")

    assert absences(away, begins - DAY, begins) == []
    assert absences(away, ends, ends + DAY) == []
    assert absences(away, ends - MINUTE, ends) == [(begins, ends)]


_DAYS = st.integers(-3, 4)
_CLOCK = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
_TIMES = st.one_of(st.none(), st.tuples(_CLOCK, _CLOCK))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.sampled_from([(zone, day) for zone in sorted(ODD) for day in ODD[zone]]),
    weekday=st.one_of(st.none(), st.integers(0, 6)),
    first=_DAYS,
    length=st.integers(0, 3),
    times=_TIMES,
    offset=st.integers(-96, 96),
    quarters=st.integers(1, 96),
)
def test_every_minute_is_found_as_a_count_by_minutes_finds_it(
    place: tuple[str, str],
    weekday: int | None,
    first: int,
    length: int,
    times: tuple[time, time] | None,
    offset: int,
    quarters: int,
) -> None:
    zone, about = place[0], date.fromisoformat(place[1])
    starts, ends = times or (None, None)
    away = Away(
        weekday=weekday,
        starts_on=about + first * DAY,
        ends_on=about + (first + length) * DAY,
        starts=starts,
        ends=ends,
        timezone=zone,
    )
    since = datetime(about.year, about.month, about.day, tzinfo=UTC) + offset * 15 * MINUTE
    until = since + quarters * 15 * MINUTE

    found = absences(away, since, until)

    minutes = [since + number * MINUTE for number in range(quarters * 15)]
    by_rule = [any(one.starts_at <= at < one.ends_at for one in found) for at in minutes]
    assert by_rule == _counted(away, minutes)
    assert all(one.starts_at <= other.starts_at for one, other in pairwise(found))


def _counted(away: Away, minutes: list[datetime]) -> list[bool]:
    """Tell of each minute whether it is one: by looking at the clock on the wall."""
    assert away.starts_on is not None
    assert away.ends_on is not None
    zone = find_zone(away.timezone)
    begins = minutes[0] - 5 * DAY
    all_minutes = [begins + number * MINUTE for number in range(11 * 24 * 60)]
    walls = [at.astimezone(zone).replace(tzinfo=None) for at in all_minutes]
    is_away = [False] * len(all_minutes)
    days = (away.ends_on - away.starts_on).days + 1
    for day in (away.starts_on + number * DAY for number in range(days)):
        if away.weekday is not None and day.weekday() != away.weekday:
            continue
        start = datetime.combine(day, away.starts or time())
        end = datetime.combine(day, away.ends or time())
        if end <= start:
            end += DAY
        # From when the wall shows the start, or more, first, until it shows less than the end last.
        first = next((n for n, wall in enumerate(walls) if wall >= start), len(walls))
        last = next((n for n in reversed(range(len(walls))) if walls[n] < end), -1)
        is_away[first : last + 1] = [True] * max(0, last + 1 - first)
    return [is_away[(at - begins) // MINUTE] for at in minutes]
