"""Registering people in the public form."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.answers import assert_guarded, assert_personal
from tests.registrations.filling import (
    ADA,
    BOB,
    CYD,
    counts,
    errors,
    main_of,
    path_to,
    people,
    registrations,
    typed,
)
from tests.times import DAY, NOW
from training.db import db, transaction
from training.errors import BusyError
from training.organizations.values import OrganizationStatus
from training.registrations import seats, service
from training.registrations.models import Registration
from training.registrations.values import CONSENT_VERSION, Claim
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, SeatPlan, SessionStatus
from training.submissions.service import forget_old

Statements = Callable[[], AbstractContextManager[list[str]]]


def test_form_is_personal_and_cheap(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    session_id = make.training_session().id
    make.organization()

    with statements() as sent:
        response = client.get(path_to(session_id))

    assert response.status_code == 200
    assert_personal(response)
    assert len(sent) <= 3
    values = typed(response)
    assert len(values["key"][0]) == 43
    assert values["people-0-name"] == values["people-0-email"] == [""]
    assert "consent" not in values
    assert "fit" not in values
    assert typed(client.get(path_to(session_id)))["key"] != values["key"]


def test_registering_gives_a_seat_and_leads_to_a_page_that_says_so(
    client: IsolatedClient, make: Make
) -> None:
    session_id = make.training_session(title="Safer livestreams").id

    response = client.fill(path_to(session_id), people(ADA))
    page = client.get(response.location)

    assert response.status_code == 303
    assert response.location.startswith(f"/sessions/{session_id}/registered/")
    assert_guarded(response)
    assert registrations() == [("Ada", "confirmed")]
    registration = db.session.scalars(sa.select(Registration)).one()
    assert (registration.consent, registration.claim, registration.registered_by) == (
        CONSENT_VERSION,
        Claim.STATED,
        None,
    )
    assert_personal(page)
    words = main_of(page)
    for expected in ("You have a seat", "Safer livestreams", "Ada", "Confirmed", "gets a mail"):
        assert expected in words, expected
    assert f"/calendar/sessions/{session_id}.ics" in page.text
    assert 'href="/calendar/"' in page.text
    assert "/registrations/" not in page.text
    assert registration.public_id not in page.text
    assert "ada@example.org" not in page.text


@pytest.mark.parametrize("count", [1, 5])
def test_registering_takes_eight_statements_whatever_the_number_of_people(
    client: IsolatedClient, make: Make, statements: Statements, count: int
) -> None:
    session_id = make.training_session().id
    rows = [(f"Ada {number}", f"ada{number}@example.org") for number in range(count)]
    form = values_of(client.page(path_to(session_id)).form())

    with statements() as sent:
        response = client.post(path_to(session_id), data=form | people(*rows))

    assert response.status_code == 303
    assert len(registrations()) == count
    before = next(number for number, one in enumerate(sent) if one.startswith("INSERT"))
    assert before <= 1  # what the session builds on, asked before the transaction
    assert len(sent) - before <= 8


def test_take_what_fits_seats_in_row_order_and_the_rest_waits(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-06."""
    session_id = make.training_session(capacity=2).id

    response = client.fill(path_to(session_id), people(ADA, BOB, CYD, fit="y"))

    assert registrations() == [("Ada", "confirmed"), ("Bob", "confirmed"), ("Cyd", "waitlisted")]
    words = main_of(client.get(response.location))
    assert "2 people have a seat, the rest waits" in words
    assert "Cyd On the waitlist number 1 in line" in words


def test_group_that_does_not_fit_is_told_how_many_seats_are_free(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-06."""
    session_id = make.training_session(capacity=2).id
    before = counts()

    response = client.fill(path_to(session_id), people(ADA, BOB, CYD))

    assert response.status_code == 409
    assert errors(response) == [
        (
            "Not all of you fit. People in this form: 3; free seats: 2. Nobody was registered yet. "
            "Register fewer people, or choose to take what fits."
        )
    ]
    assert typed(response)["people-2-name"] == ["Cyd"]
    assert typed(response)["people-2-email"] == ["cyd@example.org"]
    assert counts() == before


def test_full_session_puts_who_comes_in_line(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1)
    session_id = session.id
    make.registration(session)

    page = client.get(path_to(session_id))
    response = client.fill(path_to(session_id), people(ADA, BOB))

    assert typed(page)["fit"] == ["y"]
    assert "Whoever registers waits in line" in main_of(page)
    words = main_of(client.get(response.location))
    assert "2 people are on the waitlist" in words
    assert "Ada On the waitlist number 1 in line" in words
    assert "Bob On the waitlist number 2 in line" in words


def _close(session_id: int) -> None:
    with transaction():
        session = db.session.get_one(TrainingSession, session_id)
        session.registration_closes_at = NOW - timedelta(seconds=1)


def _fill_up(session_id: int) -> None:
    with transaction():
        seats.change_capacity(
            session_id,
            SeatPlan(capacity=0, waitlist_capacity=0),
            keep=True,
            actor_id=None,
            now=NOW,
        )


def _for_partners(session_id: int) -> None:
    with transaction():
        db.session.get_one(TrainingSession, session_id).audience = Audience.PARTNERS


def _call_off(session_id: int) -> None:
    with transaction():
        db.session.get_one(TrainingSession, session_id).status = SessionStatus.CANCELLED


@pytest.mark.parametrize(
    ("meanwhile", "sentence"),
    [
        pytest.param(_close, "Registration for this session is closed.", id="closed"),  # SEAT-11
        pytest.param(_fill_up, "This session is full.", id="full"),
        pytest.param(
            _for_partners,
            "This session is for people of partner organizations: ask yours to register you.",
            id="partners",
        ),
        pytest.param(_call_off, "Registration for this session is closed.", id="cancelled"),
    ],
)
def test_refusal_keeps_what_was_typed_and_says_what_can_be_done(
    client: IsolatedClient,
    make: Make,
    meanwhile: Callable[[int], None],
    sentence: str,
) -> None:
    """SEAT-11: the page was opened before."""
    session_id = make.training_session().id
    slug = make.organization().slug
    form = values_of(client.page(path_to(session_id)).form())
    meanwhile(session_id)
    before = counts()

    response = client.post(
        path_to(session_id), data=form | people(ADA, BOB, organization=slug, fit="y")
    )

    assert response.status_code == 409
    assert_personal(response)
    assert errors(response) == [sentence]
    kept = typed(response)
    assert kept["people-0-name"] == ["Ada"]
    assert kept["people-1-email"] == ["bob@example.org"]
    assert kept["organization"] == [slug]
    assert kept["fit"] == kept["consent"] == ["y"]
    assert kept["key"] == form["key"]
    assert "See other sessions" in main_of(response)
    assert "Subscribe to new sessions" in main_of(response)
    assert counts() == before


@pytest.mark.parametrize("fields", [{"status": SessionStatus.DRAFT}, {"audience": "invited"}])
def test_hidden_session_takes_nothing_and_looks_missing(
    client: IsolatedClient, make: Make, fields: dict[str, Any]
) -> None:
    shown, hidden = make.training_session().id, make.training_session(**fields).id
    form = values_of(client.page(path_to(shown)).form())
    before = counts()

    for data in (people(ADA), people(), people(ADA, add="1")):
        missing = client.post(path_to(9999), data=form | data)
        response = client.post(path_to(hidden), data=form | data)
        assert (response.status_code, response.data) == (404, missing.data)
    assert counts() == before


def test_same_form_sent_later_shows_the_same_result(client: IsolatedClient, make: Make) -> None:
    """SEAT-07, later: also when the session has filled up or closed meanwhile."""
    session_id = make.training_session(capacity=1, waitlist_capacity=0).id
    form = values_of(client.page(path_to(session_id)).form()) | people(ADA)
    first = client.post(path_to(session_id), data=form)
    after = counts()

    full = client.post(path_to(session_id), data=form)
    _close(session_id)
    closed = client.post(path_to(session_id), data=form)

    assert [answer.status_code for answer in (first, full, closed)] == [303, 303, 303]
    assert {answer.location for answer in (full, closed)} == {first.location}
    assert counts() == after
    assert "You have a seat" in main_of(client.get(first.location))


def test_same_form_sent_twice_at_once_registers_once(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    """SEAT-07, a double click."""
    session_id = make.training_session().id
    page = client.get(path_to(session_id))
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    form = typed(page) | people(ADA)

    def send(_number: int) -> tuple[int, str | None]:
        with app.app_context():
            answer = app.test_client(use_cookies=False).post(
                path_to(session_id), data=form, headers={"Cookie": cookie}
            )
            return answer.status_code, answer.location

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert {status for status, _location in answers} == {303}
    assert len({location for _status, location in answers}) == 1
    assert registrations() == [("Ada", "confirmed")]
    assert counts()["Message"] == 1


def test_key_with_other_content_asks_to_send_again(client: IsolatedClient, make: Make) -> None:
    session_id = make.training_session().id
    form = values_of(client.page(path_to(session_id)).form())
    client.post(path_to(session_id), data=form | people(ADA))
    after = counts()

    response = client.post(path_to(session_id), data=form | people(BOB))

    assert response.status_code == 422
    assert "sent already, with other content" in errors(response)[0]
    again = typed(response)
    assert again["people-0-name"] == ["Bob"]
    assert again["key"] != form["key"]
    assert counts() == after
    assert client.post(path_to(session_id), data=again).status_code == 303
    assert [name for name, _status in registrations()] == ["Ada", "Bob"]


def test_key_that_was_used_for_another_session_is_replaced(
    client: IsolatedClient, make: Make
) -> None:
    first, second = make.training_session().id, make.training_session().id
    form = values_of(client.page(path_to(first)).form()) | people(ADA)
    client.post(path_to(first), data=form)

    refused = client.post(path_to(second), data=form)
    again = client.post(path_to(second), data=typed(refused))

    assert refused.status_code == 422
    assert "please send it again" in errors(refused)[0]
    assert typed(refused)["key"] != form["key"]
    assert again.status_code == 303
    assert registrations() == [("Ada", "confirmed"), ("Ada", "confirmed")]


def test_key_of_one_session_opens_nothing_of_another(client: IsolatedClient, make: Make) -> None:
    first, second = make.training_session().id, make.training_session().id
    answer = client.fill(path_to(first), people(ADA))

    response = client.get(answer.location.replace(f"/{first}/", f"/{second}/"))

    assert response.status_code == 410


def test_answer_is_forgotten_after_a_day_and_says_where_to_look(
    client: IsolatedClient, make: Make
) -> None:
    session_id = make.training_session().id
    answer = client.fill(path_to(session_id), people(ADA))
    with transaction():
        forget_old(now=NOW + 2 * DAY)

    for path in (answer.location, f"/sessions/{session_id}/registered/x", f"{answer.location}%00"):
        response = client.get(path)
        assert response.status_code == 410
        assert_personal(response)
        assert "The mail that each person got" in main_of(response)


def test_busy_database_keeps_what_was_typed(
    client: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = make.training_session().id
    form = values_of(client.page(path_to(session_id)).form())

    def busy(*_args: Any, **_fields: Any) -> None:
        raise BusyError

    with monkeypatch.context() as patched:
        patched.setattr(service, "register", busy)
        response = client.post(path_to(session_id), data=form | people(ADA))

    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert errors(response) == ["The server is busy. Nothing was changed; please try again."]
    assert typed(response)["people-0-name"] == ["Ada"]
    assert typed(response)["key"] == form["key"]
    assert client.post(path_to(session_id), data=typed(response)).status_code == 303


def test_rows_are_added_and_removed_without_script(client: IsolatedClient, make: Make) -> None:
    """WEB-19: nothing is lost, nothing is complained about, nothing is sent."""
    session_id = make.training_session().id
    slug = make.organization().slug
    before = counts()

    more = client.fill(
        path_to(session_id), people(("Ada", "not yet"), organization=slug, fit="y", add="1")
    )
    form = typed(more)
    less = client.post(
        path_to(session_id),
        data=form | {"people-1-name": "Bob", "people-1-email": "b@", "remove": "0"},
    )

    assert (more.status_code, less.status_code) == (200, 200)
    assert errors(more) == errors(less) == []
    assert form["people-0-email"] == ["not yet"]
    assert form["people-1-name"] == [""]
    focused = [
        one for one in Page(more.text).root.iter("input") if one.get("autofocus") is not None
    ]
    assert [one.get("name") for one in focused] == ["people-1-name"]
    kept = typed(less)
    assert kept["people-0-name"] == ["Bob"]
    assert "people-1-name" not in kept
    assert kept["organization"] == [slug]
    assert kept["fit"] == kept["consent"] == ["y"]
    assert kept["key"] == form["key"]
    assert counts() == before


def test_odd_row_buttons_change_nothing(client: IsolatedClient, make: Make) -> None:
    session_id = make.training_session().id
    form = values_of(client.page(path_to(session_id)).form()) | people(ADA, BOB)

    for odd in ("", "2", "-1", "²", "1" * 5000, "x", "\x00", "1_0", "１"):  # noqa: RUF001 -- full width
        response = client.post(path_to(session_id), data=form | {"remove": odd})
        assert response.status_code == 200, odd
        assert [typed(response)[f"people-{n}-name"] for n in (0, 1)] == [["Ada"], ["Bob"]]
    alone = client.post(path_to(session_id), data=form | {"remove": "0"})
    last = client.post(path_to(session_id), data=typed(alone) | {"remove": "0"})
    assert typed(last)["people-0-name"] == ["Bob"]


def test_thirty_people_may_come_in_one_form_and_no_more(client: IsolatedClient, make: Make) -> None:
    session_id = make.training_session(capacity=None).id
    rows = [(f"Ada {number}", f"ada{number}@example.org") for number in range(31)]
    form = values_of(client.page(path_to(session_id)).form())

    many = client.post(path_to(session_id), data=form | people(*rows))
    more = client.post(path_to(session_id), data=form | people(*rows[:30], add="1"))
    most = client.post(path_to(session_id), data=form | people(*rows[:30]))

    assert many.status_code == 422
    assert errors(many) == ["At most 30 people can be registered at once."]
    assert typed(many)["people-30-name"] == ["Ada 30"]
    assert "people-30-name" not in typed(more)
    assert most.status_code == 303
    assert len(registrations()) == 30


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("", "")], [
            "Row 1: Type the name of this person.",
            "Row 1: Type the e-mail address of this person.",
        ], id="nothing typed"),
        pytest.param([("   ", "ada@example.org")], ["Row 1: Type the name of this person."],
                     id="only spaces"),
        pytest.param([ADA, ("Bob", "bob")], [
            "Row 2: This is not an e-mail address. One looks like ana@example.org."
        ], id="no address"),
        pytest.param([ADA, BOB, ("Ada again", " ADA@Example.org ")], [
            "Row 3: This address stands in a row above already."
        ], id="the same address twice"),
    ],
)  # fmt: skip
def test_wrong_rows_are_shown_beside_their_fields(
    client: IsolatedClient, make: Make, rows: list[tuple[str, str]], expected: list[str]
) -> None:
    """SEAT-18: the same person twice in one form."""
    session_id = make.training_session().id
    before = counts()

    response = client.fill(path_to(session_id), people(*rows))

    assert response.status_code == 422
    assert_personal(response)
    assert errors(response) == expected
    assert typed(response)["people-0-name"] == [rows[0][0].strip()]
    assert counts() == before


def test_nobody_is_registered_without_agreeing(client: IsolatedClient, make: Make) -> None:
    session_id = make.training_session().id
    before = counts()

    for refused in (None, "", "false"):
        response = client.fill(path_to(session_id), people(ADA) | {"consent": refused})
        assert response.status_code == 422
        assert errors(response) == ["Without this agreement nobody can be registered."]
    assert counts() == before


def test_organization_is_a_claim_that_somebody_makes(client: IsolatedClient, make: Make) -> None:
    session_id = make.training_session().id
    active = make.organization("Aid")
    active_id, slug = active.id, active.slug
    suspended = make.organization("Gone", status=OrganizationStatus.SUSPENDED)
    name, gone = suspended.name, suspended.slug

    page = client.get(path_to(session_id))
    for wrong in (gone, "none", "a" * 65, "x\x00", "a\u2028b", "１"):  # noqa: RUF001 -- full width
        response = client.fill(path_to(session_id), people(ADA, organization=wrong))
        assert response.status_code == 422, wrong
        assert errors(response) == ["This organization is not in our list. Choose another."]
    assert registrations() == []
    client.fill(path_to(session_id), people(ADA, organization=slug))

    assert name not in page.text
    registration = db.session.scalars(sa.select(Registration)).one()
    assert (registration.organization_id, registration.claim) == (active_id, Claim.STATED)


def test_forms_are_refused_without_their_token(client: IsolatedClient, make: Make) -> None:
    """WEB-01."""
    session_id = make.training_session().id
    form = values_of(client.page(path_to(session_id)).form()) | people(ADA)
    before = counts()

    for token in ([], ["x"], [""]):
        response = client.post(path_to(session_id), data=form | {"csrf_token": token})
        assert response.status_code == 400
        assert_guarded(response)
    in_address = client.post(
        f"{path_to(session_id)}?csrf_token={form['csrf_token'][0]}",
        data=form | {"csrf_token": []},
    )
    assert in_address.status_code == 400
    assert counts() == before


def test_opening_pages_writes_nothing(client: IsolatedClient, make: Make) -> None:
    """WEB-04."""
    session_id = make.training_session().id
    answer = client.fill(path_to(session_id), people(ADA)).location
    before = counts()

    for path in (path_to(session_id), answer, "/", "/sessions/", f"/sessions/{session_id}-x"):
        client.get(path)
        client.head(path)

    assert counts() == before
    assert client.post(answer).status_code in {400, 405}
