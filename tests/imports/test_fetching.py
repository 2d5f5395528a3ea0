"""Fetching a calendar: from a server that behaves, from ones that do not, and never from inside."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask

from training.imports import fetching
from training.imports.cli import commands
from training.imports.errors import TooLargeFileError, UnreachableError
from training.imports.fetching import fetch, redirected, refuse_unfit, target_of

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
NOT_THERE = "The server sends us on to where we do not go."

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """Serve on this machine, and return the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}"
        finally:
            running.shutdown()
            thread.join()


def answering(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def refusal(url: str, **options: float) -> str:
    with pytest.raises(UnreachableError) as caught:
        fetch(url, **options)
    return str(caught.value)


def test_a_calendar_is_fetched_whatever_it_says_it_is() -> None:
    paths = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        paths.append(request.path)
        if request.path.startswith("/moved"):
            answering(302, Location="/there.ics?token=a")(request)
        else:
            answering(200, CALENDAR, Content_Type="text/html")(request)

    with server(answer) as address:
        fetched = fetch(f"{address}/moved.ics")

    assert fetched == CALENDAR
    assert paths == ["/moved.ics", "/there.ics?token=a"]


def test_servers_that_do_not_behave() -> None:
    large = b"x" * 5_000_100
    told = {}
    for name, answer in {
        "missing": answering(404),
        "packed": answering(200, b"x", Content_Encoding="gzip"),
        "in a circle": answering(301, Location="/again"),
        "away": answering(301, Location="http://192.0.2.7/"),
        "to TLS here": answering(301, Location="https://127.0.0.1/"),
        "a file": answering(301, Location="file:///etc/passwd"),
        "nothing": lambda request: request.connection.close(),
    }.items():
        with server(answer) as address:
            told[name] = refusal(address)
    with server(answering(200, large)) as address, pytest.raises(TooLargeFileError) as caught:
        fetch(address)

    assert told == {
        "missing": "The server answers with the status 404.",
        "packed": "The server sends it packed, which nobody asked for.",
        "in a circle": "The address leads from one to the next more than 5 times.",
        "away": NOT_THERE,
        "to TLS here": NOT_THERE,
        "a file": "The address must begin with https://.",
        "nothing": "The server cannot be reached, or does not answer as one should.",
    }
    assert str(caught.value) == "The calendar is larger than 5 MB. Export fewer years of it."


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_server_that_drips_is_left_alone(where: str) -> None:
    is_left = Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"\r\n" if where == "body" else b""))
        try:
            while not is_left.wait(0.02):
                request.wfile.write(b"X-A: b\r\n")
                request.wfile.flush()
        except OSError:
            return

    with server(drip) as address:
        begun = time.monotonic()
        told = refusal(address, most_seconds=0.3)
        took = time.monotonic() - begun
        is_left.set()

    assert told == "The server takes too long to answer."
    assert took < 5


def test_time_that_is_over_before_there_is_a_connection_is_over_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected = fetching._connected  # noqa: SLF001 -- what comes before it is what matters

    def late(target: fetching.Target) -> socket.socket:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
        return connected(target)

    monkeypatch.setattr(fetching, "_connected", late)
    asked: list[str] = []
    with server(lambda request: asked.append(request.path)) as address:
        told = refusal(address, most_seconds=0.05)

    assert (told, asked) == ("The server takes too long to answer.", [])


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://example.org/a.ics", "The address must begin with https://."),
        ("http://127.0.0.1.example.org/", "The address must begin with https://."),
        ("http://[::ffff:192.0.2.1]/", "The address must begin with https://."),
        ("file:///etc/passwd", "The address must begin with https://."),
        ("gopher://127.0.0.1/", "The address must begin with https://."),
        ("https://", "This is no address that can be asked."),
        ("https://example.org:port/", "This is no address that can be asked."),
        ("https://example.org/\r\nHost: x", "This is no address that can be asked."),
        ("https://example.org/a b", "This is no address that can be asked."),
        ("https://example .org/", "This is no address that can be asked."),
        ("https://example.org/é", "This is no address that can be asked."),
        (f"https://example.org/{'x' * 2_000}", "This is no address that can be asked."),
        ("https://-.example/", None),
        ("https://ada:secret@example.org/", "An address with a password in it is not asked."),
    ],
)
def test_addresses_that_are_not_asked(url: str, sentence: str | None) -> None:
    if sentence is None:
        assert target_of(url).is_secure
        return
    with pytest.raises(UnreachableError) as caught:
        target_of(url)

    assert str(caught.value) == sentence


def test_addresses_that_are_asked() -> None:
    asked = {
        "webcal://example.org/a.ics?b=c": "https://example.org:443/a.ics?b=c",
        "https://bücher.example/": "https://xn--bcher-kva.example:443/",
        "HTTPS://Example.ORG:8443": "https://example.org:8443/",
        "http://localhost:80/x": "http://localhost:80/x",
        "http://[::1]:8080/x": "http://[::1]:8080/x",
    }

    assert {url: target_of(url).url for url in asked} == asked


@pytest.mark.parametrize(
    ("url", "location", "leads_to"),
    [
        ("https://a.example/x", "/y", "https://a.example:443/y"),
        ("https://a.example/x", "https://b.example/", "https://b.example:443/"),
        ("https://a.example/x", "http://a.example/x", None),
        ("https://a.example/x", "http://localhost/", None),
        ("https://a.example/x", "//[", None),
        ("http://localhost/x", "http://localhost/y", "http://localhost:80/y"),
        ("http://localhost/x", "http://127.0.0.1/y", None),
        ("http://localhost/x", "https://a.example/", None),
    ],
)
def test_where_a_server_may_send_us(url: str, location: str, leads_to: str | None) -> None:
    target = target_of(url)
    if leads_to is None:
        with pytest.raises(UnreachableError):
            redirected(target, location)
        return

    assert redirected(target, location).url == leads_to


def test_only_who_types_an_address_reaches_the_inside() -> None:
    """What a redirect leads to must be public, and without TLS only this machine is asked."""
    inside = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
    inside += ["0.0.0.0", "100.64.0.1", "fd00::1", "224.0.0.1"]  # noqa: S104 -- nothing binds to it
    typed = target_of("https://a.example/")
    elsewhere = redirected(typed, "https://b.example/")
    plain = target_of("http://localhost/")

    def is_fit(target: fetching.Target, address: str) -> bool:
        try:
            refuse_unfit(target, address)
        except UnreachableError:
            return False
        return True

    assert [is_fit(typed, address) for address in inside] == [True] * len(inside)
    assert [is_fit(elsewhere, address) for address in inside] == [False] * len(inside)
    assert [is_fit(elsewhere, address) for address in ("93.184.215.14", "2606:2800::1")] == [
        *(True, True)
    ]
    assert [address for address in inside if is_fit(plain, address)] == ["127.0.0.1", "::1"]
    assert redirected(typed, "/again").is_typed


def test_the_command_takes_an_address_and_tells_nobody_its_secret(
    app: Flask, tmp_path: Path
) -> None:
    calendar = Path(__file__).parents[1] / "data" / "ics" / "nextcloud.ics"
    with server(answering(200, calendar.read_bytes())) as address:
        done = app.test_cli_runner().invoke(
            commands, ["calendar", f"{address}/secret-token.ics", "--keep-going"]
        )

    assert done.output.splitlines()[-1] == (
        "8 dates: 3 created, 0 changed, 0 unchanged, 1 left out, 4 refused; 0 cleaned."
    )
    assert "secret-token" not in done.output
