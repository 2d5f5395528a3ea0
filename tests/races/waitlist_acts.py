"""What is raced around offers, requests and promotion, and twins that leave out the lock."""

import os
import signal
import time
from datetime import datetime

import sqlalchemy as sa

from tests.times import NOW
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.rules import choose
from training.registrations.seats import freeing
from training.registrations.seats.books import assign, count, rows_of
from training.registrations.values import CancelledBecause, RegistrationStatus
from training.sessions.service import lock_training_session

#: How long a twin thinks between looking and writing.
THINKING = 0.05


def approve(registration_id: int, staff_id: int) -> str:
    """What staff do on the page of requests."""
    with transaction():
        return seats.approve(registration_id, actor_id=staff_id, now=NOW)


def approve_twin(registration_id: int, _staff_id: int) -> None:
    """The twin: looks at the seats without the lock, thinks, and writes."""
    session_id, free = _free_beside(registration_id)
    time.sleep(THINKING)
    if free:
        _write(session_id, registration_id, RegistrationStatus.REQUESTED)


def accept(registration_id: int, now: datetime) -> str:
    """What the mailed link does."""
    with transaction():
        return "accepted" if seats.accept(registration_id, actor_id=None, now=now) else "again"


def decline(registration_id: int, now: datetime) -> str:
    """What the mailed link does, too."""
    with transaction():
        return "declined" if seats.decline(registration_id, actor_id=None, now=now) else "again"


def accept_twin(registration_id: int, _now: datetime) -> str:
    """The twin: looks whether the offer stands without the lock, thinks, and takes the seat."""
    session_id = _session_of(registration_id)
    stands = _status(registration_id) is RegistrationStatus.OFFERED
    db.session.rollback()
    time.sleep(THINKING)
    if stands:
        _write(session_id, registration_id, RegistrationStatus.OFFERED)
    return "accepted" if stands else "again"


def settle(training_session_id: int, now: datetime) -> None:
    """What a host does several times a minute."""
    with transaction():
        seats.settle(training_session_id, now=now)


def settle_twin(training_session_id: int, now: datetime) -> None:
    """The twin: chooses without the lock, thinks, and gives the seats to whom it chose."""
    there = seats.seen(training_session_id, now=now)
    chosen = choose(there, there.waiting).chosen
    db.session.rollback()
    time.sleep(THINKING)
    for one in chosen:
        _write(training_session_id, one.registration_id, RegistrationStatus.WAITLISTED)


def promote(registration_id: int, staff_id: int) -> None:
    """What staff do on the list of people."""
    with transaction():
        seats.promote(registration_id, actor_id=staff_id, now=NOW)


def cancel(registration_id: int) -> None:
    """What the mailed link does as well."""
    with transaction():
        seats.cancel(registration_id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)


def cancel_and_die(registration_id: int) -> None:
    """Give up a seat, and be killed before it is given on."""

    def die(*_arguments: object, **_values: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    vars(freeing)["give_on"] = die  # in a process that ends here
    cancel(registration_id)


def _session_of(registration_id: int) -> int:
    return db.session.scalars(
        sa.select(Registration.training_session_id).where(Registration.id == registration_id)
    ).one()


def _status(registration_id: int) -> RegistrationStatus:
    return db.session.scalars(
        sa.select(Registration.status).where(Registration.id == registration_id)
    ).one()


def _free_beside(registration_id: int) -> tuple[int, bool]:
    session_id = _session_of(registration_id)
    free = seats.seen(session_id, now=NOW).free_for(None)
    db.session.rollback()
    return session_id, free != 0


def _write(session_id: int, registration_id: int, before: RegistrationStatus) -> None:
    """Seat somebody by what was seen before, though the lock came since."""
    with transaction():
        locked = lock_training_session(session_id)
        rows = rows_of([registration_id])
        assign(rows, {Registration.status: RegistrationStatus.CONFIRMED}, now=NOW)
        count(
            locked,
            {RegistrationStatus.CONFIRMED: +1}
            if before is RegistrationStatus.REQUESTED
            else {before: -1, RegistrationStatus.CONFIRMED: +1},
        )
