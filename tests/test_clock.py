"""Wall clocks and instants: hours that do not exist, or exist twice, in odd zones."""

import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training import clock
from training.clock import (
    AmbiguousTimeError,
    Fold,
    NonexistentTimeError,
    UnknownZoneError,
    WallTimeError,
    find_zone,
    is_ambiguous,
    utc_to_wall,
    wall_to_utc,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year, month, day, hour, …


@pytest.mark.parametrize(
    ("wall", "zone", "before", "after"),
    [
        pytest.param((2026, 3, 29, 2, 30), "Europe/Berlin", "01:30", "03:30", id="Berlin"),
        pytest.param((2026, 3, 8, 2, 30), "America/New_York", "01:30", "03:30", id="New York"),
        pytest.param((2026, 9, 6, 0, 30), "America/Santiago", "23:30", "01:30", id="Santiago"),
        pytest.param((2026, 10, 4, 2, 15), "Australia/Lord_Howe", "01:45", "02:45", id="30 min"),
    ],
)
def test_time_01_a_time_that_the_clocks_skip_is_refused_with_the_nearest_two(
    wall: tuple[int, int, int, int, int], zone: str, before: str, after: str
) -> None:
    """TIME-01."""
    with pytest.raises(NonexistentTimeError) as refused:
        wall_to_utc(datetime(*wall), ZoneInfo(zone))

    assert [f"{time:%H:%M}" for time in refused.value.nearest] == [before, after]
    assert before in str(refused.value)
    assert after in str(refused.value)


@pytest.mark.parametrize(
    ("wall", "zone", "first", "second"),
    [
        pytest.param(
            (2026, 10, 25, 2, 30),
            "Europe/Berlin",
            (2026, 10, 25, 0, 30),
            (2026, 10, 25, 1, 30),
            id="Berlin",
        ),
        pytest.param(
            (2026, 11, 1, 1, 30),
            "America/New_York",
            (2026, 11, 1, 5, 30),
            (2026, 11, 1, 6, 30),
            id="New York",
        ),
        pytest.param(
            (2026, 4, 5, 1, 45),
            "Australia/Lord_Howe",
            (2026, 4, 4, 14, 45),
            (2026, 4, 4, 15, 15),
            id="30 min",
        ),
    ],
)
def test_time_02_a_time_that_occurs_twice_asks_which(
    wall: tuple[int, int, int, int, int],
    zone: str,
    first: tuple[int, ...],
    second: tuple[int, ...],
) -> None:
    """TIME-02."""
    typed = datetime(*wall)

    with pytest.raises(AmbiguousTimeError):
        wall_to_utc(typed, ZoneInfo(zone))

    assert wall_to_utc(typed, ZoneInfo(zone), fold=0) == utc(*first)
    assert wall_to_utc(typed, ZoneInfo(zone), fold=1) == utc(*second)
    assert utc_to_wall(utc(*second), ZoneInfo(zone)) == (typed, 1)


def test_who_types_a_wrong_time_is_told_the_day_the_zone_and_what_to_do() -> None:
    with pytest.raises(NonexistentTimeError) as skipped:
        wall_to_utc(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin"))
    with pytest.raises(AmbiguousTimeError) as twice:
        wall_to_utc(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin"))
    with pytest.raises(UnknownZoneError) as unknown:
        find_zone("Berlin")

    assert [(refused.value.code, str(refused.value)) for refused in (skipped, twice, unknown)] == [
        (
            "wall-time-nonexistent",
            (
                "On 2026-03-29 the clocks in Europe/Berlin go forward over 02:30. "
                "The nearest times are 01:30 and 03:30."
            ),
        ),
        (
            "wall-time-ambiguous",
            (
                "On 2026-10-25 the clocks in Europe/Berlin show 02:30 twice. "
                "Choose the first or the second."
            ),
        ),
        (
            "unknown-time-zone",
            "There is no time zone named Berlin. Use one such as Europe/Paris.",
        ),
    ]
    assert WallTimeError.code == "wall-time"


DAY = timedelta(days=1)


@st.composite
def zones_and_walls(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone and a time on its clocks, in most cases close to where they change."""
    zone = find_zone(draw(st.sampled_from(sorted(clock.zone_names()))))
    begins = datetime(draw(st.integers(1972, 2037)), 1, 1, tzinfo=UTC)
    days = [begins + number * DAY for number in range(366)]
    changes = [day for day in days if _ahead(day, zone) != _ahead(day + DAY, zone)]
    near = _change(draw(st.sampled_from(changes)), zone) if changes else begins
    wall = near.astimezone(zone).replace(tzinfo=None)
    return zone, wall + timedelta(minutes=draw(st.integers(-75, 75)))


def _ahead(instant: datetime, zone: ZoneInfo) -> timedelta:
    ahead = instant.astimezone(zone).utcoffset()
    assert ahead is not None
    return ahead


def _change(day: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second on which the clocks show what they do a day later."""
    before, after = day, day + DAY
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _ahead(middle, zone) == _ahead(day, zone):
            before = middle
        else:
            after = middle
    return after


@given(zones_and_walls())
def test_a_wall_time_names_the_instants_at_which_a_clock_shows_it(
    given: tuple[ZoneInfo, datetime],
) -> None:
    """In every zone that there is. The instants are found by looking at a clock, not by rule."""
    zone, wall = given
    around = wall.replace(tzinfo=UTC)
    offsets = {_ahead(around + number * DAY, zone) for number in (-2, -1, 0, 1, 2)}
    instants = sorted(
        around - ahead
        for ahead in offsets
        if (around - ahead).astimezone(zone).replace(tzinfo=None) == wall
    )

    assert is_ambiguous(wall, zone) is (len(instants) == 2)
    if not instants:
        with pytest.raises(NonexistentTimeError) as refused:
            wall_to_utc(wall, zone)
        earlier, later = refused.value.nearest
        assert earlier < wall < later
        assert wall_to_utc(later, zone) - wall_to_utc(earlier, zone) == wall - earlier
        assert later - wall == wall - earlier == max(offsets) - min(offsets)
        return
    assert [wall_to_utc(wall, zone, fold=0), wall_to_utc(wall, zone, fold=1)] == [
        instants[0],
        instants[-1],
    ]
    for instant in instants:
        assert utc_to_wall(instant, zone) == (wall, instants.index(instant))
        assert utc_to_wall(instant, zone)[0].fold == 0
    if len(instants) == 1:
        assert wall_to_utc(wall, zone) == instants[0]
    else:
        with pytest.raises(AmbiguousTimeError):
            wall_to_utc(wall, zone)


@pytest.mark.parametrize(
    ("wall", "zone", "times"),
    [
        pytest.param((2026, 10, 25, 2, 0), "Europe/Berlin", 2, id="the first that occurs twice"),
        pytest.param((2026, 10, 25, 2, 59, 59), "Europe/Berlin", 2, id="the last"),
        pytest.param((2026, 10, 25, 1, 59, 59), "Europe/Berlin", 1, id="just before"),
        pytest.param((2026, 10, 25, 3, 0), "Europe/Berlin", 1, id="just after"),
        pytest.param((2026, 3, 29, 2, 0), "Europe/Berlin", 0, id="the first that is skipped"),
        pytest.param((2026, 3, 29, 2, 59, 59), "Europe/Berlin", 0, id="the last skipped"),
        pytest.param((2026, 3, 29, 3, 0), "Europe/Berlin", 1, id="just after those"),
        pytest.param((2011, 12, 30, 12, 0), "Pacific/Apia", 0, id="a day that was left out"),
    ],
)
def test_a_time_occurs_so_often(wall: tuple[int, ...], zone: str, times: int) -> None:
    typed = datetime(*wall)  # type: ignore[arg-type]  # year, month, day, hour, …

    assert is_ambiguous(typed, ZoneInfo(zone)) is (times == 2)
    if times == 1:
        instant = wall_to_utc(typed, ZoneInfo(zone))
        assert utc_to_wall(instant, ZoneInfo(zone)) == (typed, 0)
    else:
        with pytest.raises(AmbiguousTimeError if times else NonexistentTimeError):
            wall_to_utc(typed, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("instant", "days", "midnight"),
    [
        pytest.param(utc(2026, 5, 2, 13, 14, 15, 16), 0, utc(2026, 5, 2), id="the same day"),
        pytest.param(utc(2026, 5, 2), 0, utc(2026, 5, 2), id="midnight itself"),
        pytest.param(utc(2026, 5, 2, 13), 2, utc(2026, 4, 30), id="two days before"),
        pytest.param(utc(2026, 5, 2, 13), -1, utc(2026, 5, 3), id="the next midnight"),
        pytest.param(
            datetime(2026, 5, 2, 1, tzinfo=ZoneInfo("Asia/Tokyo")), 0, utc(2026, 5, 1), id="in UTC"
        ),
    ],
)
def test_midnight_is_that_of_utc(instant: datetime, days: int, midnight: datetime) -> None:
    assert clock.midnight_before(instant, days=days) == midnight


@pytest.mark.parametrize(
    "name", ["", "UTC+2", "Europe/Nowhere", "<script>", "../etc/passwd", "CET "]
)
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UnknownZoneError):
        find_zone(name)


def test_aliases_are_zones_too() -> None:
    assert find_zone("Asia/Calcutta").key == "Asia/Calcutta"


def test_now_has_no_fraction_of_a_second() -> None:
    now = clock.utc_now()

    assert (now.microsecond, now.tzinfo) == (0, UTC)


def test_a_naive_wall_time_is_asked_for() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        wall_to_utc(utc(2026, 1, 1), ZoneInfo("UTC"))


def test_our_own_time_zone_data_wins_over_the_systems() -> None:
    assert zoneinfo.TZPATH == ()


def test_our_own_time_zone_data_wins_whatever_the_environment_says(tmp_path: Path) -> None:
    """It says that Paris keeps the clocks of Tokyo."""
    (tmp_path / "Europe").mkdir()
    tokyo = resources.files("tzdata.zoneinfo").joinpath("Asia", "Tokyo").read_bytes()
    (tmp_path / "Europe" / "Paris").write_bytes(tokyo)
    hours = "print(datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Paris')).utcoffset())"
    program = f"import zoneinfo; from datetime import datetime;{hours};import training;{hours}"

    printed = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert printed.stdout.split() == ["9:00:00", "2:00:00"]


def test_a_fold_is_a_plain_number() -> None:
    fold: Fold = 1

    assert wall_to_utc(datetime(2026, 1, 1, 12), ZoneInfo("Europe/Berlin"), fold=fold) == utc(
        2026, 1, 1, 11
    )
