"""Views that somebody keeps of the schedule: theirs alone, whatever becomes of the filters."""

from urllib.parse import quote

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import NOW
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.people.models import Person
from training.sessions import saved_views
from training.sessions.models import SavedView
from training.sessions.saved_views import MOST_VIEWS, cleaned, save_view, views_of
from training.sessions.views.schedule_address import KNOWN

VIEWS = "/staff/schedule/views"
SCHEDULE = "/staff/schedule/"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(email="mina@example.org"))
    return client


def _tabs(page: Page) -> dict[str, tuple[str, bool]]:
    """Return the tabs of a page: text → address, and whether it is the current one."""
    links = page.root.findall(".//nav[@aria-label='Kept views']//a")
    return {
        "".join(link.itertext()): (str(link.get("href")), link.get("aria-current") == "page")
        for link in links
    }


def _kept() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(SavedView.name, SavedView.query).order_by(SavedView.id))
    return [(row.name, row.query) for row in rows]


def _token(staff: IsolatedClient) -> str:
    field = staff.page(f"{VIEWS}?query=status%3Ddraft").root.find(".//input[@name='csrf_token']")
    assert field is not None
    return str(field.get("value"))


def test_a_view_is_kept_as_a_tab_renamed_replaced_and_deleted(staff: IsolatedClient) -> None:
    drafts, past = "status=draft&needs=no_trainer", "period=past"
    token = _token(staff)

    def send(**values: object) -> int:
        return staff.post(VIEWS, data={"csrf_token": token, **values}).status_code

    kept = staff.fill(f"{VIEWS}?query={quote(drafts)}", {"name": "Mine"})
    page = staff.page(kept.headers["Location"])
    first = db.session.scalars(sa.select(SavedView.id)).one()
    assert send(name="Past", query=past) == 303
    renamed = send(act="rename", view=first, name="Drafts", query=drafts)
    taken = send(act="rename", view=first, name="Past", query=drafts)
    replaced = send(name="Past", query="period=all")
    after_replacing = _kept()
    deleted = send(act="delete", view=first, name="Drafts", query=drafts)

    assert kept.headers["Location"] == f"{SCHEDULE}?{drafts}"
    assert _tabs(page) == {
        "What is coming": (SCHEDULE, False),
        "Mine": (f"{SCHEDULE}?{drafts}", True),
    }
    assert (renamed, taken, replaced, deleted) == (303, 409, 303, 303)
    assert after_replacing == [("Drafts", drafts), ("Past", "period=all")]
    assert _kept() == [("Past", "period=all")]
    acts = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.like("view.%")).order_by(AuditEntry.id)
    ).all()
    assert acts == ["view.save", "view.save", "view.rename", "view.save", "view.delete"]


def test_nobody_sees_or_changes_the_views_of_others(staff: IsolatedClient, make: Make) -> None:
    other = make.coordinator().person_id
    with transaction():
        theirs = save_view(other, "schedule", "Theirs", "status=draft", now=NOW)
    token = _token(staff)

    answers = [
        staff.post(VIEWS, data={"csrf_token": token, "view": view, "act": act, "name": "X"})
        for act in ("rename", "delete")
        for view in (theirs, 999, "x")
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert len({answer.data for answer in answers}) == 1
    assert "Theirs" not in staff.page(SCHEDULE).text()
    assert _kept() == [("Theirs", "status=draft")]


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{VIEWS}?query=status%3Ddraft"

    nameless = staff.fill(address, {"name": " "})
    long = staff.fill(address, {"name": "x" * 81})
    control = staff.fill(address, {"name": "a\x00b"})
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 1)
    token = {"csrf_token": _token(staff), "query": "status=draft"}
    first, second = (staff.post(VIEWS, data={**token, "name": name}) for name in ("One", "Two"))

    assert [one.status_code for one in (nameless, long, control)] == [422] * 3
    assert "What is this view called?" in nameless.text
    assert (first.status_code, second.status_code) == (303, 409)
    assert "You keep 1 views of this list already." in second.text
    assert 'value="Two"' in second.text
    assert 'value="status=draft"' in second.text
    assert MOST_VIEWS == 20


def test_an_old_or_bad_query_is_cleaned_when_it_is_read(staff: IsolatedClient) -> None:
    person_id = _person()
    stored = (
        "gone=1&period=someday&status=draft&q=a%00b&trainer=0&zone=Mars/Base&view=week&after=1-1"
    )
    with transaction():
        save_view(person_id, "schedule", "Old", stored, now=NOW)
        save_view(person_id, "schedule", "Nothing", "%%%&=&&", now=NOW)
        save_view(person_id, "roster", "Of another page", "status=draft", now=NOW)

    tabs = _tabs(staff.page(SCHEDULE))

    assert [view.name for view in views_of(person_id, "roster")] == ["Of another page"]
    assert tabs["Old"] == (f"{SCHEDULE}?view=week&status=draft", False)
    assert tabs["Nothing"] == (SCHEDULE, True)
    assert staff.get(tabs["Old"][0]).status_code == 200
    assert "Of another page" not in tabs


def _person() -> int:
    return db.session.scalars(sa.select(Person.id).where(Person.email == "mina@example.org")).one()


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", ""),
        ("q=caf%C3%A9&status=draft", "status=draft&q=caf%C3%A9"),
        ("status=draft&status=draft", "status=draft"),
        ("x" * 5000, ""),
        ("&".join(f"a{n}=1" for n in range(500)), ""),
        ("place=room-1&place=room-01&place=hall-1", "place=room-1"),
        ("from=2027-02-29&to=2027-02-28", "to=2027-02-28"),
    ],
)
def test_of_a_query_just_what_the_list_knows_is_kept(query: str, kept: str) -> None:
    assert cleaned(query, KNOWN) == kept


def test_a_key_that_no_database_holds_is_that_of_no_view(staff: IsolatedClient) -> None:
    values = {"csrf_token": _token(staff), "name": "Mine", "view": "9999999999"}

    found = [
        staff.post(VIEWS, data={**values, "act": act}).status_code for act in ("rename", "delete")
    ]

    assert found == [404, 404]
