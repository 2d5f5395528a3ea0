"""Races for offered seats, requests and promotion, in processes, on both engines."""

import multiprocessing
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import create_test_app
from tests.factories import Make
from tests.races import waitlist_acts as acts
from tests.races.contenders import PROCESSES, Call, Contenders
from tests.races.test_seats import ROUNDS, confirmed, drop_check
from tests.times import HOUR, NOW
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.values import Promotion, SeatPlan, SeatRules

pytestmark = pytest.mark.xdist_group("races")

#: An offer of an hour that is made now may be accepted until then.
IN_TIME = NOW + HOUR
LATE = IN_TIME + timedelta(seconds=1)


def asked(make: Make, number: int) -> tuple[int, list[int]]:
    """Return a session with one seat and no waitlist, and people who ask for the seat."""
    session = make.training_session(capacity=1, waitlist_capacity=0)
    with transaction():
        rules = SeatRules(needs_approval=True)
        seats.change_rules(session.id, rules, actor_id=None, now=NOW)
    people = [make.participant() for _ in range(number)]
    return session.id, list(make.outcome(session, *people).registration_ids)


def full(make: Make, *, capacity: int, waiting: int, offers: bool = False) -> tuple[int, list[int]]:
    """Return a session with as many people as seats, and others who wait; in their order."""
    session = make.training_session(capacity=capacity)
    if offers:
        with transaction():
            rules = SeatRules(promotion=Promotion.OFFER, offer_hours=1)
            seats.change_rules(session.id, rules, actor_id=None, now=NOW)
    people = [make.participant() for _ in range(capacity + waiting)]
    return session.id, list(make.outcome(session, *people).registration_ids)


def statuses(ids: list[int]) -> list[RegistrationStatus]:
    found = dict(
        db.session.execute(
            sa.select(Registration.id, Registration.status).where(Registration.id.in_(ids))
        ).all()
    )
    db.session.rollback()
    return [found[one] for one in ids]


def mails(kind: str, ids: list[int]) -> Counter[int]:
    """Return how many mails of a kind each was sent."""
    found = db.session.scalars(
        sa.select(Message.registration_id).where(
            Message.kind == kind, Message.registration_id.in_(ids)
        )
    )
    return Counter(one for one in found if one is not None)


def test_seat_09_of_two_who_approve_at_once_one_does(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-09: the others stay as they were, and may be approved when a seat becomes free."""
    staff = make.person("Staff")
    for _ in range(ROUNDS or 3):
        session_id, ids = asked(make, PROCESSES)

        answers = contenders.race(app, [(acts.approve, (one, staff.id)) for one in ids])

        assert Counter(answers) == {"confirmed": 1, "session-full": PROCESSES - 1}
        assert Counter(statuses(ids)) == {"confirmed": 1, "requested": PROCESSES - 1}
        assert confirmed(session_id) == 1
    assert audit(now=NOW) == []


def test_seat_09_the_same_request_is_approved_once(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    staff = make.person("Staff")
    _, [request, _other] = asked(make, 2)

    answers = contenders.race(app, [(acts.approve, (request, staff.id))] * PROCESSES)

    assert Counter(answers) == {"confirmed": 1, "not-requested": PROCESSES - 1}
    assert mails("registration.confirmed", [request]) == {request: 1}


def test_seat_09_teeth_without_the_lock_several_are_approved(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    drop_check("ck_training_session_seats")
    session_id, ids = asked(make, PROCESSES)

    contenders.race(app, [(acts.approve_twin, (one, 0)) for one in ids], checks=False)

    assert confirmed(session_id) > 1


def test_wait_01_05_who_waits_longest_is_promoted_once(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """WAIT-01, WAIT-05: people give up seats at once, among them who was just promoted."""
    for _ in range(ROUNDS or 3):
        _session_id, ids = full(make, capacity=4, waiting=12)
        calls: list[Call] = [(acts.cancel, (one,)) for one in ids[:8]]

        answers = contenders.race(app, calls)

        assert Counter(answers) == {"ok": 8}
        assert statuses(ids) == ["cancelled"] * 8 + ["confirmed"] * 4 + ["waitlisted"] * 4
        promoted = mails("registration.promoted", ids)
        assert set(promoted) >= set(ids[8:12])
        assert set(promoted.values()) == {1}
    assert audit(now=NOW) == []


def test_wait_04_whoever_promotes_each_seat_is_given_once(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """WAIT-04: two hosts settle, staff promote by hand, and people give up seats, all at once."""
    staff = make.person("Staff")
    for _ in range(ROUNDS or 3):
        session_id, ids = full(make, capacity=3, waiting=6)
        with transaction():
            # As after a release that nobody has settled yet: seats are free beside who waits.
            db.session.execute(
                sa.update(TrainingSession)
                .where(TrainingSession.id == session_id)
                .values(capacity=5)
            )
        calls: list[Call] = [
            *[(acts.settle, (session_id, NOW))] * 6,
            (acts.promote, (ids[3], staff.id)),
            (acts.promote, (ids[8], staff.id)),
            (acts.cancel, (ids[0],)),
            (acts.cancel, (ids[4],)),
        ]

        answers = contenders.race(app, calls)

        assert set(answers) <= {"ok", "not-waiting", "no-free-seat"}
        counted = Counter(statuses(ids))
        assert counted == {"confirmed": 5, "cancelled": 2, "waitlisted": 2}
        assert set(mails("registration.promoted", ids).values()) == {1}
    assert audit(now=NOW) == []


def test_wait_04_teeth_without_the_lock_a_seat_is_given_twice(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    drop_check("ck_training_session_counters_not_negative")
    drop_check("ck_training_session_seats")
    session_id, _ids = full(make, capacity=1, waiting=6)
    with transaction():
        db.session.execute(
            sa.update(TrainingSession).where(TrainingSession.id == session_id).values(capacity=2)
        )

    contenders.race(app, [(acts.settle_twin, (session_id, NOW))] * PROCESSES, checks=False)

    assert {finding.invariant for finding in audit(now=NOW)} >= {"I1"}


def test_wait_06_an_offered_seat_has_one_owner(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """WAIT-06: accepted at the last moment, twice, declined, ended by two hosts, all at once."""
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS or 5):
        session_id, [seated, first, second] = full(make, capacity=1, waiting=2, offers=True)
        with transaction():
            seats.cancel(seated, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
        calls: list[Call] = [
            (acts.accept, (first, IN_TIME)),
            (acts.decline, (first, IN_TIME)),
            (acts.settle, (session_id, LATE)),
            (acts.accept, (first, IN_TIME)),
            (acts.settle, (session_id, LATE)),
            (acts.accept, (first, LATE)),
        ]

        answers = Counter(contenders.race(app, calls))

        assert set(answers) <= {"accepted", "again", "declined", "offer-ended", "not-offered", "ok"}
        owner, behind = statuses([first, second])
        assert (owner, behind) in {("confirmed", "waitlisted"), ("declined", "offered")}
        assert answers["accepted"] == (owner == "confirmed")
        told = mails("registration.confirmed", [first]) + mails("registration.offer_ended", [first])
        assert told == {first: 1}
        seen[owner] += 1
    assert seen.total() == (ROUNDS or 5)
    assert audit(now=NOW) == []


def test_wait_06_teeth_without_the_lock_an_ended_offer_is_accepted(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    drop_check("ck_training_session_counters_not_negative")
    drop_check("ck_training_session_seats")
    session_id, [seated, first, _second] = full(make, capacity=1, waiting=2, offers=True)
    with transaction():
        seats.cancel(seated, because=CancelledBecause.STAFF, actor_id=None, now=NOW)

    contenders.race(
        app,
        [(acts.accept_twin, (first, NOW))] * 2 + [(acts.settle, (session_id, LATE))],
        checks=False,
    )

    assert {finding.invariant for finding in audit(now=NOW)} >= {"I1"}


def test_wait_02_09_seats_that_are_added_are_given_once(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """WAIT-02, WAIT-09: more seats and forty cancellations at once."""
    session_id, ids = full(make, capacity=40, waiting=50)
    calls: list[Call] = [(acts.cancel, (one,)) for one in ids[:40]]
    calls.insert(20, (add_seats, (session_id, 42)))

    answers = contenders.race(app, calls)

    assert Counter(answers) == {"ok": 41}
    assert statuses(ids)[40:] == ["confirmed"] * 42 + ["waitlisted"] * 8
    assert set(mails("registration.promoted", ids).values()) == {1}
    assert audit(now=NOW) == []


def add_seats(session_id: int, capacity: int) -> None:
    with transaction():
        plan = SeatPlan(capacity=capacity)
        seats.change_capacity(session_id, plan, keep=False, actor_id=None, now=NOW)


def test_wait_03_who_is_killed_between_cancelling_and_promoting_did_neither(
    app: Flask, make: Make
) -> None:
    """WAIT-03."""
    _session_id, ids = full(make, capacity=1, waiting=2)
    url = db.engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")

    killed = context.Process(target=in_app, args=(url, Path(app.instance_path), ids[0]))
    killed.start()
    killed.join(timeout=60)

    assert killed.exitcode == -9
    assert statuses(ids) == ["confirmed", "waitlisted", "waitlisted"]
    assert audit(now=utc_now()) == []
    acts.cancel(ids[0])
    assert statuses(ids) == ["cancelled", "confirmed", "waitlisted"]


def in_app(url: str, folder: Path, registration_id: int) -> None:
    """What the process does that is killed."""
    with create_test_app(url, folder).app_context():
        acts.cancel_and_die(registration_id)
