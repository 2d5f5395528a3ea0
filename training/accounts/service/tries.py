"""Counting what is tried for one address, in one place for all processes and hosts.

An address that nobody here has is counted like one that somebody has: else the limit would tell
which is which.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from training.accounts.models import Tries
from training.config import Settings
from training.db import INSERT, db
from training.people.values import email_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """How often something may be tried for one address."""

    #: Stands in the hash; two kinds never share a count.
    name: str
    most: int
    per: timedelta


#: Wrong passwords. A right one, and a new password, begin anew.
SIGN_IN = Allowance(name="sign-in", most=10, per=timedelta(minutes=15))
#: The same in a browser in which they signed in before: strangers cannot use these up.
KNOWN_SIGN_IN = Allowance(name="known-sign-in", most=10, per=timedelta(minutes=15))
#: Mails with a link to a new password.
RESET = Allowance(name="reset", most=3, per=timedelta(hours=1))


def count_try(allowance: Allowance, email: str, *, now: datetime) -> timedelta | None:
    """Count one try, before it is known what comes of it: guesses at the same time count too.

    :return: None while there are tries left, else how long to wait.
    """
    first = {"subject_hash": _hash(allowance, email), "count": 1, "ends_at": now + allowance.per}
    is_over = Tries.ends_at <= now
    insert = INSERT[db.engine.dialect.name](Tries).values(first)
    count, ends_at = db.session.execute(
        insert.on_conflict_do_update(
            index_elements=["subject_hash"],
            set_={
                "count": sa.case((is_over, 1), else_=Tries.count + 1),
                "ends_at": sa.case((is_over, first["ends_at"]), else_=Tries.ends_at),
            },
        ).returning(Tries.count, Tries.ends_at)
    ).one()
    return None if count <= allowance.most else ends_at - now


def forget_sign_in_tries(email: str) -> None:
    """Begin anew: whoever tried has shown that it is their address."""
    hashes = [_hash(allowance, email) for allowance in (SIGN_IN, KNOWN_SIGN_IN)]
    db.session.execute(sa.delete(Tries).where(Tries.subject_hash.in_(hashes)))


def forget_old_tries(*, now: datetime) -> int:
    """Delete counts whose time is over; returns how many."""
    deleted = db.session.execute(
        sa.delete(Tries).where(Tries.ends_at <= now).returning(Tries.subject_hash)
    )
    return len(deleted.all())


def _hash(allowance: Allowance, email: str) -> bytes:
    settings: Settings = current_app.extensions["settings"]
    said = f"{allowance.name}\n{email_key(email)}"
    return hmac.digest(settings.secret_keys[0].encode(), said.encode(), hashlib.sha256)
