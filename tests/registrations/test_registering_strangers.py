"""What somebody who proved nothing may learn and do by the public form."""

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.registrations.filling import ADA, BOB, counts, main_of, path_to, people, registrations
from tests.times import NOW
from training.db import db, transaction
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim
from training.sessions.models import TrainingSession


def _answer_to(client: IsolatedClient, session_id: int, *rows: tuple[str, str]) -> str:
    response = client.fill(path_to(session_id), people(*rows, fit="y"))
    assert response.status_code == 303
    return main_of(client.get(response.location))


@pytest.mark.parametrize("capacity", [5, 1], ids=["seats free", "full"])
def test_answer_is_alike_for_known_and_new_addresses(
    client: IsolatedClient, make: Make, capacity: int
) -> None:
    """SEAT-18: typing an address proves nothing (ADR 0006)."""
    session = make.training_session(capacity=capacity)
    session_id = session.id
    make.registration(session, name="Known", email="ada@example.org")
    before, held = counts(), registrations()

    known = _answer_to(client, session_id, ("Somebody", "ADA@example.org"))
    after = counts()
    new = _answer_to(client, session_id, ("Somebody", "new@example.org"))

    assert known == new
    assert "Known" not in known
    assert registrations()[:1] == held
    assert after["Registration"] == before["Registration"]  # it took no seat
    assert db.session.scalars(
        sa.select(Person.name).where(Person.email_key == "ada@example.org")
    ).all() == ["Known"]


def test_refusal_is_alike_for_known_and_new_addresses(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1, waitlist_capacity=0)
    session_id = session.id
    make.registration(session, email="ada@example.org")
    # A full session shows no form; the token in that of another is as good.
    form = values_of(client.page(path_to(make.training_session().id)).form())

    known, new = (
        client.post(path_to(session_id), data=form | people(("Somebody", email)))
        for email in ("ada@example.org", "new1@example.org")
    )

    assert (known.status_code, new.status_code) == (409, 409)
    assert main_of(known) == main_of(new)


def test_group_sent_from_two_tabs_is_registered_once(client: IsolatedClient, make: Make) -> None:
    """SEAT-08."""
    session_id = make.training_session(capacity=5).id
    tabs = [values_of(client.page(path_to(session_id)).form()) for _ in range(2)]

    answers = [client.post(path_to(session_id), data=form | people(ADA, BOB)) for form in tabs]
    first, second = (main_of(client.get(answer.location)) for answer in answers)

    assert first == second
    assert registrations() == [("Ada", "confirmed"), ("Bob", "confirmed")]
    assert db.session.get_one(TrainingSession, session_id).confirmed_count == 2


def test_who_cancelled_may_come_again_at_the_end(client: IsolatedClient, make: Make) -> None:
    """SEAT-18."""
    session = make.training_session(capacity=1)
    session_id = session.id
    first = make.registration(session, email="ada@example.org").id
    make.registration(db.session.get_one(TrainingSession, session_id), name="Next")
    make.registration(db.session.get_one(TrainingSession, session_id), name="Last")
    with transaction():
        seats.cancel(first, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    words = _answer_to(client, session_id, ADA)

    assert "number 2 in line" in words
    assert registrations()[-1] == ("Ada", "waitlisted")


def test_fields_that_the_form_does_not_have_are_ignored(client: IsolatedClient, make: Make) -> None:
    """AUTHZ-11."""
    session_id = make.training_session(capacity=1).id
    organization_id = make.organization().id
    extra = {
        "role": "admin",
        "is_admin": "1",
        "organization_id": str(organization_id),
        "id": "77",
        "created_at": "2000-01-01",
        "registered_at": "2000-01-01",
        "status": "confirmed",
        "position": "1",
        "ticket": "99",
        "claim": "staff",
        "by_staff": "1",
        "actor_id": "1",
        "confirmed_at": "2000-01-01",
        "token": "x",
        "capacity": "99",
    }
    rows = {f"people-0-{name}": value for name, value in extra.items()}

    response = client.fill(path_to(session_id), people(ADA) | extra | rows)

    assert response.status_code == 303
    registration = db.session.scalars(sa.select(Registration)).one()
    assert (registration.id, registration.ticket, registration.claim) == (1, 1, Claim.STATED)
    assert (registration.organization_id, registration.registered_by) == (None, None)
    assert registration.registered_at >= NOW
    assert db.session.get_one(TrainingSession, session_id).capacity == 1
    assert db.session.scalars(sa.select(Organization.id)).all() == [organization_id]
