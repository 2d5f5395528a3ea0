"""SEAT-05: every way to take a seat, raced pairwise for the last one, on both engines."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

import training
from tests.factories import Make
from tests.races import acts
from tests.races.contenders import Call, Contenders
from tests.races.test_seats import ROUNDS, confirmed, drop_check
from tests.races.ways import CALLERS, FOR_A_FREE_SEAT, FOR_A_TAKEN_SEAT, Stage, Way
from tests.times import NOW
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations import service
from training.registrations.seats import Group
from training.registrations.values import Participant
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import SeatPlan

pytestmark = pytest.mark.xdist_group("races")

Pair = tuple[Way, Way]
FREE: Sequence[Pair] = tuple(combinations_with_replacement(FOR_A_FREE_SEAT, 2))
TAKEN: Sequence[Pair] = tuple(combinations_with_replacement(FOR_A_TAKEN_SEAT, 2))
#: Each of them runs all pairs.
PAIR_ROUNDS = 3
#: What a contender may be answered who comes too late.
REFUSALS = {
    "session-full",
    "no-free-seat",
    "does-not-fit",
    "not-waiting",
    "not-seated",
    "not-registered",
    "already-registered",
    "below-held",
}


def stages(make: Make, *, number: int, is_taken: bool) -> list[Stage]:
    """Make as many sessions with one seat, all in one transaction."""
    staff, organizations = make.person("Staff"), [make.organization() for _ in range(number)]
    made = []
    with transaction():
        roomy_id = _session(make, capacity=None)
        for organization in organizations:
            session_id = _session(make, capacity=int(is_taken))
            seated_id = _register(session_id, make.participant()) if is_taken else 0
            member = make.participant(organization_id=organization.id)
            made.append(
                Stage(
                    training_session_id=session_id,
                    roomy_id=roomy_id,
                    waiting_id=_register(session_id, member),
                    organization_id=organization.id,
                    seated_id=seated_id,
                    elsewhere_id=_register(roomy_id, make.participant()),
                    staff_id=staff.id,
                    number=f"{session_id}",
                )
            )
        if not is_taken:
            _suspend_all_and_free_a_seat(made)
    return made


def _suspend_all_and_free_a_seat(made: Sequence[Stage]) -> None:
    """Make a free seat stand beside somebody who waits, as it may where they are passed over."""
    organizations = sa.update(Organization).where(
        Organization.id.in_([stage.organization_id for stage in made])
    )
    db.session.execute(organizations.values(status=OrganizationStatus.SUSPENDED))
    training_sessions = sa.update(TrainingSession).where(
        TrainingSession.id.in_([stage.training_session_id for stage in made])
    )
    db.session.execute(training_sessions.values(capacity=1))


def _session(make: Make, *, capacity: int | None) -> int:
    seats = SeatPlan(capacity=capacity)
    training_session_id = sessions.schedule(make.session_plan(), seats, actor_id=None, now=NOW)
    sessions.publish(training_session_id, actor_id=None, now=NOW)
    return training_session_id


def _register(training_session_id: int, participant: Participant) -> int:
    group = Group(participants=(participant,), consent="1")
    return service.register(training_session_id, group, now=NOW).registration_ids[0]


def calls_of(pairs: Sequence[Pair], made: Sequence[Stage]) -> list[Call]:
    """Return the calls so that the two of a pair are made by two processes, at the same time."""
    calls: list[Call] = []
    for (one, other), stage in zip(pairs, made, strict=True):
        calls += [(one, (replace(stage, number=f"{stage.number}.1"),))]
        calls += [(other, (replace(stage, number=f"{stage.number}.2"),))]
    return calls


@pytest.mark.parametrize("pairs", [FREE, TAKEN], ids=["free", "taken"])
def test_seat_05_of_any_two_who_want_the_last_seat_one_gets_it(
    app: Flask, make: Make, contenders: Contenders, pairs: Sequence[Pair]
) -> None:
    """SEAT-05: afterwards nobody sits beside the seats, and none is free that somebody wants."""
    for _ in range(ROUNDS or PAIR_ROUNDS):
        made = stages(make, number=len(pairs), is_taken=pairs is TAKEN)

        answers = set(contenders.race(app, calls_of(pairs, made)))

        assert answers <= {"ok"} | REFUSALS
        wrong = []
        for (one, other), stage in zip(pairs, made, strict=True):
            session = db.session.get_one(TrainingSession, stage.training_session_id)
            assert session.capacity is not None
            if session.confirmed_count != session.capacity + session.overbooked_by:
                counters = (session.confirmed_count, session.capacity, session.overbooked_by)
                wrong.append((one.__name__, other.__name__, counters))
        assert wrong == []
    assert audit(now=utc_now()) == []


def test_seat_05_teeth_in_pairs_too_the_race_oversells_without_the_lock(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    drop_check("ck_training_session_seats")
    with transaction():
        made = [_session(make, capacity=1) for _ in range(len(FREE))]
    calls = [
        (acts.register_without_lock, (session_id, f"ada{side}.{session_id}@example.org"))
        for session_id in made
        for side in range(2)
    ]

    contenders.race(app, calls, checks=False)

    assert max(confirmed(session_id) for session_id in made) > 1


ACTS = {"take", "swap", "move", "promote", "change_capacity", "cancel", "cancel_several"}


def calls_seats(source: str) -> set[str]:
    """Return which acts on seats some code calls."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=act)):
                is_seats = name == "seats" and act in ACTS
                if is_seats or (name in {"service", "registrations"} and act == "register"):
                    found.add(act)
    return found


def test_seat_05_whatever_takes_a_seat_is_raced() -> None:
    """SEAT-05: the list is whatever calls the package of seats."""
    package = Path(training.__file__).parent
    callers = {
        (path.relative_to(package).as_posix(), act)
        for path in package.rglob("*.py")
        if "registrations/seats/" not in path.as_posix()
        for act in calls_seats(path.read_text())
    }
    raced = {*FOR_A_FREE_SEAT, *FOR_A_TAKEN_SEAT}

    assert callers == set(CALLERS)
    assert {way for standing_for in CALLERS.values() for way in standing_for} <= raced
