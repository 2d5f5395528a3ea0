"""An address in the place of another: the old one is closed at once, the new one shown once."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.calendars.feeds import (
    address_in,
    make_token,
    make_token_of_former_staff,
    path_of,
    read,
    settle,
    titles,
)
from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.registrations.links import manage_path
from tests.times import NOW
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.calendars import service
from training.calendars.errors import AlreadyReplacedError, NotReadableError
from training.calendars.models import FeedFetch, FeedToken
from training.calendars.service import MOST_FEEDS
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.errors import NotFoundError

FEEDS = "/account/feeds"
BASE = "http://127.0.0.1:8000"


def rotate(feed_id: int, owner_id: int, kind: FeedKind | None = None) -> service.RotatedFeed:
    with transaction():
        return service.rotate_feed(feed_id, owner_id=owner_id, kind=kind, now=NOW)


def test_ics_07_rotating_closes_the_old_address_and_shows_the_new_one_once(
    client: IsolatedClient, make: Make
) -> None:
    """ICS-05, ICS-07, ICS-09: by one click, name kept, counted anew, told in the audit trail."""
    account = make.coordinator()
    make.training_session(title="Listening well")
    old = make_token(FeedKind.STAFF, account.person_id)
    etag = read(client, old, **{"User-Agent": "Thunderbird"}).headers["ETag"]
    [before] = service.feeds_of(account.person_id)
    client.sign_in(account)

    rotated = client.fill(FEEDS, action="/rotate")

    path = address_in(rotated.text).removeprefix(BASE)
    assert (rotated.status_code, rotated.headers["Cache-Control"]) == (200, "no-store")
    assert "Your new calendar address" in rotated.text
    assert "Phone" in rotated.text
    anybody = client.application.test_client()
    unknown = anybody.get(path_of("A" * 43))
    closed = anybody.get(path_of(old), headers={"If-None-Match": etag})
    assert (closed.status_code, closed.data) == (404, unknown.data)
    assert dict(closed.headers) == dict(unknown.headers)
    [after] = service.feeds_of(account.person_id)
    assert after.id != before.id
    assert (after.name, after.kind) == (before.name, before.kind)
    assert (before.count, before.program) == (1, "Thunderbird")
    assert (after.fetched_at, after.count) == (None, None)
    fetches = dict(db.session.execute(sa.select(FeedFetch.feed_token_id, FeedFetch.count)).all())
    assert fetches == {before.id: 1}
    assert titles(anybody.get(path).data) == ["Listening well"]
    settle()
    page = client.get(FEEDS).text
    assert path not in page
    assert path_of(old) not in page
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "feed.rotate").order_by(AuditEntry.id)
    ).one()
    assert (entry.subject_id, entry.actor_id) == (after.id, account.person_id)
    assert (entry.before, entry.after) == (
        {"feed_id": before.id},
        {"kind": "staff", "organization_id": None},
    )


def test_same_click_twice_makes_one_address(client: IsolatedClient, make: Make) -> None:
    account = make.trainer()
    make_token(FeedKind.TRAINER, account.person_id)
    client.sign_in(account)
    form = client.page(FEEDS).form("/rotate")
    path, sent = form.get("action") or "", values_of(form)

    first, second = client.post(path, data=sent), client.post(path, data=sent)

    assert (first.status_code, second.status_code) == (200, 409)
    assert "This address was replaced or revoked already." in second.text
    assert "/rotate" in second.text  # the new one can be replaced as well
    assert len(db.session.scalars(sa.select(FeedToken)).all()) == 2
    [feed] = service.feeds_of(account.person_id)
    assert titles(client.get(address_in(first.text).removeprefix(BASE)).data) == []
    settle()
    assert client.get(path).status_code == 405  # whoever reloads what the click led to
    assert feed.name == "Phone"


def test_two_clicks_at_the_same_moment_make_one_address(app: Flask, make: Make) -> None:
    owner_id = make.trainer().person_id
    make_token(FeedKind.TRAINER, owner_id)
    [feed] = service.feeds_of(owner_id)
    gate, tokens, refusals = threading.Barrier(4), list[str](), list[str]()

    def click() -> None:
        with app.app_context():
            gate.wait()
            try:
                tokens.append(rotate(feed.id, owner_id).token)
            except AlreadyReplacedError as error:
                refusals.append(error.code)

    threads = [threading.Thread(target=click) for _ in range(4)]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(tokens), refusals) == (1, ["already-replaced"] * 3)
    assert len(service.feeds_of(owner_id)) == 1
    assert service.find_feed(tokens[0]) is not None


def test_who_has_the_most_addresses_may_still_replace_one(app: Flask, make: Make) -> None:
    owner_id = make.trainer().person_id
    for _ in range(MOST_FEEDS):
        make_token(FeedKind.TRAINER, owner_id)

    rotate(service.feeds_of(owner_id)[0].id, owner_id)

    assert len(service.feeds_of(owner_id)) == MOST_FEEDS


def test_nobody_replaces_what_is_closed_or_somebody_elses_or_not_theirs_any_more(
    app: Flask, make: Make
) -> None:
    coordinator, trainer = make.coordinator(), make.trainer()
    token = make_token(FeedKind.STAFF, coordinator.person_id)
    [feed] = service.feeds_of(coordinator.person_id)

    with pytest.raises(NotFoundError):
        rotate(feed.id, trainer.person_id)
    with pytest.raises(NotFoundError):
        rotate(feed.id, coordinator.person_id, FeedKind.PERSON)
    assert service.find_feed(token) is not None
    lost = sa.update(Account).where(Account.id == coordinator.id)
    with transaction():
        db.session.execute(lost.values(staff_role=None))
    with pytest.raises(NotReadableError):
        rotate(feed.id, coordinator.person_id)
    with transaction():
        db.session.execute(lost.values(staff_role=coordinator.staff_role))
    assert service.find_feed(token) is not None  # and nothing was closed
    with transaction():
        service.revoke_feed(feed.id, owner_id=coordinator.person_id, now=NOW)
    with pytest.raises(AlreadyReplacedError):
        rotate(feed.id, coordinator.person_id)
    assert len(db.session.scalars(sa.select(FeedToken)).all()) == 1


def test_participant_replaces_an_address_by_the_link_of_a_mail(
    client: IsolatedClient, make: Make
) -> None:
    """ICS-06, ICS-07: only one of their own calendar, though they have others."""
    registration = make.registration(make.training_session(title="Listening well"))
    path = f"{manage_path(registration)}/calendar"
    staff = make_token_of_former_staff(make, registration.person_id)
    [other] = service.feeds_of(registration.person_id)
    old = make_token(FeedKind.PERSON, registration.person_id)
    form = client.page(path).form("/rotate")
    action, sent = form.get("action") or "", values_of(form)

    rotated, again = client.post(action, data=sent), client.post(action, data=sent)

    assert (rotated.status_code, again.status_code) == (200, 409)
    address = address_in(rotated.text).removeprefix(BASE)
    assert titles(client.get(address).data) == ["Listening well"]
    settle()
    assert client.get(path_of(old)).status_code == 404
    refused = client.post(f"{path}/{other.id}/rotate", data=sent)
    assert refused.status_code == 404
    kinds = sorted(feed.kind for feed in service.feeds_of(registration.person_id))
    assert kinds == ["person", "staff"]
    assert client.get(path_of(staff)).status_code == 404  # no staff
