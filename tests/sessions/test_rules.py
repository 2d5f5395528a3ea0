"""What a reader is told about a session, and when meetings take place: the pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.times import DAY, HOUR, NOW
from training.clock import Fold
from training.sessions.errors import InvalidPlanError
from training.sessions.rules import (
    MeetingTimeError,
    availability,
    free_seats,
    meeting_times,
    promotes,
    takes_registrations,
)
from training.sessions.values import (
    Availability,
    MeetingPlan,
    SeatCounts,
    SessionClock,
    SessionState,
    SessionStatus,
)

CLOCK = SessionClock(
    status=SessionStatus.PUBLISHED,
    registration_opens_at=None,
    registration_closes_at=None,
    registration_paused=False,
    promotion_ends_at=None,
    starts_at=NOW + DAY,
    ends_at=NOW + DAY + HOUR,
)
SEATS = SeatCounts(capacity=20, waitlist_capacity=None, confirmed=0, offered=0, waitlisted=0)


@pytest.mark.parametrize(
    ("clock", "seats", "state"),
    [
        pytest.param({}, {}, SessionState.OPEN, id="open"),
        pytest.param({}, {"capacity": None, "confirmed": 900}, SessionState.OPEN, id="no limit"),
        pytest.param({}, {"confirmed": 17}, SessionState.FEW_SEATS, id="three left"),
        pytest.param({}, {"confirmed": 16}, SessionState.OPEN, id="four left"),
        pytest.param(
            {}, {"capacity": 100, "confirmed": 90}, SessionState.FEW_SEATS, id="a tenth left"
        ),
        pytest.param({}, {"confirmed": 18, "offered": 2}, SessionState.WAITLIST, id="waitlist"),
        pytest.param({}, {"confirmed": 3, "waitlisted": 1}, SessionState.WAITLIST, id="awaited"),
        pytest.param({}, {"confirmed": 20, "waitlist_capacity": 0}, SessionState.FULL, id="full"),
        pytest.param(
            {},
            {"confirmed": 20, "waitlist_capacity": 2, "waitlisted": 1},
            SessionState.WAITLIST,
            id="room to wait for one",
        ),
        pytest.param(
            {},
            {"confirmed": 20, "waitlist_capacity": 2, "waitlisted": 2},
            SessionState.FULL,
            id="waitlist full",
        ),
        pytest.param(
            {},
            {"confirmed": 20, "waitlist_capacity": 2, "waitlisted": 3},
            SessionState.FULL,
            id="more wait than may",
        ),
        pytest.param({}, {"confirmed": 19}, SessionState.FEW_SEATS, id="one left"),
        pytest.param({}, {"confirmed": 22}, SessionState.WAITLIST, id="overbooked"),
        pytest.param({"status": SessionStatus.DRAFT}, {}, SessionState.DRAFT, id="draft"),
        pytest.param(
            {"status": SessionStatus.CANCELLED}, {}, SessionState.CANCELLED, id="cancelled"
        ),
        pytest.param(
            {"registration_opens_at": NOW + HOUR}, {}, SessionState.NOT_YET_OPEN, id="not yet open"
        ),
        pytest.param({"registration_opens_at": NOW}, {}, SessionState.OPEN, id="opens now"),
        pytest.param({"registration_opens_at": NOW - HOUR}, {}, SessionState.OPEN, id="opened"),
        pytest.param({"registration_closes_at": NOW}, {}, SessionState.CLOSED, id="closes now"),
        pytest.param({"registration_closes_at": NOW - HOUR}, {}, SessionState.CLOSED, id="closed"),
        pytest.param({"registration_paused": True}, {}, SessionState.CLOSED, id="paused"),
        pytest.param(
            {"starts_at": NOW, "ends_at": NOW + HOUR}, {}, SessionState.RUNNING, id="running"
        ),
        pytest.param(
            {"starts_at": NOW, "ends_at": NOW + HOUR, "registration_closes_at": NOW + HOUR / 2},
            {},
            SessionState.OPEN,
            id="running and still open",
        ),
        pytest.param(
            {"starts_at": NOW - HOUR, "ends_at": NOW + HOUR}, {}, SessionState.RUNNING, id="ran on"
        ),
        pytest.param(
            {"starts_at": NOW - HOUR, "ends_at": NOW}, {}, SessionState.OVER, id="over now"
        ),
        pytest.param(
            {"starts_at": NOW - DAY, "ends_at": NOW - HOUR}, {}, SessionState.OVER, id="was over"
        ),
    ],
)
def test_a_reader_is_told(
    clock: dict[str, Any], seats: dict[str, Any], state: SessionState
) -> None:
    found = availability(replace(CLOCK, **clock), replace(SEATS, **seats), NOW)

    assert found.state is state
    assert takes_registrations(replace(CLOCK, **clock), NOW) is (
        state
        in {SessionState.OPEN, SessionState.FEW_SEATS, SessionState.WAITLIST, SessionState.FULL}
    )


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        pytest.param({}, True, id="before the start"),
        pytest.param({"starts_at": NOW}, False, id="from the start on"),
        pytest.param({"starts_at": NOW - HOUR}, False, id="after the start"),
        pytest.param({"promotion_ends_at": NOW}, False, id="ended by staff"),
        pytest.param(
            {"starts_at": NOW, "promotion_ends_at": NOW + HOUR}, True, id="prolonged by staff"
        ),
        pytest.param({"registration_closes_at": NOW - DAY}, True, id="after registration closed"),
        pytest.param({"status": SessionStatus.CANCELLED}, False, id="cancelled"),
        pytest.param({"status": SessionStatus.DRAFT}, False, id="unpublished"),
    ],
)
def test_a_freed_seat_is_given_on(clock: dict[str, Any], *, expected: bool) -> None:
    assert promotes(replace(CLOCK, **clock), NOW) is expected


@pytest.mark.parametrize(
    ("seats", "free"),
    [
        pytest.param({}, 20, id="all"),
        pytest.param({"confirmed": 15, "offered": 3, "kept": 1}, 1, id="one"),
        pytest.param({"confirmed": 18, "offered": 4}, 0, id="overbooked"),
        pytest.param({"waitlisted": 1}, 0, id="awaited"),
        pytest.param({"capacity": None, "confirmed": 900}, None, id="no limit"),
        pytest.param({"capacity": None, "waitlisted": 1}, 0, id="awaited without a limit"),
    ],
)
def test_a_newcomer_could_get_so_many_seats(seats: dict[str, Any], free: int | None) -> None:
    assert free_seats(replace(SEATS, **seats)) == free


def test_a_reader_is_told_the_numbers_and_the_times_too() -> None:
    clock = replace(CLOCK, registration_opens_at=NOW - HOUR, registration_closes_at=NOW + HOUR)

    assert availability(clock, replace(SEATS, confirmed=12), NOW) == Availability(
        state=SessionState.OPEN, free=8, waiting=0, opens_at=NOW - HOUR, closes_at=NOW + HOUR
    )
    assert availability(CLOCK, replace(SEATS, waitlisted=2), NOW) == Availability(
        state=SessionState.WAITLIST, free=0, waiting=2, opens_at=None, closes_at=CLOCK.starts_at
    )


def plan(start: tuple[int, ...], end: tuple[int, ...], zone: str, **fields: Any) -> MeetingPlan:
    return MeetingPlan(
        wall_start=datetime(*start),  # type: ignore[arg-type]  # year, month, day, hour, minute
        wall_end=datetime(*end),  # type: ignore[arg-type]  # likewise
        timezone=zone,
        **fields,
    )


def test_time_03_a_meeting_over_the_change_lasts_as_long_as_it_really_does() -> None:
    """TIME-03: 01:00 to 04:00 in the night in which the clocks go back."""
    [times] = meeting_times([plan((2026, 10, 25, 1, 0), (2026, 10, 25, 4, 0), "Europe/Berlin")])

    assert times.ends_at - times.starts_at == timedelta(hours=4)


def test_a_meeting_may_end_at_an_earlier_wall_time_in_that_night() -> None:
    [times] = meeting_times(
        [
            plan(
                (2026, 10, 25, 2, 45),
                (2026, 10, 25, 2, 15),
                "Europe/Berlin",
                start_fold=0,
                end_fold=1,
            )
        ]
    )

    assert times.ends_at - times.starts_at == timedelta(minutes=30)


def test_a_time_that_is_wrong_says_which_one_it_is() -> None:
    good = plan((2026, 5, 1, 10, 0), (2026, 5, 1, 11, 0), "Europe/Berlin")
    bad = plan((2026, 3, 29, 1, 0), (2026, 3, 29, 2, 30), "Europe/Berlin")

    with pytest.raises(MeetingTimeError) as refused:
        meeting_times([good, bad])

    assert (refused.value.ordinal, refused.value.end) == (2, "end")
    assert refused.value.code == "wall-time-nonexistent"
    assert str(refused.value) == (
        "On 2026-03-29 the clocks in Europe/Berlin go forward over 02:30. "
        "The nearest times are 01:30 and 03:30."
    )

    with pytest.raises(MeetingTimeError) as refused:
        meeting_times([plan((2026, 10, 25, 2, 30), (2026, 10, 25, 4, 0), "Europe/Berlin"), good])

    assert (refused.value.ordinal, refused.value.end) == (1, "start")
    assert refused.value.code == "wall-time-ambiguous"


def test_a_fold_told_for_a_time_that_occurs_once_is_not_kept() -> None:
    [times] = meeting_times(
        [plan((2026, 5, 1, 10, 0), (2026, 5, 1, 11, 0), "Europe/Berlin", start_fold=1)]
    )

    assert times.start_fold == 0


@pytest.mark.parametrize("fold", [0, 1])
def test_a_fold_told_for_a_time_that_occurs_twice_is_kept(fold: Fold) -> None:
    start, end = (2026, 10, 25, 2, 15), (2026, 10, 25, 2, 45)

    [times] = meeting_times([plan(start, end, "Europe/Berlin", start_fold=fold, end_fold=fold)])

    assert (times.start_fold, times.end_fold) == (fold, fold)
    assert times.ends_at - times.starts_at == timedelta(minutes=30)
    assert times.starts_at == datetime(2026, 10, 25, 0, 15, tzinfo=UTC) + fold * HOUR


@pytest.mark.parametrize(
    "plans",
    [
        [],
        [plan((2026, 5, 1, 10, 0), (2026, 5, 1, 10, 0), "UTC")],
        [plan((2026, 5, 1, 10, 0), (2026, 5, 1, 9, 59), "UTC")],
    ],
    ids=["no meeting", "no length", "the end first"],
)
def test_a_plan_that_does_not_add_up_is_refused(plans: list[MeetingPlan]) -> None:
    with pytest.raises(InvalidPlanError):
        meeting_times(plans)
