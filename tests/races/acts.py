"""What is raced: the application's acts, and twins that leave out what protects it."""

import time
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from tests.times import NOW
from training.clock import utc_now
from training.db import db, transaction
from training.people.models import Person
from training.people.service import find_or_make_people
from training.people.values import email_key
from training.registrations import seats, service
from training.registrations.code_queries import find_code, hash_of, registered_with
from training.registrations.jobs import settle_due
from training.registrations.models import Registration
from training.registrations.rules import Seats, place
from training.registrations.seats import Group
from training.registrations.seats.books import count
from training.registrations.values import (
    CancelledBecause,
    Claim,
    Participant,
    RegistrationStatus,
)
from training.sessions import service as sessions
from training.sessions.changes import SessionCancelled
from training.sessions.models import TrainingSession
from training.sessions.service import lock_training_session
from training.submissions.service import Send

#: How long a twin thinks between looking and writing.
THINKING = 0.02


def register(training_session_id: int, email: str) -> None:
    """What the public form does."""
    with transaction():
        service.register(
            training_session_id,
            Group(participants=(Participant(name="Ada", email=email),), consent="1"),
            now=NOW,
        )


def register_and_tell(training_session_id: int, email: str) -> str:
    """What the public form does, with what its answer page shows."""
    with transaction():
        outcome = service.register(
            training_session_id,
            Group(participants=(Participant(name="Ada", email=email),), consent="1"),
            now=NOW,
        )
    [placed] = outcome.placed
    return f"{placed.status} {placed.rank}"


def register_with_key(training_session_id: int, email: str, key: str) -> None:
    """What the public form does, with the key that it was given."""
    send = Send(key=key, purpose="register", actor_id=None, content={"email": email})
    with transaction():
        service.register(
            training_session_id,
            Group(participants=(Participant(name="Ada", email=email),), consent="1"),
            send=send,
            now=NOW,
        )


def register_group(training_session_id: int, emails: tuple[str, ...], key: str) -> None:
    """What the public form does for several people, each send with a key of its own."""
    send = Send(key=key, purpose="register", actor_id=None, content={"emails": emails})
    with transaction():
        service.register(training_session_id, _group(emails), send=send, now=NOW)


def register_group_by_staff(
    training_session_id: int, emails: tuple[str, ...], key: str, actor_id: int
) -> None:
    """What staff do for several people, each send with a key of its own."""
    send = Send(key=key, purpose="add", actor_id=actor_id, content={"emails": emails})
    group = replace(_group(emails), actor_id=actor_id, by_staff=True)
    with transaction():
        service.register(training_session_id, group, send=send, now=NOW)


def _group(emails: tuple[str, ...]) -> Group:
    people = tuple(Participant(name="Ada", email=email) for email in emails)
    return Group(participants=people, consent="1")


def register_group_after_a_look(
    training_session_id: int, emails: tuple[str, ...], _key: str
) -> None:
    """The twin: looks who is registered without the lock, thinks, and registers the others."""
    with transaction():
        find_or_make_people(dict.fromkeys(emails, "Ada"))
    known = set(
        db.session.scalars(
            sa.select(Person.email_key)
            .join(Registration, Registration.person_id == Person.id)
            .where(Registration.training_session_id == training_session_id)
        )
    )
    time.sleep(5 * THINKING)
    for email in emails:
        if email not in known:
            with transaction():
                person_id = find_or_make_people({email: "Ada"})[email_key(email)]
                _write(training_session_id, person_id, RegistrationStatus.CONFIRMED)


def register_without_lock(training_session_id: int, email: str) -> None:
    """The twin: looks at the seats without the lock, thinks, and writes."""
    if db.engine.dialect.name == "sqlite":
        with transaction():
            person_id, status = _look(training_session_id, email)
        time.sleep(THINKING)
        with transaction():
            _write(training_session_id, person_id, status)
    else:
        with transaction():
            person_id, status = _look(training_session_id, email)
            time.sleep(THINKING)
            _write(training_session_id, person_id, status)


def _look(training_session_id: int, email: str) -> tuple[int, RegistrationStatus]:
    person_id = find_or_make_people({email: "Ada"})[email_key(email)]
    row = db.session.execute(
        sa.select(
            TrainingSession.capacity,
            TrainingSession.confirmed_count,
            TrainingSession.waitlist_capacity,
            TrainingSession.waitlisted_count,
        ).where(TrainingSession.id == training_session_id)
    ).one()
    seats_seen = Seats(
        capacity=row.capacity,
        confirmed=row.confirmed_count,
        offered=0,
        waitlist_capacity=row.waitlist_capacity,
        waitlisted=row.waitlisted_count,
    )
    return person_id, place(seats_seen)


def _write(
    training_session_id: int,
    person_id: int,
    status: RegistrationStatus,
    code_id: int | None = None,
) -> None:
    locked = lock_training_session(training_session_id)
    db.session.add(
        Registration(
            training_session_id=training_session_id,
            person_id=person_id,
            name="Ada",
            claim=Claim.STATED if code_id is None else Claim.CODE,
            code_id=code_id,
            status=status,
            ticket=locked.next_ticket,
            registered_at=NOW,
        )
    )
    count(locked, {status: +1}, tickets=1)
    db.session.flush()


def register_by_code(training_session_id: int, email: str, code: str) -> None:
    """What the form of somebody who was invited does."""
    with transaction():
        found = find_code(code, training_session_id, now=NOW)
        assert found is not None
        person = Participant(
            name="Ada", email=email, organization_id=found.organization_id, claim=Claim.CODE
        )
        group = Group(participants=(person,), consent="1", code_hash=hash_of(code))
        service.register(training_session_id, group, now=NOW)


def register_by_code_without_lock(training_session_id: int, email: str, code: str) -> str:
    """The twin: counts who came by the code without the lock, thinks, and writes."""
    if db.engine.dialect.name == "sqlite":
        with transaction():
            invited = _look_at_code(training_session_id, email, code)
        time.sleep(THINKING)
        if invited is None:
            return "code-spent"
        with transaction():
            _write(training_session_id, invited[0], RegistrationStatus.CONFIRMED, invited[1])
        return "ok"
    with transaction():
        invited = _look_at_code(training_session_id, email, code)
        time.sleep(THINKING)
        if invited is None:
            return "code-spent"
        _write(training_session_id, invited[0], RegistrationStatus.CONFIRMED, invited[1])
    return "ok"


def _look_at_code(training_session_id: int, email: str, code: str) -> tuple[int, int] | None:
    """Return who comes and by which code, or None: as many have come by it as may."""
    person_id = find_or_make_people({email: "Ada"})[email_key(email)]
    found = find_code(code, training_session_id, now=NOW)
    assert found is not None
    assert found.most is not None
    is_spent = registered_with(found.id, training_session_id) >= found.most
    return None if is_spent else (person_id, found.id)


def settle_all(now: datetime) -> None:
    """What the job of one worker does."""
    settle_due(now=now)


def name_seat(registration_id: int, name: str, organization_id: int, actor_id: int) -> None:
    """What a representative does who says who comes in a reserved seat."""
    person = Participant(
        name=name,
        email=f"{name}@example.org",
        organization_id=organization_id,
        claim=Claim.REPRESENTATIVE,
    )
    with transaction():
        seats.swap(
            registration_id,
            person,
            actor_id=actor_id,
            because=CancelledBecause.PERSON,
            asked="",
            now=NOW,
        )


def cancel_registration(registration_id: int) -> None:
    """What the mailed link does."""
    with transaction():
        seats.cancel(registration_id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)


def cancel_session(training_session_id: int) -> None:
    """What staff do, while people register."""
    time.sleep(THINKING)
    with transaction():
        sessions.cancel(training_session_id, actor_id=None, now=NOW)


def cancel_session_in_two_steps(training_session_id: int) -> None:
    """The twin: cancels whoever is registered, thinks, and then closes the session."""
    time.sleep(THINKING)
    with transaction():
        seats.answer_cancelled_session(SessionCancelled(training_session_id, None, 1, utc_now()))
    time.sleep(5 * THINKING)
    with transaction():
        lock_training_session(training_session_id)
        db.session.execute(
            sa.update(TrainingSession)
            .where(TrainingSession.id == training_session_id)
            .values(status="cancelled")
            .execution_options(synchronize_session=False)
        )


def register_slowly(training_session_id: int, email: str, delay: float) -> None:
    """What the public form does, a moment later."""
    time.sleep(delay)
    register(training_session_id, email)
