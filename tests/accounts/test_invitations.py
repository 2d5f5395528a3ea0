"""Invitations by a mailed link: AUTHN-12, AUTHZ-16."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts.mails import body_of, link_in, sent, to
from tests.apps import HOST
from tests.clients import IsolatedClient, values_of
from tests.factories import PASSWORD, Make
from tests.times import DAY, NOW
from training.accounts.errors import (
    AccountDisabledError,
    AlreadyInvitedError,
    DeadInvitationError,
    HasRoleError,
    NoAddressError,
    RoleAboveOwnError,
)
from training.accounts.models import Account, Invitation, SignIn
from training.accounts.queries import invitations as list_invitations
from training.accounts.service import check_password, invitations
from training.accounts.values import StaffRole
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.errors import DomainError, NotFoundError
from training.people.models import Person

PAGE = "/staff/invitations"


def invite(client: IsolatedClient, **fields: str) -> TestResponse:
    values = {"name": "Asha Mwangi", "email": "asha@example.org", "role": "trainer"}
    return client.fill(PAGE, values | fields, action=PAGE)


def address_of(make: Make, invitation: Invitation) -> str:
    return f"/account/invitation/{make.invitation_link(invitation)}"


def change(invitation_id: int, **values: Any) -> None:
    with transaction():
        db.session.execute(
            sa.update(Invitation).where(Invitation.id == invitation_id).values(**values)
        )


def stored(invitation_id: int) -> Invitation:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Invitation, invitation_id)


def test_a_trainer_is_invited_chooses_a_password_and_is_in(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    client.sign_in(make.coordinator(name="Cora Dean"))

    invited = invite(client)
    [mail] = sent()
    trainer = app.test_client()
    assert isinstance(trainer, IsolatedClient)
    page = trainer.page(link_in(mail))
    accepted = trainer.fill(link_in(mail), {"password": "a good horse"})

    assert invited.headers["Location"] == PAGE
    assert "The invitation is on its way to asha@example.org." in client.page(PAGE).text()
    assert mail["Subject"] == "Invitation to Training"
    assert "Cora Dean invites you to Training as trainer." in body_of(mail)
    assert "Welcome, Asha Mwangi" in page.text()
    assert accepted.headers["Location"] == "/account/"
    assert trainer.get("/account/").headers["Location"] == "/trainer/"
    assert "Welcome. You accepted the invitation." in trainer.page("/trainer/").text()
    checked = check_password("asha@example.org", "a good horse")
    assert db.session.get_one(Account, checked.account_id).staff_role is None
    assert "Accepted" in client.page(PAGE).text()
    acts = db.session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.action.like("invitation.%"))
        .order_by(AuditEntry.id)
    ).all()
    assert acts == ["invitation.create", "invitation.accept"]
    assert audit(now=NOW) == []


def test_a_coordinator_is_invited_as_one(client: IsolatedClient, make: Make) -> None:
    invitation = make.invitation(make.person(email="bo@example.org"), staff_role="coordinator")

    client.fill(address_of(make, invitation), {"password": "a good horse"})

    assert client.get("/account/").headers["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200


def test_authz_16_a_coordinator_does_not_make_an_admin(client: IsolatedClient, make: Make) -> None:
    """AUTHZ-16: neither by the form, which does not offer it, nor by what it could send."""
    admins = make.invitation(staff_role=StaffRole.ADMIN)
    client.sign_in(make.coordinator())

    offered = [option.get("value") for option in client.page(PAGE).root.iter("option")]
    refused = [
        invite(client, role="admin").status_code,
        *(
            client.post(
                f"{PAGE}/{admins.id}/{act}",
                data={"csrf_token": values_of(client.page(PAGE).form(PAGE))["csrf_token"][0]},
            ).status_code
            for act in ("revoke", "send-again")
        ),
    ]

    assert offered == ["trainer", "coordinator"]
    assert refused == [403, 403, 403]
    assert [one.id for one in list_invitations(now=NOW)] == [admins.id]
    assert stored(admins.id).revoked_at is None
    with pytest.raises(RoleAboveOwnError):
        make.invitation(staff_role=StaffRole.COORDINATOR, actor_role=None)


def test_an_admin_makes_admins(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.admin())

    assert invite(client, role="admin").status_code == 303

    [one] = list_invitations(now=NOW)
    assert one.staff_role is StaffRole.ADMIN


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"email": "asha"}, "This is not an e-mail address.", id="address"),
        pytest.param({"name": " "}, "Please fill this in.", id="name"),
        pytest.param({"role": "emperor"}, "Invalid value", id="role"),
    ],
)
def test_what_is_wrong_with_the_form_stands_beside_it(
    client: IsolatedClient, make: Make, fields: dict[str, str], why: str
) -> None:
    client.sign_in(make.coordinator())

    response = invite(client, **fields)

    assert response.status_code == 422
    assert why in response.text
    assert sent() == []


def test_nobody_is_invited_to_what_they_have(make: Make) -> None:
    """Each refusal has its own sentence; nothing is mailed."""
    organization = make.organization()
    trainer, admin, disabled = make.trainer(), make.admin(), make.trainer()
    make.change_account(disabled, disabled_at=NOW)
    nameless = make.person()
    with transaction():
        db.session.execute(
            sa.update(Person).where(Person.id == nameless.id).values(email=None, email_key=None)
        )
    open_one = make.invitation()

    def refused(person_id: int, **fields: Any) -> type[DomainError] | None:
        try:
            with transaction():
                invitations.invite(
                    person_id, actor_id=None, actor_role=StaffRole.ADMIN, now=NOW, **fields
                )
        except DomainError as error:
            return type(error)
        return None

    assert refused(trainer.person_id) is HasRoleError
    assert refused(admin.person_id, staff_role=StaffRole.COORDINATOR) is HasRoleError
    assert refused(disabled.person_id) is AccountDisabledError
    assert refused(nameless.id) is NoAddressError
    assert refused(2**31 - 1) is NotFoundError
    assert refused(open_one.person_id) is AlreadyInvitedError
    assert refused(open_one.person_id, organization_id=organization.id) is None
    assert refused(trainer.person_id, staff_role=StaffRole.COORDINATOR) is None
    assert refused(trainer.person_id, organization_id=organization.id) is None


def test_the_same_person_invited_twice_is_a_conflict_on_the_page(
    client: IsolatedClient, make: Make
) -> None:
    client.sign_in(make.coordinator())
    invite(client)

    response = invite(client)

    assert response.status_code == 409
    assert "This person is invited already." in response.text
    assert 'value="asha@example.org"' in response.text
    assert len(sent()) == 1


def test_an_invitation_is_revoked_and_its_link_dead(client: IsolatedClient, make: Make) -> None:
    invitation = make.invitation()
    path = address_of(make, invitation)
    client.sign_in(make.coordinator())

    revoke = f"/{invitation.id}/revoke"
    form = values_of(client.page(PAGE).form(revoke))
    done = client.post(PAGE + revoke, data=form)
    again = client.post(PAGE + revoke, data=form)

    assert (done.status_code, again.status_code) == (303, 409)
    assert "This invitation was accepted or revoked meanwhile." in again.text
    assert client.get(path).status_code == 410
    assert sent() == []  # what was not sent yet is not sent any more


def test_an_invitation_that_is_too_old_is_sent_again(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    invitation = make.invitation(make.person(email="asha@example.org"))
    path = address_of(make, invitation)
    change(invitation.id, expires_at=NOW - DAY)
    assert client.get(path).status_code == 410
    staff = app.test_client()
    assert isinstance(staff, IsolatedClient)
    staff.sign_in(make.coordinator())
    assert "Too old" in staff.page(PAGE).text()

    done = staff.fill(PAGE, action=f"/{invitation.id}/send-again")

    assert done.status_code == 303
    assert client.get(path).status_code == 200
    assert {link_in(mail) for mail in to(sent(), "asha@example.org")} == {path}


def test_authn_12_whoever_has_an_account_signs_in_and_comes_back(
    client: IsolatedClient, make: Make
) -> None:
    """AUTHN-12: opened by somebody who is not signed in."""
    account = make.trainer(email="asha@example.org")
    person = db.session.get_one(Person, account.person_id)
    invitation = make.invitation(person, staff_role=StaffRole.COORDINATOR)
    path = address_of(make, invitation)

    page = client.page(path)
    [sign_in] = [a.get("href") for a in page.root.iter("a") if "Sign in to" in (a.text or "")]
    token = values_of(client.page("/account/sign-in").form())["csrf_token"]
    not_signed_in = client.post(path, data={"csrf_token": token, "password": "a good horse"})
    back = client.fill(str(sign_in), {"email": "asha@example.org", "password": PASSWORD})
    accepted = client.fill(path)

    assert page.forms() == []
    assert not_signed_in.status_code == 409
    assert back.headers["Location"] == path
    assert accepted.status_code == 303
    assert stored(invitation.id).accepted_at is not None
    assert db.session.get_one(Account, account.id).staff_role is StaffRole.COORDINATOR
    assert client.get("/staff/schedule/").status_code == 200


def test_authn_12_somebody_else_is_asked_to_switch(client: IsolatedClient, make: Make) -> None:
    """AUTHN-12: forwarded, or opened by b@x who is signed in; nothing of the invited is shown."""
    invitation = make.invitation(make.person(name="Asha Mwangi", email="asha@example.org"))
    path = address_of(make, invitation)
    client.sign_in(make.trainer(name="Bo"))

    page = client.page(path, status=403)
    token = values_of(page.form("/sign-out"))["csrf_token"]
    forced = client.post(path, data={"csrf_token": token, "password": "a good horse"})

    assert "You are signed in as Bo, and somebody else was invited." in page.text()
    assert "Asha" not in page.text()
    assert forced.status_code == 403
    assert stored(invitation.id).accepted_at is None
    client.post("/account/sign-out", data={"csrf_token": token})
    assert "Welcome, Asha Mwangi" in client.page(path).text()


Spoil = Callable[[Invitation, Make], None]


def _accepted(invitation: Invitation, make: Make) -> None:
    with transaction():
        invitations.accept(
            make.invitation_link(invitation), person_id=None, password_hash="x", now=NOW
        )


def _revoked(invitation: Invitation, make: Make) -> None:
    with transaction():
        invitations.revoke(invitation.id, actor_id=None, actor_role=StaffRole.ADMIN, now=NOW)


def _after_a_week(invitation: Invitation, make: Make) -> None:
    change(invitation.id, expires_at=NOW)


def _after_another_address(invitation: Invitation, make: Make) -> None:
    with transaction():
        db.session.execute(sa.update(Person).values(link_epoch=Person.link_epoch + 1))


def _to_a_disabled_account(invitation: Invitation, make: Make) -> None:
    with transaction():
        db.session.add(
            Account(
                person_id=invitation.person_id,
                password_hash=None,
                staff_role=None,
                created_at=NOW,
                disabled_at=NOW,
            )
        )


@pytest.mark.parametrize(
    "spoil",
    [_accepted, _revoked, _after_a_week, _after_another_address, _to_a_disabled_account],
    ids=lambda spoil: spoil.__name__.strip("_"),
)
def test_authn_12_an_invitation_that_is_over_opens_nothing(
    client: IsolatedClient, make: Make, spoil: Spoil
) -> None:
    """AUTHN-12: 410 after it was revoked or used."""
    token = values_of(client.page("/account/sign-in").form())["csrf_token"][0]
    invitation = make.invitation()
    path = address_of(make, invitation)
    spoil(invitation, make)
    accounts = db.session.scalars(sa.select(Account.id)).all()

    looked = client.get(path)
    tried = client.post(path, data={"csrf_token": token, "password": "a good horse"})

    assert (looked.status_code, tried.status_code) == (410, 410)
    assert "This invitation was used, revoked or is too old." in looked.text
    db.session.rollback()
    assert db.session.scalars(sa.select(Account.id)).all() == accounts
    assert db.session.scalars(sa.select(SignIn.id)).all() == []


def test_authn_12_looking_uses_up_nothing(client: IsolatedClient, make: Make) -> None:
    """AUTHN-12: mail scanners ask with GET and HEAD; a refused password uses up nothing either."""
    path = address_of(make, make.invitation())

    looked = [client.open(path, method=method).status_code for method in ["HEAD", "GET"] * 3]
    refused = client.fill(path, {"password": "password1"})
    accepted = client.fill(path, {"password": "a good horse"})

    assert looked == [200] * 6
    assert (refused.status_code, accepted.status_code) == (422, 303)
    assert "Many people use this password" in refused.text


def test_two_invitations_of_one_person_are_accepted_one_after_the_other(
    client: IsolatedClient, make: Make
) -> None:
    person = make.person(email="asha@example.org")
    organization = make.organization()
    as_trainer = make.invitation(person)
    as_representative = make.invitation(person, organization_id=organization.id)
    paths = [address_of(make, one) for one in (as_trainer, as_representative)]

    first = client.fill(paths[0], {"password": "a good horse"})
    page = client.page(paths[1])
    second = client.fill(paths[1])

    assert f"as representative of {organization.name}." in page.text()
    assert (first.status_code, second.status_code) == (303, 303)
    assert db.session.scalars(sa.select(sa.func.count(Account.id))).one() == 1


def test_an_admin_loses_nothing_by_an_older_invitation(client: IsolatedClient, make: Make) -> None:
    account = make.trainer()
    person = db.session.get_one(Person, account.person_id)
    invitation = make.invitation(person, staff_role=StaffRole.COORDINATOR)
    make.change_account(account, staff_role=StaffRole.ADMIN)
    client.sign_in(account)

    client.fill(address_of(make, invitation))

    db.session.rollback()
    role = db.session.scalars(sa.select(Account.staff_role).where(Account.id == account.id)).one()
    assert role is StaffRole.ADMIN


def test_a_link_that_was_never_ours_opens_nothing(make: Make) -> None:
    link = make.invitation_link(make.invitation())

    for spoilt in ("", "nonsense", link[:-1] + ("A" if link[-1] != "A" else "B"), "x" * 300):
        with pytest.raises(DeadInvitationError):
            invitations.get_invitation(spoilt, now=NOW)


def test_the_mail_is_written_without_what_a_name_could_smuggle_in(
    client: IsolatedClient, make: Make
) -> None:
    client.sign_in(make.coordinator(name="https://evil.example/ Cora"))
    invite(client, name="Win at evil.example")

    [mail] = sent()

    links = [word for word in body_of(mail).split() if "://" in word or "evil.example" in word]
    assert links == [f"http://{HOST}{link_in(mail)}", f"http://{HOST}"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_database_as_often_for_three_as_for_one(
    client: IsolatedClient, make: Make, statements: Any, number: int
) -> None:
    client.sign_in(make.coordinator())
    for _ in range(number):
        make.invitation()

    with statements() as asked:
        page = client.page(PAGE)

    assert len([form for form in page.forms() if "revoke" in str(form.get("action"))]) == number
    assert len(asked) == 2
