"""What a calendar program answers: its calendar part, read without trusting a byte of it."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from icalendar.parser import Contentline, Parameters

#: An answer with a zone and a long text has about a tenth of each.
MAX_BYTES = 200_000
MAX_LINES = 5_000
MAX_COMPONENTS = 100
MAX_DEPTH = 4

_FOLD = re.compile(rb"(?:\r\n|\r|\n)[ \t]")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_COMPONENT = re.compile(r"(BEGIN|END):\s*([A-Za-z0-9-]+)\s*", re.IGNORECASE)
_INSTANT = re.compile(r"(\d{8}T\d{6})Z?")
#: Left alone by charsets of text; not by "punycode", "unicode_escape" and other codecs of Python.
_ASCII = rb"\u0041+-~{"
#: Before any invitation of ours. Years near 0 overflow in zones west of Greenwich.
_FIRST_YEAR = 2000
_CALENDAR, _EVENT = ["VCALENDAR"], ["VCALENDAR", "VEVENT"]
#: Nothing else is looked at: no rule is expanded, no zone built, no alarm repeated.
_WANTED = frozenset({"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "ATTENDEE", "COMMENT"})
#: Only these are answers. Whoever proposes another time answers, too.
_ANSWERS = frozenset({"REPLY", "COUNTER"})


class UnreadableError(ValueError):
    """It is too large, too deep, or no answer as RFC 5546 describes one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarAnswer:
    """What somebody's program answered to an invitation, as it says itself."""

    uid: str
    #: Whose answer it is.
    address: str
    #: PARTSTAT in upper case, such as "ACCEPTED".
    status: str
    #: SEQUENCE of the invitation that was answered.
    sequence: int
    #: DTSTAMP: when it was answered.
    stamped_at: datetime
    comment: str
    #: The time that they propose, as it stands there; None: they answer and propose none.
    proposed: str | None


def read_answer(data: bytes, *, charset: str = "utf-8") -> CalendarAnswer | None:
    """Return the answer in a calendar part, or None: it is something else, such as an invitation.

    ORGANIZER may be missing, as it is when Exchange answers; LF may end the lines.

    :raise UnreadableError: it is none that can be taken for what it says.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError("too large")
    method, lines = _relevant(_lines(data, charset))
    if method not in _ANSWERS:
        return None
    try:
        found = [_parts(line) for line in lines]
    except ValueError as error:
        raise UnreadableError("not a calendar") from error
    [attendee] = _values(found, "ATTENDEE", count=1)
    [uid] = _values(found, "UID", count=1)
    [stamp] = _values(found, "DTSTAMP", count=1)
    comments = [value for _, value in _values(found, "COMMENT")]
    return CalendarAnswer(
        uid=uid[1].strip(),
        address=_address(attendee[1]),
        status=str(attendee[0].get("PARTSTAT", "NEEDS-ACTION")).upper(),
        sequence=_number(_values(found, "SEQUENCE")),
        stamped_at=_instant(stamp[1]),
        comment="\n".join(comment for comment in comments if comment.strip()),
        proposed=_proposed(_values(found, "DTSTART")) if method == "COUNTER" else None,
    )


def _lines(data: bytes, charset: str) -> list[str]:
    """Return the content lines, put together again before they are decoded.

    Some programs fold in the middle of a character, which then is none.
    """
    if data.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        data, charset = data.decode("utf-16", errors="replace").encode(), "utf-8"
    lines = _LINE_END.split(_FOLD.sub(b"", data.removeprefix(BOM_UTF8)))
    if len(lines) > MAX_LINES:
        raise UnreadableError("too many lines")
    known = charset if _is_charset(charset) else "utf-8"
    return [line.decode(known, errors="replace") for line in lines]


def _is_charset(name: str) -> bool:
    with suppress(LookupError, UnicodeError):
        return _ASCII.decode(name, errors="replace") == _ASCII.decode()
    return False


def _relevant(lines: list[str]) -> tuple[str, list[str]]:
    """Return METHOD and what is wanted of the one event, whatever else stands there."""
    method, kept, events, components = "", [], 0, 0
    open_now: list[str] = []
    for line in lines:
        if bounds := _COMPONENT.fullmatch(line):
            kind, name = bounds[1].upper(), bounds[2].upper()
            if kind == "BEGIN":
                open_now.append(name)
                components += 1
                events += open_now == _EVENT
            elif not open_now or open_now.pop() != name:
                raise UnreadableError("not a calendar")
            if components > MAX_COMPONENTS or len(open_now) > MAX_DEPTH:
                raise UnreadableError("too deep")
        elif open_now in (_CALENDAR, _EVENT) and (match := _NAME.match(line)):
            name = match[0].upper()
            if open_now == _CALENDAR and name == "METHOD":
                method = line.partition(":")[2].strip().upper()
            elif open_now == _EVENT and name in _WANTED:
                kept.append(line)
    if method in _ANSWERS and (events != 1 or open_now):
        raise UnreadableError("not one event")
    return method, kept


#: Name, parameters and value of a line, its escapes undone.
_Parts = tuple[str, Parameters, str]


def _parts(line: str) -> _Parts:
    found: _Parts = Contentline(line).parts()  # type: ignore[no-untyped-call]  # icalendar
    return found


def _values(
    found: list[_Parts], name: str, *, count: int | None = None
) -> list[tuple[Parameters, str]]:
    values = [(parameters, value) for key, parameters, value in found if key.upper() == name]
    if count is not None and len(values) != count:
        raise UnreadableError(f"{len(values)} times {name}")
    return values


def _address(value: str) -> str:
    scheme, _, address = value.strip().partition(":")
    if scheme.lower() != "mailto" or "@" not in address:
        raise UnreadableError("no address")
    return unquote(address.strip())


def _number(values: list[tuple[Parameters, str]]) -> int:
    """Return SEQUENCE; a missing one is 0 (RFC 5546, section 3.2.3)."""
    digits = values[0][1].strip() if values else "0"
    if len(values) > 1 or not re.fullmatch(r"[0-9]{1,10}", digits):
        raise UnreadableError("no number")
    return int(digits)


def _instant(value: str) -> datetime:
    """Return DTSTAMP, which is in UTC whether a program says so or not (RFC 5545, 3.8.7.2)."""
    match = _INSTANT.fullmatch(value.strip())
    try:
        instant = datetime.strptime(f"{match[1] if match else ''}+0000", "%Y%m%dT%H%M%S%z")
    except ValueError as error:
        raise UnreadableError("no time") from error
    if instant.year < _FIRST_YEAR:
        raise UnreadableError("no time")
    return instant


def _proposed(values: list[tuple[Parameters, str]]) -> str:
    """Return a time for people to read: nothing is computed, as programs name zones freely."""
    for parameters, value in values:
        if match := _INSTANT.fullmatch(value.strip()):
            day, clock = match[1].split("T")
            zone = "UTC" if value.strip().endswith("Z") else str(parameters.get("TZID", ""))
            return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]} {zone}".strip()
    return ""
