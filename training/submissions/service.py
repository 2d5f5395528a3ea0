"""Remembering what a form led to, so that a second send of it shows the same and does nothing."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from training.db import conflicts, core, db
from training.errors import N_, ConflictError, InvalidInputError
from training.submissions.models import Submission

#: How long a second send is recognized.
KEPT_FOR = timedelta(days=1)
#: Characters of a key; ours have 43.
MAX_KEY = 255


class AlreadySubmittedError(ConflictError):
    """Another request with the same key came first; its result is stored by now."""

    code = "already-submitted"

    def __init__(self) -> None:
        super().__init__(N_("This form was sent already."))


class KeyReusedError(InvalidInputError):
    """The key belongs to a form that was sent with other content."""

    code = "key-reused"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This form was sent already, with other content. "
                "If this is to be sent too, please send it again."
            )
        )


conflicts["uq_submission_key_hash"] = AlreadySubmittedError


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """One send of one form."""

    #: Random, made with the form; only who was given the form knows it.
    key: str
    #: What is sent, such as "register:7".
    purpose: str
    actor_id: int | None
    #: What was typed, for telling a second send from the same form with other content.
    content: Mapping[str, Any]

    @property
    def body_hash(self) -> bytes:
        text = json.dumps(self.content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).digest()


def new_key() -> str:
    """Return the key of a new form: 256 random bits."""
    return secrets.token_urlsafe(32)


def is_key(text: str) -> bool:
    """Tell whether something could be the key of a form of ours."""
    return 20 <= len(text) <= MAX_KEY and text.isascii() and text.isprintable()  # noqa: PLR2004 -- shorter ones could be guessed


_INSERT = sa.insert(cast("sa.Table", Submission.__table__))
_FIND = sa.select(Submission.purpose, Submission.body_hash, Submission.result).where(
    Submission.key_hash == sa.bindparam("key_hash")
)


def remember(send: Send, result: Mapping[str, Any], *, now: datetime) -> None:
    """Store what a send led to. The last statement of its transaction.

    :raise AlreadySubmittedError: from the database, when the same key was stored meanwhile; all
        that this transaction did is then rolled back.
    """
    core().execute(
        _INSERT,
        {
            "key_hash": _hash(send.key),
            "purpose": send.purpose,
            "actor_id": send.actor_id,
            "body_hash": send.body_hash,
            "result": dict(result),
            "at": now,
        },
    )


def find_result(send: Send) -> dict[str, Any] | None:
    """Return what the same send led to before, or None.

    :raise KeyReusedError: the key was used, and with other content.
    """
    found = db.session.execute(_FIND, {"key_hash": _hash(send.key)}).one_or_none()
    if found is None or found.purpose != send.purpose:
        return None
    if found.body_hash != send.body_hash:
        raise KeyReusedError
    return dict(found.result)


def find_stored(key: str, purpose: str) -> dict[str, Any] | None:
    """Return what a send led to, by its key alone: for the page that shows it again."""
    found = db.session.execute(_FIND, {"key_hash": _hash(key)}).one_or_none()
    return dict(found.result) if found is not None and found.purpose == purpose else None


def forget_old(*, now: datetime) -> int:
    """Delete what is older than a day; returns how many."""
    deleted = db.session.execute(
        sa.delete(Submission).where(Submission.at < now - KEPT_FOR).returning(Submission.id)
    )
    return len(deleted.all())


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
