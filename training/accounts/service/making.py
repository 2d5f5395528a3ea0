"""Giving a person a way to sign in."""

from datetime import datetime

import sqlalchemy as sa

from training.accounts.errors import AccountExistsError
from training.accounts.models import Account
from training.accounts.values import StaffRole
from training.audit.trail import Act, record_act
from training.db import db


def create_account(
    person_id: int,
    *,
    password_hash: str | None,
    staff_role: StaffRole | None,
    actor_id: int | None = None,
    now: datetime,
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
        actor_id=actor_id,
        now=now,
    )
    return account.id
