"""What the processes of a storm do: what the views do, without their pages."""

import contextlib
import random
import time
from collections.abc import Collection

import sqlalchemy as sa

from tests.load.calls import Call, described
from tests.times import NOW
from training.db import db, transaction
from training.errors import BusyError, ConflictError
from training.registrations import seats, service
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    Participant,
    RegistrationStatus,
)
from training.submissions.service import Send, find_result

#: Answered to whoever is to send the same again.
BUSY = "busy"


class _UndoneError(Exception):
    """Ends a transaction that is to leave nothing behind."""


def warm_up(call: Call) -> None:
    """Do once what makes a process slow the first time, and undo it."""
    with contextlib.suppress(_UndoneError, BusyError), transaction():
        service.register(call.training_session_id, _group(call.email), now=NOW)
        raise _UndoneError


def register(call: Call) -> str:
    """What the public form does, with what its answer page shows."""
    send = Send(
        key=call.key,
        purpose=f"register:{call.training_session_id}",
        actor_id=None,
        content={"email": call.email},
    )
    try:
        with transaction():
            outcome = service.register(
                call.training_session_id, _group(call.email), send=send, now=NOW
            )
    except BusyError:
        return BUSY
    except ConflictError as error:
        result = find_result(send)
        db.session.rollback()
        return described(service.from_result(result).placed) if result else error.code
    return described(outcome.placed)


def register_without_key(call: Call) -> str:
    """The twin: each send is an act of its own."""
    try:
        with transaction():
            outcome = service.register(call.training_session_id, _group(call.email), now=NOW)
    except BusyError:
        return BUSY
    return described(outcome.placed)


def _group(email: str) -> Group:
    return Group(participants=(Participant(name="Ada", email=email),), consent="1")


def cancel_anybody(chance: random.Random) -> str:
    """What the mailed link of somebody does, or nothing if nobody is there yet."""
    found = anybody(chance, LIVE)
    if found is None:
        return "nobody"
    try:
        with transaction():
            is_done = seats.cancel(
                found[0], because=CancelledBecause.PERSON, actor_id=None, now=NOW
            )
    except BusyError:
        return BUSY
    return "cancelled" if is_done else "cancelled before"


def promote_anybody(chance: random.Random, actor_id: int) -> str:
    """What staff do who give somebody who waits a seat by hand: there is never a free one."""
    found = anybody(chance, [RegistrationStatus.WAITLISTED])
    if found is None:
        return "nobody"
    try:
        with transaction():
            seats.promote(found[0], actor_id=actor_id, now=NOW)
    except (BusyError, ConflictError) as error:
        return error.code
    return "promoted"


def anybody(
    chance: random.Random, statuses: Collection[RegistrationStatus]
) -> tuple[int, str, int] | None:
    """Return somebody's registration: its id, and the two things that its link is made of."""
    newest = db.session.scalar(sa.select(sa.func.max(Registration.id))) or 0
    found = db.session.execute(
        sa.select(Registration.id, Registration.public_id, Registration.link_epoch)
        .where(
            Registration.id >= chance.randint(0, newest),
            Registration.status.in_(statuses),
        )
        .order_by(Registration.id)
        .limit(1)
    ).one_or_none()
    db.session.rollback()
    return (found.id, found.public_id, found.link_epoch) if found else None


def pace(number: int, began: float, each_second: float) -> None:
    """Wait until it is time for the act of that number."""
    time.sleep(max(0.0, began + number / each_second - time.monotonic()))
