"""One's own account: name and time zone, password, where one is signed in."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.accounts.mails import sent
from tests.apps import HOST
from tests.clients import IsolatedClient
from tests.factories import PASSWORD, Make
from tests.times import DAY, NOW
from training.accounts import queries
from training.accounts.models import PasswordReset, SignIn, SignInActivity
from training.accounts.service import check_password
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.people.models import Person
from training.people.service import revise_person

NEW = "another horse"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def another(app: Flask) -> IsolatedClient:
    client = app.test_client()
    assert isinstance(client, IsolatedClient)
    return client


def sign_in(client: IsolatedClient, email: str, user_agent: str = FIREFOX) -> None:
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    response = client.fill("/account/sign-in", {"email": email, "password": PASSWORD})
    assert response.status_code == 303


def test_name_and_time_zone_are_changed_and_the_trail_says_which(
    client: IsolatedClient, make: Make
) -> None:
    account = make.trainer(name="Asha", email="asha@example.org")
    client.sign_in(account)

    shown = client.page("/account/profile")
    done = client.fill("/account/profile", {"name": "Asha Mwangi", "timezone": "Africa/Nairobi"})

    assert "asha@example.org" in shown.text()
    assert done.headers["Location"] == "/account/profile"
    assert "Your account is saved." in client.page("/account/profile").text()
    person = db.session.get_one(Person, account.person_id)
    assert (person.name, person.timezone, person.search_key) == (
        "Asha Mwangi",
        "Africa/Nairobi",
        "asha mwangi asha@example.org",
    )
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "person.revise")
    ).one()
    assert (entry.actor_id, entry.after) == (person.id, {"changed": ["name", "timezone"]})


def test_what_is_wrong_with_it_stands_beside_the_field(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.trainer(name="Asha"))

    response = client.fill("/account/profile", {"name": " ", "timezone": "Nairobi"})

    assert response.status_code == 422
    assert "Please fill this in." in response.text
    assert "The nearest are: Africa/Nairobi." in response.text


def test_everybody_finds_their_account_last(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.trainer())

    nav = next(client.page("/trainer/").root.iter("nav"))
    links = [(a.text, a.get("href")) for a in nav.iter("a")]

    assert links[-1] == ("Account", "/account/profile")


def test_authn_09_a_new_password_signs_everybody_else_out(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    """AUTHN-09: at once; a mailed link to another password is dead too, and the person is told."""
    account = make.trainer(email="asha@example.org")
    make.reset_link(account)
    elsewhere = another(app)
    sign_in(client, "asha@example.org")
    sign_in(elsewhere, "asha@example.org")

    done = client.fill("/account/password", {"old": PASSWORD, "password": NEW})

    assert done.headers["Location"] == "/account/profile"
    page = client.page("/account/profile").text()
    assert "Your password is changed. 1 other browser is signed out." in page
    assert elsewhere.get("/trainer/").status_code == 303
    assert check_password("asha@example.org", NEW).account_id == account.id
    assert db.session.scalars(sa.select(PasswordReset.ended_at)).all() != [None]
    assert [mail["Subject"] for mail in sent()] == ["Your password for Training was changed"]


def test_the_old_password_is_asked_for(client: IsolatedClient, make: Make) -> None:
    account = make.trainer(email="asha@example.org")
    client.sign_in(account)

    response = client.fill("/account/password", {"old": "a guess", "password": NEW})

    assert response.status_code == 422
    assert "This is not your password. Please try again." in response.text
    assert check_password("asha@example.org", PASSWORD).account_id == account.id


def test_lim_03_guessing_the_old_password_counts_with_signing_in(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    """LIM-03: one counter for an account, whichever page the guesses come by."""
    account = make.trainer(email="asha@example.org")
    client.sign_in(account)
    for _ in range(10):
        client.fill("/account/password", {"old": "a guess", "password": NEW})

    here = client.fill("/account/password", {"old": PASSWORD, "password": NEW})
    there = another(app).fill(
        "/account/sign-in", {"email": "asha@example.org", "password": PASSWORD}
    )

    assert (here.status_code, there.status_code) == (429, 429)
    assert 0 < int(here.headers["Retry-After"]) <= 900
    assert "This was tried too often of late." in here.text
    assert check_password("asha@example.org", PASSWORD).account_id == account.id


def test_authn_11_strangers_who_guess_keep_nobody_from_a_new_password(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    """AUTHN-11: a browser that is signed in has signed in before, so its tries count apart."""
    account = make.trainer(email="asha@example.org")
    sign_in(client, "asha@example.org")
    stranger = another(app)
    for _ in range(11):
        stranger.fill("/account/sign-in", {"email": "asha@example.org", "password": "a guess"})

    changed = client.fill("/account/password", {"old": PASSWORD, "password": NEW})

    assert changed.status_code == 303
    assert check_password("asha@example.org", NEW).account_id == account.id


def test_an_address_that_staff_change_at_the_same_time_is_kept(
    client: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make.trainer(name="Asha", email="asha@example.org")
    client.sign_in(account)
    before = queries.own_plan(account.person_id)
    with transaction():
        revise_person(
            account.person_id,
            replace(before, email="new@example.org"),
            expected=before,
            actor_id=None,
            now=NOW,
        )
    monkeypatch.setattr(queries, "own_plan", lambda _person_id: before)

    refused = client.fill("/account/profile", {"name": "Asha M."})

    person = db.session.get_one(Person, account.person_id, populate_existing=True)
    assert refused.status_code == 409
    assert "Asha M." in refused.text
    assert (person.name, person.email) == ("Asha", "new@example.org")


def test_my_sign_ins_are_listed_in_words(app: Flask, client: IsolatedClient, make: Make) -> None:
    account = make.trainer(email="asha@example.org")
    stale_id = make.sign_in(account).id
    with transaction():
        db.session.execute(sa.update(SignInActivity).values(last_seen_at=NOW - DAY))
    make.sign_in(make.trainer())
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1"
    sign_in(another(app), "asha@example.org", iphone)
    sign_in(client, "asha@example.org", FIREFOX + "\t☃" + "x" * 300)

    page = client.page("/account/sign-ins")

    rows = [" ".join("".join(row.itertext()).split()) for row in page.root.iter("tr")][1:]
    assert [row.split(" 20")[0].rsplit(",", 1)[0][:16] for row in rows] == [
        "Firefox on Linux",
        "Safari on iPhone",
    ]
    assert "This one" in rows[0]
    assert "Sign out" in rows[1]
    kept = db.session.scalars(sa.select(SignIn.user_agent).where(SignIn.id > stale_id)).all()
    assert max(len(one or "") for one in kept) == 200


def test_one_is_ended_and_dead_at_once(app: Flask, client: IsolatedClient, make: Make) -> None:
    account = make.trainer(email="asha@example.org")
    elsewhere = another(app)
    sign_in(elsewhere, "asha@example.org")
    sign_in(client, "asha@example.org")
    sign_in_id = db.session.scalars(
        sa.select(SignIn.id).where(SignIn.account_id == account.id).order_by(SignIn.id)
    ).first()

    done = client.fill("/account/sign-ins", action=f"/{sign_in_id}/end")

    assert done.headers["Location"] == "/account/sign-ins"
    assert elsewhere.get("/trainer/").status_code == 303
    assert client.get("/trainer/").status_code == 200


def test_all_others_are_ended_and_this_one_stays(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    make.trainer(email="asha@example.org")
    stranger = make.sign_in(make.trainer()).id
    others = [another(app), another(app)]
    for one in (*others, client):
        sign_in(one, "asha@example.org")

    client.fill("/account/sign-ins", action="/end-others")

    assert "2 other browsers are signed out." in client.page("/account/sign-ins").text()
    assert [one.get("/trainer/").status_code for one in others] == [303, 303]
    assert db.session.get_one(SignIn, stranger).ended_at is None


def test_somebody_elses_sign_in_looks_like_none(client: IsolatedClient, make: Make) -> None:
    theirs = make.sign_in(make.trainer()).id
    client.sign_in(make.trainer())
    token = client.page("/account/sign-ins").root.find(".//input[@name='csrf_token']")
    assert token is not None
    form = {"csrf_token": token.get("value")}

    answers = [
        client.post(f"/account/sign-ins/{number}/end", data=form) for number in (theirs, 2**31 - 1)
    ]

    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data
    db.session.rollback()
    assert db.session.get_one(SignIn, theirs).ended_at is None


def test_the_cookie_of_an_ended_sign_in_opens_nothing(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    make.trainer(email="asha@example.org")
    sign_in(client, "asha@example.org")
    kept = client.get_cookie("training", domain=HOST.split(":")[0])
    assert kept is not None
    elsewhere = another(app)
    sign_in(elsewhere, "asha@example.org")
    elsewhere.fill("/account/sign-ins", action="/end-others")

    client.set_cookie("training", kept.value, domain=HOST.split(":")[0])

    assert client.get("/account/profile").headers["Location"].startswith("/account/sign-in")
