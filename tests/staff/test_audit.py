"""The audit trail as pages: of a session, of a person, of everything."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.staff.actions import PACKAGE
from tests.times import DAY, NAIROBI, NOW, wall
from training.accounts.models import Account
from training.audit.trail import Act, record_act
from training.db import db, transaction
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions.models import TrainingSession
from training.sessions.values import SeatPlan
from training.staff import audit_queries

AUDIT = "/staff/audit"
Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def asha(make: Make) -> Account:
    return make.coordinator(name="Asha Okoye", email="asha@example.org")


@pytest.fixture
def staff(client: IsolatedClient, asha: Account) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(asha)
    return client


def _history(training_session: TrainingSession) -> str:
    return f"/staff/sessions/{training_session.id}/history"


def _told(page: Page) -> list[str]:
    """Return the sentences of a page, the newest first."""
    return [(cell.text or "").strip() for cell in page.root.findall(".//td[@class='act']")]


def _busy_session(make: Make, asha: Account) -> tuple[TrainingSession, Registration]:
    """Make a session with one seat, of which everything has happened."""
    one = make.training_session(title="Basics", capacity=1, timezone=NAIROBI)
    bo = make.registration(one, name="Bo", email="bo@example.org")
    make.registration(one, name="Cy", email="cy@example.org")
    make.registration(one, name="Di", email="di@example.org")
    with transaction():
        seats.cancel(bo.id, because=CancelledBecause.PERSON, actor_id=bo.person_id, now=NOW)
    with transaction():
        seats.change_capacity(
            one.id,
            SeatPlan(capacity=2, waitlist_capacity=None),
            keep=False,
            actor_id=asha.person_id,
            now=NOW,
        )
    return one, bo


def test_the_history_of_a_session_says_who_did_what_and_why(
    staff: IsolatedClient, make: Make, asha: Account
) -> None:
    one, _bo = _busy_session(make, asha)
    make.registration(name="Elsewhere")

    page = staff.page(_history(one))

    assert _told(page) == [
        "Di moved up from the waitlist because the number of seats was changed.",
        "Asha Okoye raised the capacity from 1 to 2.",
        "Cy moved up from the waitlist because Bo cancelled.",
        "Bo cancelled and gave up the seat.",
        "Di joined the waitlist.",
        "Cy joined the waitlist.",
        "Bo registered.",
        "The program published the session.",
        f"The program scheduled “Basics” for {_in_words(one)}.",
    ]
    clock = f"{wall(NOW):%H:%M}"
    assert f"{clock} (Nairobi)" in page.text()


def _in_words(one: TrainingSession) -> str:
    at = wall(one.starts_at)
    return f"{at:%a}, {at.day} {at:%b %Y}, {at:%H:%M} (Nairobi)"


def test_the_cause_of_an_act_is_a_click_away(
    staff: IsolatedClient, make: Make, asha: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _bo = _busy_session(make, asha)
    monkeypatch.setattr(audit_queries, "PAGE", 3)

    [_first, second] = [
        str(link.get("href"))
        for link in staff.page(_history(one)).root.findall(".//td[@class='act']/a")
    ]

    page = staff.page(second)
    row = page.root.find(f".//tr[@id='{urlsplit(second).fragment}']")
    assert row is not None
    assert "Bo cancelled and gave up the seat." in "".join(row.itertext())
    assert _told(page)[0] == "Bo cancelled and gave up the seat."


def test_pages_of_the_history_lead_on_until_all_is_told(
    staff: IsolatedClient, make: Make, asha: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _bo = _busy_session(make, asha)
    everything = _told(staff.page(_history(one)))
    monkeypatch.setattr(audit_queries, "PAGE", 4)

    seen: list[str] = []
    links: dict[str | None, str] = {}
    address = _history(one)
    while address:
        page = staff.page(address)
        seen += _told(page)
        links = {link.get("rel"): str(link.get("href")) for link in page.root.findall(".//a[@rel]")}
        address = links.get("next", "")

    assert seen == everything
    assert links["prev"] == _history(one)
    assert "Nothing further back" in staff.page(_history(one) + "?before=1").text()


def test_authz_09_who_was_erased_has_no_name_in_the_trail(
    staff: IsolatedClient, make: Make, asha: Account
) -> None:
    """AUTHZ-09."""
    one, bo = _busy_session(make, asha)
    with transaction():
        db.session.get_one(Person, bo.person_id).erased_at = NOW

    told = _told(staff.page(_history(one)))

    assert told[2:4] == [
        "Cy moved up from the waitlist because somebody who was erased cancelled.",
        "Somebody who was erased cancelled and gave up the seat.",
    ]
    assert not any("Bo " in sentence for sentence in told)


def test_the_trail_of_everything_is_narrowed(
    staff: IsolatedClient, make: Make, asha: Account
) -> None:
    _busy_session(make, asha)
    with transaction():
        record_act(
            Act(action="person.create", subject_kind="person", subject_id=asha.person_id),
            actor_id=None,
            now=NOW - 40 * DAY,
        )
    bo_id = db.session.scalars(sa.select(Person.id).where(Person.email == "bo@example.org")).one()
    day, other = (f"{(NOW - days * DAY):%Y-%m-%d}" for days in (40, 39))

    found = {
        query: _told(staff.page(AUDIT + query))
        for query in (
            f"?person={bo_id}",
            "?q=BO+example",
            "?q=asha&group=sessions",
            "?group=people",
            f"?day={day}",
            f"?day={other}",
            "?q=nobody",
        )
    }

    own = ["Bo cancelled and gave up the seat.", "Bo registered."]
    added = ["The program added Asha Okoye."]
    assert found == {
        f"?person={bo_id}": own,
        "?q=BO+example": own,
        "?q=asha&group=sessions": ["Asha Okoye raised the capacity from 1 to 2."],
        "?group=people": added,
        f"?day={day}": added,
        f"?day={other}": [],
        "?q=nobody": [],
    }
    assert "What Bo did, and what was done to them." in staff.page(f"{AUDIT}?person={bo_id}").text()
    assert "Nothing fits" in staff.page(AUDIT + "?q=nobody").text()


def test_inp_03_an_address_that_makes_no_sense_breaks_nothing(staff: IsolatedClient) -> None:
    """INP-03."""
    queries = (
        *("?day=2027-06-31", "?day=9999-12-31", "?day=0001-01-01", "?day=x", "?group=nonsense"),
        *("?before=0", "?before=99999999999999", "?person=x", "?person=999999"),
    )

    assert {query: staff.get(AUDIT + query).status_code for query in queries} == dict.fromkeys(
        queries, 200
    )


def test_the_trail_takes_as_many_statements_for_many_entries_as_for_few(
    staff: IsolatedClient, make: Make, asha: Account, statements: Counted
) -> None:
    one, _bo = _busy_session(make, asha)
    counts = []
    for more in (0, 20):
        for _ in range(more):
            make.registration(one)
        with statements() as sent:
            staff.page(_history(one))
            staff.page(AUDIT)
        counts.append(len(sent))

    assert counts[0] == counts[1]
    assert counts[0] <= 20


def test_a_session_that_is_not_there_has_no_history(staff: IsolatedClient) -> None:
    history, roster = (staff.get(f"/staff/sessions/999999{suffix}") for suffix in ("/history", ""))

    assert (history.status_code, history.data) == (404, roster.data)


def test_the_page_of_a_session_leads_to_its_history(staff: IsolatedClient, make: Make) -> None:
    one = make.training_session()

    links = staff.page(f"/staff/sessions/{one.id}").root.findall(".//a")

    assert _history(one) in [link.get("href") for link in links]


def test_whatever_an_act_is_about_can_be_named() -> None:
    code = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    kinds = set(re.findall(r'subject_kind="([a-z_]+)"', code))

    # What was in a file is told by what was brought in.
    assert kinds - set(audit_queries.NAMED) == {"import_file"}
