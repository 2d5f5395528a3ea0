"""Accounts and sign-ins: made, found, ended."""

import hashlib
import secrets
import threading
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from training.accounts.models import Account, SignIn, SignInActivity, StaffRole
from training.accounts.values import SignedIn
from training.audit.trail import Act, record_act
from training.db import db
from training.errors import N_, ConflictError, InvalidInputError
from training.people.models import Person
from training.people.values import email_key
from training.text import ControlCharacterError

#: Characters. Longer ones are refused before they are hashed.
MIN_PASSWORD, MAX_PASSWORD = 8, 1024
#: How long a sign-in lasts unused. Staff see everybody's data; trainers stand in a room all day.
IDLE_STAFF = timedelta(minutes=30)
IDLE_OTHERS = timedelta(hours=12)

# OWASP's parameters: 19 MiB, two passes, one lane. At most one hash at a time for each process,
# so that sign-ins never take all cores from everybody else.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_one_at_a_time = threading.Semaphore(1)


class WrongPasswordError(InvalidInputError):
    """Unknown address, disabled account, no password or a wrong one: all look the same."""

    code = "wrong-password"

    def __init__(self) -> None:
        super().__init__(N_("This e-mail and password do not fit together. Please try again."))


class PasswordLengthError(InvalidInputError):
    """Too short to be safe, or too long to be meant."""

    code = "password-length"

    def __init__(self) -> None:
        super().__init__(
            N_("Choose a password of %(least)s to %(most)s characters."),
            least=MIN_PASSWORD,
            most=MAX_PASSWORD,
        )


class AccountExistsError(ConflictError):
    """The person has an account."""

    code = "account-exists"

    def __init__(self) -> None:
        super().__init__(N_("This person has an account already."))


def hash_password(password: str) -> str:
    """Return what is stored of a password. Slow: never inside a transaction.

    :raise PasswordLengthError: see ``MIN_PASSWORD`` and ``MAX_PASSWORD``.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PasswordLengthError
    try:
        password.encode()
    except UnicodeEncodeError as error:  # bytes of a terminal that are no UTF-8
        raise ControlCharacterError from error
    with _one_at_a_time:
        return _HASHER.hash(password)


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def check_password(email: str, password: str) -> int:
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
    if len(password) > MAX_PASSWORD:
        raise WrongPasswordError
    try:
        with _one_at_a_time:
            _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError) as error:
        raise WrongPasswordError from error
    if found is None or found.password_hash is None:
        raise WrongPasswordError
    account_id: int = found.id
    return account_id


def create_account(
    person_id: int, *, password_hash: str | None, staff_role: StaffRole | None, now: datetime
) -> int:
    """Give a person a way to sign in.

    :return: the account's id.
    :raise AccountExistsError: they have one.
    """
    if db.session.scalar(sa.select(Account.id).where(Account.person_id == person_id)) is not None:
        raise AccountExistsError
    account = Account(
        person_id=person_id, password_hash=password_hash, staff_role=staff_role, created_at=now
    )
    db.session.add(account)
    db.session.flush()
    record_act(
        Act(
            action="account.create",
            subject_kind="account",
            subject_id=account.id,
            after={"staff_role": staff_role},
        ),
        actor_id=None,
        now=now,
    )
    return account.id


def sign_in(account_id: int, *, now: datetime) -> str:
    """Open a sign-in for one browser.

    :return: the token for its cookie; only a hash of it is stored.
    """
    token = secrets.token_urlsafe(32)
    row = SignIn(account_id=account_id, token_hash=hash_token(token), created_at=now)
    db.session.add(row)
    db.session.flush()
    db.session.add(SignInActivity(sign_in_id=row.id, last_seen_at=now))
    person_id = db.session.scalars(
        sa.select(Account.person_id).where(Account.id == account_id)
    ).one()
    record_act(
        Act(action="account.sign_in", subject_kind="sign_in", subject_id=row.id),
        actor_id=person_id,
        now=now,
    )
    return token


def sign_out(signed_in: SignedIn, *, now: datetime) -> None:
    """End one browser's sign-in: its cookie is worth nothing from now on."""
    ended = db.session.execute(
        sa.update(SignIn)
        .where(SignIn.id == signed_in.sign_in_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
        .returning(SignIn.id)
    )
    if ended.one_or_none() is not None:
        record_act(
            Act(action="account.sign_out", subject_kind="sign_in", subject_id=signed_in.sign_in_id),
            actor_id=signed_in.person_id,
            now=now,
        )


def hash_token(token: str) -> bytes:
    """Return what is stored of a random token."""
    return hashlib.sha256(token.encode()).digest()


_SIGNED_IN = (
    sa.select(
        SignIn.id,
        SignIn.account_id,
        Person.id.label("person_id"),
        Person.name,
        Person.locale,
        Person.timezone,
        Account.staff_role,
        SignInActivity.last_seen_at,
    )
    .join(Account, Account.id == SignIn.account_id)
    .join(Person, Person.id == Account.person_id)
    .join(SignInActivity, SignInActivity.sign_in_id == SignIn.id)
    .where(
        SignIn.token_hash == sa.bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        Account.disabled_at.is_(None),
    )
)


def find_signed_in(token: str, *, now: datetime) -> SignedIn | None:
    """Return who a cookie's token belongs to, in one SELECT; nobody after too long a pause."""
    row = db.session.execute(_SIGNED_IN, {"token_hash": hash_token(token)}).one_or_none()
    if row is None:
        return None
    if now - row.last_seen_at > (IDLE_STAFF if row.staff_role else IDLE_OTHERS):
        return None
    return SignedIn(
        sign_in_id=row.id,
        account_id=row.account_id,
        person_id=row.person_id,
        name=row.name,
        locale=row.locale,
        timezone=row.timezone,
        staff_role=row.staff_role,
        last_seen_at=row.last_seen_at,
    )


def note_activity(sign_in_id: int, *, now: datetime) -> None:
    """Store when a sign-in was last used."""
    db.session.execute(
        sa.update(SignInActivity)
        .where(SignInActivity.sign_in_id == sign_in_id, SignInActivity.last_seen_at < now)
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )
