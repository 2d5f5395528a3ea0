"""Requests and offers of all sessions on one page each: by what ends first, decided by tick."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import messages, queue_queries, seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions.models import TrainingSession
from training.sessions.values import Promotion, SeatRules

REQUESTS, OFFERS = "/staff/requests", "/staff/offers"
Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def asked(make: Make, *names: str, in_hours: int, capacity: int | None = 20) -> dict[str, int]:
    """Make a session where staff decide within some hours; returns who asked, by name."""
    session_id = make.training_session(capacity=capacity, starts_at=NOW + 20 * DAY).id
    rules = SeatRules(needs_approval=True, approval_hours=in_hours)
    with transaction():
        seats.change_rules(session_id, rules, actor_id=None, now=NOW)
    return {
        name: make.registration(db.session.get_one(TrainingSession, session_id), name=name).id
        for name in names
    }


def names_of(page: Page) -> list[str]:
    """Return who stands in the list, in its order, without their addresses."""
    rows = page.root.findall(".//table/tbody/tr/th")
    return [" ".join("".join(row.itertext()).split()).partition(" ada")[0] for row in rows]


def statuses() -> dict[str, str]:
    db.session.rollback()
    found = db.session.execute(sa.select(Registration.name, Registration.status))
    return {row.name: str(row.status) for row in found}


def test_what_lapses_first_stands_first_whatever_the_session(
    staff: IsolatedClient, make: Make
) -> None:
    asked(make, "Late", in_hours=90)
    asked(make, "Soon", "Sooner by ticket", in_hours=5)
    make.registration()

    page = staff.page(REQUESTS)

    assert names_of(page) == ["Soon", "Sooner by ticket", "Late"]
    assert "0 of 20 seats taken" in page.text()


def test_several_are_approved_by_tick_who_asked_first_is_first(
    staff: IsolatedClient, make: Make
) -> None:
    one = asked(make, "First", "Second", in_hours=5, capacity=1)
    other = asked(make, "Elsewhere", "Not ticked", in_hours=9)
    ticked = [one["Second"], other["Elsewhere"], one["First"]]

    answer = staff.fill(REQUESTS, {"people": [str(id_) for id_ in ticked]}, action="/approve")
    page = staff.page(REQUESTS)

    assert (answer.status_code, answer.headers["Location"]) == (303, REQUESTS)
    assert statuses() == {
        "First": "confirmed",
        "Second": "waitlisted",
        "Elsewhere": "confirmed",
        "Not ticked": "requested",
    }
    assert "2 people have a seat. 1 person waits in line: no seat is free." in page.text()
    assert names_of(page) == ["Not ticked"]


def test_one_is_approved_or_refused_and_leads_back_here(staff: IsolatedClient, make: Make) -> None:
    ids = asked(make, "Yes", "No", in_hours=5)

    approved = staff.fill(REQUESTS, action=f"/{ids['Yes']}/approve?all=1")
    refuse = f"/staff/registrations/{ids['No']}/refuse?all=1"
    links = [link.get("href") for link in staff.page(REQUESTS).root.iter("a")]
    asked_first = staff.page(refuse)
    back = [link.get("href") for link in asked_first.root.iter("a")].count(REQUESTS)
    refused = staff.fill(refuse)

    assert refuse in links
    assert back == 2
    assert [one.headers["Location"] for one in (approved, refused)] == [REQUESTS, REQUESTS]
    assert statuses() == {"Yes": "confirmed", "No": "declined"}
    assert "Nobody asks for a seat" in staff.page(REQUESTS).text()


def test_nobody_ticked_and_somebody_decided_before_are_told_apart(
    staff: IsolatedClient, make: Make
) -> None:
    ids = asked(make, "Amara", "Bilal", in_hours=5)

    nobody = staff.fill(REQUESTS, action="/approve")
    staff.fill(
        REQUESTS, {"people": [str(ids["Amara"]), "999999", "²", "x" * 500]}, action="/approve"
    )

    assert nobody.status_code == 422
    assert "Tick at least one person." in Page(nobody.text).text()
    assert statuses() == {"Amara": "confirmed", "Bilal": "requested"}
    told = "1 person has a seat. 3 requests were decided before, or withdrawn."
    assert told in staff.page(REQUESTS).text()


def test_pages_lead_on_and_back(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(make, *(f"Person {number}" for number in range(5)), in_hours=5)
    monkeypatch.setattr(queue_queries, "PAGE", 2)

    seen, address, links = [], REQUESTS, dict[str | None, str]()
    while address:
        page = staff.page(address)
        seen.append(names_of(page))
        links = {link.get("rel"): str(link.get("href")) for link in page.root.findall(".//a[@rel]")}
        address = links.get("next", "")

    assert seen == [["Person 0", "Person 1"], ["Person 2", "Person 3"], ["Person 4"]]
    assert links["prev"] == REQUESTS


@pytest.mark.parametrize("path", [REQUESTS, OFFERS])
def test_inp_03_a_place_that_is_none_breaks_nothing(
    staff: IsolatedClient, make: Make, path: str
) -> None:
    asked(make, "Amara", in_hours=5)
    for place in ("x", "1-", "²-1", f"{'9' * 17}-1", f"1-{'9' * 5000}"):
        assert staff.get(path, query_string={"after": place}).status_code == 200, place


def test_offers_say_until_when_and_that_the_mail_did_not_arrive(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=1, starts_at=NOW + 9 * DAY)
    rules = SeatRules(promotion=Promotion.OFFER, offer_hours=5)
    with transaction():
        seats.change_rules(session.id, rules, actor_id=None, now=NOW)
    first, second = make.registration(session).id, make.registration(session, name="Bo")
    person_id = second.person_id
    with transaction():
        seats.cancel(first, because=CancelledBecause.PERSON, actor_id=None, now=utc_now())

    before = staff.page(OFFERS)
    with transaction():
        db.session.execute(
            sa.update(Message)
            .where(Message.kind == messages.OFFERED)
            .values(status="dead", reason="no such mailbox", ended_at=NOW)
        )
    after = staff.page(OFFERS)

    assert names_of(before) == ["Bo"]
    assert "Mail not delivered" not in before.text()
    assert "Mail not delivered" in after.text()
    assert f"/staff/people/{person_id}/edit" in [link.get("href") for link in after.root.iter("a")]


def test_perf_a_page_takes_one_statement_whatever_there_is(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    numbers = []
    for people in (1, 12):
        asked(make, *(f"P{number}" for number in range(people)), in_hours=5)
        with statements() as sent:
            staff.page(REQUESTS)
        numbers.append(len([one for one in sent if "sign_in" not in one]))

    assert numbers == [1, 1]


def test_what_lapsed_a_moment_ago_is_not_offered_for_approval(
    staff: IsolatedClient, make: Make
) -> None:
    asked(make, "Too late", in_hours=5)
    with transaction():
        db.session.execute(sa.update(Registration).values(request_expires_at=NOW - HOUR))

    assert "Nobody asks for a seat" in staff.page(REQUESTS).text()
