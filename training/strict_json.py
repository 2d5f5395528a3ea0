"""JSON from outside, read so strictly that what comes through can be stored on both databases.

Python's own reader takes ``NaN``, ``1e999``, half a surrogate pair and integers of any length,
keeps the last of two equal keys, and recurses until the stack ends. NUL in a string is JSON, and
comes through: the rules of ``training.text`` decide about it.
"""

import json
import math
import re
from typing import NoReturn, TypeAlias

from training.errors import N_, InvalidInputError

#: What JSON can say.
JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

#: Any integer of so many digits fits a 64-bit column.
MAX_DIGITS = 18

# Possessive, and ending at the end of the data as well as at a quote: no byte is read twice.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+\\?(?:"|\Z)', re.DOTALL)
_OPENING = b"[{"
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_BOM = b"\xef\xbb\xbf"


class JsonError(InvalidInputError):
    """What came is not JSON that we take."""

    code = "json"


class JsonTooLargeError(JsonError):
    """More bytes than expected from anybody."""

    code = "json-too-large"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            N_("This is too large: at most %(max_bytes)s bytes can be read."), max_bytes=max_bytes
        )


class JsonEncodingError(JsonError):
    """Bytes that are no UTF-8, such as UTF-16 or Latin-1."""

    code = "json-encoding"

    def __init__(self) -> None:
        super().__init__(N_("This is not encoded in UTF-8."))


class JsonTooDeepError(JsonError):
    """Lists and objects inside each other without end."""

    code = "json-too-deep"

    def __init__(self, max_depth: int) -> None:
        super().__init__(
            N_("Its lists and objects are nested more than %(max_depth)s deep."),
            max_depth=max_depth,
        )


class JsonSyntaxError(JsonError):
    """No JSON at all, or cut off in the middle."""

    code = "json-syntax"

    def __init__(self, *, line: int, column: int) -> None:
        super().__init__(
            N_("This is not JSON: see line %(line)s, column %(column)s."), line=line, column=column
        )


class JsonNumberError(JsonError):
    """``NaN``, an infinity, or a number with too many digits."""

    code = "json-number"

    def __init__(self) -> None:
        super().__init__(N_("It contains a number that cannot be stored."))


class JsonDuplicateKeyError(JsonError):
    """An object says two things of one name; which of them is meant, nobody knows."""

    code = "json-duplicate-key"

    def __init__(self) -> None:
        super().__init__(N_("One of its objects has the same key twice."))


class JsonSurrogateError(JsonError):
    """Half of a pair that together would be one character."""

    code = "json-surrogate"

    def __init__(self) -> None:
        super().__init__(N_("It contains half a character."))


def loads(data: bytes, *, max_bytes: int, max_depth: int = 32) -> JsonValue:
    """Return what the JSON in ``data`` says.

    A byte order mark of UTF-8 is skipped (RFC 8259, section 8.1, lets a reader do so): editors
    put it there, and nothing else can be meant.

    :param max_depth: how deep lists and objects may stand in each other.
    :raise JsonError: it is too large, too deep, not UTF-8 or not JSON; or it has a number, a key
        or half a character that would be lost or misread.
    """
    if len(data) > max_bytes:
        raise JsonTooLargeError(max_bytes)
    data = data.removeprefix(_BOM)
    # A NUL byte never stands in JSON; UTF-16 without its mark is half NULs.
    if b"\x00" in data:
        raise JsonEncodingError
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonEncodingError from error
    _refuse_depth(data, max_depth)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        raise JsonSyntaxError(line=error.lineno, column=error.colno) from error
    if b"\\ud" in data or b"\\uD" in data:
        _refuse_surrogates(value)
    return value


def _refuse_depth(data: bytes, max_depth: int) -> None:
    """Count brackets before anything recurses into them."""
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in _OPENING else -1
        if depth > max_depth:
            raise JsonTooDeepError(max_depth)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise JsonDuplicateKeyError
    return made


def _constant(_name: str) -> NoReturn:
    raise JsonNumberError


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise JsonNumberError
    return number


def _int(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_DIGITS:
        raise JsonNumberError
    return int(digits)


def _refuse_surrogates(value: JsonValue) -> None:
    left = [value]
    while left:
        match left.pop():
            case str() as text if not _is_whole(text):
                raise JsonSurrogateError
            case list() as items:
                left.extend(items)
            case dict() as members:
                left.extend(members)
                left.extend(members.values())


def _is_whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
