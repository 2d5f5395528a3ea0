"""The query finds just what the pure rule finds among all that is stored, on both engines."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from random import Random

import sqlalchemy as sa

from tests.factories import Make
from tests.sessions.made_up import World, made_up
from tests.times import NOW
from training.db import db, transaction
from training.sessions.clash_queries import clashes_of, clashing
from training.sessions.models import Assignment, Meeting, Room, TrainingSession, Venue
from training.sessions.rules.clashes import Clash, Sitting, clashes
from training.sessions.values import Audience, Delivery, SessionStatus

Counted = Callable[[], AbstractContextManager[list[str]]]
Seen = set[tuple[int | None, int | None, frozenset[int], bool]]


def _store(make: Make, count: int) -> tuple[list[Sitting], set[int]]:
    """Store made-up meetings, three to a session; some are called off, and are returned apart."""
    random = Random(3)  # noqa: S311 -- the same each time
    person_ids = [make.person().id for _ in range(6)]
    sittings, called_off = [], set()
    with transaction():
        venues = [Venue(name=f"Venue {number}") for number in range(3)]
        db.session.add_all(venues)
        db.session.flush()
        rooms = {
            (number, name): Room(venue_id=venue.id, name=name)
            for number, venue in enumerate(venues, start=1)
            for name in ("", "1", "2")
        }
        db.session.add_all(rooms.values())
        db.session.flush()
        trainers: frozenset[int] = frozenset()
        for sitting in made_up(count, World(trainers=6, venues=3), seed=7):
            number = sitting.meeting_id or 0
            session_id = (number + 2) // 3
            if number % 3 == 1:  # the first of a session says who trains in it
                trainers = frozenset(person_ids[one - 1] for one in sitting.trainer_ids)
                _add_session(session_id, sitting, trainers)
            is_off = random.random() < 0.2
            if is_off:
                called_off.add(number)
            room = rooms.get((sitting.venue_id or 0, sitting.room))
            db.session.add(
                Meeting(
                    id=number,
                    training_session_id=session_id,
                    ordinal=number,
                    wall_start=sitting.starts_at.replace(tzinfo=None),
                    wall_end=sitting.ends_at.replace(tzinfo=None),
                    timezone="UTC",
                    starts_at=sitting.starts_at,
                    ends_at=sitting.ends_at,
                    room_id=room.id if room else None,
                    revised_at=NOW,
                    cancelled_at=NOW if is_off else None,
                )
            )
            sittings.append(
                replace(
                    sitting,
                    training_session_id=session_id,
                    venue_id=room.venue_id if room else None,
                    room=sitting.room if room else "",
                    trainer_ids=trainers,
                )
            )
    return sittings, called_off


def _add_session(id_: int, first: Sitting, trainer_ids: frozenset[int]) -> None:
    db.session.add(
        TrainingSession(
            id=id_,
            title=f"Session {id_}",
            language="en",
            delivery=Delivery.HYBRID,
            audience=Audience.PUBLIC,
            status=(SessionStatus.DRAFT, SessionStatus.PUBLISHED)[id_ % 2],
            timezone="UTC",
            search_key="",
            starts_at=first.starts_at,
            ends_at=first.starts_at + timedelta(days=9),
            revised_at=NOW,
        )
    )
    db.session.flush()
    db.session.add_all(
        Assignment(training_session_id=id_, person_id=person_id) for person_id in trainer_ids
    )


def _seen(found: Sequence[Clash]) -> Seen:
    return {(*_pair(clash), clash.trainer_ids, clash.is_of_place) for clash in found}


def _pair(clash: Clash) -> tuple[int, int]:
    first, second = sorted([clash.mine.meeting_id or 0, clash.other.meeting_id or 0])
    return first, second


def test_the_query_finds_what_the_rule_finds_among_all(make: Make, statements: Counted) -> None:
    sittings, called_off = _store(make, 240)
    held = [sitting for sitting in sittings if sitting.meeting_id not in called_off]
    ids = sorted({sitting.training_session_id or 0 for sitting in sittings})
    in_clash = set()

    for id_ in ids:
        mine = [sitting for sitting in held if sitting.training_session_id == id_]
        others = [sitting for sitting in held if sitting.training_session_id != id_]
        with statements() as sent:
            found = clashes_of(id_)
        assert _seen(found) == _seen(clashes(mine, others)), id_
        assert len(sent) <= 4
        if found:
            in_clash.add(id_)
    half = ids[::2]
    with statements() as sent:
        some = clashing(half)

    assert 10 < len(in_clash) < len(ids)
    assert clashing(ids) == in_clash
    assert some == in_clash & set(half)
    assert len(sent) <= 4


def test_nothing_is_asked_where_nobody_and_no_place_is_wanted(
    make: Make, statements: Counted
) -> None:
    alone = make.training_session()

    with statements() as sent:
        found = clashes_of(alone.id)

    assert found == []
    assert len(sent) == 2
    assert clashes_of(alone.id + 1) == []


def test_the_meetings_in_a_room_are_found_by_an_index(make: Make) -> None:
    names = {
        index["name"]
        for index in sa.inspect(db.engine).get_indexes("meeting")
        if index["column_names"] == ["room_id", "starts_at"]
    }

    assert names == {"ix_meeting_room_times"}
