"""When a meeting may be marked, and what becomes of each mark."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.attendance.sheets import ABSENT, CLEARED, LATE, PRESENT, mark
from training.attendance import rules
from training.attendance.rules import MeetingState
from training.attendance.values import AttendanceStatus, Mark, Standing, StoredMark
from training.sessions.values import SessionStatus

START = datetime(2026, 5, 12, 11, tzinfo=UTC)
END = START + timedelta(minutes=90)
SECOND = timedelta(seconds=1)


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


def state(**fields: object) -> MeetingState:
    values: dict[str, object] = {
        "session_status": SessionStatus.PUBLISHED,
        "cancelled_at": None,
        "starts_at": START,
        "ends_at": END,
    }
    return MeetingState(**{**values, **fields})  # type: ignore[arg-type]  # some of each kind
