"""People: made, changed; another mailbox ends the links in the old one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import NOW
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.errors import NotFoundError
from training.notifications.models import Message
from training.people import service
from training.people.errors import EmailTakenError, StalePersonError
from training.people.models import Person
from training.people.values import PersonPlan
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause

PLAN = PersonPlan(name="Zoë Ångström", email="Zoe@Example.org", locale="en", timezone=None)


def _create(name: str = PLAN.name, email: str | None = PLAN.email) -> int:
    with transaction():
        return service.create_person(name, email, actor_id=None, now=NOW)


def _revise(person_id: int, plan: PersonPlan, expected: PersonPlan | None = None) -> bool:
    with transaction():
        return service.revise_person(person_id, plan, expected=expected, actor_id=None, now=NOW)


def _stored(person_id: int) -> Person:
    return db.session.get_one(Person, person_id, populate_existing=True)


def test_a_person_is_found_without_case_and_accents(app: Flask) -> None:
    person = _stored(_create())

    assert (person.email, person.email_key) == ("Zoe@Example.org", "zoe@example.org")
    assert person.search_key == "zoe angstrom zoe@example.org"
    assert service.plan_of(person) == PLAN


def test_people_need_no_address_of_their_own(app: Flask) -> None:
    first, second = _create("Ana", None), _create("Ana", None)

    assert first != second
    assert (_stored(first).email, _stored(first).email_key) == (None, None)


def test_an_address_belongs_to_one_person_also_in_a_race(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create()
    other = _create("Other", None)
    taken = replace(PLAN, name="Other", email="zoe@EXAMPLE.org")

    def refused() -> int:
        acts: list[Callable[[], object]] = [
            partial(_create, "Third", "ZOE@example.org"),
            partial(_revise, other, taken),
        ]
        for act in acts:
            with pytest.raises(EmailTakenError):
                act()
        return len(acts)

    looked_first = refused()
    # As if the other came between the look and the write: now the database refuses.
    monkeypatch.setattr(service, "_refuse_taken_email", lambda *_arguments: None)

    assert (looked_first, refused()) == (2, 2)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2


def test_what_changed_is_saved_and_recorded_by_name_only(app: Flask) -> None:
    person_id = _create()
    plan = PersonPlan(name="Zoe", email="ZOE@example.org", locale="fr", timezone="Europe/Paris")

    is_changed = _revise(person_id, plan, expected=PLAN)
    again = _revise(person_id, plan)

    person = _stored(person_id)
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "person.revise")
    ).one()
    assert (is_changed, again) == (True, False)
    assert (service.plan_of(person), person.search_key) == (plan, "zoe zoe@example.org")
    assert (entry.before, entry.after) == (
        None,
        {"changed": ["name", "email", "locale", "timezone"]},
    )
    assert person.link_epoch == 0  # the same mailbox, typed otherwise


def test_who_saw_another_state_is_refused(app: Flask) -> None:
    person_id = _create()

    with pytest.raises(StalePersonError):
        _revise(person_id, PLAN, expected=replace(PLAN, name="Zoe"))
    with pytest.raises(NotFoundError):
        _revise(person_id + 1, PLAN)


def test_authz_09_nobody_changes_who_was_erased(app: Flask) -> None:
    """AUTHZ-09."""
    person_id = _create()
    with transaction():
        db.session.get_one(Person, person_id).erased_at = NOW

    with pytest.raises(NotFoundError):
        _revise(person_id, PLAN)


def test_another_mailbox_ends_the_links_and_is_mailed_what_is_to_come(
    app: Flask, make: Make
) -> None:
    full = make.training_session(capacity=1)
    make.registration(full)
    seated = make.registration(email="old@example.org", name="Ada")
    waiting = make.registration(full, email="old@example.org", name="Ada")
    given_up = make.registration(email="old@example.org", name="Ada")
    with transaction():
        seats.cancel(given_up.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    person = _stored(seated.person_id)
    plan = service.plan_of(person)

    _revise(person.id, replace(plan, email="new@example.org"))

    entry_id = db.session.scalars(
        sa.select(AuditEntry.id).where(AuditEntry.action == "person.revise")
    ).one()
    mailed = db.session.execute(
        sa.select(Message.kind, Message.registration_id)
        .where(Message.audit_entry_id == entry_id)
        .order_by(Message.id)
    )
    epochs = db.session.scalars(
        sa.select(Registration.link_epoch).where(Registration.person_id == person.id)
    )
    assert _stored(person.id).link_epoch == 1
    assert list(epochs) == [1, 1, 1]
    assert [tuple(row) for row in mailed] == [
        ("registration.confirmed", seated.id),
        ("registration.waitlisted", waiting.id),
    ]
    assert audit(now=NOW) == []
