"""Passing somebody to another organization: they keep what they have, and the rules are asked."""

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import NOW
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.campaigns.models import Allotment
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim
from training.sessions.models import TrainingSession
from training.sessions.values import HoldPlan


@pytest.fixture
def mina(make: Make) -> Account:
    """A coordinator."""
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """The coordinator's browser."""
    client.sign_in(mina)
    return client


def page_of(registration: Registration) -> str:
    return f"/staff/registrations/{registration.id}"


def standing(registration: Registration) -> tuple[int | None, str, str]:
    db.session.rollback()
    row = db.session.get_one(Registration, registration.id)
    return row.organization_id, str(row.claim), str(row.status)


def messages() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0


def test_staff_vouch_for_what_somebody_says_and_take_it_back(
    staff: IsolatedClient, make: Make, mina: Account
) -> None:
    aid = make.organization("Aid")
    session = make.training_session()
    ana = make.registration(session, name="Ana", organization_id=aid.id)
    before = messages()
    path = f"{page_of(ana)}/organization"

    vouched = staff.fill(path, {"organization_id": str(aid.id)})
    assert (vouched.status_code, vouched.headers["Location"]) == (303, page_of(ana))
    assert standing(ana) == (aid.id, "staff", "confirmed")
    said = staff.page(page_of(ana)).text()
    assert f"Mina vouched that Ana is with {aid.name}." in said
    assert "staff vouch for it" in said

    again = staff.fill(path, {"organization_id": str(aid.id)})
    assert again.status_code == 303
    assert "Ana comes with this organization already." in staff.page(page_of(ana)).text()
    assert staff.fill(path, {"organization_id": ""}).status_code == 303
    assert standing(ana) == (None, "stated", "confirmed")
    assert staff.fill(path, {"organization_id": "999"}).status_code == 422
    entries = db.session.execute(
        sa.select(AuditEntry.before, AuditEntry.after, AuditEntry.actor_id)
        .where(AuditEntry.action == "registration.transfer")
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(entry) for entry in entries] == [
        (
            {"organization_id": aid.id, "claim": "stated"},
            {"organization_id": aid.id, "claim": "staff"},
            mina.person_id,
        ),
        (
            {"organization_id": aid.id, "claim": "staff"},
            {"organization_id": None, "claim": "stated"},
            mina.person_id,
        ),
    ]
    assert messages() == before
    assert audit(now=utc_now()) == []


@pytest.mark.parametrize("rule", ["limit", "allotment", "held"])
def test_an_organization_gets_no_seat_that_it_may_not_have_without_a_reason(
    staff: IsolatedClient, make: Make, rule: str
) -> None:
    """The seat is asked for as if it were free, and theirs."""
    aid, harbour = make.organization("Aid"), make.organization("Harbour")
    campaign = make.campaign()
    session = make.training_session(capacity=2, campaign_id=campaign.id)
    if rule == "held":
        with transaction():
            plan = HoldPlan(seats=2)
            seats.set_hold(session.id, aid.id, plan, expected=None, actor_id=None, now=NOW)
    ana = make.registration(session, name="Ana", organization_id=aid.id, claim=Claim.STAFF)
    with transaction():
        if rule == "limit":
            db.session.execute(
                sa.update(TrainingSession)
                .where(TrainingSession.id == session.id)
                .values(organization_limit=1)
            )
        if rule == "allotment":
            db.session.add(Allotment(campaign_id=campaign.id, organization_id=harbour.id, seats=1))
    if rule != "held":
        make.registration(session, organization_id=harbour.id, claim=Claim.STAFF)
    path = f"{page_of(ana)}/organization"

    refused = staff.fill(path, {"organization_id": str(harbour.id)})
    assert refused.status_code == 409
    assert "Say why" in refused.text
    assert f'selected value="{harbour.id}"' in refused.text
    assert standing(ana) == (aid.id, "staff", "confirmed")
    typed = staff.page(path).form()
    token = next(one.get("value") for one in typed.iter("input") if one.get("name") == "csrf_token")
    sent = {"organization_id": str(harbour.id), "reason": "Agreed by phone", "csrf_token": token}
    assert staff.post(path, data={**sent, "reason": "x" * 501}).status_code == 422
    assert staff.post(path, data=sent).status_code == 303

    assert standing(ana) == (harbour.id, "staff", "confirmed")
    told = staff.page(page_of(ana)).text()
    assert "against the rules for its seats: “Agreed by phone”" in told
    assert audit(now=utc_now()) == []


def test_who_waited_for_the_limit_of_the_organization_moves_up(
    staff: IsolatedClient, make: Make
) -> None:
    """Ana used Aid's one seat; as she uses it no more, Bo of Aid gets one and is told why."""
    aid = make.organization("Aid")
    session = make.training_session(capacity=3)
    with transaction():
        db.session.execute(
            sa.update(TrainingSession)
            .where(TrainingSession.id == session.id)
            .values(organization_limit=1)
        )
    ana = make.registration(session, name="Ana", organization_id=aid.id, claim=Claim.STAFF)
    bo = make.registration(session, name="Bo", organization_id=aid.id, claim=Claim.STAFF)
    assert standing(bo)[2] == "waitlisted"

    assert staff.fill(f"{page_of(ana)}/organization", {"organization_id": ""}).status_code == 303

    assert [standing(one)[2] for one in (ana, bo)] == ["confirmed", "confirmed"]
    told = staff.page(page_of(ana)).text()
    assert "1 person moved up from the waitlist and is told by mail." in told
    because = "Bo moved up from the waitlist because Ana comes with another organization."
    assert because in staff.page(page_of(bo)).text()
    assert audit(now=utc_now()) == []


def test_who_is_not_registered_any_more_stays_as_they_were(
    staff: IsolatedClient, make: Make
) -> None:
    ana = make.registration(name="Ana")
    with transaction():
        seats.cancel(ana.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)

    answer = staff.get(f"{page_of(ana)}/organization")

    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(ana))
    assert "is not registered any more. Nothing was changed." in staff.page(page_of(ana)).text()
    assert staff.get("/staff/registrations/999999/organization").status_code == 404


def test_somebody_of_the_organization_comes_instead(staff: IsolatedClient, make: Make) -> None:
    """A member is chosen by name; who is registered already is not offered."""
    aid = make.organization("Aid")
    session = make.training_session()
    ana = make.registration(session, name="Ana", organization_id=aid.id, claim=Claim.STAFF)
    bo, there = make.person("Bo", "bo@example.org"), make.person("Cy", "cy@example.org")
    make.member(aid, bo)
    make.member(aid, there)
    make.registration(session, name="Cy", email="cy@example.org")
    path = f"{page_of(ana)}/swap"

    page = staff.page(path).text()
    assert "Bo, bo@example.org" in page
    assert "cy@example.org" not in page
    both = staff.fill(path, {"member": str(bo.id), "name": "Dee"})
    assert (both.status_code, "leave one of the two out" in both.text) == (422, True)
    assert staff.fill(path, {"member": "", "name": ""}).status_code == 422
    assert staff.fill(path, {"member": str(there.id)}).status_code == 422
    assert staff.fill(path, {"member": str(bo.id)}).status_code == 303

    new = db.session.scalars(
        sa.select(Registration).where(Registration.person_id == bo.id).order_by(Registration.id)
    ).one()
    assert (new.name, new.organization_id, str(new.claim)) == ("Bo", aid.id, "staff")
    assert standing(ana)[2] == "cancelled"
    assert audit(now=utc_now()) == []
