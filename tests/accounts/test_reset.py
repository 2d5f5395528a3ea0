"""A new password by a mailed link: AUTHN-02, AUTHN-04, AUTHN-05."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts.mails import body_of, link_in, sent
from tests.apps import HOST
from tests.clients import IsolatedClient, values_of
from tests.factories import PASSWORD, Make
from tests.times import HOUR, NOW
from training.accounts.errors import DeadResetError
from training.accounts.models import Account, PasswordReset, SignIn
from training.accounts.service import check_password, hash_password
from training.accounts.service.resets import get_reset, reset_password
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.links import SIGNATURE_BYTES, Purpose
from training.links import make as make_link
from training.notifications.models import Message
from training.people.models import Person

FORGOT = "/account/forgot"
NEW = "another horse"


def ask(client: IsolatedClient, address: str) -> TestResponse:
    return client.fill(FORGOT, {"email": address})


def choose(client: IsolatedClient, path: str, password: str = NEW) -> TestResponse:
    """Open the page and send it, though it may not open any more."""
    token = values_of(client.page(FORGOT).form())["csrf_token"][0]
    return client.post(path, data={"csrf_token": token, "password": password})


def test_whoever_forgot_the_password_chooses_a_new_one(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    account = make.trainer(name="Asha", email="asha@example.org")
    thief_id = make.sign_in(account).id

    sign_in_page = client.page("/account/sign-in")
    assert [a.get("href") for a in sign_in_page.root.iter("a") if "Forgot" in (a.text or "")] == [
        FORGOT
    ]
    assert ask(client, " Asha@EXAMPLE.org ").headers["Location"] == "/account/forgot/sent"
    [mail] = sent()
    page = client.page(link_in(mail))
    done = client.fill(link_in(mail), {"password": NEW})

    assert (mail["Subject"], mail["To"]) == (
        "A new password for Training",
        "Asha <asha@example.org>",
    )
    assert "The link works once, within 60 minutes." in body_of(mail)
    assert "For the account of Asha." in page.text()
    assert done.headers["Location"] == "/account/sign-in"
    assert "Your password is changed." in client.page("/account/sign-in").text()
    assert check_password("asha@example.org", NEW).account_id == account.id
    db.session.expire_all()
    assert db.session.get_one(SignIn, thief_id).ended_at is not None
    told = sent()[-1]
    assert told["Subject"] == "Your password for Training was changed"
    acts = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == [
        "account.create",
        "account.sign_in",
        "account.ask_for_reset",
        "account.end_sign_in",
        "account.reset_password",
    ]
    assert audit(now=NOW) == []


def test_no_table_holds_a_usable_link(client: IsolatedClient, make: Make) -> None:
    make.trainer(email="asha@example.org")
    ask(client, "asha@example.org")
    [mail] = sent()
    signature = link_in(mail).rpartition(".")[2]

    everything = " ".join(
        str(tuple(row))
        for table in db.metadata.sorted_tables
        for row in db.session.execute(sa.select(table))
    )

    assert len(signature) > SIGNATURE_BYTES
    assert "/account/reset/…" in everything
    assert signature not in everything


def test_authn_02_whether_an_address_is_known_cannot_be_told(
    app: Flask,
    client: IsolatedClient,
    make: Make,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """AUTHN-02: the answer, its headers, and every statement are the same; mail through the outbox.

    Equal work instead of a measured time: the same statements run, and both commit a row.
    """
    make.coordinator(email="mina@example.org")
    disabled = make.coordinator(email="nina@example.org")
    make.change_account(disabled, disabled_at=NOW)
    make.person(email="lena@example.org")

    answers, done = [], []
    for address in ("mina@example.org", "mona@example.org", "nina@example.org", "lena@example.org"):
        with statements() as sent_to_database:
            response = ask(client, address)
        headers = {name: value for name, value in response.headers if name != "Set-Cookie"}
        answers.append((response.status_code, response.text, headers))
        done.append(list(sent_to_database))

    assert answers[0][0] == 303
    assert all(answer == answers[0] for answer in answers)
    assert all(statements == done[0] for statements in done)
    assert len(done[0]) > 5
    recipients = db.session.scalars(
        sa.select(Person.email).join(Message, Message.recipient_id == Person.id)
    ).all()
    assert recipients == ["mina@example.org"]
    assert len(db.session.scalars(sa.select(PasswordReset.id)).all()) == 1


def test_lim_05_one_address_is_mailed_three_links_an_hour_and_no_more_is_said(
    client: IsolatedClient, make: Make
) -> None:
    """LIM-05: the fourth is answered alike, and leaves the third link alive."""
    make.coordinator(email="mina@example.org")

    answers = {
        (response.status_code, response.text)
        for _ in range(5)
        for response in [ask(client, "mina@example.org")]
    }

    assert len(answers) == 1
    mails = sent()
    assert len(mails) == 1  # the older two were outdated before they were sent
    assert db.session.scalars(sa.select(sa.func.count(PasswordReset.id))).one() == 3
    assert client.get(link_in(mails[0])).status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param({"Host": "evil.example"}, 400, id="another Host"),
        pytest.param({"Host": f"{HOST}:evil"}, 400, id="a Host that is none"),
        pytest.param({"X-Forwarded-Host": "evil.example"}, 303, id="X-Forwarded-Host"),
        pytest.param({"Forwarded": "host=evil.example"}, 303, id="Forwarded"),
    ],
)
def test_authn_04_the_link_leads_to_our_own_address(
    client: IsolatedClient, make: Make, header: dict[str, str], status: int
) -> None:
    """AUTHN-04."""
    make.coordinator(email="mina@example.org")
    form = values_of(client.page(FORGOT).form())

    response = client.post(FORGOT, data=form | {"email": "mina@example.org"}, headers=header)

    assert response.status_code == status
    assert [body_of(mail).count(f"http://{HOST}/account/reset/") for mail in sent()] == [1] * (
        status == 303
    )
    assert all("evil" not in mail.as_string() for mail in sent())


Spoil = Callable[[str, Account, Make], str]


def _used(link: str, account: Account, make: Make) -> str:
    with transaction():
        reset_password(link, hash_password("a third horse"), now=NOW)
    return link


def _after_an_hour(link: str, account: Account, make: Make) -> str:
    with transaction():
        db.session.execute(sa.update(PasswordReset).values(expires_at=NOW))
    return link


def _after_a_change(link: str, account: Account, make: Make) -> str:
    other = make.reset_link(account)
    with transaction():
        db.session.execute(sa.update(PasswordReset).values(ended_at=None))  # both alive
    with transaction():
        reset_password(other, hash_password("a third horse"), now=NOW)
    return link


def _after_a_newer_one(link: str, account: Account, make: Make) -> str:
    make.reset_link(account)
    return link


def _of_a_disabled_account(link: str, account: Account, make: Make) -> str:
    make.change_account(account, disabled_at=NOW)
    return link


def _from_before_another_address(link: str, account: Account, make: Make) -> str:
    with transaction():
        db.session.execute(
            sa.update(Person)
            .where(Person.id == account.person_id)
            .values(link_epoch=Person.link_epoch + 1)
        )
    return link


def _with_another_rows_id(link: str, account: Account, make: Make) -> str:
    other = make.reset_link(make.trainer())
    return ".".join([other.split(".")[0], *link.split(".")[1:]])


def _of_another_purpose(link: str, account: Account, make: Make) -> str:
    public_id, epoch, _signature = link.split(".")
    return make_link(
        "a-secret-key-for-tests-that-is-long-enough", Purpose.INVITE, public_id, int(epoch)
    )


def _changed_by_one_character(link: str, account: Account, make: Make) -> str:
    return link[:-1] + ("A" if link[-1] != "A" else "B")


def _made_up(link: str, account: Account, make: Make) -> str:
    return "nonsense"


@pytest.mark.parametrize(
    "spoil",
    [
        _used,
        _after_an_hour,
        _after_a_change,
        _after_a_newer_one,
        _of_a_disabled_account,
        _from_before_another_address,
        _with_another_rows_id,
        _of_another_purpose,
        _changed_by_one_character,
        _made_up,
    ],
    ids=lambda spoil: spoil.__name__.strip("_"),
)
def test_authn_05_a_link_that_is_spoilt_opens_nothing(
    client: IsolatedClient, make: Make, spoil: Spoil
) -> None:
    """AUTHN-05: 410 for looking and for choosing, and the password stays."""
    account = make.trainer(email="asha@example.org")
    link = make.reset_link(account)
    path = f"/account/reset/{spoil(link, account, make)}"
    db.session.rollback()
    before = db.session.scalars(
        sa.select(Account.password_hash).where(Account.id == account.id)
    ).one()

    looked, chosen = client.get(path), choose(client, path)

    assert (looked.status_code, chosen.status_code) == (410, 410)
    assert "This link was used already, is too old, or a newer one was sent." in looked.text
    assert f'href="{FORGOT}"' in looked.text
    after = db.session.scalars(
        sa.select(Account.password_hash).where(Account.id == account.id)
    ).one()
    assert after == before


def test_authn_05_looking_uses_up_nothing_and_choosing_does(
    client: IsolatedClient, make: Make
) -> None:
    """AUTHN-05: mail scanners ask with GET and HEAD; a refused password uses up nothing either."""
    account = make.trainer(email="asha@example.org")
    path = f"/account/reset/{make.reset_link(account)}"

    looked = [client.open(path, method=method).status_code for method in ["HEAD", "GET"] * 3]
    refused = choose(client, path, "short")
    first, second = choose(client, path), choose(client, path, "yet another")

    assert looked == [200] * 6
    assert [refused.status_code, first.status_code, second.status_code] == [422, 303, 410]
    assert check_password("asha@example.org", NEW).account_id == account.id


def test_authn_05_a_link_lasts_to_the_end_of_its_hour(make: Make) -> None:
    """AUTHN-05."""
    link = make.reset_link(make.trainer())

    assert get_reset(link, now=NOW + HOUR - HOUR / 3600).email is not None
    with pytest.raises(DeadResetError):
        get_reset(link, now=NOW + HOUR)


def test_an_account_without_a_password_gets_none_by_mail(
    client: IsolatedClient, make: Make
) -> None:
    account = make.trainer(email="asha@example.org")
    make.change_account(account, password_hash=None)

    assert ask(client, "asha@example.org").status_code == 303

    assert sent() == []


def test_what_is_no_address_is_said(client: IsolatedClient) -> None:
    response = ask(client, "asha")

    assert response.status_code == 422
    assert "This is not an e-mail address." in response.text


def test_whoever_is_locked_out_comes_in_by_a_new_password(
    client: IsolatedClient, make: Make
) -> None:
    account = make.trainer(email="asha@example.org")
    for _ in range(11):
        client.fill("/account/sign-in", {"email": "asha@example.org", "password": "guess"})
    locked = client.fill("/account/sign-in", {"email": "asha@example.org", "password": PASSWORD})

    choose(client, f"/account/reset/{make.reset_link(account)}")
    come_in = client.fill("/account/sign-in", {"email": "asha@example.org", "password": NEW})

    assert (locked.status_code, come_in.status_code) == (429, 303)
