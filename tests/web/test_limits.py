"""How often one network may try something: LIM-01, LIM-02, LIM-03, LIM-05, LIM-07, AUTHN-11."""

import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from granian.utils.proxies import wrap_wsgi_with_proxy_headers
from werkzeug.test import TestResponse

from tests.clients import IsolatedClient
from tests.factories import PASSWORD, Make
from tests.server.running import free_port
from tests.times import DAY, NOW
from training.accounts.models import Tries
from training.accounts.service.tries import SIGN_IN, count_try, forget_old_tries
from training.config import load
from training.db import db, transaction
from training.errors import TooManyTriesError
from training.web import limits
from training.web.limits import REGISTRATIONS, RESET_MAILS, WRONG_PASSWORDS, Limit

FORGOT = "/account/forgot"
PROXY = "192.0.2.7"


@pytest.fixture
def open_app(app: Flask) -> Flask:
    """Takes forms without their token: what is counted is asked for many times."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def bare(tmp_path: Path) -> Flask:
    """An application with nothing but its counters."""
    app = Flask("bare")
    app.extensions["settings"] = load({"TRAINING_INSTANCE": str(tmp_path)})
    limits.register(app, app.extensions["settings"], processes=1)
    return app


def ask(client: IsolatedClient, peer: str, email: str = "", **headers: str) -> TestResponse:
    """Send a form that is counted, from an address of the network."""
    return client.post(
        FORGOT,
        data={"email": email or "nobody@example.org"},
        environ_base={"REMOTE_ADDR": peer},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_lim_01_what_a_stranger_says_of_its_address_is_not_believed(
    open_app: Flask, client: IsolatedClient
) -> None:
    """LIM-01, LIM-02: directly at the application, new addresses in each request's headers."""
    seen = Counter(
        ask(
            client,
            "198.51.100.1",
            X_Forwarded_For=f"203.0.113.{number}",
            X_Real_IP=f"203.0.113.{number}",
            Forwarded=f"for=203.0.113.{number}",
        ).status_code
        for number in range(RESET_MAILS.most + 5)
    )

    assert seen == {303: RESET_MAILS.most, 429: 5}


def test_lim_01_behind_our_proxy_the_last_stranger_in_its_header_counts(
    open_app: Flask, client: IsolatedClient
) -> None:
    """LIM-01, LIM-02: what stands before it in the header, the stranger wrote."""
    open_app.wsgi_app = wrap_wsgi_with_proxy_headers(  # type: ignore[method-assign]  # as the server does
        open_app.wsgi_app, [PROXY, "10.0.0.0/8"]
    )

    spoofed = Counter(
        ask(
            client, PROXY, X_Forwarded_For=f"203.0.113.{number}, 198.51.100.1, 10.1.2.3"
        ).status_code
        for number in range(RESET_MAILS.most + 5)
    )
    somebody_else = ask(client, PROXY, X_Forwarded_For="198.51.100.2")

    assert spoofed == {303: RESET_MAILS.most, 429: 5}
    assert somebody_else.status_code == 303


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        pytest.param("2001:db8::1", "2001:db8::/64", id="IPv6"),
        pytest.param("2001:db8::ffff:0:0:2", "2001:db8::/64", id="the same /64"),
        pytest.param("2001:db8:0:1::1", "2001:db8:0:1::/64", id="another /64"),
        pytest.param("198.51.100.1", "198.51.100.1", id="IPv4"),
        pytest.param("::ffff:198.51.100.1", "198.51.100.1", id="IPv4 by a socket of IPv6"),
        pytest.param("", "unknown", id="a socket file"),
    ],
)
def test_lim_02_one_network_is_one_however_many_addresses_it_has(
    bare: Flask, peer: str, network: str
) -> None:
    """LIM-02."""
    with bare.test_request_context(environ_base={"REMOTE_ADDR": peer}):
        assert limits.source() == network


def test_lim_05_1000_addresses_from_one_network(
    open_app: Flask, client: IsolatedClient, make: Make
) -> None:
    """LIM-05: limited, and answered alike whether an address is known."""
    known = "asha@example.org"
    make.trainer(email=known)
    for number in range(RESET_MAILS.most):
        assert ask(client, "198.51.100.1", f"ada{number}@example.org").status_code == 303

    answers = [ask(client, "198.51.100.1", email) for email in (known, "mona@example.org")]

    assert [one.status_code for one in answers] == [429, 429]
    texts = {one.text.replace(known, "").replace("mona@example.org", "") for one in answers}
    assert len(texts) == 1
    assert "This was tried too often of late." in answers[0].text
    assert 0 < int(answers[0].headers["Retry-After"]) <= RESET_MAILS.minutes * 60


def test_lim_05_one_address_from_1000_networks(open_app: Flask, client: IsolatedClient) -> None:
    """LIM-05: counted by the address, in one row."""
    answers = {ask(client, f"198.51.{n}.1", "ada@example.org").status_code for n in range(40)}

    assert answers == {303}
    assert db.session.scalars(sa.select(Tries.count)).all() == [40]


def sign_in(client: IsolatedClient, email: str, password: str, peer: str) -> TestResponse:
    return client.post(
        "/account/sign-in",
        data={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": peer},
    )


def test_lim_03_wrong_passwords_for_one_account_count_together_from_everywhere(
    open_app: Flask, client: IsolatedClient, make: Make
) -> None:
    """LIM-03: and an account that there is not, is locked alike."""
    make.trainer(email="asha@example.org")
    asked: dict[str, list[TestResponse]] = {}
    for email in ("asha@example.org", "mona@example.org"):
        asked[email] = [sign_in(client, email, "a guess", f"198.51.{n}.1") for n in range(12)]

    assert [one.status_code for one in asked["asha@example.org"]] == [422] * 10 + [429] * 2
    assert [one.status_code for one in asked["mona@example.org"]] == [422] * 10 + [429] * 2
    told = [
        one[-1].text.replace(email, "").replace("Minutes to wait: 14", "Minutes to wait: 15")
        for email, one in asked.items()
    ]
    assert told[0] == told[1]
    assert sign_in(client, "asha@example.org", PASSWORD, "203.0.113.1").status_code == 429
    db.session.rollback()
    with transaction():  # a quarter of an hour later
        db.session.execute(sa.update(Tries).values(ends_at=NOW))
    assert sign_in(client, "asha@example.org", PASSWORD, "203.0.113.1").status_code == 303


def test_authn_11_a_browser_that_was_signed_in_before_is_not_locked_out(
    open_app: Flask, client: IsolatedClient, make: Make
) -> None:
    """AUTHN-11: guesses from elsewhere count apart; its own guesses are as few as a stranger's."""
    for email in ("asha@example.org", "bo@example.org"):
        make.trainer(email=email)
    assert sign_in(client, "asha@example.org", PASSWORD, "198.51.100.1").status_code == 303
    client.post("/account/sign-out")
    stranger = open_app.test_client()
    assert isinstance(stranger, IsolatedClient)
    for email in ("asha@example.org", "bo@example.org"):
        for n in range(10):
            sign_in(stranger, email, "a guess", f"198.51.{n}.1")

    strange = sign_in(stranger, "asha@example.org", PASSWORD, "203.0.113.1")
    somebody_elses = sign_in(client, "bo@example.org", PASSWORD, "198.51.100.1")
    guesses = [
        sign_in(client, "asha@example.org", "a guess", "198.51.100.1").status_code for _ in range(9)
    ]
    known = sign_in(client, "asha@example.org", PASSWORD, "198.51.100.1")

    assert (strange.status_code, somebody_elses.status_code) == (429, 429)
    assert guesses == [422] * 9
    assert known.status_code == 303


def test_authn_11_nor_is_its_word_worth_more_than_that(
    open_app: Flask, client: IsolatedClient, make: Make
) -> None:
    """AUTHN-11: it opens nothing, and cannot be made up."""
    make.trainer(email="asha@example.org")
    sign_in(client, "asha@example.org", PASSWORD, "198.51.100.1")
    word = client.get_cookie("training-known", domain="127.0.0.1")
    assert word is not None
    thief = open_app.test_client()
    assert isinstance(thief, IsolatedClient)
    thief.set_cookie("training-known", word.value, domain="127.0.0.1")

    seen = [
        sign_in(thief, "asha@example.org", "a guess", f"198.51.{n}.1").status_code
        for n in range(12)
    ]

    assert thief.get("/account/").headers["Location"].startswith("/account/sign-in")
    assert seen == [422] * 10 + [429] * 2
    assert (word.http_only, word.path) == (True, "/")


def test_a_right_password_begins_anew(open_app: Flask, client: IsolatedClient, make: Make) -> None:
    make.trainer(email="asha@example.org")

    seen = []
    for _ in range(3):
        seen += [
            sign_in(client, "asha@example.org", password, "198.51.100.1").status_code
            for password in ["a guess"] * 9 + [PASSWORD]
        ]

    assert seen == ([422] * 9 + [303]) * 3


def test_authn_11_guesses_at_many_accounts_from_one_network_end(
    open_app: Flask, client: IsolatedClient, make: Make
) -> None:
    """AUTHN-11: whoever guesses elsewhere locks nobody out but the own network."""
    make.trainer(email="asha@example.org")
    with open_app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.1"}):
        for _ in range(WRONG_PASSWORDS.most - 1):
            limits.take(WRONG_PASSWORDS)

    seen = [
        sign_in(client, email, "a guess", "198.51.100.1").status_code
        for email in ("ada1@example.org", "ada2@example.org")
    ]

    assert seen == [422, 429]
    assert sign_in(client, "asha@example.org", PASSWORD, "198.51.100.2").status_code == 303


def test_authn_11_what_is_counted_is_forgotten(app: Flask) -> None:
    """AUTHN-11: thousands of addresses do not stay."""
    with transaction():
        for number in range(100):
            count_try(SIGN_IN, f"ada{number}@example.org", now=NOW - DAY)
        count_try(SIGN_IN, "mona@example.org", now=NOW)

    with transaction():
        assert forget_old_tries(now=NOW) == 100

    assert db.session.scalars(sa.select(sa.func.count()).select_from(Tries)).one() == 1


def test_lim_07_a_flood_of_registrations_is_told_to_wait(
    open_app: Flask, client: IsolatedClient, make: Make
) -> None:
    """LIM-07: 1,000 a minute; a page with the time, and a problem document for programs."""
    path = f"/sessions/{make.training_session().id}/register"
    with open_app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.1"}):
        for _ in range(REGISTRATIONS.most):
            limits.take(REGISTRATIONS)

    page = client.post(path, data={}, environ_base={"REMOTE_ADDR": "198.51.100.1"})
    problem = client.post(path, json={}, environ_base={"REMOTE_ADDR": "198.51.100.1"})
    neighbour = client.post(path, data={}, environ_base={"REMOTE_ADDR": "198.51.100.2"})

    assert (page.status_code, problem.status_code, neighbour.status_code) == (429, 429, 422)
    assert "<h1>Too many tries</h1>" in page.text
    assert f"Minutes to wait: {REGISTRATIONS.minutes}." in page.text
    assert problem.mimetype == "application/problem+json"
    assert (problem.json or {})["code"] == "too-many-tries"
    assert 0 < int(problem.headers["Retry-After"]) <= REGISTRATIONS.minutes * 60
    # Looking goes on.
    assert client.get(path, environ_base={"REMOTE_ADDR": "198.51.100.1"}).status_code == 200


def test_lim_07_fifty_people_behind_one_address_all_get_in(
    bare: Flask,
) -> None:
    """LIM-07: each sends five forms, to a server with two workers that count for themselves."""
    limits.register(bare, bare.extensions["settings"], processes=2)

    assert allowed(bare, REGISTRATIONS, of=50 * 5) == 50 * 5


def test_each_of_several_processes_allows_its_share(bare: Flask) -> None:
    limits.register(bare, bare.extensions["settings"], processes=4)

    assert allowed(bare, Limit(name="some", most=8, minutes=1), of=20) == 2
    assert allowed(bare, Limit(name="few", most=3, minutes=1), of=20) == 1


def test_shared_pages_are_never_counted(app: Flask, client: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(title="A session")
    app.extensions["limits"] = None  # whoever asks it fails

    paths = ("/", "/sessions/", f"/sessions/{training_session.id}-a-session", "/account/sign-in")

    assert [client.get(path).status_code for path in paths] == [200] * 4


def allowed(app: Flask, limit: Limit, *, of: int) -> int:
    """Return how many requests are let in before one is not."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.1"}):
        for number in range(of):
            try:
                limits.take(limit)
            except TooManyTriesError:
                return number
    return of


def with_redis(app: Flask, port: int) -> Any:
    """Give an application, one of two processes, counters of its own; returns them."""
    settings = replace(app.extensions["settings"], redis_url=f"redis://127.0.0.1:{port}/0")
    limits.register(app, settings, processes=2)
    return app.extensions["limits"]


@pytest.fixture
def start_redis(tmp_path: Path) -> Iterator[Callable[[int], None]]:
    """Start a Redis of the test's own on a port."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here: apt-get install redis-server")
    started = []

    def start(port: int) -> None:
        words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        started.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, cwd=tmp_path))
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return

    yield start
    for process in started:
        process.terminate()
        process.wait()


def test_with_redis_all_processes_share_the_whole_number(
    bare: Flask, start_redis: Callable[[int], None]
) -> None:
    port = free_port()
    start_redis(port)
    limit = Limit(name="shared", most=6, minutes=1)
    first, second = with_redis(bare, port), with_redis(bare, port)

    taken = [counters.take(limit, "x") is None for counters in (first, second) for _ in range(4)]

    assert taken == [True] * 6 + [False] * 2
    again_at = second.look(limit, "x")
    assert again_at is not None
    assert 0 < again_at - time.time() <= 60


@pytest.mark.parametrize("is_silent", [False, True], ids=["refuses", "is silent"])
def test_a_redis_that_is_away_holds_nobody_up(bare: Flask, *, is_silent: bool) -> None:
    """Counted in this process then; asked again only after a while."""
    with socket.socket() as away:
        away.bind(("127.0.0.1", 0))
        if is_silent:
            away.listen(8)  # takes the connection in, and says nothing
        with_redis(bare, away.getsockname()[1])
        limit = Limit(name="away", most=8, minutes=1)

        began = time.monotonic()
        first = allowed(bare, limit, of=1)
        waited = time.monotonic() - began
        began = time.monotonic()
        rest = allowed(bare, limit, of=20)
        waited_then = time.monotonic() - began

    assert first + rest == 4  # of two processes, half
    assert waited < 0.5
    assert waited_then < 0.1


def test_a_redis_that_comes_back_is_asked_again(
    bare: Flask, start_redis: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REDIS_PAUSE", 0.0)
    port = free_port()
    limit = Limit(name="back", most=8, minutes=1)
    counters = with_redis(bare, port)
    while_away = [counters.take(limit, "x") is None for _ in range(5)]

    start_redis(port)

    assert while_away == [True] * 4 + [False]
    assert [counters.take(limit, "x") is None for _ in range(9)] == [True] * 8 + [False]


Statements = Callable[[], AbstractContextManager[list[str]]]


def test_a_network_that_guesses_costs_no_hash_and_no_statement(
    open_app: Flask, client: IsolatedClient, statements: Statements
) -> None:
    with open_app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.1"}):
        for _ in range(WRONG_PASSWORDS.most):
            limits.take(WRONG_PASSWORDS)

    with statements() as asked:
        response = sign_in(client, "ada@example.org", "a guess", "198.51.100.1")

    assert (response.status_code, asked) == (429, [])
