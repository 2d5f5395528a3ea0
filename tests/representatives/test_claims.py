"""People who say that they are with an organization: confirmed or refused, one or several."""

from typing import Any

import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.registrations.filling import main_of
from tests.representatives.partners import base, members_of, rows_in
from tests.times import DAY, NOW
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db
from training.organizations.models import Organization
from training.registrations.models import Registration
from training.sessions.models import TrainingSession


def claim(make: Make, session: TrainingSession, organization: Organization, name: str) -> int:
    """Register somebody who only says that they are with an organization."""
    email = f"{name.lower()}@example.org"
    return make.registration(session, name=name, email=email, organization_id=organization.id).id


def settle(client: IsolatedClient, organization: Organization, **fields: Any) -> str:
    answer = client.fill(f"{base(organization)}/", fields, action="/claims")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{base(organization)}/")
    return client.page(f"{base(organization)}/").text()


def test_one_is_confirmed_and_becomes_one_of_the_people(client: IsolatedClient, make: Make) -> None:
    """One answer settles all that a person said; the rest waits for theirs."""
    organization = make.organization()
    representative = make.representative(organization, email="rita@example.org")
    first, second = (make.training_session(title=title) for title in ("First", "Second"))
    ada = claim(make, first, organization, "Ada")
    claim(make, second, organization, "Ada")
    claim(make, first, organization, "Bob")
    client.sign_in(representative)
    before = client.page(f"{base(organization)}/").text()

    after = settle(client, organization, confirm=str(ada))

    assert before.count("Ada") == 1
    assert "and 1 more session" in before
    assert "ada@example.org" not in before
    assert "Confirmed: 1 person is one of yours now." in after
    ours = ("confirmed", "representative", organization.id)
    assert rows_in(first) == [("Ada", *ours), ("Bob", "confirmed", "stated", organization.id)]
    assert rows_in(second) == [("Ada", *ours)]
    assert members_of(organization) == [(None, "rita@example.org"), ("Ada", "ada@example.org")]
    entries = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_id, sa.func.count())
        .where(AuditEntry.action.like("registration.%_claim"))
        .group_by(AuditEntry.action, AuditEntry.actor_id)
    )
    assert [tuple(one) for one in entries] == [
        ("registration.confirm_claim", representative.person_id, 2)
    ]
    assert audit(now=NOW) == []


def test_several_are_refused_at_once_and_stay_registered_for_themselves(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    sessions = [make.training_session(starts_at=NOW + days * DAY) for days in (3, 1)]
    ids = [
        claim(make, session, organization, name)
        for session, name in zip((*sessions, sessions[0]), ("Ada", "Bob", "Cyd"), strict=True)
    ]

    after = settle(client, organization, refuse="", registration=[str(one) for one in ids[:2]])

    assert "Refused: 2 people are not counted as yours." in after
    assert "Ada" not in after
    assert "Cyd" in after
    stored = db.session.execute(
        sa.select(
            Registration.name,
            Registration.status,
            Registration.organization_id,
            Registration.refused_organization_id,
        ).order_by(Registration.name)
    )
    assert [tuple(one) for one in stored] == [
        ("Ada", "confirmed", None, organization.id),
        ("Bob", "confirmed", None, organization.id),
        ("Cyd", "confirmed", organization.id, None),
    ]
    assert len(members_of(organization)) == 1


def test_what_is_settled_or_not_chosen_is_told_on_the_page(
    client: IsolatedClient, make: Make
) -> None:
    """Settled by a colleague meanwhile reads as what never was: 422, and nothing is changed."""
    organization = make.organization()
    client.sign_in(make.representative(organization))
    session = make.training_session()
    ada, bob = (claim(make, session, organization, name) for name in ("Ada", "Bob"))
    settle(client, organization, confirm=str(ada))
    before = rows_in(session)

    answers = [
        client.fill(f"{base(organization)}/", fields, action="/claims")
        for fields in (
            {"refuse": str(ada)},
            {"refuse": "", "registration": [str(ada), str(bob)]},
            {"refuse": "2147483647"},
            {"confirm": ""},
        )
    ]

    gone = "Somebody you chose is not in this list any more. Please look again."
    assert [answer.status_code for answer in answers] == [422] * 4
    assert [gone in main_of(answer) for answer in answers] == [True, True, True, False]
    assert "Choose first whom you mean." in main_of(answers[3])
    assert rows_in(session) == before


def test_a_claim_settled_on_the_page_of_its_session_leads_back_there(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    session = make.training_session()
    ada = claim(make, session, organization, "Ada")
    path = f"{base(organization)}/sessions/{session.id}"

    answer = client.fill(path, {"confirm": str(ada)}, action="/claims")

    assert answer.headers["Location"] == path
    assert "Ada" in client.page(path).text()
