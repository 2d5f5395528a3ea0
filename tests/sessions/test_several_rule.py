"""Which of several sessions would clash: against a count by minutes, and in cases by hand."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from training.sessions.rules.clashes import Sitting
from training.sessions.rules.several import Moved, left_out

START = datetime(2027, 5, 12, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _sitting(session_id: int, minute: int, length: int, trainers: frozenset[int]) -> Sitting:
    return Sitting(
        starts_at=START + minute * MINUTE,
        ends_at=START + (minute + length) * MINUTE,
        trainer_ids=trainers,
        training_session_id=session_id,
        meeting_id=session_id,
    )


def _wanted(sitting: Sitting) -> set[tuple[int, int]]:
    """Return every minute for which somebody is wanted, counted one by one."""
    first = int((sitting.starts_at - START) / MINUTE)
    length = int((sitting.ends_at - sitting.starts_at) / MINUTE)
    return {(who, first + n) for who in sitting.trainer_ids for n in range(length)}


SITTINGS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 4), st.frozensets(st.integers(1, 3), max_size=2)),
    min_size=1,
    max_size=6,
)


@given(going=SITTINGS, others=SITTINGS, by=st.integers(-6, 6))
def test_what_moves_clashes_with_nothing_that_it_did_not_clash_with_before(
    going: list[tuple[int, int, frozenset[int]]],
    others: list[tuple[int, int, frozenset[int]]],
    by: int,
) -> None:
    before = [_sitting(number, *one) for number, one in enumerate(going, start=1)]
    after = [
        _sitting(number, minute + by, length, trainers)
        for number, (minute, length, trainers) in enumerate(going, start=1)
    ]
    stored = [_sitting(number, *one) for number, one in enumerate(others, start=100)]
    moved = [
        Moved(training_session_id=number, before=(was,), after=(then,))
        for number, (was, then) in enumerate(zip(before, after, strict=True), start=1)
    ]

    staying = left_out(moved, stored)

    then = {
        one.training_session_id: (one.before if one.training_session_id in staying else one.after)[
            0
        ]
        for one in moved
    } | {one.training_session_id or 0: one for one in stored}
    now = {one.training_session_id or 0: one for one in (*before, *stored)}
    new = [
        pair
        for pair in combinations(sorted(then), 2)
        if {who for who, _ in _wanted(then[pair[0]]) & _wanted(then[pair[1]])}
        - {who for who, _ in _wanted(now[pair[0]]) & _wanted(now[pair[1]])}
    ]
    assert new == []
    # Nobody stays for nothing: what holds each up is there when all is done, or moved away with it.
    for id_, clash in staying.items():
        assert clash.mine.training_session_id == id_
        assert _wanted(clash.mine) & _wanted(clash.other) != set()


def test_one_takes_the_hour_that_another_leaves() -> None:
    asha = frozenset({1})
    first, second = _sitting(1, 0, 60, asha), _sitting(2, 60, 60, asha)
    moved = [
        Moved(training_session_id=1, before=(first,), after=(_sitting(1, 60, 60, asha),)),
        Moved(training_session_id=2, before=(second,), after=(_sitting(2, 120, 60, asha),)),
    ]

    assert left_out(moved, []) == {}
    # Held up by a third, the second holds up the first.
    in_the_way = _sitting(3, 150, 10, asha)
    assert sorted(left_out(moved, [in_the_way])) == [1, 2]


def test_of_two_that_get_the_same_person_at_one_hour_the_later_made_is_left_out() -> None:
    nobody: frozenset[int] = frozenset()
    moved = [
        Moved(
            training_session_id=number,
            before=(_sitting(number, 0, 60, nobody),),
            after=(_sitting(number, 0, 60, frozenset({1})),),
        )
        for number in (1, 2)
    ]

    [(id_, clash)] = left_out(moved, []).items()

    assert (id_, clash.other.training_session_id) == (2, 1)


def test_who_is_away_then_is_not_moved_there() -> None:
    asha = frozenset({1})
    away = Sitting(
        starts_at=START + 60 * MINUTE,
        ends_at=START + 90 * MINUTE,
        trainer_ids=asha,
        away_id=5,
    )
    moved = Moved(
        training_session_id=1,
        before=(_sitting(1, 0, 30, asha),),
        after=(_sitting(1, 61, 10, asha),),
    )

    assert list(left_out([moved], [away])) == [1]
    assert left_out([moved], []) == {}
