"""TIME-08: what of a session is at other instants than its wall clocks say, at the pure rule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from training.errors import InvalidInputError
from training.sessions.rules.retiming import (
    DeadlineKind,
    Retiming,
    StoredDeadline,
    StoredMeeting,
    StoredTimes,
    retimed,
)
from training.sessions.values import SessionStatus

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONDON = "Europe/London"
#: In London the clocks go forward over 01:30 on the one day, and show it twice on the other.
SKIPPED, TWICE = datetime(2026, 3, 29, 1, 30), datetime(2026, 10, 25, 1, 30)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year, month, day, hour, …


def meeting(wall: datetime, starts_at: datetime, hours: float = 3, **fields: Any) -> StoredMeeting:
    """Return a meeting that was to start at an instant, by whatever data there were."""
    length = timedelta(hours=hours)
    values = {
        "id": 1,
        "start_fold": 0,
        "end_fold": 0,
        "timezone": LONDON,
        "is_held": True,
        "wall_start": wall,
        "wall_end": wall + length,
        "starts_at": starts_at,
        "ends_at": starts_at + length,
    }
    return StoredMeeting(**{**values, **fields})


def found(
    *meetings: StoredMeeting,
    deadlines: tuple[StoredDeadline, ...] = (),
    status: SessionStatus = SessionStatus.PUBLISHED,
    now: datetime = NOW,
) -> Retiming:
    times = StoredTimes(
        id=1,
        title="Basics",
        status=status,
        timezone=LONDON,
        starts_at=min(one.starts_at for one in meetings if one.is_held),
        ends_at=max(one.ends_at for one in meetings if one.is_held),
        meetings=meetings,
        deadlines=deadlines,
    )
    return retimed(times, now=now)


def moves(retiming: Retiming) -> list[tuple[datetime, datetime, int]]:
    return [
        (one.times.starts_at, one.times.ends_at, one.times.start_fold) for one in retiming.meetings
    ]


def reasons(retiming: Retiming) -> list[InvalidInputError]:
    return [one.because for one in retiming.unclear]


SUMMER = datetime(2026, 7, 1, 10)


def test_time_08_a_wall_time_stays_and_its_instant_follows() -> None:
    moved = found(meeting(SUMMER, utc(2026, 7, 1, 10)))

    assert moves(moved) == [(utc(2026, 7, 1, 9), utc(2026, 7, 1, 12), 0)]
    assert moved.span == (utc(2026, 7, 1, 9), utc(2026, 7, 1, 12))
    assert not found(meeting(SUMMER, utc(2026, 7, 1, 9))).differs


@pytest.mark.parametrize(
    ("now", "is_moved"),
    [
        pytest.param(utc(2026, 7, 1, 9, 30), True, id="it runs"),
        pytest.param(utc(2026, 7, 1, 12, 30), True, id="it is over by the new data only"),
        pytest.param(utc(2026, 7, 1, 13), False, id="it is over"),
    ],
)
def test_what_is_over_stays_as_it_is(now: datetime, *, is_moved: bool) -> None:
    assert found(meeting(SUMMER, utc(2026, 7, 1, 10)), now=now).differs is is_moved


def test_a_first_meeting_that_is_over_stays_while_the_second_moves() -> None:
    first = meeting(SUMMER, utc(2026, 7, 1, 10))
    second = meeting(SUMMER + timedelta(days=1), utc(2026, 7, 2, 10), id=2)

    moved = found(first, second, now=utc(2026, 7, 2))

    assert [one.stored for one in moved.meetings] == [second]
    assert moved.span == (utc(2026, 7, 1, 10), utc(2026, 7, 2, 12))


@pytest.mark.parametrize(
    ("wall", "stored", "code"),
    [
        pytest.param(SKIPPED, utc(2026, 3, 29, 1, 30), "wall-time-nonexistent", id="skipped"),
        pytest.param(TWICE, utc(2026, 10, 25, 1, 30), "wall-time-ambiguous", id="twice, was 2nd"),
        pytest.param(TWICE, utc(2026, 10, 24, 22, 30), "wall-time-ambiguous", id="twice, other"),
    ],
)
def test_what_names_no_single_instant_any_more_is_for_a_person(
    wall: datetime, stored: datetime, code: str
) -> None:
    other = meeting(SUMMER, utc(2026, 7, 1, 10), id=2)

    unclear = found(meeting(wall, stored), other)

    assert [error.code for error in reasons(unclear)] == [code]
    assert unclear.meetings == ()
    assert unclear.differs
    # Nobody is needed for what is over, or does not take place.
    assert moves(found(meeting(wall, stored), other, now=stored + 4 * HOUR)) == moves(
        found(other, now=stored + 4 * HOUR)
    )
    assert moves(found(meeting(wall, stored, is_held=False), other)) == moves(found(other))
    assert not found(meeting(wall, stored), status=SessionStatus.CANCELLED).differs


def test_an_end_that_is_skipped_is_for_a_person_too() -> None:
    starts_at = SKIPPED - HOUR

    unclear = found(meeting(starts_at, starts_at.replace(tzinfo=UTC), hours=1))

    assert [error.code for error in reasons(unclear)] == ["wall-time-nonexistent"]


def test_the_first_of_two_times_that_somebody_chose_stays() -> None:
    """It is stored like a time that occurs once; its instant tells them apart."""
    assert not found(
        meeting(TWICE, utc(2026, 10, 25, 0, 30), ends_at=utc(2026, 10, 25, 4, 30))
    ).differs


def test_the_second_of_two_times_stays_the_second_as_long_as_there_are_two() -> None:
    second = meeting(TWICE, utc(2026, 10, 25, 2, 30), start_fold=1)
    was_twice = meeting(SUMMER, utc(2026, 7, 1, 10), start_fold=1)

    assert moves(found(second)) == [(utc(2026, 10, 25, 1, 30), utc(2026, 10, 25, 4, 30), 1)]
    assert moves(found(was_twice)) == [(utc(2026, 7, 1, 9), utc(2026, 7, 1, 12), 0)]


def test_a_meeting_that_would_end_before_it_starts_is_for_a_person() -> None:
    """Its start is the second 01:30 now; its end is still the first 01:45."""
    backwards = meeting(
        TWICE,
        utc(2026, 10, 25, 0, 15),
        start_fold=1,
        wall_end=TWICE + HOUR / 4,
        ends_at=utc(2026, 10, 25, 0, 45),
    )

    assert [error.code for error in reasons(found(backwards))] == ["invalid-plan"]


def test_a_zone_that_the_data_know_no_more_is_for_a_person() -> None:
    unclear = found(meeting(SUMMER, utc(2026, 7, 1, 10), timezone="Europe/Atlantis"))

    assert [error.code for error in reasons(unclear)] == ["unknown-time-zone"]


def deadline(kind: DeadlineKind, wall: datetime | None, instant: datetime) -> StoredDeadline:
    return StoredDeadline(kind=kind, wall=wall, instant=instant)


def test_deadlines_follow_their_own_wall_times_and_the_start() -> None:
    start, day_before = utc(2026, 7, 1, 10), SUMMER - timedelta(days=1)
    old = utc(2026, 6, 30, 10)
    deadlines = (
        deadline(DeadlineKind.OPENS, TWICE - timedelta(days=365), utc(2025, 10, 25, 2)),
        deadline(DeadlineKind.CLOSES, day_before, old),
        deadline(DeadlineKind.DECIDE, day_before, old - HOUR),
        deadline(DeadlineKind.RELEASE, SUMMER, start),
        deadline(DeadlineKind.RELEASE, None, start),
    )

    moved = found(meeting(SUMMER, start), deadlines=deadlines)

    # It opened long ago, and the decision is due when it was.
    assert [(one.stored, one.instant) for one in moved.deadlines] == [
        (deadlines[1], utc(2026, 6, 30, 9)),
        (deadlines[3], utc(2026, 7, 1, 9)),
        (deadlines[4], utc(2026, 7, 1, 9)),
    ]


def test_of_two_times_registration_opens_at_the_first_and_closes_at_the_second() -> None:
    start = utc(2026, 10, 26, 10)
    wrong = utc(2026, 10, 25, 3)
    deadlines = (
        deadline(DeadlineKind.OPENS, TWICE, wrong),
        deadline(DeadlineKind.CLOSES, TWICE, wrong),
        deadline(DeadlineKind.RELEASE, TWICE, wrong),
    )

    moved = found(meeting(datetime(2026, 10, 26, 10), start), deadlines=deadlines)

    assert [one.instant for one in moved.deadlines] == [
        utc(2026, 10, 25, 0, 30),
        utc(2026, 10, 25, 1, 30),
        utc(2026, 10, 25, 1, 30),
    ]


def test_a_deadline_that_is_skipped_is_for_a_person_unless_it_was_before() -> None:
    later = meeting(datetime(2026, 5, 1, 10), utc(2026, 5, 1, 9))
    closes = deadline(DeadlineKind.CLOSES, SKIPPED, utc(2026, 3, 29, 1, 30))
    release = deadline(DeadlineKind.RELEASE, SKIPPED, utc(2026, 3, 29, 1))
    # Who moved the session to London left it at the nearest time that there is.
    settled = deadline(DeadlineKind.RELEASE, SKIPPED, utc(2026, 3, 29, 1, 30))

    unclear = found(later, deadlines=(closes, release, settled))

    assert [one.stored for one in unclear.unclear] == [closes, release]
    assert not found(later, deadlines=(settled,)).differs
    assert not found(later, deadlines=(closes, release), now=utc(2026, 4, 1)).differs
    assert not found(later, deadlines=(closes,), status=SessionStatus.CANCELLED).differs


def test_meetings_may_change_places() -> None:
    first = meeting(SUMMER, utc(2026, 7, 1, 10), 1)
    second = meeting(SUMMER + HOUR / 2, utc(2026, 7, 1, 10, 30), 1, id=2, timezone="UTC")

    assert not found(first, second).is_reordered
    late = meeting(SUMMER, utc(2026, 7, 1, 8), 1)
    other = meeting(SUMMER - 1.5 * HOUR, utc(2026, 7, 1, 8, 30), 1, id=2, timezone="UTC")
    assert found(late, other).is_reordered
