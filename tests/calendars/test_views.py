import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from werkzeug.http import http_date

from tests.calendars.entries import DOMAIN, entry, properties
from tests.clients import IsolatedClient
from training.calendars import service
from training.calendars.values import Variant
from training.clock import utc_now
from training.db import transaction

Statements = Callable[[], AbstractContextManager[list[str]]]

FEED = "/calendar/sessions.ics"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORED_AT = utc_now() - HOUR


def store(number: int, *, now: datetime = STORED_AT) -> None:
    first = entry(starts_at=utc_now() + number * DAY, summary=f"number {number}")
    with transaction():
        service.store_entries([first], variant=Variant.PUBLIC, domain=DOMAIN, now=now)


@pytest.fixture
def etag(client: IsolatedClient) -> str:
    """The ETag of a feed with one entry."""
    store(1)
    return client.get(FEED).headers["ETag"]


def test_feed_says_what_it_is_and_who_may_keep_it(client: IsolatedClient) -> None:
    store(1)

    response = client.get(FEED)

    assert response.status_code == 200
    assert [value for name, value in properties(response.data) if name == "SUMMARY"] == ["number 1"]
    expected = {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'inline; filename="sessions.ics"',
        "Content-Length": str(len(response.data)),
        "Cache-Control": "public, no-cache",
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Last-Modified": http_date(STORED_AT),
    }
    assert {name: response.headers.get(name) for name in expected} == expected
    assert response.headers["ETag"].startswith('W/"')
    assert "Set-Cookie" not in response.headers


def test_feed_has_the_name_of_the_site(client: IsolatedClient, app: Flask) -> None:
    found = dict(properties(client.get(FEED).data))

    site_name = app.extensions["settings"].site_name
    assert (found["NAME"], found["X-WR-CALNAME"]) == (site_name, site_name)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("{etag}", id="as it was sent"),
        pytest.param("{core}", id="without W/"),
        pytest.param('"other", {etag}', id="in a list"),
        pytest.param('W/"a,b" ,  {core}', id="in a list with a comma inside"),
        pytest.param("*", id="any"),
    ],
)
def test_feed_that_is_known_is_not_sent_again(
    client: IsolatedClient, etag: str, sent: str, statements: Statements
) -> None:
    header = sent.format(etag=etag, core=etag.removeprefix("W/"))

    with statements() as queries:
        response = client.get(FEED, headers={"If-None-Match": header})

    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in response.headers
    assert len(queries) == 1


def test_etag_counts_for_more_than_the_date(client: IsolatedClient, etag: str) -> None:
    known = {"If-Modified-Since": http_date(STORED_AT)}

    assert client.get(FEED, headers=known).status_code == 304
    assert client.get(FEED, headers=known | {"If-None-Match": '"other"'}).status_code == 200
    old = {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:01 GMT", "If-None-Match": etag}
    assert client.get(FEED, headers=old).status_code == 304


@pytest.mark.parametrize(
    "since",
    [
        pytest.param("Thu, 01 Jan 1970 00:00:01 GMT", id="long ago"),
        pytest.param(http_date(STORED_AT - timedelta(seconds=1)), id="a second before"),
        pytest.param("not a date", id="unparsable"),
        pytest.param("", id="empty"),
        pytest.param(http_date(STORED_AT + 2 * DAY), id="ahead of the clock"),
    ],
)
def test_date_that_cannot_vouch_for_the_copy_gets_the_feed(
    client: IsolatedClient, etag: str, since: str
) -> None:
    assert client.get(FEED, headers={"If-Modified-Since": since}).status_code == 200


def test_changed_feed_is_sent_to_whoever_has_the_old_one(client: IsolatedClient, etag: str) -> None:
    modified = client.get(FEED).headers["Last-Modified"]

    store(2)

    by_etag = client.get(FEED, headers={"If-None-Match": etag})
    by_date = client.get(FEED, headers={"If-Modified-Since": modified})
    assert (by_etag.status_code, by_date.status_code) == (200, 200)
    assert b"number 2" in by_etag.data


def test_last_modified_that_lies_ahead_is_kept_back(client: IsolatedClient) -> None:
    ahead = utc_now() + HOUR
    store(1, now=ahead)

    response = client.get(FEED)
    by_date = client.get(FEED, headers={"If-Modified-Since": http_date(ahead)})

    assert "Last-Modified" not in response.headers
    assert by_date.status_code == 200
    assert client.get(FEED, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        pytest.param("gzip", "gzip", id="gzip"),
        pytest.param("gzip, deflate, br, zstd", "gzip", id="Thunderbird"),
        pytest.param("br;q=1, GZIP;q=0.5", "gzip", id="with less joy"),
        pytest.param("gzip;q=0, identity", None, id="refused"),
        pytest.param("identity", None, id="plain"),
        pytest.param("*", None, id="anything"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="nothing said"),
    ],
)
def test_feed_is_compressed_only_for_those_who_ask(
    client: IsolatedClient, etag: str, accepted: str | None, coding: str | None
) -> None:
    plain = client.get(FEED).data

    response = client.get(FEED, headers={"Accept-Encoding": accepted} if accepted else {})

    assert response.headers.get("Content-Encoding") == coding
    assert (gzip.decompress(response.data) if coding else response.data) == plain
    assert (response.headers["ETag"], response.headers["Vary"]) == (etag, "Accept-Encoding")


def test_compression_can_be_declined_in_the_address(client: IsolatedClient, etag: str) -> None:
    response = client.get(f"{FEED}?gzip=no", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers
    assert response.headers["ETag"] == etag


def test_head_answers_as_get_does_without_a_body(client: IsolatedClient, etag: str) -> None:
    get, head = client.get(FEED), client.head(FEED)

    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(get.headers)
    assert client.head(FEED, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "method", ["OPTIONS", "PROPFIND", "REPORT", "POST", "PUT", "PATCH", "DELETE"]
)
def test_other_methods_are_refused(client: IsolatedClient, method: str) -> None:
    response = client.open(FEED, method=method)

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer x", "Basic YTpi", "\xff"])
def test_feed_ignores_who_asks_and_what_else_is_asked(
    client: IsolatedClient, etag: str, authorization: str
) -> None:
    plain = client.get(FEED)
    headers = {"Authorization": authorization, "Cookie": "training=nonsense", "Range": "bytes=0-1"}

    response = client.get(f"{FEED}?_=1&q=x", headers=headers)

    assert (response.status_code, response.data) == (200, plain.data)
    assert dict(response.headers) == dict(plain.headers)


def test_feed_asks_the_database_twice_cold_and_once_warm(
    client: IsolatedClient, statements: Statements
) -> None:
    store(1)

    with statements() as cold:
        client.get(FEED)
    with statements() as warm:
        client.get(FEED, headers={"Accept-Encoding": "gzip"})

    assert (len(cold), len(warm)) == (2, 1)


def test_feed_is_the_same_a_moment_later(client: IsolatedClient, app: Flask) -> None:
    store(1)
    first = client.get(FEED)
    app.extensions.pop("feed_bodies")

    second = client.get(FEED)

    assert first.data == second.data
    assert dict(first.headers) == dict(second.headers)


def test_subscribe_page_gives_both_addresses_and_honest_delays(client: IsolatedClient) -> None:
    page = client.page("/calendar/")

    links = {link.get("href") for link in page.root.iter("a")}
    [copied] = [field for field in page.root.iter("input") if field.get("readonly") is not None]
    assert "webcal://127.0.0.1:8000/calendar/sessions.ics" in links
    assert copied.get("value") == "http://127.0.0.1:8000/calendar/sessions.ics"
    assert "http://127.0.0.1:8000/calendar/sessions.ics?gzip=no" in links
    assert "A change arrives after 8 to 24 hours" in page.text()


def test_subscribe_page_is_shared_and_asks_only_what_it_can_offer(
    client: IsolatedClient, statements: Statements
) -> None:
    response = client.get("/calendar/")
    with statements() as queries:
        known = client.get("/calendar/", headers={"If-None-Match": response.headers["ETag"]})

    assert len(queries) == 1
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert known.status_code == 304
    assert "Set-Cookie" not in response.headers
