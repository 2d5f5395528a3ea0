"""Hashing and checking passwords, and choosing a new one."""

import secrets
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from argon2.exceptions import InvalidHashError, VerificationError

from training.accounts import messages
from training.accounts.errors import WrongOldPasswordError, WrongPasswordError
from training.accounts.models import Account, PasswordReset
from training.accounts.rules import normal_password, usable_password
from training.accounts.service.hashing import HASHER, slowly
from training.accounts.service.sign_ins import end_sign_ins
from training.accounts.service.tries import forget_sign_in_tries
from training.accounts.values import MAX_PASSWORD, Checked, SignedIn
from training.audit.trail import Act, record_act
from training.db import db
from training.notifications.outbox import queue_messages
from training.people.models import Person
from training.people.values import email_key


def hash_password(password: str) -> str:
    """Return what is stored of a password. Slow: never inside a transaction.

    :raise PasswordError: nobody may choose this one.
    """
    password = usable_password(password)
    return slowly(lambda: HASHER.hash(password))


@cache
def _hash_of_nobody() -> str:
    return HASHER.hash(secrets.token_urlsafe())


def check_password(email: str, password: str) -> Checked:
    """Return the account that an address and a password open. Slow: outside a transaction.

    An unknown address takes as long as a known one.

    :raise WrongPasswordError: they open none.
    """
    found = db.session.execute(
        sa.select(Account.id, Account.password_hash)
        .join(Account.person)
        .where(Person.email_key == email_key(email), Account.disabled_at.is_(None))
    ).one_or_none()
    db.session.rollback()  # ends the read: hashing is slow, and nobody is to wait for it
    hashed = (found.password_hash if found else None) or _hash_of_nobody()
    if not _fits(hashed, password) or found is None or found.password_hash is None:
        raise WrongPasswordError
    return Checked(account_id=found.id, password_hash=hashed)


def check_own_password(who: SignedIn, password: str) -> Checked:
    """Check again who is signed in. Slow: outside a transaction.

    :raise WrongOldPasswordError: it is not theirs, or they have none.
    """
    hashed = db.session.scalars(
        sa.select(Account.password_hash).where(Account.id == who.account_id)
    ).one()
    db.session.rollback()
    if not _fits(hashed or _hash_of_nobody(), password) or hashed is None:
        raise WrongOldPasswordError
    return Checked(account_id=who.account_id, password_hash=hashed)


def _fits(hashed: str, password: str) -> bool:
    if len(password) > MAX_PASSWORD:
        return False
    try:
        return slowly(lambda: HASHER.verify(hashed, normal_password(password)))
    except (VerificationError, InvalidHashError):
        return False


def change_password(checked: Checked, new_hash: str, *, keep_sign_in_id: int, now: datetime) -> int:
    """Set a new password. Every other browser is signed out, and every link to a new one dead.

    :return: how many browsers were signed out.
    :raise WrongOldPasswordError: it was changed meanwhile, so the old one proves nothing.
    """
    return set_password(
        checked.account_id,
        new_hash,
        action="account.change_password",
        old_hash=checked.password_hash,
        keep_sign_in_id=keep_sign_in_id,
        now=now,
    )


def set_password(
    account_id: int,
    new_hash: str,
    *,
    action: str,
    old_hash: str | None = None,
    keep_sign_in_id: int | None = None,
    now: datetime,
) -> int:
    """Set a password, end sign-ins and links of before, and tell the person.

    :param old_hash: the one that was proven to be known, if that is why this is allowed.
    :return: how many browsers were signed out.
    :raise WrongOldPasswordError: the account has another one by now.
    """
    account = db.session.scalars(
        sa.select(Account).where(Account.id == account_id).with_for_update()
    ).one()
    if old_hash is not None and account.password_hash != old_hash:
        raise WrongOldPasswordError
    account.password_hash = new_hash
    db.session.flush()
    ended = end_sign_ins(account_id, keep=keep_sign_in_id, now=now)
    end_resets(account_id, now=now)
    entry_id = record_act(
        Act(action=action, subject_kind="account", subject_id=account_id),
        actor_id=account.person_id,
        now=now,
    )
    email = db.session.scalars(sa.select(Person.email).where(Person.id == account.person_id)).one()
    if email:
        forget_sign_in_tries(email)
    queue_messages(
        [messages.password_changed(recipient_id=account.person_id, audit_entry_id=entry_id)],
        now=now,
    )
    return ended


def end_resets(account_id: int, *, now: datetime) -> None:
    """Make every link to a new password dead that was mailed for an account."""
    db.session.execute(
        sa.update(PasswordReset)
        .where(PasswordReset.account_id == account_id, PasswordReset.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
