"""Signing in and out: WEB-02, WEB-07, AUTHN-01, AUTHN-08, AUTHN-09."""

from io import BytesIO
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import HOST
from tests.clients import IsolatedClient, Page, values_of
from tests.factories import PASSWORD, Make
from tests.times import NOW
from training.accounts.models import Account, SignIn
from training.db import db, transaction

SIGN_IN = "/account/sign-in"
COOKIE = "training"


def _sign_in(client: IsolatedClient, email: str, password: str = PASSWORD, query: str = "") -> str:
    response = client.fill(SIGN_IN + query, {"email": email, "password": password})
    assert response.status_code == 303
    return str(response.headers["Location"])


def _cookie(client: IsolatedClient) -> str:
    cookie = client.get_cookie(COOKIE, domain="127.0.0.1")
    assert cookie is not None
    return str(cookie.value)


def test_staff_come_to_the_schedule(client: IsolatedClient, make: Make) -> None:
    make.coordinator(email="mina@example.org")

    assert _sign_in(client, "mina@example.org") == "/staff/"


def test_trainers_come_to_their_sessions(client: IsolatedClient, make: Make) -> None:
    make.trainer(email="asha@example.org")

    assert _sign_in(client, "asha@example.org") == "/trainer/"


def test_the_page_that_asked_for_it_is_opened(client: IsolatedClient, make: Make) -> None:
    make.coordinator(email="mina@example.org")

    asked = client.get("/staff/schedule/?period=past")

    assert asked.status_code == 303
    address = asked.headers["Location"]
    assert address == "/account/sign-in?next=/staff/schedule/?period%3Dpast"
    assert _sign_in(client, "mina@example.org", query=address.removeprefix(SIGN_IN)) == (
        "/staff/schedule/?period=past"
    )


ELSEWHERE = [
    "//evil",
    "/\\evil",
    "\\\\evil",
    "/%09/evil",
    "\t//evil",
    "https:evil.com",
    "https:/evil",
    "///evil",
    "http:\\\\evil",
    "javascript:1",
    "/%0d%0aX:1",
    "/\r\nX:1",
    "https://good@evil",
    f"https://{HOST}.evil",
    f"//{HOST}@evil",
    "%2f%2fevil",
    "/%2f%2fevil",
    "/%252f%252fevil",
    "/staff/../..//evil",
    "/staff/" + "a" * 10_000,
    "/no/such/page",
    "/account/sign-out",
]
OURS = ["/", "/staff/schedule/", "/sessions/?q=a%20b"]


def test_web_07_nobody_is_led_off_the_site(client: IsolatedClient, make: Make) -> None:
    make.coordinator(email="mina@example.org")

    led = {
        target: _sign_in(client, "mina@example.org", query=f"?next={quote(target, safe='')}")
        for target in [*ELSEWHERE, *OURS]
    }

    assert led == dict.fromkeys(ELSEWHERE, "/staff/") | {own: own for own in OURS}


def test_authn_01_wrong_password_unknown_and_disabled_look_the_same(
    client: IsolatedClient, make: Make
) -> None:
    make.coordinator(email="mina@example.org")
    disabled = make.coordinator(email="nina@example.org")
    with transaction():
        db.session.execute(
            sa.update(Account).where(Account.id == disabled.id).values(disabled_at=NOW)
        )
    without_account = make.person(email="lena@example.org").email

    answers = []
    for email, password in [
        ("mina@example.org", "wrong horse"),
        ("mona@example.org", PASSWORD),
        ("nina@example.org", PASSWORD),
        (str(without_account), PASSWORD),
        ("mina@example.org", "x" * 1024),
    ]:
        response = client.fill(SIGN_IN, {"email": email, "password": password})
        page = Page(response.text)
        token = values_of(page.form())["csrf_token"][0]
        body = response.text.replace(email, "EMAIL").replace(token, "TOKEN")
        headers = {name: value for name, value in response.headers if name != "Set-Cookie"}
        headers["Content-Length"] = ""
        answers.append((response.status_code, body, headers))

    assert answers[0][0] == 422
    assert "This e-mail and password do not fit together. Please try again." in answers[0][1]
    assert all(answer == answers[0] for answer in answers)
    assert db.session.scalars(sa.select(SignIn.id)).all() == []


def test_what_is_not_an_address_is_said_beside_the_field(client: IsolatedClient) -> None:
    response = client.fill(SIGN_IN, {"email": "mina", "password": ""})

    assert response.status_code == 422
    assert "This is not an e-mail address." in response.text
    assert 'value="mina"' in response.text
    assert "Please fill this in." in response.text


def test_authn_08_cookie_and_token_of_before_are_useless_after(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    make.coordinator(email="mina@example.org")
    before = values_of(client.page(SIGN_IN).form())["csrf_token"][0]
    cookie_before = _cookie(client)
    _sign_in(client, "mina@example.org")

    with_old_token = client.post("/account/sign-out", data={"csrf_token": before})
    stranger = app.test_client()
    assert isinstance(stranger, IsolatedClient)
    stranger.set_cookie(COOKIE, cookie_before, domain="127.0.0.1")
    with_old_cookie = stranger.get("/staff/schedule/")

    assert _cookie(client) != cookie_before
    assert with_old_token.status_code == 400
    assert client.get("/staff/schedule/").status_code == 200
    assert with_old_cookie.status_code == 303


def test_after_sign_out_the_old_cookie_is_dead(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    make.coordinator(email="mina@example.org")
    _sign_in(client, "mina@example.org")
    kept = _cookie(client)

    response = client.fill("/staff/schedule/", action="/account/sign-out")
    thief = app.test_client()
    assert isinstance(thief, IsolatedClient)
    thief.set_cookie(COOKIE, kept, domain="127.0.0.1")

    assert response.status_code == 303
    assert thief.get("/staff/schedule/").headers["Location"].startswith(SIGN_IN)
    assert client.get("/staff/schedule/").status_code == 303


def test_sign_out_is_a_post_with_a_token(client: IsolatedClient, make: Make) -> None:
    make.coordinator(email="mina@example.org")
    _sign_in(client, "mina@example.org")

    assert client.get("/account/sign-out").status_code == 405
    assert client.post("/account/sign-out").status_code == 400
    assert client.get("/staff/schedule/").status_code == 200


def test_sign_in_without_a_token_is_refused(client: IsolatedClient, make: Make) -> None:
    make.coordinator(email="mina@example.org")

    response = client.post(SIGN_IN, data={"email": "mina@example.org", "password": PASSWORD})

    assert response.status_code == 400
    assert db.session.scalars(sa.select(SignIn.id)).all() == []


@pytest.mark.parametrize("text", ["\x00", "a\x1bb@example.org", "\ud800@example.org", "é" * 300])
def test_inp_01_05_no_address_breaks_the_form(client: IsolatedClient, text: str) -> None:
    form = values_of(client.page(SIGN_IN).form())
    email = text.encode("utf-8", "surrogatepass")
    body = f"csrf_token={quote(form['csrf_token'][0])}&email={quote(email)}&password=secret"

    response = client.post(SIGN_IN, data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == (400 if "\ud800" in text else 422)


def test_pages_of_signing_in_are_kept_by_nobody(client: IsolatedClient) -> None:
    assert client.get(SIGN_IN).headers["Cache-Control"] == "no-store"


def test_a_file_in_place_of_a_text_is_no_text(client: IsolatedClient) -> None:
    token = values_of(client.page("/account/sign-in").form())["csrf_token"][0]

    response = client.post(
        "/account/sign-in",
        data={
            "csrf_token": token,
            "email": (BytesIO(b"x"), "a.png"),
            "password": (BytesIO(b"y"), "b.png"),
        },
        content_type="multipart/form-data",
    )

    assert response.status_code == 422
