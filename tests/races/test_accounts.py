"""Races for invitations and passwords, in processes, on both engines."""

import os
from collections import Counter

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import PASSWORD_HASH, Make
from tests.races import account_acts as acts
from tests.races.contenders import Contenders
from training.accounts.models import Account, Invitation, SignIn
from training.accounts.service import hash_password
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.clock import utc_now
from training.db import db
from training.people.models import Person

pytestmark = pytest.mark.xdist_group("races")

ROUNDS = int(os.environ.get("ROUNDS", "0")) or 3


def acceptances(invitation_id: int) -> int:
    return db.session.scalars(
        sa.select(sa.func.count(AuditEntry.id)).where(
            AuditEntry.action == "invitation.accept", AuditEntry.subject_id == invitation_id
        )
    ).one()


def test_authn_12_of_two_who_accept_at_once_one_does(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """AUTHN-12: raced twice: one account, one acceptance, 410 for the rest."""
    for _ in range(ROUNDS):
        invitation = make.invitation()
        link, person_id = make.invitation_link(invitation), invitation.person_id

        answers = contenders.race(app, [(acts.accept, (link, "a hash"))] * 8)

        assert Counter(answers) == {"ok": 1, "invitation-gone": 7}
        accounts = sa.select(Account.id).where(Account.person_id == person_id)
        assert len(db.session.scalars(accounts).all()) == 1
        assert acceptances(invitation.id) == 1
    assert audit(now=utc_now()) == []


def test_authn_12_so_does_one_who_has_an_account(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    organization = make.organization()
    for _ in range(ROUNDS):
        account = make.trainer()
        person = db.session.get_one(Person, account.person_id)
        invitation = make.invitation(person, organization_id=organization.id)
        call = (acts.accept_signed_in, (make.invitation_link(invitation), person.id))

        answers = contenders.race(app, [call] * 8)

        assert Counter(answers) == {"ok": 1, "invitation-gone": 7}
        assert acceptances(invitation.id) == 1


def test_authn_12_teeth_whoever_believes_what_was_seen_before_accepts_twice(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    invitation = make.invitation()

    call = (acts.accept_twin, (make.invitation_link(invitation), "a hash"))
    contenders.race(app, [call] * 8)

    assert acceptances(invitation.id) > 1


def test_what_is_revoked_meanwhile_is_either_accepted_or_revoked(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    for _ in range(ROUNDS):
        invitation = make.invitation()
        link = make.invitation_link(invitation)

        answers = contenders.race(
            app, [(acts.accept, (link, "a hash")), (acts.revoke, (invitation.id,))]
        )

        row = db.session.get_one(Invitation, invitation.id)
        assert (row.accepted_at is None) != (row.revoked_at is None)
        assert Counter(answers) in (
            {"ok": 1, "invitation-gone": 1},
            {"ok": 1, "invitation-ended": 1},
        )


def test_authn_05_of_many_who_use_a_link_at_once_one_does(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """AUTHN-05: and nobody who comes in with the old password in that moment stays in."""
    new_hash = hash_password("another horse")
    for _ in range(ROUNDS):
        account = make.trainer()
        link = make.reset_link(account)

        answers = contenders.race(
            app,
            [(acts.reset, (link, new_hash))] * 4
            + [(acts.sign_in_with, (account.id, PASSWORD_HASH))] * 4,
        )

        seen = Counter(answers)
        assert seen["reset-gone"] == 3
        assert seen["ok"] + seen["wrong-password"] == 5
        stayed = sa.select(SignIn.id).where(
            SignIn.account_id == account.id, SignIn.ended_at.is_(None)
        )
        assert db.session.scalars(stayed).all() == []
    assert audit(now=utc_now()) == []


def test_lim_03_guesses_at_once_share_one_count(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """LIM-03: counted before they are tried, so that many at once win nothing."""
    answers = contenders.race(app, [(acts.guess, ("Ada@example.org",))] * 40)

    assert Counter(answers) == {"may try": 10, "refused": 30}
