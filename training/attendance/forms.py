"""The sheet as a form, and marks as JSON: text in, values out."""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from wtforms import HiddenField

from training.attendance.errors import BadBatchError, BadMarkError
from training.attendance.queries import SheetRow
from training.attendance.values import AttendanceStatus, Claim, MalformedMark, Mark, TakeBack
from training.strict_json import JsonValue
from training.web.converters import MAX_ID
from training.web.fields import AppForm

#: Marks that one request may carry. A phone that has more sends them in parts.
MAX_MARKS = 500
#: Bytes that so many marks have room in.
MAX_BYTES = 250_000

_FIELD = re.compile("mark-([1-9][0-9]{0,9})", re.ASCII)
_KEY = re.compile("[A-Za-z0-9_-]{22}", re.ASCII)
_NONCE = re.compile("[!-~]{8,64}", re.ASCII)

_STATUSES = {status.value: status for status in AttendanceStatus}
#: What a row of the form can say; an empty text takes a mark back.
_OFFERED = {
    "" if status is AttendanceStatus.CLEARED else text: status for text, status in _STATUSES.items()
}


class SheetForm(AppForm):
    """What a sheet carries beside the marks: its key, what it showed, and the save before it."""

    #: Begins the nonces of all marks that this form makes.
    key = HiddenField()
    #: The statuses that the form was made with: what somebody else marked since is not undone by
    #: sending it, unchanged, in a form that is older.
    shown = HiddenField()
    #: Key of the save that Undo takes back, or an empty text.
    last = HiddenField()

    def begin(self, rows: Iterable[SheetRow], *, last: str) -> None:
        """Fill in what a new sheet carries."""
        self.key.data = secrets.token_urlsafe(16)
        self.shown.data = " ".join(
            f"{row.registration_id}:{row.status}" for row in rows if row.status
        )
        self.last.data = last if is_key(last) else ""

    def to_marks(self, sent: Mapping[str, str], *, all_present: bool) -> list[Mark]:
        """Return a mark for every row that was changed.

        :param sent: the request's fields.
        :param all_present: whoever has no mark is present.
        :raise BadMarkError: a status or a key that no form of ours has.
        """
        if not is_key(self.key.data or ""):
            raise BadMarkError
        shown = dict(pair.split(":", 1) for pair in (self.shown.data or "").split() if ":" in pair)
        marks = []
        for name, value in sent.items():
            if not (field := _FIELD.fullmatch(name)):
                continue
            number = field[1]
            by_default = all_present and not value
            status = AttendanceStatus.PRESENT if by_default else _OFFERED.get(value)
            is_changed = value != shown.get(number, "")
            if status is None or int(number) > MAX_ID:
                raise BadMarkError
            if is_changed or by_default:
                marks.append(
                    Mark(
                        registration_id=int(number),
                        status=status,
                        nonce=f"{self.key.data}.{number}.{status}",
                        only_if_unmarked=by_default and not is_changed,
                    )
                )
        return marks


def is_key(text: str) -> bool:
    """Tell whether something could be the key of a sheet."""
    return _KEY.fullmatch(text) is not None


def read_batch(body: JsonValue) -> list[Claim]:
    """Return the marks of ``{"marks": [{"registration", "status", "nonce", "claimed_at"}, …]}``.

    A mark may say ``"only_if_unmarked": true``, or name in ``takes_back``, in place of a status,
    the nonce of an earlier one. What is wrong with one of them is told of that one.

    :raise BadBatchError: there is no such list.
    """
    marks = body.get("marks") if isinstance(body, dict) else None
    if not isinstance(marks, list):
        raise BadBatchError
    return [_read(mark) for mark in marks]


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


def _status(value: JsonValue) -> AttendanceStatus | None:
    return _STATUSES.get(value) if isinstance(value, str) else None


def _instant(value: JsonValue) -> datetime | None:
    """Return the instant that a phone's clock named, or None: it is kept, not believed."""
    try:
        claimed = datetime.fromisoformat(value) if isinstance(value, str) else None
        return claimed.astimezone(UTC) if claimed and claimed.tzinfo else None
    except (ValueError, OverflowError):
        return None
