"""A new password by a mailed link. See ADR 0009."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from training import links
from training.accounts import messages
from training.accounts.errors import DeadResetError
from training.accounts.models import Account, PasswordReset
from training.accounts.service.passwords import end_resets, set_password
from training.accounts.service.tries import RESET, count_try
from training.accounts.values import RESET_LASTS
from training.audit.trail import Act, record_act
from training.config import Settings
from training.db import db
from training.links import Purpose
from training.notifications.outbox import queue_messages
from training.people.models import Person
from training.people.values import email_key


class _UndoneError(Exception):
    """Ends a savepoint, so that nothing of it is kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenReset:
    """A link that still opens something, and for whom."""

    id: int
    account_id: int
    name: str
    email: str | None


def ask_for_reset(email: str, *, now: datetime) -> None:
    """Queue a mail with a link to a new password, where the address belongs to an account.

    Whoever asks learns nothing from how long it takes: for any other address, or one that asks too
    often, the same is done for the account of somebody else, and undone.
    """
    is_too_often = count_try(RESET, email, now=now) is not None
    asked = (Person.email_key == email_key(email)).label("is_asked")
    found = db.session.execute(
        sa.select(Account.id, Account.person_id, asked)
        .join(Account.person)
        .where(Account.disabled_at.is_(None), Account.password_hash.is_not(None))
        .order_by(asked.desc(), Account.id)
        .limit(1)
        .with_for_update(of=Account)
    ).one_or_none()
    if found is None:
        return
    with suppress(_UndoneError), db.session.begin_nested():
        _queue_link(found.id, found.person_id, now)
        if is_too_often or not found.is_asked:
            raise _UndoneError


def _queue_link(account_id: int, person_id: int, now: datetime) -> None:
    end_resets(account_id, now=now)
    row = PasswordReset(account_id=account_id, created_at=now, expires_at=now + RESET_LASTS)
    db.session.add(row)
    db.session.flush()
    entry_id = record_act(
        Act(action="account.ask_for_reset", subject_kind="account", subject_id=account_id),
        actor_id=None,
        now=now,
    )
    letter = messages.reset(row.id, recipient_id=person_id, audit_entry_id=entry_id, now=now)
    queue_messages([letter], now=now)


def get_reset(link: str, *, now: datetime) -> OpenReset:
    """Return what a mailed link opens. Looking uses up nothing: mail scanners look too.

    :raise DeadResetError: nothing any more, or it never was one of ours.
    """
    settings: Settings = current_app.extensions["settings"]
    claimed = links.read(settings.secret_keys, Purpose.RESET, link)
    if claimed is None:
        raise DeadResetError
    found = db.session.execute(
        sa.select(PasswordReset.id, PasswordReset.account_id, Person.name, Person.email)
        .join(PasswordReset.account)
        .join(Account.person)
        .where(
            PasswordReset.public_id == claimed.public_id,
            Person.link_epoch == claimed.epoch,
            PasswordReset.ended_at.is_(None),
            PasswordReset.expires_at > now,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise DeadResetError
    return OpenReset(id=found.id, account_id=found.account_id, name=found.name, email=found.email)


def reset_password(link: str, new_hash: str, *, now: datetime) -> None:
    """Set a new password by a mailed link, once. Every browser is signed out.

    :raise DeadResetError: the link opens nothing any more; of two at once the first one counts.
    """
    account_id = get_reset(link, now=now).account_id
    db.session.execute(
        sa.select(Account.id).where(Account.id == account_id).with_for_update()
    ).one()
    get_reset(link, now=now)  # again, now that nobody else changes this account
    set_password(account_id, new_hash, action="account.reset_password", now=now)
