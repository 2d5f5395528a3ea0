"""SEAT-05: every way to take a seat, raced pairwise for the last one, on both engines."""

import ast
from collections.abc import Mapping, Sequence
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
from tests.races.ways import (
    CALLERS,
    FOR_A_FREE_SEAT,
    FOR_A_HELD_SEAT,
    FOR_A_TAKEN_SEAT,
    FOR_AN_ALLOTTED_SEAT,
    FOR_AN_OFFERED_SEAT,
    IN_AN_HOUR,
    Stage,
    Way,
)
from tests.times import NOW, wall
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations import seats, service
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import CancelledBecause, Claim, Participant
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import HoldPlan, Promotion, SeatPlan, SeatRules

pytestmark = pytest.mark.xdist_group("races")

Pair = tuple[Way, Way]
#: Around which kind of seat people race → every pair of ways to get it.
PAIRS: Mapping[str, Sequence[Pair]] = {
    kind: tuple(combinations_with_replacement(ways, 2))
    for kind, ways in (
        ("free", FOR_A_FREE_SEAT),
        ("taken", FOR_A_TAKEN_SEAT),
        ("held", FOR_A_HELD_SEAT),
        ("offered", FOR_AN_OFFERED_SEAT),
        ("allotted", FOR_AN_ALLOTTED_SEAT),
    )
}
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
    "not-requested",
    "not-offered",
    "offer-ended",
    "stale-version",
}


def stages(make: Make, *, kind: str) -> list[Stage]:
    """Make a session with one seat for each pair, all in one transaction."""
    number = len(PAIRS[kind])
    staff, organizations = make.person("Staff"), [make.organization() for _ in range(number)]
    campaign_id = make.campaign(f"Campaign of {staff.id}").id
    made = []
    with transaction():
        roomy_id = _session(make, capacity=None)
        for organization in organizations:
            session_id = _session(
                make,
                capacity=int(kind in {"taken", "offered"}),
                campaign_id=campaign_id if kind == "allotted" else None,
            )
            is_taken = kind in {"taken", "offered"}
            seated_id = _register(session_id, make.participant()) if is_taken else 0
            is_member = kind in {"free", "taken", "allotted"}
            member = make.participant(organization_id=organization.id if is_member else None)
            if kind == "allotted":
                member = replace(member, claim=Claim.STAFF)
            if kind == "offered":
                seated_id = _offer_to(_register(session_id, make.participant()), seated_id)
            made.append(
                Stage(
                    training_session_id=session_id,
                    roomy_id=roomy_id,
                    waiting_id=_register(session_id, member),
                    organization_id=organization.id,
                    campaign_id=campaign_id,
                    seated_id=seated_id,
                    elsewhere_id=_register(roomy_id, make.participant()),
                    asking_id=_ask(session_id, make.participant()) if kind == "free" else 0,
                    staff_id=staff.id,
                    number=f"{session_id}",
                )
            )
        if kind == "free":
            _suspend_all_and_free_a_seat(made)
        if kind == "held":
            _free_a_seat(made)
            _hold_all(made)
        if kind == "allotted":
            _allot_none_and_free_a_seat(made)
    return made


def _offer_to(waiting_id: int, seated_id: int) -> int:
    """Have the seat offered, for an hour, to whoever waits for it."""
    session_id = db.session.get_one(Registration, seated_id).training_session_id
    rules = SeatRules(promotion=Promotion.OFFER, offer_hours=1)
    seats.change_rules(session_id, rules, actor_id=None, now=NOW)
    seats.cancel(seated_id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    return waiting_id


def _ask(session_id: int, participant: Participant) -> int:
    """Have somebody ask for a seat, in a session that needs no approval afterwards."""
    seats.change_rules(session_id, SeatRules(needs_approval=True), actor_id=None, now=NOW)
    registration_id = _register(session_id, participant)
    seats.change_rules(session_id, SeatRules(), actor_id=None, now=NOW)
    return registration_id


def _suspend_all_and_free_a_seat(made: Sequence[Stage]) -> None:
    """Make a free seat stand beside somebody who waits, as it may where they are passed over."""
    organizations = sa.update(Organization).where(
        Organization.id.in_([stage.organization_id for stage in made])
    )
    db.session.execute(organizations.values(status=OrganizationStatus.SUSPENDED))
    _free_a_seat(made)


def _hold_all(made: Sequence[Stage]) -> None:
    """Keep the seat for the organization for an hour."""
    hold = HoldPlan(seats=1, release=wall(IN_AN_HOUR))
    for stage in made:
        seats.set_hold(
            stage.training_session_id,
            stage.organization_id,
            hold,
            expected=None,
            actor_id=None,
            now=NOW,
        )


def _allot_none_and_free_a_seat(made: Sequence[Stage]) -> None:
    """Let the organization have no seat in the campaign, so that who waits is passed over."""
    for stage in made:
        seats.set_allotment(
            stage.campaign_id, stage.organization_id, 0, expected=None, actor_id=None, now=NOW
        )
    _free_a_seat(made)


def _free_a_seat(made: Sequence[Stage]) -> None:
    """Have one seat more without giving it on."""
    training_sessions = sa.update(TrainingSession).where(
        TrainingSession.id.in_([stage.training_session_id for stage in made])
    )
    db.session.execute(training_sessions.values(capacity=1))


def _session(make: Make, *, capacity: int | None, campaign_id: int | None = None) -> int:
    plan = make.session_plan(campaign_id=campaign_id)
    training_session_id = sessions.schedule(
        plan, SeatPlan(capacity=capacity), actor_id=None, now=NOW
    )
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


@pytest.mark.parametrize("kind", PAIRS)
def test_seat_05_of_any_two_who_want_the_last_seat_one_gets_it(
    app: Flask, make: Make, contenders: Contenders, kind: str
) -> None:
    """SEAT-05: afterwards nobody sits beside the seats, and none is free that somebody wants."""
    pairs = PAIRS[kind]
    for _ in range(ROUNDS or PAIR_ROUNDS):
        made = stages(make, kind=kind)

        answers = set(contenders.race(app, calls_of(pairs, made)))

        assert answers <= {"ok"} | REFUSALS
        wrong = []
        for (one, other), stage in zip(pairs, made, strict=True):
            session = db.session.get_one(TrainingSession, stage.training_session_id)
            assert session.capacity is not None
            held = session.confirmed_count + session.offered_count
            there_are = session.capacity + session.overbooked_by
            # A seat may be left that nobody who waits may have, and whether one is, I4 tells.
            may_be_left = kind in {"held", "offered", "allotted"}
            if held > there_are or (held < there_are and not may_be_left):
                counters = (held, session.capacity, session.overbooked_by)
                wrong.append((one.__name__, other.__name__, counters))
        assert wrong == []
    assert audit(now=utc_now()) == []


def test_seat_05_teeth_in_pairs_too_the_race_oversells_without_the_lock(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    drop_check("ck_training_session_seats")
    with transaction():
        made = [_session(make, capacity=1) for _ in range(len(PAIRS["free"]))]
    calls = [
        (acts.register_without_lock, (session_id, f"ada{side}.{session_id}@example.org"))
        for session_id in made
        for side in range(2)
    ]

    contenders.race(app, calls, checks=False)

    assert max(confirmed(session_id) for session_id in made) > 1


ACTS = {
    "accept",
    "approve",
    "cancel",
    "cancel_several",
    "change_capacity",
    "change_rules",
    "decline",
    "move",
    "promote",
    "release_hold",
    "set_allotment",
    "set_hold",
    "settle",
    "swap",
    "take",
    "transfer",
}


def calls_seats(source: str) -> set[str]:
    """Return which acts on seats some code calls, or has called."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=act):
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
    raced = {way for pairs in PAIRS.values() for pair in pairs for way in pair}

    assert callers == set(CALLERS)
    assert {way for standing_for in CALLERS.values() for way in standing_for} <= raced
