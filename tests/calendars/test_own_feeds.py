"""Addresses of feeds as people make them: on the account's page, and by the link of a mail."""

import sqlalchemy as sa
from flask import Flask

from tests.calendars.feeds import (
    address_in,
    make_token,
    make_token_of_former_staff,
    path_of,
    settle,
    titles,
)
from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.links import manage_path
from tests.times import DAY, NOW
from training.calendars import service
from training.calendars.models import FeedToken
from training.calendars.service import MOST_FEEDS
from training.calendars.service.fetches import Fetch, note_fetches
from training.calendars.values import FeedKind
from training.clock import utc_now
from training.db import db, transaction
from training.people.models import Person

FEEDS = "/account/feeds"


def offered(client: IsolatedClient) -> list[str]:
    form = client.page(FEEDS).form("/account/feeds")
    return [field.get("value", "") for field in form.iter("input") if field.get("type") == "radio"]


def test_everybody_is_offered_the_feeds_that_they_may_have(
    client: IsolatedClient, make: Make
) -> None:
    ours, theirs = make.organization("Ours"), make.organization("Theirs")

    client.sign_in(make.trainer())
    assert offered(client) == ["person", "trainer"]
    client.sign_in(make.representative(ours))
    assert offered(client) == ["person", "trainer", f"organization-{ours.id}"]
    refused = client.fill(
        FEEDS,
        {"name": "Phone", "what": f"organization-{theirs.id}"},
        action="/account/feeds",
    )
    assert refused.status_code == 422
    client.sign_in(make.coordinator())
    assert offered(client) == ["person", "trainer", "staff"]
    assert db.session.scalars(sa.select(FeedToken)).all() == []


def test_address_is_shown_once_and_reads_the_feed_until_it_is_revoked(
    client: IsolatedClient, make: Make
) -> None:
    """ICS-05, ICS-07."""
    account = make.coordinator()
    make.training_session(title="Listening well")
    client.sign_in(account)

    made = client.fill(FEEDS, {"name": "Old laptop", "what": "staff"}, action="/account/feeds")

    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    address = address_in(made.text)
    assert address.replace("http:", "webcal:") in made.text
    path = address.removeprefix("http://127.0.0.1:8000")
    anybody = client.application.test_client()
    assert titles(anybody.get(path).data) == ["Listening well"]
    settle()
    page = client.page(FEEDS)
    assert "Old laptop" in page.text()
    assert address not in client.get(FEEDS).text
    revoked = client.fill(FEEDS, action="/revoke")
    assert (revoked.status_code, revoked.headers["Location"]) == (303, FEEDS)
    assert anybody.get(path).status_code == 404
    assert "Old laptop" not in client.page(FEEDS).text()


def test_same_form_sent_twice_makes_one_address(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.trainer())
    form = values_of(client.page(FEEDS).form("/account/feeds"))
    sent = {**form, "name": "Phone", "what": "trainer"}

    first, second = client.post(FEEDS, data=sent), client.post(FEEDS, data=sent)
    other = client.post(FEEDS, data={**sent, "name": "Laptop"})

    assert [response.status_code for response in (first, second, other)] == [200, 409, 422]
    assert "shown only once" in second.text
    assert len(db.session.scalars(sa.select(FeedToken)).all()) == 1


def test_name_is_needed_and_comes_back_as_it_was_typed(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.trainer())

    empty = client.fill(FEEDS, {"name": " ", "what": "trainer"}, action="/account/feeds")
    long = client.fill(FEEDS, {"name": "<b>" * 40, "what": "x"}, action="/account/feeds")

    assert (empty.status_code, long.status_code) == (422, 422)
    assert "&lt;b&gt;&lt;b&gt;" in long.text


def test_nobody_has_more_addresses_than_the_most(client: IsolatedClient, make: Make) -> None:
    account = make.trainer()
    for _ in range(MOST_FEEDS):
        make_token(FeedKind.TRAINER, account.person_id)
    client.sign_in(account)

    refused = client.fill(FEEDS, {"name": "Phone", "what": "trainer"}, action="/account/feeds")

    assert refused.status_code == 409
    assert len(service.feeds_of(account.person_id)) == MOST_FEEDS


def test_list_says_which_program_read_last(client: IsolatedClient, make: Make) -> None:
    account = make.trainer()
    make_token(FeedKind.TRAINER, account.person_id)
    [feed] = service.feeds_of(account.person_id)
    client.sign_in(account)
    assert "Never yet" in client.page(FEEDS).text()
    with transaction():
        at = utc_now() - DAY / 12
        note_fetches({feed.id: Fetch(at=at, program="Google Calendar", etag="x")})

    assert "2 hours ago, by Google Calendar" in client.page(FEEDS).text()


def test_participant_makes_an_address_by_the_link_of_a_mail(
    client: IsolatedClient, make: Make, app: Flask
) -> None:
    session = make.training_session(title="Listening well")
    registration = make.registration(session, name="Ana")
    path = f"{manage_path(registration)}/calendar"
    assert path in {
        link.get("href") for link in client.page(path.removesuffix("/calendar")).root.iter("a")
    }

    made = client.fill(path, {"name": "My phone"}, action="/calendar")

    assert made.status_code == 200
    address = address_in(made.text).removeprefix("http://127.0.0.1:8000")
    assert titles(client.get(address).data) == ["Listening well"]
    settle()
    staff = make_token_of_former_staff(make, registration.person_id)
    page = client.page(path)
    assert "My phone" in page.text()
    assert len(page.forms()) == 3  # to make one, and to replace or revoke the one of this kind
    assert client.fill(path, action="/revoke").status_code == 303
    assert client.get(address).status_code == 404
    [other] = service.feeds_of(registration.person_id)
    token = values_of(client.page(path).form("/calendar"))["csrf_token"]
    refused = client.post(f"{path}/{other.id}/revoke", data={"csrf_token": token})
    assert refused.status_code == 404
    assert client.get(path_of(staff)).status_code == 404  # no staff


def test_whoever_could_read_nothing_at_an_address_gets_none(
    client: IsolatedClient, make: Make
) -> None:
    """Somebody whose account is disabled still has the links of their mails."""
    account = make.account()
    person = db.session.get_one(Person, account.person_id)
    registration = make.registration(name=person.name, email=person.email)
    make.change_account(account, disabled_at=NOW)
    path = f"{manage_path(registration)}/calendar"

    refused = client.fill(path, {"name": "My phone"}, action="/calendar")

    assert refused.status_code == 409
    assert "You may not read this calendar" in Page(refused.text).text()
    assert service.feeds_of(registration.person_id) == []


def test_nobody_makes_an_address_without_the_link(
    client: IsolatedClient, make: Make, app: Flask
) -> None:
    """AUTHZ-02: nor by the link of a mail that went to whoever registered them."""
    registration = make.registration(name="Ana")
    manage = manage_path(registration)
    path = f"{manage}/calendar"
    with transaction():
        db.session.execute(
            sa.text("UPDATE person SET email = NULL, email_key = NULL WHERE id = :id"),
            {"id": registration.person_id},
        )

    assert client.get("/registrations/nobodys.0.link/calendar").status_code == 404
    assert client.get(path).status_code == 404
    assert '/calendar"' not in client.get(manage).text
