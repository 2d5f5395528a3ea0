"""Seats that are kept for an organization's people, asked for, or awaited as a whole."""

from typing import Any

import pytest

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.filling import counts, main_of, typed
from tests.registrations.test_letters import change
from tests.representatives.partners import base, make_partners, register, rows_in
from tests.times import HOUR, NOW
from training.checks.service import audit
from training.db import db, transaction
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.sessions.models import TrainingSession
from training.sessions.values import Promotion, SeatPlan, SeatRules

OFFERS = SeatRules(promotion=Promotion.OFFER, offer_hours=5)


def set_rules(session: TrainingSession, rules: SeatRules) -> None:
    with transaction():
        seats.change_rules(session.id, rules, expected=None, actor_id=None, now=NOW)


def keep_seats(session: TrainingSession, capacity: int) -> None:
    with transaction():
        plan = SeatPlan(capacity=capacity)
        seats.change_capacity(session.id, plan, keep=True, actor_id=None, now=NOW)


def states(session: TrainingSession) -> list[tuple[str, str]]:
    return [(name, status) for name, status, _claim, _id in rows_in(session)]


class Ours:
    """Two of an organization's people, for whom the only seats of a session are kept."""

    def __init__(self, client: IsolatedClient, make: Make) -> None:
        organization = make.organization()
        self.base = base(organization)
        self.session = make.training_session(capacity=0, title="Safer streams")
        set_rules(self.session, OFFERS)
        client.sign_in(make.representative(organization, name="Rita"))
        people = [make.person(name) for name in ("Ada", "Bob")]
        for person in people:
            make.member(organization, person)
        self.ids = register(make, self.session, organization, *people)
        make.registration(self.session, name="Next")
        keep_seats(self.session, 2)
        self.path = f"{self.base}/sessions/{self.session.id}"

    def act(self, number: int, act: str) -> str:
        return f"{self.base}/registrations/{self.ids[number]}/{act}"


@pytest.fixture
def ours(client: IsolatedClient, make: Make) -> Ours:
    return Ours(client, make)


def test_a_representative_accepts_and_declines_for_their_people(
    client: IsolatedClient, ours: Ours
) -> None:
    overview, lists = (client.page(ours.base + path).text() for path in ("/", "/sessions/"))
    page = client.page(ours.path)
    form = values_of(page.form(ours.act(0, "accept")))

    answers = [
        client.post(ours.act(number, act), data=form)
        for number, act in ((0, "accept"), (0, "accept"), (1, "decline"), (1, "decline"))
    ]
    after = client.page(ours.path).text()

    assert "Seats kept for your people" in overview
    assert "Kept until:" in overview
    assert "2 are offered a seat" in lists
    assert "has a seat" not in lists
    assert page.text().count("Kept until:") == 2
    assert "Send somebody else" not in page.text()
    assert [(one.status_code, one.location) for one in answers] == [(303, ours.path)] * 4
    assert states(ours.session) == [("Ada", "confirmed"), ("Bob", "declined"), ("Next", "offered")]
    assert "Ada has the seat now, and is told by mail." in after
    assert "The seat of Bob is declined. They are told by mail." in after
    assert "Seats kept for your people" not in after
    assert audit(now=NOW) == []


def test_an_offer_that_has_ended_is_told_on_the_page_of_the_session(
    client: IsolatedClient, ours: Ours
) -> None:
    """WAIT-06: after expiry 410, with what can be done."""
    form = values_of(client.page(ours.path).form(ours.act(0, "accept")))
    change(Registration, ours.ids[0], offer_expires_at=NOW - HOUR)

    late = client.post(ours.act(0, "accept"), data=form)
    with transaction():
        seats.settle(ours.session.id, now=NOW)
    before = counts()
    later = client.post(ours.act(0, "accept"), data=form)
    with transaction():
        seats.accept(ours.ids[1], actor_id=None, now=NOW)
    accepted = client.post(ours.act(1, "decline"), data=form)

    for answer in (late, later):
        assert answer.status_code == 410
        assert "The seat is no longer kept for Ada." in main_of(answer)
        assert "Register people" in main_of(answer)
    assert "Seat not accepted in time" in main_of(later)
    assert accepted.status_code == 409
    assert "No seat is offered to this person now." in main_of(accepted)
    assert states(ours.session) == [("Ada", "declined"), ("Bob", "confirmed"), ("Next", "offered")]
    assert counts()["Registration"] == before["Registration"]


def test_offers_of_others_and_of_those_who_only_say_to_be_with_us_are_not_found(
    client: IsolatedClient, make: Make
) -> None:
    """AUTHZ-02: byte for byte as if there were none."""
    partners = make_partners(make)
    client.sign_in(partners.rival)
    form = {"csrf_token": values_of(client.page("/account/profile").form())["csrf_token"]}
    before = counts()

    for act in ("accept", "decline"):
        missing = client.post(f"{base(partners.theirs)}/registrations/999999/{act}", data=form)
        for path in (
            f"{base(partners.theirs)}/registrations/{partners.registration_id}/{act}",
            f"{base(partners.ours)}/registrations/{partners.registration_id}/{act}",
        ):
            answer = client.post(path, data=form)
            assert (answer.status_code, answer.data) == (404, missing.data)

    assert counts() == before


def with_people(client: IsolatedClient, make: Make) -> tuple[Organization, dict[str, Any]]:
    """Sign in who acts for an organization; returns what their form sends of three people."""
    organization = make.organization()
    client.sign_in(make.representative(organization, name="Rita"))
    people: list[Person] = [make.person(name) for name in ("Ada", "Bob", "Cyd")]
    for person in people:
        make.member(organization, person)
    return organization, {"members": [str(one.id) for one in people], "consent": "y"}


def test_a_group_may_wait_as_a_whole_where_the_session_lets_it(
    client: IsolatedClient, make: Make
) -> None:
    organization, group = with_people(client, make)
    session = make.training_session(capacity=3)
    make.registration(session, name="First")
    set_rules(session, SeatRules(groups_wait=True))
    path = f"{base(organization)}/sessions/{session.id}/register"

    page = client.get(path)
    answer = client.fill(path, group | {"group_fit": "whole"})

    assert typed(page)["group_fit"] == ["all"]
    assert answer.status_code == 303
    assert "All 3 of them wait together, in place 1." in client.page(answer.location).text()
    assert states(session)[1:] == [(name, "waitlisted") for name in ("Ada", "Bob", "Cyd")]
    stored = db.session.get_one(TrainingSession, session.id)
    assert (stored.confirmed_count, stored.waitlisted_count) == (1, 3)


def test_where_staff_decide_representatives_ask(client: IsolatedClient, make: Make) -> None:
    organization, group = with_people(client, make)
    session = make.training_session(capacity=2)
    set_rules(session, SeatRules(needs_approval=True))
    path = f"{base(organization)}/sessions/{session.id}"

    lists = client.page(f"{base(organization)}/sessions/").text()
    form = client.page(f"{path}/register")
    answer = client.fill(f"{path}/register", group)
    page = client.page(answer.location)
    cancelling: Page = client.page(f"{path}/cancel?registration={_newest(session)}")

    assert "On request" in lists
    assert "Ask for seats" in form.text()
    assert "If not all fit" not in form.text()
    assert states(session) == [(name, "requested") for name in ("Ada", "Bob", "Cyd")]
    assert page.text().count("Requested") == 3
    assert "asked for a seat" in page.text()
    assert "3 asked for a seat" in client.page(f"{base(organization)}/sessions/").text()
    assert "1 request is withdrawn." in cancelling.text()


def _newest(session: TrainingSession) -> int:
    return max(
        row.id for row in db.session.query(Registration).filter_by(training_session_id=session.id)
    )
