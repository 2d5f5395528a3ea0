"""The clash rule: half-open instants, across zones, counted by hand and by brute force."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from tests.sessions.made_up import World, made_up
from training.clock import find_zone, wall_to_utc
from training.sessions.rules.clashes import Clash, Sitting, clashes, key_of, overlaps, shares_place

Found = set[tuple[int, int, frozenset[int], bool]]


def _sitting(zone: str, begins: str, ends: str, **fields: object) -> Sitting:
    starts_at, ends_at = (
        wall_to_utc(datetime.fromisoformat(f"2026-05-12 {at}"), find_zone(zone))
        for at in (begins, ends)
    )
    return Sitting(starts_at=starts_at, ends_at=ends_at, **fields)  # type: ignore[arg-type]  # as named


ASHA = frozenset({1})


@pytest.mark.parametrize(
    ("zone", "begins", "ends", "is_clash"),
    [
        pytest.param("Africa/Nairobi", "15:30", "16:00", False, id="begins as the other ends"),
        pytest.param("Africa/Nairobi", "13:00", "14:00", False, id="ends as the other begins"),
        pytest.param("Africa/Nairobi", "15:31", "16:00", False, id="begins after the other"),
        pytest.param("Africa/Nairobi", "12:00", "13:59", False, id="ends before the other"),
        pytest.param("Africa/Nairobi", "15:29", "16:00", True, id="a minute of both"),
        pytest.param("Africa/Nairobi", "14:30", "14:45", True, id="within the other"),
        pytest.param("Europe/Berlin", "14:00", "15:00", True, id="14:30 there is 15:30 here"),
        pytest.param("Europe/Berlin", "14:30", "15:00", False, id="another zone, just after"),
        pytest.param("Asia/Kathmandu", "18:14", "19:00", True, id="a zone of 45 minutes"),
        pytest.param("Asia/Kathmandu", "18:15", "19:00", False, id="the same, just after"),
    ],
)
def test_what_shares_a_moment_clashes_in_whatever_zone(
    zone: str, begins: str, ends: str, *, is_clash: bool
) -> None:
    mine = _sitting("Africa/Nairobi", "14:00", "15:30", trainer_ids=ASHA)
    other = _sitting(zone, begins, ends, trainer_ids=ASHA, training_session_id=2)

    assert [overlaps(mine, other), overlaps(other, mine)] == [is_clash, is_clash]
    assert bool(clashes([mine], [other])) is is_clash
    assert bool(clashes([other], [mine])) is is_clash


@pytest.mark.parametrize(
    ("venue_id", "room", "trainer_ids", "wanted"),
    [
        pytest.param(1, "4", frozenset(), (frozenset(), True), id="the same room"),
        pytest.param(1, "", frozenset(), (frozenset(), True), id="the whole venue"),
        pytest.param(1, "5", frozenset(), None, id="another room of the venue"),
        pytest.param(2, "4", frozenset(), None, id="a room of that name elsewhere"),
        pytest.param(None, "", frozenset(), None, id="no place"),
        pytest.param(2, "4", frozenset({1, 3}), (ASHA, False), id="one trainer of two"),
        pytest.param(1, "4", frozenset({1, 2}), (frozenset({1, 2}), True), id="everything"),
        pytest.param(None, "", frozenset({3}), None, id="somebody else"),
    ],
)
def test_who_and_what_is_wanted_twice(
    venue_id: int | None,
    room: str,
    trainer_ids: frozenset[int],
    wanted: tuple[frozenset[int], bool] | None,
) -> None:
    mine = _sitting("UTC", "14:00", "15:30", venue_id=1, room="4", trainer_ids=frozenset({1, 2}))
    other = _sitting("UTC", "15:00", "16:00", venue_id=venue_id, room=room, trainer_ids=trainer_ids)

    found = [(clash.trainer_ids, clash.is_of_place) for clash in clashes([mine], [other])]

    assert found == ([wanted] if wanted else [])


def test_what_is_stored_clashes_with_what_is_planned_and_not_with_itself() -> None:
    stored = [_sitting("UTC", "14:00", "15:00", trainer_ids=ASHA) for _ in range(2)]
    planned = [_sitting("UTC", "14:30", "16:00", trainer_ids=ASHA) for _ in range(2)]

    assert len(clashes(planned, stored)) == 5  # each with each stored, and both with each other
    assert len(clashes(planned)) == 1
    assert clashes([], stored) == []


def test_where_no_room_is_named_the_whole_venue_is_taken() -> None:
    whole = _sitting("UTC", "14:00", "15:00", venue_id=1)
    room = _sitting("UTC", "14:00", "15:00", venue_id=1, room="4")

    assert shares_place(whole, room)
    assert shares_place(room, whole)
    assert shares_place(whole, whole)


@pytest.mark.parametrize("begins", ["13:45", "14:30"], ids=["stored first", "planned first"])
def test_of_a_clash_mine_is_what_is_planned(begins: str) -> None:
    planned = _sitting("UTC", "14:00", "15:00", trainer_ids=ASHA)
    stored = _sitting("UTC", begins, "15:00", trainer_ids=ASHA, training_session_id=2)

    [found] = clashes([planned], [stored])

    assert (found.mine, found.other) == (planned, stored)


def test_the_key_stands_for_just_these_clashes() -> None:
    mine = _sitting("UTC", "14:00", "15:30", trainer_ids=ASHA)
    one = _sitting("UTC", "15:00", "16:00", trainer_ids=ASHA, training_session_id=2, meeting_id=2)
    other = _sitting("UTC", "15:00", "16:00", trainer_ids=ASHA, training_session_id=3, meeting_id=3)
    stored = [
        Sitting(
            starts_at=mine.starts_at,
            ends_at=mine.ends_at,
            trainer_ids=ASHA,
            training_session_id=9,
            meeting_id=9,
        )
    ]

    keys = [key_of(found) for found in ([], clashes([mine], [one]), clashes([mine], [one, other]))]

    assert keys[0] == ""
    assert len(set(keys)) == 3
    # What is planned has another id each time that it was not saved.
    assert key_of(clashes(stored, [one])) == keys[1]


def test_another_key_for_whatever_staff_have_not_seen() -> None:
    mine = _sitting("UTC", "14:00", "15:30", training_session_id=1, meeting_id=1)
    other = _sitting("UTC", "15:00", "16:00", training_session_id=2, meeting_id=2)
    clash = Clash(mine=mine, other=other, trainer_ids=frozenset({8, 16}), is_of_place=False)
    minute = timedelta(minutes=1)
    others = [
        replace(clash, mine=replace(mine, starts_at=mine.starts_at + minute)),
        replace(clash, mine=replace(mine, ends_at=mine.ends_at + minute)),
        replace(clash, other=replace(other, starts_at=other.starts_at + minute)),
        replace(clash, other=replace(other, ends_at=other.ends_at + minute)),
        replace(clash, other=replace(other, meeting_id=3)),
        replace(clash, trainer_ids=frozenset({8})),
        replace(clash, is_of_place=True),
    ]
    same = [
        replace(clash, trainer_ids=frozenset([16, 8])),  # which Python lists in another order
        replace(clash, mine=replace(mine, meeting_id=7, training_session_id=None)),
    ]

    keys = [key_of([one]) for one in [clash, *others]]

    assert [len(key) for key in keys] == [32] * 8
    assert len(set(keys)) == 8
    assert [key_of([one]) for one in same] == [keys[0], keys[0]]
    assert key_of([clash, others[0]]) == key_of([others[0], clash])
    assert key_of([clash, others[0]]) not in keys


def test_the_key_of_a_plan_that_clashes_with_itself_stays_when_it_is_stored_anew() -> None:
    stored, anew = (
        [
            _sitting("UTC", at, "16:00", trainer_ids=ASHA, training_session_id=1, meeting_id=number)
            for number, at in enumerate(["14:00", "15:00"], start=first)
        ]
        for first in (1, 6)
    )

    assert key_of(clashes(anew)) == key_of(clashes(stored))


def test_a_thousand_meetings_in_odd_zones_clash_as_a_brute_force_count_says() -> None:
    """Over changes of the clocks; the count looks who is where in each quarter of an hour."""
    sittings = made_up(1000, World(trainers=25, venues=8), seed=20261123)

    found = {
        (
            *sorted([clash.mine.meeting_id or 0, clash.other.meeting_id or 0]),
            clash.trainer_ids,
            clash.is_of_place,
        )
        for clash in clashes(sittings)
    }

    wanted = _counted(sittings)
    assert found == wanted
    assert len(wanted) > 1000  # some of each kind, so that the comparison says something
    assert {bool(trainers) for _one, _other, trainers, _is in wanted} == {True, False}
    assert len(clashes(sittings[:500], sittings[500:])) == sum(
        one <= 500 for one, _other, _trainers, _is in wanted
    )


def _counted(sittings: list[Sitting]) -> Found:
    """Count without comparing two times: by who and what is taken in each quarter of an hour."""
    taken: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for sitting in sittings:
        number = sitting.meeting_id or 0
        for quarter in _quarters(sitting):
            for trainer_id in sitting.trainer_ids:
                taken["trainer", trainer_id, quarter].add(number)
            if sitting.venue_id is None:
                continue
            rooms = ["1", "2", "hall"] if not sitting.room else [sitting.room]
            for room in rooms:
                taken["room", sitting.venue_id, room, quarter].add(number)
    trainers: dict[tuple[int, int], set[int]] = defaultdict(set)
    places: set[tuple[int, int]] = set()
    for (kind, what, *_), numbers in taken.items():
        for pair in combinations(sorted(numbers), 2):
            if kind == "trainer":
                assert isinstance(what, int)
                trainers[pair].add(what)
            else:
                places.add(pair)
    return {
        (*pair, frozenset(trainers.get(pair, ())), pair in places)
        for pair in trainers.keys() | places
    }


def _quarters(sitting: Sitting) -> list[int]:
    quarter = timedelta(minutes=15)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first, rest = divmod(sitting.starts_at - epoch, quarter)
    assert not rest
    return list(range(first, (sitting.ends_at - epoch) // quarter))
