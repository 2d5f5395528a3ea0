"""Sign-ins: opened, found, noted, ended."""

import hashlib
import secrets
from datetime import datetime

import sqlalchemy as sa

from training.accounts.errors import WrongPasswordError
from training.accounts.models import Account, SignIn, SignInActivity
from training.accounts.values import IDLE_OTHERS, IDLE_STAFF, MAX_USER_AGENT, SignedIn
from training.audit.trail import Act, record_act, record_acts
from training.db import core, db
from training.errors import NotFoundError
from training.people.models import Person


def sign_in(
    account_id: int,
    *,
    password_hash: str | None = None,
    user_agent: str | None = None,
    now: datetime,
) -> str:
    """Open a sign-in for one browser.

    :param password_hash: what the typed password fitted, so that one which was changed in this
        very moment opens nothing.
    :param user_agent: what the browser says it is.
    :return: the token for its cookie; only a hash of it is stored.
    :raise WrongPasswordError: the password was changed meanwhile, or the account disabled.
    """
    account = db.session.execute(
        sa.select(Account.person_id, Account.password_hash, Account.disabled_at)
        .where(Account.id == account_id)
        .with_for_update()
    ).one()
    if password_hash is not None and (
        account.password_hash != password_hash or account.disabled_at is not None
    ):
        raise WrongPasswordError
    token = secrets.token_urlsafe(32)
    row = SignIn(
        account_id=account_id,
        token_hash=hash_token(token),
        user_agent=_cut(user_agent),
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(SignInActivity(sign_in_id=row.id, last_seen_at=now))
    record_act(
        Act(action="account.sign_in", subject_kind="sign_in", subject_id=row.id),
        actor_id=account.person_id,
        now=now,
    )
    return token


def _cut(user_agent: str | None) -> str | None:
    """Return what is kept of a header: anything may stand in it."""
    kept = "".join(char for char in user_agent or "" if char.isascii() and char.isprintable())
    return kept[:MAX_USER_AGENT] or None


def sign_out(signed_in: SignedIn, *, now: datetime) -> None:
    """End one browser's sign-in: its cookie is worth nothing from now on."""
    _end(
        SignIn.id == signed_in.sign_in_id,
        action="account.sign_out",
        actor_id=signed_in.person_id,
        now=now,
    )


def end_sign_in(sign_in_id: int, *, who: SignedIn, now: datetime) -> None:
    """End one of one's own sign-ins, here or elsewhere.

    :raise NotFoundError: there is none, it is somebody else's, or it ended before.
    """
    ended = _end(
        sa.and_(SignIn.id == sign_in_id, SignIn.account_id == who.account_id),
        action="account.end_sign_in",
        actor_id=who.person_id,
        now=now,
    )
    if not ended:
        raise NotFoundError


def end_sign_ins(account_id: int, *, keep: int | None = None, now: datetime) -> int:
    """End every sign-in of an account, but one if it is named; returns how many."""
    actor_id = db.session.scalars(
        sa.select(Account.person_id).where(Account.id == account_id)
    ).one()
    those = SignIn.account_id == account_id
    if keep is not None:
        those = sa.and_(those, SignIn.id != keep)
    return _end(those, action="account.end_sign_in", actor_id=actor_id, now=now)


def _end(those: sa.ColumnElement[bool], *, action: str, actor_id: int | None, now: datetime) -> int:
    ended = db.session.scalars(
        sa.update(SignIn)
        .where(those, SignIn.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
        .returning(SignIn.id)
    ).all()
    record_acts(
        [Act(action=action, subject_kind="sign_in", subject_id=one) for one in sorted(ended)],
        actor_id=actor_id,
        now=now,
    )
    return len(ended)


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
    row = core().execute(_SIGNED_IN, {"token_hash": hash_token(token)}).one_or_none()
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
