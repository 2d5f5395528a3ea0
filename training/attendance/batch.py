"""Marks as JSON: text in, values out."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from training.attendance.errors import BadBatchError, BadMarkError
from training.attendance.values import AttendanceStatus, Claim, MalformedMark, Mark, TakeBack
from training.strict_json import JsonValue
from training.web.converters import MAX_ID

#: Marks that one request may carry. A phone that has more sends them in parts.
MAX_MARKS = 500
#: Bytes that so many marks have room in.
MAX_BYTES = 250_000

_NONCE = re.compile("[!-~]{8,64}", re.ASCII)
_STATUSES = {status.value: status for status in AttendanceStatus}


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What a phone sends at once."""

    claims: tuple[Claim, ...]
    #: What its clock shows, if it says anything that can be understood.
    sent_at: datetime | None
    #: The newest mark that it knows of, to be told of newer ones; None: it does not ask.
    seen_mark_id: int | None


def read_batch(body: JsonValue) -> Batch:
    """Return the marks of ``{"marks": [{"registration", "status", "nonce", "claimed_at"}, …]}``.

    Beside the marks may stand ``"sent_at"``, which is the sender's clock, and ``"seen"``, which is
    the newest mark that it knows of.

    A mark may say ``"only_if_unmarked": true``, or name in ``takes_back``, in place of a status,
    the nonce of an earlier one. What is wrong with one of them is told of that one.

    :raise BadBatchError: there is no such list.
    """
    marks = body.get("marks") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(marks, list):
        raise BadBatchError
    return Batch(
        claims=tuple(_read(mark) for mark in marks),
        sent_at=_instant(body.get("sent_at")),
        seen_mark_id=_seen(body.get("seen")),
    )


def _read(item: JsonValue) -> Claim:
    if not isinstance(item, dict):
        return MalformedMark(nonce=None, refusal=BadMarkError())
    nonce, registration_id = _nonce(item.get("nonce")), _key(item.get("registration"))
    if nonce is None or registration_id is None:
        return MalformedMark(nonce=nonce, refusal=BadMarkError())
    claimed_at = _instant(item.get("claimed_at"))
    status, takes_back = _status(item.get("status")), _nonce(item.get("takes_back"))
    only_if_unmarked = item.get("only_if_unmarked", False)
    if takes_back is not None and item.keys().isdisjoint({"status", "only_if_unmarked"}):
        return TakeBack(
            registration_id=registration_id,
            takes_back=takes_back,
            nonce=nonce,
            claimed_at=claimed_at,
        )
    if status is None or "takes_back" in item or not isinstance(only_if_unmarked, bool):
        return MalformedMark(nonce=nonce, refusal=BadMarkError())
    return Mark(
        registration_id=registration_id,
        status=status,
        nonce=nonce,
        claimed_at=claimed_at,
        only_if_unmarked=only_if_unmarked,
    )


def _nonce(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and _NONCE.fullmatch(value) else None


def _key(value: JsonValue) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):  # to Python, true is a number
        return None
    return value if 0 < value <= MAX_ID else None


def _seen(value: JsonValue) -> int | None:
    return 0 if value == 0 and not isinstance(value, bool) else _key(value)


def _status(value: JsonValue) -> AttendanceStatus | None:
    return _STATUSES.get(value) if isinstance(value, str) else None


def _instant(value: JsonValue) -> datetime | None:
    """Return the instant that a phone's clock named, or None: it is kept, not believed."""
    try:
        claimed = datetime.fromisoformat(value) if isinstance(value, str) else None
        return claimed.astimezone(UTC) if claimed and claimed.tzinfo else None
    except (ValueError, OverflowError):
        return None
