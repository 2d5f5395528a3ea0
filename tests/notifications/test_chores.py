"""What is tidied up, and what time does, beside the sending of mails."""

import logging
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.db import db, transaction
from training.errors import BusyError
from training.notifications.jobs import do_chores, run_timers
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, RegistrationStatus
from training.sessions.values import Promotion, SeatRules
from training.submissions.models import Submission
from training.submissions.service import Send, new_key, remember


def test_what_forms_led_to_is_forgotten_after_a_day(app: Flask, make: Make) -> None:
    for at in (NOW - DAY - HOUR, NOW):
        with transaction():
            remember(Send(key=new_key(), purpose="test", actor_id=None, content={}), {}, now=at)

    done = do_chores(now=NOW)

    assert done == 3  # forms, tries, imported files
    assert db.session.scalars(sa.select(Submission.at)).all() == [NOW]


def test_who_sends_mails_ends_offers_that_nobody_answered(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    rules = SeatRules(promotion=Promotion.OFFER, offer_hours=1)
    with transaction():
        seats.change_rules(session.id, rules, actor_id=None, now=NOW)
    ids = make.outcome(session, *(make.participant() for _ in range(3))).registration_ids
    with transaction():
        seats.cancel(ids[0], because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    run_timers(now=NOW + 2 * HOUR)

    found = db.session.scalars(sa.select(Registration.status).order_by(Registration.ticket)).all()
    assert found == [
        RegistrationStatus.CANCELLED,
        RegistrationStatus.DECLINED,
        RegistrationStatus.OFFERED,
    ]


def test_ops_08_one_timer_that_fails_keeps_none_of_the_others(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """OPS-08: nor the mails; a busy database is no failure."""
    ran: list[datetime] = []

    def fails(*, now: datetime) -> None:
        raise ZeroDivisionError

    def meets_a_busy_database(*, now: datetime) -> None:
        raise BusyError

    app.extensions["timers"] = (
        fails,
        meets_a_busy_database,
        lambda *, now: ran.append(now),
    )
    caplog.set_level(logging.WARNING)

    run_timers(now=NOW)

    assert ran == [NOW]
    assert [(one.levelname, one.message) for one in caplog.records] == [
        ("ERROR", "timer failed"),
        ("WARNING", "timer put off"),
    ]
