"""Every route, tried: by everybody, without a token, and for what a GET may change."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.apps import HOST
from tests.architecture.matrix import MATRIX, ROLES, WITHOUT_ACTION
from tests.architecture.world import (
    MARKERS,
    World,
    make_world,
    rows_of_everything,
    rules_of,
)
from tests.clients import values_of
from tests.factories import Make
from training.accounts.models import Account
from training.accounts.policy import POLICY, Action
from training.db import db
from training.web.headers import CONTENT_SECURITY_POLICY

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def world(app: Flask, make: Make) -> World:
    return make_world(app, make)


def answer(response: TestResponse) -> str:
    """Return in the matrix's words what somebody was answered."""
    if response.status_code == 303:
        path = urlsplit(response.headers["Location"]).path
        return "sign in" if path == "/account/sign-in" else "open"
    if response.status_code == 401:
        return "sign in"
    return {403: "refused", 404: "missing"}.get(response.status_code, "open")


def test_every_route_stands_in_the_matrix(app_without_database: Flask) -> None:
    assert {rule.endpoint for rule in rules_of(app_without_database)} == set(MATRIX)


def test_every_view_names_its_action(app_without_database: Flask) -> None:
    named = {
        endpoint: getattr(view, "action", None)
        for endpoint, view in app_without_database.view_functions.items()
    }

    assert {endpoint for endpoint, action in named.items() if action is None} == WITHOUT_ACTION
    assert set(POLICY) == set(Action)


def test_authz_01_everybody_is_answered_as_the_matrix_says(
    app: Flask, world: World, make: Make
) -> None:
    """AUTHZ-01: every route × method × role that exists."""
    app.config["WTF_CSRF_ENABLED"] = False
    trainer = db.session.get_one(Account, world.accounts["trainer"])
    wrong = []
    # The wide roles come last: what they do would change what the others find.
    for role in ROLES:
        # Gone for good when it is removed: each finds one.
        world.values["unavailability_id"] = make.unavailability(trainer.person_id)
        for rule in rules_of(app):
            for method in sorted((rule.methods or set()) & {"GET", *UNSAFE}):
                client = world.client(app, role)
                json: dict[str, object] | None = {} if rule.endpoint == "attendance.marks" else None
                response = client.open(world.url(app, rule), method=method, json=json)
                found, wanted = answer(response), MATRIX[rule.endpoint][role]
                if found != wanted or response.status_code >= 500:
                    wrong.append(f"{role} {method} {rule.rule}: {response.status_code} {found}")

    assert wrong == []


def test_authz_02_nobody_else_finds_what_is_other_peoples(app: Flask, world: World) -> None:
    """AUTHZ-02: planted names and addresses, looked for in every answer."""
    wrong = []
    for role in ("nobody", "disabled", "neighbour"):
        for rule in rules_of(app):
            if rule.endpoint in {
                # Opened by a secret that only these people, or whoever registered them, hold.
                "registrations.manage",
                "registrations.cancel",
                "registrations.correct_name",
                "registrations.registered",
            } or "GET" not in (rule.methods or set()):
                continue
            response = world.client(app, role).get(world.url(app, rule), follow_redirects=True)
            text = response.text.lower()
            wrong += [f"{role} {rule.rule}: {m}" for m in MARKERS if m.lower() in text]

    assert wrong == []


def test_the_planted_markers_can_be_found_at_all(app: Flask, world: World) -> None:
    path = f"/staff/sessions/{world.values['training_session_id']}"

    text = world.client(app, "coordinator").get(path).text

    assert [marker for marker in MARKERS if marker not in text] == []


def test_what_is_outside_ones_own_looks_like_what_is_missing(app: Flask, world: World) -> None:
    neighbour = world.client(app, "neighbour")

    theirs = neighbour.get(f"/trainer/meetings/{world.values['meeting_id']}")
    missing = neighbour.get("/trainer/meetings/2147483647")

    assert (theirs.status_code, theirs.data) == (404, missing.data)


def test_web_01_no_unsafe_request_is_taken_without_its_token(app: Flask, world: World) -> None:
    """WEB-01: no token, one that is made up, one in the address."""
    before = rows_of_everything()
    wrong = []
    for rule in rules_of(app):
        for method in (rule.methods or set()) & UNSAFE:
            for role in ("nobody", "admin"):
                client = world.client(app, role)
                url = world.url(app, rule)
                for data, suffix in (
                    ({}, ""),
                    ({"csrf_token": "made-up"}, ""),
                    ({}, "?csrf_token=made-up"),
                ):
                    response = client.open(url + suffix, method=method, data=data)
                    if response.status_code not in {400, 403}:
                        wrong.append(f"{role} {method} {rule.rule}: {response.status_code}")

    after = rows_of_everything()
    for made_by_signing_in in ("sign_in", "sign_in_activity", "audit_entry"):
        before.pop(made_by_signing_in)
        after.pop(made_by_signing_in)
    assert wrong == []
    assert after == before


def test_web_01_nor_with_a_token_that_is_somebody_elses_or_from_before(
    app: Flask, world: World
) -> None:
    """WEB-01: the token of another browser, and this browser's from before it signed in."""
    other, before = world.client(app, "nobody"), world.client(app, "nobody")
    tokens = [
        values_of(client.page("/account/sign-in").form())["csrf_token"][0]
        for client in (other, before)
    ]
    account_id = world.accounts["admin"]
    assert account_id
    with before.session_transaction(base_url=f"http://{HOST}") as cookie:
        cookie.clear()  # as signing in does
    before.sign_in(db.session.get_one(Account, account_id))
    rows = rows_of_everything()

    wrong = [
        f"{method} {rule.rule}: {response.status_code}"
        for rule in rules_of(app)
        for method in (rule.methods or set()) & UNSAFE
        for token in tokens
        for response in [
            before.open(world.url(app, rule), method=method, data={"csrf_token": token})
        ]
        if response.status_code not in {400, 403}
    ]

    assert wrong == []
    assert rows_of_everything() == rows


def test_web_10_a_fault_shows_a_number_and_nothing_else(app: Flask, world: World) -> None:
    """WEB-10: no stack, the same policy."""

    @app.get("/test/fault")
    def fault() -> str:
        raise LookupError("a secret of the program")

    app.config["PROPAGATE_EXCEPTIONS"] = False

    response = world.client(app, "nobody").get("/test/fault")

    assert response.status_code == 500
    assert re.search(r"quote [0-9a-f]{8}\b", response.text)
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["Cache-Control"] == "no-store"


def test_web_04_looking_changes_nothing(app: Flask, world: World) -> None:
    """WEB-04: GET and HEAD of every route, as everybody."""
    clients = {role: world.client(app, role) for role in ROLES}
    before = rows_of_everything()

    for rule in rules_of(app):
        if "GET" in (rule.methods or set()):
            for client in clients.values():
                client.get(world.url(app, rule))
                client.head(world.url(app, rule))

    assert rows_of_everything() == before


def test_head_is_answered_as_get_without_a_body(app: Flask, world: World) -> None:
    """AUTHZ-18: link checkers and scanners of mails ask with HEAD."""
    client = world.client(app, "coordinator")
    wrong = []
    for rule in rules_of(app):
        if "GET" in (rule.methods or set()):
            url = world.url(app, rule)
            seen, asked = client.get(url).status_code, client.head(url)
            if (asked.status_code, asked.data) != (seen, b""):
                wrong.append(f"{rule.rule}: GET {seen}, HEAD {asked.status_code}")

    assert wrong == []


def test_web_05_and_06_every_answer_carries_the_policy(app: Flask, world: World) -> None:
    """WEB-05, WEB-06: pages, errors, redirects, downloads, static files."""
    client = world.client(app, "coordinator")
    paths = [world.url(app, rule) for rule in rules_of(app) if "GET" in (rule.methods or set())]
    paths += ["/nothing-here", "/sessions/999999", "/registrations/none", "/account/sign-out"]
    with app.app_context():
        paths.append(app.jinja_env.globals["static_url"]("css/tokens.css"))  # type: ignore[operator]  # a function of ours

    found = {}
    for path in paths:
        with client.get(path) as response:  # a static file is open until then
            found[path] = response.headers

    for path, headers in found.items():
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


def test_personal_pages_are_kept_by_nobody(app: Flask, world: World) -> None:
    client = world.client(app, "coordinator")
    for rule in rules_of(app):
        if "GET" not in (rule.methods or set()):
            continue
        control = client.get(world.url(app, rule)).headers["Cache-Control"]
        is_shared = rule.endpoint in {
            "calendars.sessions",
            "calendars.subscribe",
            "registrations.course",
            "registrations.detail",
            "registrations.home",
            "registrations.index",
            "registrations.robots",
            "registrations.sitemap",
            "sessions.download",
        }
        # Of one that is shared, the redirect to its right address is nobody's business either.
        assert control in ({"public, no-cache", "no-store"} if is_shared else {"no-store"}), rule


def test_shared_pages_read_and_set_no_cookie(app: Flask, world: World) -> None:
    client = world.client(app, "coordinator")
    nobody = world.client(app, "nobody")
    for path in ("/", "/sessions/", f"/sessions/{world.values['training_session_id']}-a-session"):
        theirs, anybodys = client.get(path), nobody.get(path)

        assert theirs.data == anybodys.data
        assert "Set-Cookie" not in theirs.headers
        assert "Cookie" not in theirs.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/sessions/", 405), ("GET", "/account/sign-out", 405)],
)
def test_web_10_an_unknown_page_or_method_is_a_page_of_ours(
    app: Flask, world: World, method: str, path: str, status: int
) -> None:
    """WEB-10."""
    app.config["WTF_CSRF_ENABLED"] = False

    response = world.client(app, "nobody").open(path, method=method)

    assert response.status_code == status
    assert "<h1>" in response.text
    assert "Traceback" not in response.text
