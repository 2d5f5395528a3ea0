"""Seats given and freed, at the service layer, on both engines."""

import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import NOW
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Fit, RegistrationStatus


def test_take_what_fits_confirms_in_row_order_and_the_rest_waits(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=2)

    outcome = make.outcome(session, *(make.participant() for _ in range(3)), fit=Fit.WHAT_FITS)

    assert [(one.status, one.rank) for one in outcome.placed] == [
        ("confirmed", None),
        ("confirmed", None),
        ("waitlisted", 1),
    ]


def test_cancelling_promotes_whoever_waits_longest(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    first = make.registration(session)
    second = make.registration(session)

    with transaction():
        seats.cancel(first.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    statuses = dict(db.session.execute(sa.select(Registration.id, Registration.status)).all())
    assert statuses == {
        first.id: RegistrationStatus.CANCELLED,
        second.id: RegistrationStatus.CONFIRMED,
    }
