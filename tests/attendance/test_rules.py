"""When a meeting may be marked, and what becomes of each mark."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.attendance.sheets import ABSENT, CLEARED, LATE, PRESENT, mark
from training.attendance import rules
from training.attendance.rules import MeetingState
from training.attendance.values import AttendanceStatus, Mark, MarkSource, Standing, StoredMark
from training.sessions.values import SessionStatus

START = datetime(2026, 5, 12, 11, tzinfo=UTC)
END = START + timedelta(minutes=90)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "is_staff", "code"),
    [
        pytest.param(START - rules.OPENS_BEFORE - SECOND, False, "marking-not-open", id="early"),
        pytest.param(START - rules.OPENS_BEFORE, False, None, id="as it opens"),
        pytest.param(END + rules.CLOSES_AFTER - SECOND, False, None, id="just before it closes"),
        pytest.param(END + rules.CLOSES_AFTER, False, "marking-closed", id="as it closes"),
        pytest.param(START - rules.OPENS_BEFORE - SECOND, True, "marking-not-open", id="staff"),
        pytest.param(END + timedelta(days=400), True, None, id="staff, a year later"),
    ],
)
def test_why_not_decides_by_the_meetings_times(
    now: datetime,
    is_staff: bool,  # noqa: FBT001 -- a parameter of the test
    code: str | None,
) -> None:
    refusal = rules.why_not(state(), is_staff=is_staff, now=now)

    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("state_", "code"),
    [
        pytest.param({"session_status": SessionStatus.DRAFT}, "session-not-published", id="draft"),
        pytest.param({"session_status": SessionStatus.CANCELLED}, "meeting-cancelled", id="whole"),
        pytest.param({"cancelled_at": START}, "meeting-cancelled", id="this meeting alone"),
    ],
)
def test_why_not_refuses_what_does_not_take_place(state_: dict[str, object], code: str) -> None:
    refusal = rules.why_not(state(**state_), is_staff=True, now=START)

    assert refusal is not None
    assert refusal.code == code


def test_tally_counts_people_and_who_was_contradicted() -> None:
    standing_of = {
        1: Standing(status=None, recorded_by=None),
        2: Standing(status=PRESENT, recorded_by=8),
        3: Standing(status=PRESENT, recorded_by=9),
        4: Standing(status=CLEARED, recorded_by=8),
        5: Standing(status=LATE, recorded_by=8),
    }
    saved = [mark(1), mark(1, LATE), mark(2, ABSENT), mark(3, ABSENT), mark(4), mark(5, CLEARED)]

    tally = rules.tally(saved, standing_of, actor_id=9)

    assert tally.newly_marked == 1  # two more, one less
    assert tally.disagreed == 2
    assert tally.by_status == {PRESENT: 2, LATE: 1, ABSENT: 2, CLEARED: 1}


@pytest.mark.parametrize(
    ("history", "of_save", "expected"),
    [
        pytest.param([(1, 7, PRESENT)], {1}, {7: CLEARED}, id="first mark"),
        pytest.param([(1, 7, LATE), (2, 7, PRESENT)], {2}, {7: LATE}, id="mark before"),
        pytest.param([(1, 7, PRESENT), (2, 7, LATE)], {1}, {}, id="marked again since"),
        pytest.param([(1, 7, LATE), (2, 8, PRESENT)], {2}, {8: CLEARED}, id="of two people one"),
        pytest.param([(1, 7, PRESENT), (2, 7, LATE)], {1, 2}, {7: CLEARED}, id="twice in it"),
        pytest.param([], set(), {}, id="nothing"),
    ],
)
def test_taken_back_returns_the_status_before_the_save(
    history: list[tuple[int, int, AttendanceStatus]],
    of_save: set[int],
    expected: dict[int, AttendanceStatus],
) -> None:
    marks = [
        StoredMark(
            id=id_,
            registration_id=registration_id,
            status=status,
            nonce=f"n{id_}",
            recorded_by=None,
        )
        for id_, registration_id, status in history
    ]

    assert rules.taken_back(marks, of_save=of_save) == expected


def test_judge_settles_a_mark_only_for_the_unmarked_by_the_status_before() -> None:
    standing_of = {
        1: Standing(status=PRESENT, recorded_by=8),
        2: Standing(status=CLEARED, recorded_by=8),
    }
    marks: list[Mark] = [mark(1, only_if_unmarked=True), mark(2, only_if_unmarked=True)]

    judged = rules.judge(marks, standing_of)

    assert [judged.settled[0].outcome] == ["kept"]
    assert judged.to_write == {1: marks[1]}


@pytest.mark.parametrize(
    ("now", "timezone", "is_today"),
    [
        pytest.param(START - timedelta(hours=10), "Africa/Nairobi", True, id="that morning"),
        pytest.param(START - timedelta(hours=15), "Africa/Nairobi", False, id="the night before"),
        pytest.param(START + timedelta(hours=9), "Africa/Nairobi", True, id="that night"),
        pytest.param(START + timedelta(hours=10), "Africa/Nairobi", False, id="after midnight"),
        # 11:00 UTC is 23:00 in Auckland, in May.
        pytest.param(END - SECOND, "Pacific/Auckland", True, id="after midnight, and running"),
        pytest.param(END, "Pacific/Auckland", False, id="over, after midnight"),
        pytest.param(START - timedelta(hours=23), "Pacific/Auckland", True, id="from midnight on"),
    ],
)
def test_a_meeting_is_of_today_by_the_calendar_of_its_own_zone(
    now: datetime,
    timezone: str,
    is_today: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    assert rules.is_today(START, END, timezone, now=now) == is_today


MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("claimed_at", "sent_at", "is_off"),
    [
        pytest.param(START, START, False, id="right"),
        pytest.param(START + YEAR, START + YEAR, True, id="a year ahead"),
        pytest.param(START - DAY, START - DAY, True, id="a day behind"),
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), True),
        pytest.param(START - timedelta(hours=2), START, False, id="kept for two hours"),
        pytest.param(START + 6 * MINUTE, START + 6 * MINUTE, True, id="6 minutes ahead"),
        pytest.param(START - 4 * MINUTE, START - 4 * MINUTE, False, id="4 minutes behind"),
        pytest.param(datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), True),
        pytest.param(datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), True),
        # Sent by what does not say what its clock shows.
        pytest.param(START + YEAR, None, True, id="claims next year"),
        pytest.param(START - DAY, None, True, id="claims a time before anybody could mark"),
        pytest.param(START - timedelta(hours=2), None, False, id="claims that day"),
        pytest.param(None, None, False, id="claims nothing"),
    ],
)
def test_att_05_a_clock_is_off_by_what_it_showed_when_it_sent(
    claimed_at: datetime | None,
    sent_at: datetime | None,
    is_off: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    """ATT-05."""
    ahead = rules.clock_ahead_seconds(sent_at, now=START)

    assert ahead is None or -(2**31) < ahead < 2**31
    assert (
        rules.is_clock_off(claimed_at, START, ahead_seconds=ahead, starts_at=START + MINUTE)
        == is_off
    )


@pytest.mark.parametrize(
    ("before", "is_staff", "source"),
    [
        pytest.param(Standing(status=None, recorded_by=None), True, "trainer", id="unmarked"),
        pytest.param(Standing(status=CLEARED, recorded_by=8), True, "trainer", id="taken back"),
        pytest.param(Standing(status=PRESENT, recorded_by=7), True, "trainer", id="their own"),
        pytest.param(Standing(status=PRESENT, recorded_by=8), True, "correction", id="another's"),
        pytest.param(Standing(status=PRESENT, recorded_by=8), False, "trainer", id="no staff"),
    ],
)
def test_staff_who_overrule_a_mark_correct_it(
    before: Standing,
    is_staff: bool,  # noqa: FBT001 -- a parameter of the test
    source: str,
) -> None:
    found = rules.source_of(before, MarkSource.TRAINER, actor_id=7, is_staff=is_staff)

    assert found == source


def state(**fields: object) -> MeetingState:
    values: dict[str, object] = {
        "session_status": SessionStatus.PUBLISHED,
        "cancelled_at": None,
        "starts_at": START,
        "ends_at": END,
    }
    return MeetingState(**{**values, **fields})  # type: ignore[arg-type]  # some of each kind
