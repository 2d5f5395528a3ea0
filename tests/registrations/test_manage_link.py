"""What a participant does by the link in a mail."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.apps import SECRET_KEY
from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.answers import assert_guarded, assert_personal
from tests.registrations.filling import errors, main_of, registrations
from tests.registrations.links import manage_path
from tests.times import DAY, HOUR, NOW
from training import links
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.notifications.models import Message
from training.organizations.values import OrganizationStatus
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import Delivery, SeatPlan

Statements = Callable[[], AbstractContextManager[list[str]]]
JOIN_URL = "https://video.example.org/j/secret-room"


def links_of(response: TestResponse) -> dict[str, str | None]:
    return {
        " ".join(" ".join(link.itertext()).split()): link.get("href")
        for link in Page(response.text).root.iter("a")
    }


def test_link_shows_a_seat_with_all_that_it_needs(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    session = make.training_session(
        title="Safer livestreams",
        delivery=Delivery.HYBRID,
        meetings=(make.meeting_plan(venue="Town hall", room="Room 4", join_url=JOIN_URL),),
    )
    session_id = session.id
    registration = make.registration(session, name="Ada", email="ada@example.org")
    path = manage_path(registration)
    with transaction():
        person = db.session.scalars(sa.select(Person)).one()
        person.timezone = "Asia/Tokyo"

    with statements() as sent:
        response = client.get(path)

    assert response.status_code == 200
    assert_personal(response)
    assert len(sent) <= 3
    words = main_of(response)
    for expected in ("Safer livestreams", "Ada", "You have a seat.", "Nairobi", "Town hall"):
        assert expected in words, expected
    assert "your time (Tokyo)" in words
    found = links_of(response)
    assert found["Join online"] == JOIN_URL
    assert found["Add to calendar"] == f"/calendar/sessions/{session_id}.ics"
    assert found["Subscribe to all sessions"] == "/calendar/"
    assert found["Cancel this registration"] == f"{path}/cancel"
    assert "ada@example.org" not in response.text


def test_who_waits_sees_the_rank_and_no_join_link(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1, meetings=(make.meeting_plan(join_url=JOIN_URL),))
    session_id = session.id
    first = manage_path(make.registration(session))
    paths = [
        manage_path(make.registration(db.session.get_one(TrainingSession, session_id)))
        for _ in range(2)
    ]

    words = [main_of(client.get(path)) for path in paths]
    client.fill(f"{first}/cancel")
    promoted = client.get(paths[0])

    assert "You are number 1 in line." in words[0]
    assert "You are number 2 in line." in words[1]
    assert JOIN_URL not in client.get(paths[1]).text
    assert "You are number 1 in line." in main_of(client.get(paths[1]))
    assert "You have a seat." in main_of(promoted)
    assert JOIN_URL in promoted.text


def test_links_that_nobody_made_are_not_found(client: IsolatedClient, make: Make) -> None:
    """INP-01 to INP-03: alike, whatever is wrong."""
    registration = make.registration()
    link = manage_path(registration).rpartition("/")[2]
    public_id, epoch, signature = link.split(".")
    other_secret = links.make("another secret", links.Purpose.MANAGE, public_id, 0)
    unknown = links.make(SECRET_KEY, links.Purpose.MANAGE, "x" * 22, 0)
    missing = client.get(f"/registrations/{unknown}")

    for wrong in (
        other_secret,
        public_id,
        f"{public_id}.{epoch}",
        f"{public_id}.{epoch}.{signature}x",
        f"{public_id}.{epoch}.{signature[:-1]}",
        f"{public_id}.00.{signature}",
        f"{public_id}.-1.{signature}",
        f"{public_id}.５.{signature}",  # noqa: RUF001 -- a full-width digit is the case
        f"{public_id}.{'9' * 5000}.{signature}",
        f"{public_id}.1e3.{signature}",
        f"{link}%00",
        f"%00{link}",
        f"{link}%E2%80%A8",
        "%FF",
        "%ED%A0%80",
        "a" * 100_000,
        "..",
        "...",
    ):
        for suffix in ("", "/cancel"):
            response = client.get(f"/registrations/{wrong}{suffix}")
            assert (response.status_code, response.data) == (404, missing.data), wrong[:80]
            assert_personal(response)


def test_link_that_was_replaced_says_so(client: IsolatedClient, make: Make) -> None:
    registration = make.registration()
    registration_id, path = registration.id, manage_path(registration)
    newer = manage_path(registration, epoch=1)
    with transaction():
        db.session.get_one(Registration, registration_id).link_epoch = 1

    for old in (path, f"{path}/cancel"):
        response = client.get(old)
        assert response.status_code == 410
        assert "The newest mail has the right one." in main_of(response)
        assert_personal(response)
    assert client.get(newer).status_code == 200
    assert registrations()[0][1] == "confirmed"


def test_name_is_corrected_for_this_session_only(client: IsolatedClient, make: Make) -> None:
    path = manage_path(make.registration(name="Adda", email="ada@example.org"))

    response = client.fill(path, {"name": " Ada <Lovelace> "}, action="/name")
    page = client.get(response.location)

    assert (response.status_code, response.location) == (303, path)
    assert "The name is corrected." in main_of(page)
    assert "Ada <Lovelace>" in main_of(page)
    assert [name for name, _status in registrations()] == ["Ada <Lovelace>"]
    assert db.session.scalars(sa.select(Person.name)).all() == ["Adda"]


def test_wrong_names_are_refused_and_kept(client: IsolatedClient, make: Make) -> None:
    """INP-01, INP-05."""
    path = manage_path(make.registration(name="Ada"))

    for wrong in ("", "  ", "a\x00b", "a\u2028b", "a" * 201):
        response = client.fill(path, {"name": wrong}, action="/name")
        assert response.status_code == 422, wrong
        assert len(errors(response)) == 1
        assert_personal(response)
    assert client.fill(path, {"name": b"\xff"}, action="/name").status_code == 400
    assert client.fill(path, {"name": "a" * 10_000_000}, action="/name").status_code == 413
    assert [name for name, _status in registrations()] == ["Ada"]


def test_cancelling_says_what_happens_first_and_then_does_it(
    client: IsolatedClient, make: Make
) -> None:
    """A mail scanner that opens every link changes nothing; WEB-04, WEB-19."""
    session = make.training_session()
    session_path = f"/sessions/{session.id}-"
    path = manage_path(make.registration(session, name="Ada"))

    page = client.get(f"{path}/cancel")
    client.head(f"{path}/cancel")
    untouched = registrations()
    response = client.fill(f"{path}/cancel")
    after = client.get(response.location)

    assert "Ada gives up the seat." in main_of(page)
    assert_personal(page)
    assert untouched == [("Ada", "confirmed")]
    assert (response.status_code, response.location) == (303, path)
    assert registrations() == [("Ada", "cancelled")]
    words = main_of(after)
    assert "Your registration is cancelled. Thank you for telling us." in words
    assert (links_of(after)["Register anew"] or "").startswith(session_path)
    assert "Add to calendar" not in links_of(after)
    assert "Cancel this registration" not in words


@pytest.mark.parametrize(
    ("waits", "seats_then", "becomes"),
    [
        pytest.param("Bob", 2, "confirmed", id="somebody waits"),
        pytest.param("", 2, "", id="nobody waits"),
        pytest.param("Bob", 1, "waitlisted", id="overbooked"),
        pytest.param("Bob of Harbour", 2, "waitlisted", id="who waits is passed over"),
    ],
)
def test_cancelling_says_whether_the_seat_is_passed_on_and_so_it_is(
    client: IsolatedClient, make: Make, waits: str, seats_then: int, becomes: str
) -> None:
    harbour = make.organization("Harbour", status=OrganizationStatus.SUSPENDED).id
    session = make.training_session(capacity=2)
    session_id = session.id
    path = f"{manage_path(make.registration(session, name='Ada'))}/cancel"
    make.registration(session, name="Cyd")
    if waits:
        organization_id = harbour if waits.endswith("Harbour") else None
        make.registration(session, name=waits, organization_id=organization_id)
    _change_seats(session_id, seats_then)

    said = main_of(client.get(path))
    client.fill(path)

    assert ("it goes to whoever waits longest" in said) is (becomes == "confirmed")
    assert "Ada gives up the seat" in said
    others = [("Cyd", "confirmed"), *([(waits, becomes)] if waits else [])]
    assert registrations() == [("Ada", "cancelled"), *others]


def test_cancelling_says_that_nobody_moves_up_once_promotion_has_ended(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=1)
    session_id = session.id
    path = f"{manage_path(make.registration(session, name='Ada'))}/cancel"
    make.registration(session, name="Bob")
    with transaction():
        db.session.get_one(TrainingSession, session_id).promotion_ends_at = NOW - HOUR

    said = main_of(client.get(path))
    client.fill(path)

    assert "whoever waits longest" not in said
    assert registrations() == [("Ada", "cancelled"), ("Bob", "waitlisted")]


def _change_seats(session_id: int, capacity: int) -> None:
    plan = SeatPlan(capacity=capacity, waitlist_capacity=None)
    with transaction():
        seats.change_capacity(session_id, plan, keep=True, actor_id=None, now=NOW)


def test_cancelling_twice_is_once(client: IsolatedClient, make: Make) -> None:
    path = manage_path(make.registration())
    form = values_of(client.page(f"{path}/cancel").form())
    first = client.post(f"{path}/cancel", data=form)
    acts, mails = _acts(), _mails()

    second = client.post(f"{path}/cancel", data=form)
    page = client.get(f"{path}/cancel")

    assert (first.status_code, second.status_code) == (303, 303)
    assert (_acts(), _mails()) == (acts, mails)
    assert "cancelled already" in main_of(page)
    assert "Register anew" in links_of(page)
    assert Page(page.text).forms() == []


def _acts() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def _mails() -> list[str]:
    return list(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))


def test_cancelling_is_refused_once_the_session_has_started(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    session_id = session.id
    path = manage_path(make.registration(session))
    form = values_of(client.page(f"{path}/cancel").form())
    with transaction():
        started = db.session.get_one(TrainingSession, session_id)
        started.starts_at = NOW - HOUR

    response = client.post(f"{path}/cancel", data=form)
    page = client.get(f"{path}/cancel")

    sentence = "This session has started. Please tell your trainer that you cannot come."
    assert response.status_code == 409
    for answer in (response, page, client.get(path)):
        assert sentence in main_of(answer)
    assert Page(page.text).forms() == []
    assert registrations()[0][1] == "confirmed"


def test_cancelled_session_needs_nothing_of_anybody(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(meetings=(make.meeting_plan(join_url=JOIN_URL),))
    session_id = session.id
    path = manage_path(make.registration(session))
    with transaction():
        sessions.cancel(session_id, actor_id=None, now=NOW)

    response = client.get(path)

    assert "The session was cancelled. You need to do nothing." in main_of(response)
    assert JOIN_URL not in response.text
    assert Page(response.text).forms() == []
    assert "Register anew" not in links_of(response)
    assert "See other sessions" in links_of(response)


@pytest.mark.parametrize("act", ["name", "cancel"])
def test_acts_need_the_token_of_the_page(client: IsolatedClient, make: Make, act: str) -> None:
    """WEB-01."""
    path = manage_path(make.registration(name="Ada"))
    client.get(path)

    for data in ({}, {"csrf_token": "x"}, {"name": "Eve"}):
        response = client.post(f"{path}/{act}", data=data)
        assert response.status_code == 400
        assert_guarded(response)

    assert registrations() == [("Ada", "confirmed")]


def test_correcting_a_cancelled_registration_changes_nothing(
    client: IsolatedClient, make: Make
) -> None:
    path = manage_path(make.registration(name="Ada"))
    form = values_of(client.page(path).form("/name"))
    client.fill(f"{path}/cancel")

    response = client.post(f"{path}/name", data=form | {"name": "Eve"})

    assert (response.status_code, response.location) == (303, path)
    assert registrations() == [("Ada", "cancelled")]


def test_link_is_never_logged(
    client: IsolatedClient, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    path = manage_path(make.registration())
    caplog.set_level(logging.DEBUG)

    client.get(path)
    client.fill(f"{path}/cancel")
    client.get(f"{path}x")

    assert path.rpartition(".")[2] not in caplog.text


def test_two_part_session_lists_both_meetings(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(
        meetings=(
            make.meeting_plan(NOW + DAY, venue="Here"),
            make.meeting_plan(NOW + 8 * DAY, venue="There"),
        )
    )

    words = main_of(client.get(manage_path(make.registration(session))))

    assert words.index("Here") < words.index("There")
