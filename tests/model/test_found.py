"""Stories that once went wrong."""

import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.model.world import World
from training.checks.service import audit
from training.db import db
from training.registrations.models import Registration
from training.registrations.values import Fit, RegistrationStatus
from training.sessions.values import SeatRules


def test_people_who_only_asked_are_moved(app: Flask, make: Make) -> None:
    """A session that they leave has no counter to adjust."""
    world = World(make)
    world.set_up()
    world.change_rules(0, SeatRules(needs_approval=True))
    world.represent(session=0, members=[], organization=1, fit=Fit.SEATS)

    world.move([0], session=1, fit=Fit.WHAT_FITS, overbook=None)

    statuses = db.session.scalars(sa.select(Registration.status).order_by(Registration.id)).all()
    assert statuses == [RegistrationStatus.CANCELLED, RegistrationStatus.CONFIRMED]
    assert audit(now=world.now) == []
