"""Who has a seat elsewhere at the same time: said to those who may know it, and to nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.links import manage_path
from tests.times import DAY, TOMORROW
from training.db import db
from training.people.models import Person
from training.registrations.busy_queries import Whose, busy
from training.registrations.models import Registration
from training.registrations.values import Claim
from training.sessions.models import TrainingSession

AT = TOMORROW + DAY


def _session(make: Make, title: str, hours: float = 0, **fields: Any) -> TrainingSession:
    plan = make.meeting_plan(AT + timedelta(hours=hours), hours=1)
    return make.training_session(title=title, meetings=(plan,), **fields)


@pytest.fixture
def ada(make: Make) -> Registration:
    """Ada has a seat in a session."""
    return make.registration(_session(make, "First aid"), name="Ada", email="ada@example.org")


def test_seats_that_share_a_moment_are_found_and_no_others(make: Make, ada: Registration) -> None:
    here = _session(make, "Here", 0.5)
    after = _session(make, "After", 1)
    off = _session(make, "Off")
    full = _session(make, "Full", capacity=0)
    for session in (after, full):
        make.registration(session, name="Ada", email="ada@example.org")
    aid = make.organization()

    found = {one.title: busy(one.id, Whose()) for one in (here, after, off)}

    assert {title: list(one) for title, one in found.items()} == {
        "Here": [ada.person_id],
        "After": [],
        "Off": [ada.person_id],
    }
    [elsewhere] = found["Off"][ada.person_id]
    assert (elsewhere.title, elsewhere.starts_at) == ("First aid", AT)
    here_ids = [one.title for one in busy(here.id, Whose())[ada.person_id]]
    assert here_ids == ["First aid", "After"]  # waiting in a full one is no seat
    assert busy(here.id, Whose(person_ids=[ada.person_id + 999])) == {}
    assert busy(off.id, Whose(leaving_id=ada.training_session_id)) == {}
    assert busy(here.id, Whose(organization_id=aid.id)) == {}


def test_staff_are_told_before_they_add_somebody(
    client: IsolatedClient, make: Make, ada: Registration
) -> None:
    client.sign_in(make.coordinator())
    here = _session(make, "Here")
    address = f"/staff/sessions/{here.id}/people/add"
    typed = {"people-0-name": "Ada L.", "people-0-email": "ADA@example.org"}

    asked = client.fill(address, typed)
    page = Page(asked.text)
    added = client.post(address, data={**values_of(page.form()), "despite": "y"})
    other = client.fill(address, {"people-0-name": "Bo", "people-0-email": "bo@example.org"})

    assert asked.status_code == 409
    assert "Has a seat at the same time in “First aid”." in page.text()
    assert page.root.find(".//input[@name='despite']") is not None
    assert (added.status_code, other.status_code) == (303, 303)
    assert "despite" not in values_of(client.page(address).form())


def test_the_preview_of_a_move_names_it_and_the_session_they_leave_does_not_count(
    client: IsolatedClient, make: Make, ada: Registration
) -> None:
    client.sign_in(make.coordinator())
    near, later = _session(make, "Near", 0.5), _session(make, "Later", 9)
    moving = make.registration(later, name="Ada", email="ada@example.org")
    words = "Has a seat at the same time in “First aid”."

    answers = []
    for session_id, registration_id in (
        (later.id, moving.id),
        (ada.training_session_id, ada.id),
    ):
        address = f"/staff/sessions/{session_id}/move"
        form = client.page(f"{address}?people={registration_id}").form()
        sent = {**values_of(form), "people": [str(registration_id)], "to": str(near.id)}
        answers.append(client.post(address, data=sent).text)

    assert [words in Page(text).text() for text in answers] == [True, False]


def test_an_organization_hears_of_its_own_registrations_only(
    client: IsolatedClient, make: Make, ada: Registration
) -> None:
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    both = db.session.get_one(Person, ada.person_id)
    bo = make.person("Bo", "bo@example.org")
    for organization in (ours, theirs):
        make.member(organization, both)
    make.member(ours, bo)
    make.registration(
        _session(make, "Ours then"),
        name="Bo",
        email="bo@example.org",
        organization_id=ours.id,
        claim=Claim.STAFF,
    )
    make.registration(
        _session(make, "Theirs then", 0.25),
        name="Ada",
        email="ada@example.org",
        organization_id=theirs.id,
        claim=Claim.STAFF,
    )
    make.registration(
        _session(make, "Stated then", 0.5),
        name="Ada",
        email="ada@example.org",
        organization_id=ours.id,
        claim=Claim.STATED,
    )
    here = _session(make, "Here")
    client.sign_in(make.representative(ours))

    text = client.page(f"/organization/{ours.slug}/sessions/{here.id}/register").text()

    assert "Bo: Has a seat at the same time in “Ours then”." in text
    assert [one in text for one in ("Theirs then", "Stated then", "First aid")] == [False] * 3


def test_by_the_mailed_link_one_hears_of_ones_own_and_the_open_form_says_nothing(
    client: IsolatedClient, make: Make, ada: Registration
) -> None:
    here, later = _session(make, "Here", 0.5), _session(make, "Later", 9)
    mine, then = (
        make.registration(one, name="Ada", email="ada@example.org") for one in (here, later)
    )
    typed = {"people-0-name": "Ada", "people-0-email": "ada@example.org", "consent": "y"}
    another = _session(make, "Another", 0.25)

    shown, quiet = (client.page(manage_path(one)).text() for one in (mine, then))
    form = client.page(f"/sessions/{another.id}/register").text()
    answer = client.fill(f"/sessions/{another.id}/register", typed)
    result = client.get(answer.headers["Location"]).text

    assert "You have two sessions at the same time" in shown
    assert "First aid" in shown
    assert "at the same time" not in quiet
    assert answer.status_code == 303
    assert [one in text for text in (form, result) for one in ("First aid", "same time")] == [
        False
    ] * 4
