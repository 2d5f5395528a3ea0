"""Races for seats, in processes, on both engines; each with a twin that must fail.

``ROUNDS`` says how often each is run; a longer run by hand: ``ROUNDS=200 pytest tests/races``.
"""

import os
from collections import Counter

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.races import acts
from tests.races.contenders import Act, Call, Contenders
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations.models import Registration
from training.registrations.values import LIVE, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.values import SessionStatus

pytestmark = pytest.mark.xdist_group("races")

ROUNDS = int(os.environ.get("ROUNDS", "0"))
CONTENDERS = 50


def confirmed(training_session_id: int) -> int:
    return db.session.scalars(
        sa.select(sa.func.count()).where(
            Registration.training_session_id == training_session_id,
            Registration.status == RegistrationStatus.CONFIRMED,
        )
    ).one()


def drop_check(name: str) -> None:
    """Take the CHECK out of force on PostgreSQL; on SQLite each connection ignores it."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text(f"ALTER TABLE training_session DROP CONSTRAINT {name}"))
        db.session.commit()


def everybody(act: Act, training_session_id: int, number: int = CONTENDERS) -> list[Call]:
    return [(act, (training_session_id, f"ada{n}@example.org")) for n in range(number)]


def test_seat_01_one_of_fifty_gets_the_last_seat(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-01."""
    for _ in range(ROUNDS or 20):
        session = make.training_session(capacity=1, waitlist_capacity=0)

        answers = contenders.race(app, everybody(acts.register, session.id))

        assert Counter(answers) == {"ok": 1, "session-full": CONTENDERS - 1}
        assert confirmed(session.id) == 1
    assert audit(now=utc_now()) == []


def test_seat_02_one_gets_the_seat_and_all_others_wait_in_line(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-02."""
    for _ in range(ROUNDS or 20):
        session = make.training_session(capacity=1)

        answers = contenders.race(app, everybody(acts.register_and_tell, session.id))

        ranks = [f"waitlisted {rank}" for rank in range(1, CONTENDERS)]
        assert sorted(answers) == sorted(["confirmed None", *ranks])
        held = db.session.execute(
            sa.select(Registration.ticket, Registration.status)
            .where(Registration.training_session_id == session.id)
            .order_by(Registration.ticket)
        ).all()
        waiting = [(n, RegistrationStatus.WAITLISTED) for n in range(2, CONTENDERS + 1)]
        assert [tuple(row) for row in held] == [(1, RegistrationStatus.CONFIRMED), *waiting]
    assert audit(now=utc_now()) == []


def test_seat_03_teeth_without_the_lock_the_race_oversells(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-03: else the two races above would prove nothing."""
    drop_check("ck_training_session_seats")
    most = 0
    for _ in range(ROUNDS or 3):
        session = make.training_session(capacity=1, waitlist_capacity=0)
        contenders.race(app, everybody(acts.register_without_lock, session.id), checks=False)
        most = max(most, confirmed(session.id))

    assert most > 1


def test_seat_04_the_check_catches_what_the_lock_would_have_kept_out(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-04: the backstop answers as a conflict, never as a fault."""
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS or 3):
        session = make.training_session(capacity=1, waitlist_capacity=0)

        answers = contenders.race(app, everybody(acts.register_without_lock, session.id))

        assert confirmed(session.id) == 1
        seen.update(answers)
    assert set(seen) == {"ok", "session-full"}
    assert {finding.invariant for finding in audit(now=utc_now())} == {"I5"}


def test_seat_07_the_same_form_sent_twice_at_once_registers_once(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-07."""
    for number in range(ROUNDS or 3):
        session = make.training_session(capacity=5)
        key = f"the-key-of-the-form-number-{number}"
        call = (acts.register_with_key, (session.id, f"ada{number}@example.org", key))

        answers = contenders.race(app, [call] * 8)

        assert Counter(answers) == {"ok": 1, "already-submitted": 7}
        assert confirmed(session.id) == 1
        kinds = db.session.scalars(
            sa.select(Message.kind)
            .join(Registration, Registration.id == Message.registration_id)
            .where(Registration.training_session_id == session.id)
        ).all()
        assert kinds == ["registration.confirmed"]
    assert audit(now=utc_now()) == []


def test_seat_07_teeth_without_the_key_the_second_send_is_an_act_of_its_own(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    session = make.training_session(capacity=5)

    answers = contenders.race(app, [(acts.register, (session.id, "ada@example.org"))] * 8)

    assert Counter(answers) == {"ok": 8}
    kinds = set(db.session.scalars(sa.select(Message.kind)).all())
    assert kinds == {"registration.confirmed", "registration.already_registered"}


THREE = ("ada@example.org", "bo@example.org", "cy@example.org")


def live_of(training_session_id: int) -> Counter[int]:
    """Return how many live registrations each person has."""
    return Counter(
        db.session.scalars(
            sa.select(Registration.person_id).where(
                Registration.training_session_id == training_session_id,
                Registration.status.in_(LIVE),
            )
        )
    )


def test_seat_08_the_same_group_from_two_tabs_is_registered_once(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-08: two keys, the same people; whoever only has the form learns nothing of it."""
    staff = make.person("Staff")
    for number in range(ROUNDS or 3):
        open_to_all, by_staff = make.training_session(), make.training_session()

        answers = contenders.race(
            app,
            [
                (acts.register_group, (open_to_all.id, THREE, f"the-key-of-tab-{number}-{tab}"))
                for tab in range(8)
            ],
        )
        refused = contenders.race(
            app,
            [
                (
                    acts.register_group_by_staff,
                    (by_staff.id, THREE, f"the-key-of-staff-{number}-{tab}", staff.id),
                )
                for tab in range(8)
            ],
        )

        assert Counter(answers) == {"ok": 8}
        assert Counter(refused) == {"ok": 1, "already-registered": 7}
        for session in (open_to_all, by_staff):
            assert sorted(live_of(session.id).values()) == [1, 1, 1]
    assert audit(now=utc_now()) == []


def test_seat_08_teeth_a_look_without_the_lock_registers_people_twice(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    with transaction():
        db.session.execute(sa.text("DROP INDEX uq_registration_live_person"))
    session = make.training_session(capacity=None)

    contenders.race(
        app, [(acts.register_group_after_a_look, (session.id, THREE, f"{tab}")) for tab in range(8)]
    )

    assert max(live_of(session.id).values()) > 1


def test_seat_22_nobody_keeps_a_seat_in_a_session_cancelled_meanwhile(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """SEAT-22."""
    for _ in range(ROUNDS or 3):
        session = make.training_session(capacity=20)
        calls = everybody(acts.register, session.id, 30)
        calls.insert(15, (acts.cancel_session, (session.id,)))

        answers = Counter(contenders.race(app, calls))

        assert set(answers) <= {"ok", "registration-closed"}
        made = answers["ok"] - 1  # one of them is the cancellation
        statuses = db.session.execute(
            sa.select(Registration.status, Registration.cancelled_because).where(
                Registration.training_session_id == session.id
            )
        ).all()
        assert [tuple(row) for row in statuses] == [("cancelled", "session")] * made
        told = db.session.scalars(
            sa.select(sa.func.count()).where(
                Message.training_session_id == session.id,
                Message.kind == "registration.session_cancelled",
            )
        ).one()
        assert told == made
    assert audit(now=utc_now()) == []


def test_seat_22_teeth_cancelling_in_two_steps_leaves_somebody_seated(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    seated = 0
    for _ in range(ROUNDS or 3):
        session = make.training_session(capacity=60)
        calls: list[Call] = [
            (acts.register_slowly, (session.id, f"ada{n}@example.org", 0.01 * (n % 12)))
            for n in range(48)
        ]
        calls.insert(0, (acts.cancel_session_in_two_steps, (session.id,)))
        contenders.race(app, calls)
        db.session.expire_all()
        assert db.session.get_one(TrainingSession, session.id).status is SessionStatus.CANCELLED
        seated += confirmed(session.id)

    assert seated > 0
