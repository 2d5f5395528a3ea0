"""Seats that change hands and people who change sessions, on both engines."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.errors import NotFoundError
from training.notifications.models import Message
from training.people.models import Person
from training.registrations import seats, service
from training.registrations.errors import (
    AlreadyRegisteredError,
    MoveDoesNotFitError,
    NoFreeSeatError,
    NotForYouError,
    NotRegisteredError,
    NotSeatedError,
    RegistrationClosedError,
    SessionOverError,
    TooLateToCancelError,
    TooLateToSwapError,
)
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import (
    CancelledBecause,
    Claim,
    Fit,
    Outcome,
    Participant,
    RegistrationStatus,
)
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, SessionStatus

C, W, X = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)
PERSON, STAFF = CancelledBecause.PERSON, CancelledBecause.STAFF


def standing(session: TrainingSession) -> list[tuple[str, RegistrationStatus]]:
    """Return who stands where, in the order of the tickets."""
    db.session.rollback()
    found = db.session.execute(
        sa.select(Registration.name, Registration.status)
        .where(Registration.training_session_id == session.id)
        .order_by(Registration.ticket)
    )
    return [(row.name, row.status) for row in found]


def counters(session: TrainingSession) -> tuple[int, int, int]:
    """Return how many have a seat, wait, and are more than there are seats."""
    db.session.rollback()
    fresh = db.session.get_one(TrainingSession, session.id, populate_existing=True)
    return fresh.confirmed_count, fresh.waitlisted_count, fresh.overbooked_by


def told(session: TrainingSession) -> list[tuple[str, str, str]]:
    """Return what was queued after registering: kind, about whom, to whom."""
    found = db.session.execute(
        sa.select(Message.kind, Registration.name, Person.name)
        .join(Registration, Registration.id == Message.registration_id)
        .join(Person, Person.id == Message.recipient_id)
        .where(Message.training_session_id == session.id)
        .order_by(Message.id)
    )
    return [(kind.removeprefix("registration."), whom, who) for kind, whom, who in found]


def fill_with(make: Make, session: TrainingSession, *names: str) -> list[Registration]:
    return [make.registration(session, name=name) for name in names]


def take(session: TrainingSession, *people: Participant, **fields: object) -> Outcome:
    with transaction():
        return service.register(
            session.id,
            Group(participants=people, by_staff=True, **fields),  # type: ignore[arg-type]  # of a group
            now=NOW,
        )


def test_somebody_without_an_address_is_registered_and_whoever_did_it_is_told(
    app: Flask, make: Make
) -> None:
    session = make.training_session()
    anna = make.person("Anna")
    member = make.person("Mia")

    outcome = take(
        session,
        Participant(name="No Mail"),
        Participant(name="No Mail"),
        Participant(name="Mia M.", person_id=member.id),
        actor_id=anna.id,
    )

    assert [one.status for one in outcome.placed] == [C, C, C]
    assert told(session) == [
        ("confirmed", "No Mail", "Anna"),
        ("confirmed", "No Mail", "Anna"),
        ("confirmed", "Mia M.", "Mia"),
    ]
    nameless = db.session.scalars(sa.select(Person).where(Person.name == "No Mail")).all()
    assert [one.email_key for one in nameless] == [None, None]
    assert audit(now=NOW) == []


def test_one_person_is_named_once_in_a_group_however_they_are_named(app: Flask, make: Make) -> None:
    session = make.training_session()
    anna = make.person("Anna")
    email = anna.email
    registered = make.registration(session, name="Bo")

    with pytest.raises(AlreadyRegisteredError) as refused:
        take(
            session,
            Participant(name="Anna", person_id=anna.id),
            Participant(name="Cy", email="cy@example.org"),
            Participant(name="Anna", email=email),
            Participant(name="Bo", person_id=registered.person_id),
            actor_id=anna.id,
        )

    assert refused.value.positions == (2, 3)
    assert standing(session) == [("Bo", C)]


def test_nobody_is_registered_who_is_not_there(app: Flask, make: Make) -> None:
    session = make.training_session()
    anna = make.person("Anna")

    with pytest.raises(NotFoundError):
        take(session, Participant(name="Ghost", person_id=anna.id + 99), actor_id=anna.id)
    with pytest.raises(ValueError, match="types addresses"):
        Group(participants=(Participant(name="No Mail"),))
    with pytest.raises(ValueError, match="overbook"):
        Group(participants=(make.participant(),), overbook="because", actor_id=anna.id)


def test_overbooking_gives_seats_that_are_not_there_and_says_why(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=2)
    anna = make.person("Anna")
    fill_with(make, session, "A", "B", "waits")
    free = make.training_session(capacity=2)
    fill_with(make, free, "alone")

    take(session, make.participant("D"), make.participant("E"), actor_id=anna.id, overbook="door")
    take(
        free,
        make.participant("F"),
        make.participant("G"),
        actor_id=anna.id,
        overbook="door",
    )

    assert standing(session) == [("A", C), ("B", C), ("waits", W), ("D", C), ("E", C)]
    assert counters(session) == (4, 1, 2)
    assert counters(free) == (3, 0, 1)
    reasons = db.session.execute(
        sa.select(Registration.name, AuditEntry.after)
        .join(Registration, Registration.id == AuditEntry.subject_id)
        .where(AuditEntry.action == "registration.register", AuditEntry.actor_id == anna.id)
        .order_by(AuditEntry.id)
    )
    assert [(name, after.get("overbooked")) for name, after in reasons] == [
        ("D", "door"),
        ("E", "door"),
        ("F", None),  # the last free seat
        ("G", "door"),
    ]
    assert audit(now=NOW) == []


def test_at_the_door_nobody_waits(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    anna = make.person("Anna")
    take(session, make.participant("A"), actor_id=anna.id, fit=Fit.SEATS)

    with pytest.raises(NoFreeSeatError):
        take(session, make.participant("B"), actor_id=anna.id, fit=Fit.SEATS)

    assert standing(session) == [("A", C)]


def test_a_substitute_gets_the_seat_and_not_whoever_waits(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    rep = make.person("Rep")
    first, _second = fill_with(make, session, "first", "waits")
    before = counters(session)

    with transaction():
        new_id = seats.swap(
            first.id,
            Participant(name="No Mail", claim=Claim.REPRESENTATIVE),
            actor_id=rep.id,
            because=PERSON,
            now=NOW,
        )

    assert standing(session) == [("first", X), ("waits", W), ("No Mail", C)]
    assert counters(session) == before == (1, 1, 0)
    old = db.session.get_one(Registration, first.id, populate_existing=True)
    assert (old.cancelled_because, old.cancelled_by, old.successor_id) == (PERSON, rep.id, new_id)
    new = db.session.get_one(Registration, new_id)
    assert (new.registered_by, new.claim, new.ticket) == (rep.id, Claim.REPRESENTATIVE, 3)
    assert told(session)[2:] == [("replaced", "first", "first"), ("confirmed", "No Mail", "Rep")]
    assert audit(now=NOW) == []


def test_a_swap_is_refused_where_there_is_nothing_to_hand_over(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=2)
    rep = make.person("Rep")
    first, second, third = fill_with(make, session, "first", "second", "waits")

    def swap(
        registration: Registration,
        participant: Participant | None = None,
        *,
        now: object = NOW,
        because: CancelledBecause = PERSON,
    ) -> None:
        with transaction():
            seats.swap(
                registration.id,
                participant or Participant(name="New", email="new@example.org"),
                actor_id=rep.id,
                because=because,
                now=now,  # type: ignore[arg-type]  # a datetime
            )

    with pytest.raises(NotSeatedError):
        swap(third)
    with pytest.raises(AlreadyRegisteredError):
        swap(first, Participant(name="second", person_id=second.person_id))
    with pytest.raises(AlreadyRegisteredError):
        swap(first, Participant(name="first", person_id=first.person_id))
    with pytest.raises(TooLateToSwapError):
        swap(first, now=session.starts_at)
    with pytest.raises(SessionOverError):
        swap(first, now=session.ends_at, because=STAFF)
    assert standing(session) == [("first", C), ("second", C), ("waits", W)]
    assert db.session.scalar(sa.select(Person.id).where(Person.name == "New")) is None

    swap(first, now=session.starts_at, because=STAFF)
    assert standing(session)[0] == ("first", X)
    partners = make.training_session(audience=Audience.PARTNERS)
    outcome = take(partners, make.participant("A"), actor_id=rep.id)
    with pytest.raises(NotForYouError):
        swap(db.session.get_one(Registration, outcome.registration_ids[0]))
    assert audit(now=NOW) == []


def test_several_give_up_at_once_and_as_many_move_up(app: Flask, make: Make) -> None:
    here = make.training_session(capacity=2)
    there = make.training_session(capacity=1)
    a, b, _c, d, _e = fill_with(make, here, "a", "b", "c", "d", "e")
    f, _g = fill_with(make, there, "f", "g")
    rep = make.person("Rep")

    with transaction():
        given_up = seats.cancel_several(
            [f.id, a.id, d.id, b.id, a.id], because=PERSON, actor_id=rep.id, now=NOW
        )
    with transaction():
        again = seats.cancel_several([a.id], because=PERSON, actor_id=rep.id, now=NOW + DAY)

    assert (given_up, again) == (4, 0)
    assert standing(here) == [("a", X), ("b", X), ("c", C), ("d", X), ("e", C)]
    assert standing(there) == [("f", X), ("g", C)]
    assert db.session.get_one(Registration, a.id, populate_existing=True).cancelled_by == rep.id
    assert audit(now=NOW) == []


def test_several_give_up_all_or_none(app: Flask, make: Make) -> None:
    running = make.training_session(starts_at=NOW + HOUR)
    later = make.training_session(starts_at=NOW + DAY)
    a, b = make.registration(running, name="a"), make.registration(later, name="b")

    with pytest.raises(TooLateToCancelError), transaction():
        seats.cancel_several([a.id, b.id], because=PERSON, actor_id=None, now=NOW + HOUR)
    with pytest.raises(NotFoundError), transaction():
        seats.cancel_several([b.id, b.id + 99], because=STAFF, actor_id=None, now=NOW)

    assert standing(running) + standing(later) == [("a", C), ("b", C)]


def test_people_move_with_what_they_gave_and_their_seats_go_on(app: Flask, make: Make) -> None:
    here, there = make.training_session(capacity=2), make.training_session(capacity=5)
    staff = make.person("Staff")
    organization = make.organization()
    claimed = make.claimed(make.participant("a"), organization)
    take(here, claimed, actor_id=staff.id)
    with transaction():
        db.session.execute(sa.update(Registration).values(consent="1", answers={"1": "yes"}))
    b, c, _d = fill_with(make, here, "b", "c", "d")
    a_id = db.session.scalars(sa.select(Registration.id).where(Registration.name == "a")).one()

    with transaction():
        outcome = seats.move([c.id, a_id], there.id, actor_id=staff.id, now=NOW)

    assert [(one.name, one.status, one.rank) for one in outcome.placed] == [
        ("c", C, None),
        ("a", C, None),
    ]
    assert standing(here) == [("a", X), ("b", C), ("c", X), ("d", C)]
    assert standing(there) == [("c", C), ("a", C)]
    moved = db.session.get_one(Registration, outcome.registration_ids[1])
    assert (moved.organization_id, moved.claim, moved.consent, moved.answers) == (
        organization.id,
        Claim.STAFF,
        "1",
        {"1": "yes"},
    )
    assert moved.registered_by == staff.id
    old = db.session.get_one(Registration, a_id, populate_existing=True)
    assert (old.successor_id, old.cancelled_because) == (moved.id, STAFF)
    assert b.id
    assert told(there) == [("moved", "c", "c"), ("moved", "a", "a")]
    assert "cancelled" not in [kind for kind, *_rest in told(here)]
    assert audit(now=NOW) == []


def test_who_does_not_fit_stays_unless_they_may_wait_or_it_is_overbooked(
    app: Flask, make: Make
) -> None:
    here = make.training_session(capacity=5)
    there = make.training_session(capacity=2, waitlist_capacity=3)
    staff = make.person("Staff")
    a, b, c, d = fill_with(make, here, "a", "b", "c", "d")
    fill_with(make, there, "z")

    def move(*registrations: Registration, **fields: object) -> None:
        with transaction():
            seats.move(
                [one.id for one in registrations],
                there.id,
                actor_id=staff.id,
                now=NOW,
                **fields,  # type: ignore[arg-type]  # of a move
            )

    with pytest.raises(MoveDoesNotFitError) as refused:
        move(a, b)
    assert (refused.value.free, refused.value.wanted) == (1, 2)
    assert standing(there) == [("z", C)]

    move(a, b, fit=Fit.WHAT_FITS)
    assert standing(there) == [("z", C), ("a", C), ("b", W)]
    with pytest.raises(MoveDoesNotFitError):  # one alone neither, while somebody waits
        move(c)
    move(c, d, overbook="their bus was late")
    assert standing(there) == [("z", C), ("a", C), ("b", W), ("c", C), ("d", C)]
    assert counters(there) == (4, 1, 2)
    assert counters(here) == (0, 0, 0)
    with pytest.raises(NotRegisteredError) as ended:
        move(c)
    assert ended.value.positions == (0,)
    assert audit(now=NOW) == []


def test_a_move_is_refused_into_and_out_of_what_is_over(app: Flask, make: Make) -> None:
    here = make.training_session(starts_at=NOW + HOUR)
    there = make.training_session(starts_at=NOW + DAY)
    draft = make.training_session(status=SessionStatus.DRAFT)
    staff = make.person("Staff")
    a = make.registration(here, name="a")
    twin = make.registration(there, name="twin")
    also = make.outcome(here, replace(make.participant("twin"), email=_email(twin)))

    def move(*ids: int, to: TrainingSession = there, now: object = NOW) -> None:
        with transaction():
            seats.move(ids, to.id, actor_id=staff.id, now=now)  # type: ignore[arg-type]  # a datetime

    with pytest.raises(RegistrationClosedError):
        move(a.id, to=draft)
    with pytest.raises(SessionOverError):
        move(a.id, now=here.ends_at)
    with pytest.raises(AlreadyRegisteredError) as there_already:
        move(a.id, also.registration_ids[0])
    assert there_already.value.positions == (1,)
    with pytest.raises(AlreadyRegisteredError):
        move(twin.id)
    with pytest.raises(NotFoundError):
        move(a.id, twin.id + 99)
    assert standing(here) == [("a", C), ("twin", C)]


def _email(registration: Registration) -> str:
    email = db.session.get_one(Person, registration.person_id).email
    assert email
    return email


def test_an_organization_says_once_who_is_with_it(app: Flask, make: Make) -> None:
    organization, other = make.organization(), make.organization("Other")
    rep = make.person("Rep")
    one, two = make.training_session(), make.training_session()
    mine = replace(make.participant("Mia"), organization_id=organization.id)
    theirs = replace(make.participant("Bo"), organization_id=organization.id)
    first, second = (make.outcome(session, mine).registration_ids[0] for session in (one, two))
    third = make.outcome(one, theirs).registration_ids[0]
    elsewhere = make.outcome(
        one, replace(make.participant("Cy"), organization_id=other.id)
    ).registration_ids[0]

    def settle(registration_id: int, *, is_theirs: bool) -> None:
        with transaction():
            service.settle_claim(
                registration_id, organization.id, is_theirs=is_theirs, actor_id=rep.id, now=NOW
            )

    settle(first, is_theirs=True)
    settle(third, is_theirs=False)
    for settled in (first, second, third, elsewhere, elsewhere + 99):
        with pytest.raises(NotFoundError):
            settle(settled, is_theirs=True)

    db.session.rollback()
    rows = db.session.execute(
        sa.select(
            Registration.organization_id,
            Registration.claim,
            Registration.refused_organization_id,
            Registration.status,
        ).order_by(Registration.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        (organization.id, Claim.REPRESENTATIVE, None, C),
        (organization.id, Claim.REPRESENTATIVE, None, C),
        (None, Claim.STATED, organization.id, C),
        (other.id, Claim.STATED, None, C),
    ]
    acts = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.subject_id)
        .where(AuditEntry.action.like("registration.%claim"))
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(act) for act in acts] == [
        ("registration.confirm_claim", first),
        ("registration.confirm_claim", second),
        ("registration.refuse_claim", third),
    ]
    assert audit(now=NOW) == []


def test_a_suspended_partnership_neither_gains_nor_loses_by_moves(app: Flask, make: Make) -> None:
    """WAIT-11: passed over, and in place again as soon as the partnership runs."""
    session, there = make.training_session(capacity=1), make.training_session()
    staff = make.person("Staff")
    organization = make.organization()
    first = make.registration(session, name="first")
    make.outcome(session, replace(make.participant("theirs"), organization_id=organization.id))
    make.registration(session, name="next")
    with transaction():
        db.session.execute(sa.text("UPDATE organization SET status = 'suspended'"))

    with transaction():
        seats.move([first.id], there.id, actor_id=staff.id, now=NOW)

    assert standing(session) == [("first", X), ("theirs", W), ("next", C)]
    because = sa.orm.aliased(AuditEntry)
    passed_over = db.session.execute(
        sa.select(Registration.name, because.action)
        .join(AuditEntry, AuditEntry.subject_id == Registration.id)
        .join(because, because.id == AuditEntry.because_id)
        .where(AuditEntry.action == "registration.pass_over")
    ).all()
    assert [tuple(row) for row in passed_over] == [("theirs", "registration.leave")]
    assert audit(now=NOW) == []
    with transaction():
        db.session.execute(sa.text("UPDATE organization SET status = 'active'"))
    with transaction():
        sessions.cancel(there.id, actor_id=staff.id, now=NOW)
    assert standing(there) == [("first", X)]
    assert audit(now=NOW) == []
