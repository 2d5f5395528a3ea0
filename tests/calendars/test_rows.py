"""How every kind of feed answers: CALENDAR rows 33 to 42, each by its number."""

import gzip
import threading
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.http import http_date, parse_date
from werkzeug.test import TestResponse

from tests.calendars.entries import DOMAIN, entry
from tests.calendars.feeds import make_token, path_of, settle
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.calendars import service
from training.calendars.feed import vevent
from training.calendars.models import FeedToken, StoredEntry
from training.calendars.service import feeds
from training.calendars.values import FeedKind, Variant
from training.db import db, transaction

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

PUBLIC = "/calendar/sessions.ics"


@pytest.fixture
def paths(make: Make) -> dict[str, str]:
    """One address of each kind, each with an entry or more."""
    ours, trainer = make.organization("Ours"), make.trainer()
    campaign = make.campaign()
    session = make.training_session(trainer_ids=(trainer.person_id,), campaign_id=campaign.id)
    registration = make.outcome(session, make.claimed(make.participant("Ana"), ours))
    person_id = db.session.scalar(
        sa.text("SELECT person_id FROM registration WHERE id = :id"),
        {"id": registration.registration_ids[0]},
    )
    owners: dict[FeedKind, tuple[int, int | None]] = {
        FeedKind.PERSON: (person_id, None),
        FeedKind.TRAINER: (trainer.person_id, None),
        FeedKind.ORGANIZATION: (make.representative(ours).person_id, ours.id),
        FeedKind.STAFF: (make.coordinator().person_id, None),
    }
    return {
        "sessions": PUBLIC,
        "part": f"{PUBLIC}?campaign={campaign.slug}",
        **{str(kind): path_of(make_token(kind, *owner)) for kind, owner in owners.items()},
    }


def ask(client: IsolatedClient, path: str, method: str = "GET", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.open(path, method=method, headers=named)
    settle()
    return response


def test_row_33_type_says_calendar_and_utf_8_and_no_method(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    for path in paths.values():
        assert ask(client, path).headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_row_34_feed_is_shown_and_a_file_is_taken_home(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    for kind, path in paths.items():
        name = "sessions" if kind == "part" else kind
        shown = ask(client, path).headers["Content-Disposition"]
        assert shown == f'inline; filename="{name}.ics"'
        assert path.partition("?")[0].endswith(".ics")
    taken = ask(client, "/calendar/sessions/1.ics").headers["Content-Disposition"]
    assert taken == 'attachment; filename="session-1.ics"'


def test_row_35_etag_is_compared_weakly_in_lists_and_before_the_date(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    for path in [*paths.values(), "/calendar/sessions/1.ics"]:
        etag = ask(client, path).headers["ETag"]
        core = etag.removeprefix("W/")
        for sent in (etag, core, f'"a", {etag}', f'W/"a,b" , {core},"c"', "*"):
            response = ask(client, path, If_None_Match=sent, If_Modified_Since="Thu, 01 Jan 1970")
            assert (response.status_code, response.data) == (304, b""), (path, sent)
            assert response.headers["ETag"] == etag
        for sent in ('"other"', "", 'W/"a"', f'"{core}"'):
            response = ask(client, path, If_None_Match=sent, If_Modified_Since=http_date(NOW))
            assert response.status_code == 200, (path, sent)


def test_row_36_date_vouches_for_a_copy_only_from_last_modified_to_now(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    for path in paths.values():
        ask(client, path)
        modified = ask(client, path).headers["Last-Modified"]
        at = parse_date(modified)
        assert at is not None
        before, ahead = http_date(at - timedelta(seconds=1)), http_date(NOW + 30 * DAY)
        assert ask(client, path, If_Modified_Since=modified).status_code == 304
        for sent in (before, ahead, "yesterday", "", "0", "Thu, 01 Jan 1970 00:00:00 GMT"):
            assert ask(client, path, If_Modified_Since=sent).status_code == 200, (path, sent)


def test_row_37_only_who_asks_gets_it_compressed_and_may_decline_in_the_address(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    for path in paths.values():
        plain = ask(client, path)
        zipped = ask(client, path, Accept_Encoding="gzip")
        declined = f"{path}{'&' if '?' in path else '?'}gzip=no"
        unzipped = ask(client, declined, Accept_Encoding="gzip")
        assert zipped.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(zipped.data) == plain.data == unzipped.data
        for response in (plain, zipped, unzipped):
            assert response.headers["Vary"] == "Accept-Encoding"
            assert response.headers["ETag"] == plain.headers["ETag"]
            assert response.headers["ETag"].startswith("W/")
            assert int(response.headers["Content-Length"]) == len(response.data)
        for refused in ("identity", "gzip;q=0", "br", "*;q=0"):
            response = ask(client, path, Accept_Encoding=refused)
            assert "Content-Encoding" not in response.headers


def test_row_38_head_is_get_without_its_body_and_other_methods_are_refused(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    for path in paths.values():
        ask(client, path)  # the first of a secret one has no Last-Modified yet
        for headers in ({}, {"Accept_Encoding": "gzip"}):
            get, head = ask(client, path, **headers), ask(client, path, "HEAD", **headers)
            assert (head.status_code, head.data) == (200, b"")
            assert dict(head.headers) == dict(get.headers)
        assert ask(client, path, "HEAD", If_None_Match="*").status_code == 304
        for method in ("OPTIONS", "PROPFIND", "REPORT", "POST", "PUT", "PATCH", "DELETE", "MKCOL"):
            refused = ask(client, path, method)
            assert refused.status_code == 405, (path, method)
            assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_row_39_nobody_is_asked_who_they_are_or_sent_elsewhere(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    for path in paths.values():
        plain = ask(client, path).data
        for sent in ("Bearer", "Bearer x", "Basic YTpi", "Negotiate x", "\xff"):
            response = ask(client, path, Authorization=sent)
            assert (response.status_code, response.data) == (200, plain)
            assert "WWW-Authenticate" not in response.headers
            assert "Location" not in response.headers


def test_row_40_no_cookie_no_search_engine_no_referrer_and_a_copy_for_whom_it_is(
    client: IsolatedClient, paths: dict[str, str], make: Make
) -> None:
    client.sign_in(make.coordinator())  # a browser that is: the answer is the same
    for kind, path in paths.items():
        for response in (ask(client, path), ask(client, path, If_None_Match="*")):
            shared = "public" if kind in {"sessions", "part"} else "private"
            expected = {
                "Cache-Control": f"{shared}, no-cache",
                "X-Robots-Tag": "noindex",
                "Referrer-Policy": "no-referrer",
                "Set-Cookie": None,
                "Vary": "Accept-Encoding",
            }
            assert {name: response.headers.get(name) for name in expected} == expected, kind


def test_row_41_robots_are_not_kept_from_feeds(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    """Nothing forbids a path, and who says to be a robot is answered as anybody."""
    robots = ask(client, "/robots.txt")
    assert robots.status_code == 404 or "Disallow: /calendar" not in robots.text
    for path in paths.values():
        for program in ("Googlebot/2.1", "Google-Calendar-Importer", "curl/8", ""):
            assert ask(client, path, User_Agent=program).status_code == 200


def test_row_42_revoked_address_is_not_found_in_plain_text_and_never_empty(
    client: IsolatedClient, paths: dict[str, str]
) -> None:
    etags = {path: ask(client, path).headers["ETag"] for path in paths.values()}
    with transaction():
        db.session.execute(sa.update(FeedToken).values(revoked_at=NOW))
    for kind, path in paths.items():
        if kind in {"sessions", "part"}:
            continue
        for response in (ask(client, path), ask(client, path, If_None_Match=etags[path])):
            assert response.status_code == 404
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert b"BEGIN:VCALENDAR" not in response.data


def test_ics_11_32_programs_at_a_cold_feed_of_10_000_cause_one_join(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = vevent(entry(), domain=DOMAIN)
    rows = [
        {
            "meeting_uid": UUID(int=number),
            "variant": Variant.PUBLIC,
            "revision": 0,
            "starts_at": NOW + number * HOUR,
            "body": body,
        }
        for number in range(10_000)
    ]
    with transaction():
        db.session.execute(sa.insert(StoredEntry), rows)
        service.bump_feed(Variant.PUBLIC, now=NOW - HOUR)
    joins: list[int] = []
    join = feeds._join  # noqa: SLF001 -- counted, and otherwise left as it is

    def counted(state: service.FeedState) -> service.FeedBody:
        joins.append(threading.get_ident())
        return join(state)

    monkeypatch.setattr(feeds, "_join", counted)
    gate = threading.Barrier(32)
    sizes: list[tuple[int, int]] = []

    def poll(number: int) -> None:
        headers = {"Accept-Encoding": "gzip"} if number % 2 else {}
        with app.app_context():
            client = app.test_client()
            gate.wait()
            response = client.get(PUBLIC, headers=headers)
        data = gzip.decompress(response.data) if number % 2 else response.data
        sizes.append((response.status_code, data.count(b"BEGIN:VEVENT")))

    threads = [threading.Thread(target=poll, args=(number,)) for number in range(32)]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sizes == [(200, 10_000)] * 32
    assert len(joins) == 1
