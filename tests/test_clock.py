"""Wall clocks and instants: hours that do not exist, or exist twice, in odd zones."""

import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
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
    find_zone,
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


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2037, 12, 31)),
    st.sampled_from(
        ["Europe/Berlin", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
    ),
)
def test_an_instant_comes_back_from_its_wall_time(instant: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    instant = instant.replace(second=0, microsecond=0, tzinfo=UTC)

    wall, fold = utc_to_wall(instant, zone)

    assert wall_to_utc(wall, zone, fold=fold) == instant


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


def test_our_own_time_zone_data_wins_whatever_the_environment_says(tmp_path: object) -> None:
    program = (
        "import training, zoneinfo; from datetime import datetime;"
        "print(datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Paris')).utcoffset())"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert printed.stdout.strip() == str(timedelta(hours=2))


def test_a_fold_is_a_plain_number() -> None:
    fold: Fold = 1

    assert wall_to_utc(datetime(2026, 1, 1, 12), ZoneInfo("Europe/Berlin"), fold=fold) == utc(
        2026, 1, 1, 11
    )
