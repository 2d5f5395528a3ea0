"""Registering people and what else happens to registrations; the seats themselves: ``seats``."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.people.service import make_missing_people
from training.people.values import email_key
from training.registrations import seats
from training.registrations.errors import AlreadyRegisteredError
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import LIVE, Outcome, Placed, RegistrationStatus
from training.submissions.service import Send, remember


def register(
    training_session_id: int, group: Group, *, send: Send | None = None, now: datetime
) -> Outcome:
    """Register people: first find or make them, then lock the session and give them seats.

    In this order, because a row of ``person`` made under the session's lock would hold up
    everybody who waits for that session.

    :param send: the form that this comes from; None: from no form.
    :raise AlreadyRegisteredError: two rows have the same address; else as
        :func:`training.registrations.seats.take`.
    """
    twice = positions_of_doubles([participant.email for participant in group.participants])
    if twice:
        raise AlreadyRegisteredError(twice)
    make_missing_people({one.email: one.name for one in group.participants})
    outcome = seats.take(training_session_id, group, now=now)
    if send:
        remember(send, as_result(outcome), now=now)
    return outcome


def positions_of_doubles(emails: list[str]) -> tuple[int, ...]:
    """Return which rows, from 0, repeat an address of a row before them."""
    seen: set[str] = set()
    doubles = []
    for position, email in enumerate(emails):
        key = email_key(email)
        if key in seen:
            doubles.append(position)
        seen.add(key)
    return tuple(doubles)


def as_result(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as it is stored with its submission."""
    return {
        "placed": [
            {"name": one.name, "status": one.status, "rank": one.rank} for one in outcome.placed
        ]
    }


def from_result(result: dict[str, Any]) -> tuple[Placed, ...]:
    """Return what a stored submission shows: the way back from :func:`as_result`."""
    return tuple(
        Placed(name=one["name"], status=RegistrationStatus(one["status"]), rank=one["rank"])
        for one in result["placed"]
    )


def correct_name(registration_id: int, name: str, *, actor_id: int | None, now: datetime) -> bool:
    """Change the name that a registration was given; the person keeps theirs.

    :return: whether it changed.
    :raise NotFoundError: there is no such registration, or it is not live any more.
    """
    changed = db.session.execute(
        sa.update(Registration)
        .where(
            Registration.id == registration_id,
            Registration.status.in_(LIVE),
            Registration.name != name,
        )
        .values(name=name)
        .execution_options(synchronize_session=False)
        .returning(Registration.training_session_id)
    ).one_or_none()
    if changed is None:
        if _is_live(registration_id):
            return False
        raise NotFoundError
    record_act(
        Act(
            action="registration.correct_name",
            subject_kind="registration",
            subject_id=registration_id,
            training_session_id=changed.training_session_id,
            after={"changed": ["name"]},
        ),
        actor_id=actor_id,
        now=now,
    )
    return True


def _is_live(registration_id: int) -> bool:
    found = db.session.scalar(
        sa.select(Registration.id).where(
            Registration.id == registration_id, Registration.status.in_(LIVE)
        )
    )
    return found is not None
