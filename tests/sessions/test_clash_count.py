"""The clash rule against an independent count: who and what is taken in each single minute."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from training.sessions.rules.clashes import (
    Acceptance,
    Sitting,
    annotated,
    clashes,
    fingerprint,
    key_of,
    still_open,
)

BEGIN = datetime(2027, 3, 28, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
#: Minutes in which everything happens: few, so that much of it happens at once.
SPAN = 40

#: Number of the sitting and of the other → trainers, participants, whether they are of one place.
Found = dict[tuple[int, int], tuple[frozenset[int], frozenset[int], bool]]

_PEOPLE = st.frozensets(st.integers(1, 4), max_size=2)


@st.composite
def _sittings(draw: st.DrawFn) -> list[Sitting]:
    count = draw(st.integers(2, 9))
    return [_sitting(draw, number) for number in range(count)]


def _sitting(draw: st.DrawFn, number: int) -> Sitting:
    begin = draw(st.integers(0, SPAN - 1))
    end = draw(st.integers(begin + 1, SPAN))
    starts_at, ends_at = BEGIN + begin * MINUTE, BEGIN + end * MINUTE
    if draw(st.integers(0, 4)) == 0:  # somebody is away
        person = frozenset({draw(st.integers(1, 4))})
        return Sitting(starts_at=starts_at, ends_at=ends_at, trainer_ids=person, away_id=number)
    return Sitting(
        starts_at=starts_at,
        ends_at=ends_at,
        venue_id=draw(st.sampled_from([None, 1, 2])),
        room=draw(st.sampled_from(["", "1", "2"])),
        trainer_ids=draw(_PEOPLE),
        participant_ids=draw(_PEOPLE),
        training_session_id=number,
        meeting_id=number,
    )


def _number(sitting: Sitting) -> int:
    number = sitting.meeting_id if sitting.away_id is None else sitting.away_id
    assert number is not None
    return number


def _counted(sittings: list[Sitting], planned: int) -> Found:
    """Count in a table of minutes; no time is compared with another, and no room with a venue."""
    taken: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for number, sitting in enumerate(sittings):
        for minute in range(SPAN):
            if not sitting.starts_at <= BEGIN + minute * MINUTE < sitting.ends_at:
                continue
            for person in sitting.trainer_ids:
                taken["trainer", person, minute].add(number)
            for person in sitting.participant_ids:
                taken["participant", person, minute].add(number)
            if sitting.venue_id is not None:
                # A venue of two rooms and a hall: whoever has it whole has all of them.
                for room in [sitting.room] if sitting.room else ["1", "2", "hall"]:
                    taken["room", sitting.venue_id, room, minute].add(number)
    return _paired(taken, planned)


def _paired(taken: Mapping[tuple[object, ...], set[int]], planned: int) -> Found:
    """Return who shares what with whom, where one of both is planned."""
    found: dict[tuple[int, int], dict[str, set[object]]] = defaultdict(lambda: defaultdict(set))
    for (kind, what, *_rest), numbers in taken.items():
        for pair in combinations(sorted(numbers), 2):
            if pair[0] < planned:
                found[pair][str(kind)].add(what)
    return {
        pair: (
            frozenset(int(str(one)) for one in kinds["trainer"]),
            frozenset(int(str(one)) for one in kinds["participant"]),
            bool(kinds["room"]),
        )
        for pair, kinds in found.items()
    }


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sittings=_sittings(), share=st.integers(0, 9))
def test_trainers_rooms_participants_and_absences_clash_as_a_count_by_minutes_says(
    sittings: list[Sitting], share: int
) -> None:
    # Planned are meetings only: when somebody is away stands beside what is stored.
    meetings = [one for one in sittings if one.away_id is None]
    planned, stored = meetings[:share], meetings[share:]
    stored += [one for one in sittings if one.away_id is not None]
    in_order = [*planned, *stored]
    place_of = {_number(one): place for place, one in enumerate(in_order)}

    found = clashes(planned, stored)

    by_pair: Found = {}
    for clash in found:
        one, other = sorted([place_of[_number(clash.mine)], place_of[_number(clash.other)]])
        assert (one, other) not in by_pair
        by_pair[one, other] = (clash.trainer_ids, clash.participant_ids, clash.is_of_place)
    assert by_pair == _counted(in_order, len(planned))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sittings=_sittings())
def test_a_clash_is_known_again_from_its_other_side_and_no_other_is_taken_for_it(
    sittings: list[Sitting],
) -> None:
    meetings = [one for one in sittings if one.away_id is None]
    assume(meetings)
    mine, *others = meetings
    here = clashes([mine], others)
    there = [clash for other in others for clash in clashes([other], [mine])]

    prints = [fingerprint(clash) for clash in here]
    acceptance = Acceptance(reason="So be it", accepted_at=BEGIN, name="Cora")
    accepted = {(mine.training_session_id, prints[0]): acceptance} if prints else {}

    assert sorted(prints) == sorted(fingerprint(clash) for clash in there)
    assert len(set(prints)) == len(prints)
    assert len(still_open(annotated(here, accepted))) == max(0, len(here) - 1)
    assert still_open(annotated(here, {})) == here
    assert key_of(here) == key_of(annotated(here, accepted))
