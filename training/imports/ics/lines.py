"""An iCalendar file from its bytes to the lines of its events, within bounds.

Everything that could make a parser work for long is refused here, by counting: sizes, lines,
nesting, components. Of an event only the properties that something is made of are handed on, so
nothing about people ever reaches the database, and nothing else costs any time.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from training.errors import N_
from training.imports.errors import TooLargeFileError, UnreadableFileError

MAX_BYTES = 5_000_000
MAX_LINES = 300_000
MAX_EVENTS = 5_000
MAX_COMPONENTS = 50_000
#: VCALENDAR, VEVENT, VALARM, and some more.
MAX_DEPTH = 6
#: Time zones that one file brings along.
MAX_ZONES = 200
#: More than the longest description that we keep, however it is escaped.
MAX_LINE_BYTES = 250_000
#: Of one event or time zone, and of all of a file: dates that are left out or added by hand.
MAX_LISTED_DATES = 1_000
MAX_FILE_LISTED_DATES = 20_000
#: Properties of one event that are read.
MAX_PROPERTIES = 1_500
#: Nobody is reminded more often.
MAX_REPEAT = 1_000

#: What something is made of.
_OF_EVENTS = frozenset(
    {
        *(b"UID", b"RECURRENCE-ID", b"DTSTART", b"DTEND", b"DURATION", b"STATUS", b"CLASS"),
        *(b"RRULE", b"RDATE", b"EXDATE", b"EXRULE", b"SUMMARY", b"DESCRIPTION", b"LOCATION"),
        *(b"URL", b"CONFERENCE", b"X-GOOGLE-CONFERENCE", b"X-ALT-DESC", b"CATEGORIES"),
        *(b"X-MICROSOFT-SKYPETEAMSMEETINGURL", b"X-MICROSOFT-CDO-ALLDAYEVENT"),
    }
)
_OF_ZONES = frozenset(
    {
        *(b"TZID", b"X-LIC-LOCATION", b"DTSTART", b"RRULE", b"RDATE", b"TZOFFSETFROM"),
        b"TZOFFSETTO",
    }
)
#: Personal data, and what a session has no place for: only counted.
_COUNTED = frozenset({b"ATTENDEE", b"ORGANIZER", b"ATTACH"})
_COUNTED_COMPONENTS = frozenset({b"VALARM", b"VTODO", b"VJOURNAL", b"VFREEBUSY"})

_FOLD = re.compile(rb"\n[ \t]")
_NAME = re.compile(rb"[A-Za-z0-9-]{1,64}(?=[;:])")
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(slots=True)
class RawComponent:
    """One event or time zone: the content lines that are read, each in one piece."""

    #: Its place among its like, from 1.
    number: int
    #: Which VCALENDAR of the file it stands in; their zones are their own.
    calendar: int
    lines: list[bytes] = field(default_factory=list)
    #: How many dates it leaves out or adds.
    listed: int = 0
    #: Why it is not to be parsed.
    excess: str | None = None


@dataclass(slots=True)
class RawCalendars:
    """What a file holds, not yet parsed."""

    events: list[RawComponent] = field(default_factory=list)
    zones: list[RawComponent] = field(default_factory=list)
    #: Of each VCALENDAR: the zone that its program says it is in.
    zone_names: dict[int, str] = field(default_factory=dict)
    #: What is not read, and how often it stands there.
    unread: Counter[str] = field(default_factory=Counter)


def is_calendar(data: bytes) -> bool:
    """Tell an iCalendar file from a table by how it begins."""
    start = data[:400].removeprefix(codecs.BOM_UTF8)
    for mark, encoding in _UTF16:
        if start.startswith(mark):
            start = start[2:].decode(encoding, errors="ignore").encode()
    return start.lstrip()[:15].upper() == b"BEGIN:VCALENDAR"


def read_lines(data: bytes) -> RawCalendars:
    """Take a file apart.

    :raise TooLargeFileError: larger than we take, in one way or another.
    :raise UnreadableFileError: it is no iCalendar file, or a broken one.
    """
    if len(data) > MAX_BYTES:
        raise TooLargeFileError(
            N_("The calendar is larger than %(most)s MB. Export fewer years of it."),
            most=MAX_BYTES // 10**6,
        )
    return _Scan().run(_content_lines(data))


def _content_lines(data: bytes) -> Iterator[bytes]:
    """Yield the lines of a file, each in one piece (RFC 5545, section 3.1).

    Lines are put together before they are decoded, because old programs fold inside a character.
    """
    unfolded = _FOLD.sub(b"", _in_utf8(data).replace(b"\r\n", b"\n"))
    if unfolded.count(b"\n") > MAX_LINES:
        raise TooLargeFileError(
            N_("The calendar has more than %(most)s lines. Export fewer years of it."),
            most=MAX_LINES,
        )
    try:
        unfolded.decode()
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            N_("The calendar is not in UTF-8, as calendars are. Export it again."),
        ) from error
    return iter(unfolded.split(b"\n"))


def _in_utf8(data: bytes) -> bytes:
    if data.startswith(_UTF32):
        raise UnreadableFileError(
            N_("The calendar is in UTF-32, and calendars are in UTF-8. Export it again.")
        )
    for mark, encoding in _UTF16:
        if data.startswith(mark):
            try:
                data = data[len(mark) :].decode(encoding).encode()
            except UnicodeError as error:
                raise UnreadableFileError(
                    N_("The calendar is not in UTF-8, as calendars are. Export it again.")
                ) from error
    if b"\0" in data:
        raise UnreadableFileError(
            N_("The calendar holds a character that no text has (NUL). Export it again.")
        )
    if not is_calendar(data):
        raise UnreadableFileError(
            N_("This is no calendar: it does not begin with BEGIN:VCALENDAR.")
        )
    return data.removeprefix(codecs.BOM_UTF8)


class _Scan:
    """One walk over the lines of a file."""

    def __init__(self) -> None:
        self.found = RawCalendars()
        self._open: list[bytes] = []
        self._calendars = self._components = self._listed = 0
        self._current: RawComponent | None = None

    def run(self, lines: Iterator[bytes]) -> RawCalendars:
        for line in lines:
            match = _NAME.match(line)
            name = match[0].upper() if match else b""
            if name == b"BEGIN":
                self._begin(line[6:].strip().upper())
            elif name == b"END":
                self._end(line[4:].strip().upper())
            elif self._open:
                self._property(name, line)
            elif line.strip():
                raise UnreadableFileError(N_("Something stands outside of the calendar."))
        if self._open:
            raise UnreadableFileError(
                N_("The calendar ends in the middle: perhaps only a part of it arrived.")
            )
        return self.found

    def _begin(self, kind: bytes) -> None:
        self._components += 1
        if self._components > MAX_COMPONENTS:
            raise TooLargeFileError(
                N_("The calendar has more than %(most)s parts. Export fewer years of it."),
                most=MAX_COMPONENTS,
            )
        if len(self._open) >= MAX_DEPTH:
            raise UnreadableFileError(
                N_("The calendar's parts are nested more than %(most)s deep."), most=MAX_DEPTH
            )
        if (kind == b"VCALENDAR") == bool(self._open):
            raise UnreadableFileError(N_("The calendar's BEGIN and END lines do not fit."))
        self._open.append(kind)
        if kind == b"VCALENDAR":
            self._calendars += 1
        elif self._open == [b"VCALENDAR", b"VEVENT"]:
            self._start(self.found.events, MAX_EVENTS, N_("events"))
        elif self._open == [b"VCALENDAR", b"VTIMEZONE"]:
            self._start(self.found.zones, MAX_ZONES, N_("time zones"))
        elif self._is_of_zone():
            self._keep(b"BEGIN:" + kind)
        elif kind in _COUNTED_COMPONENTS:
            self.found.unread[kind.decode()] += 1

    def _start(self, found: list[RawComponent], most: int, what: str) -> None:
        if len(found) >= most:
            raise TooLargeFileError(
                N_("The calendar has more than %(most)s %(what)s. Export fewer years of it."),
                most=most,
                what=what,
            )
        self._current = RawComponent(number=len(found) + 1, calendar=self._calendars)
        found.append(self._current)

    def _is_of_zone(self) -> bool:
        return self._open[1:2] == [b"VTIMEZONE"] and self._open[2:] in (
            [b"STANDARD"],
            [b"DAYLIGHT"],
        )

    def _end(self, kind: bytes) -> None:
        if not self._open or self._open[-1] != kind:
            raise UnreadableFileError(N_("The calendar's BEGIN and END lines do not fit."))
        if self._is_of_zone():
            self._keep(b"END:" + kind)
        self._open.pop()
        if len(self._open) == 1:
            self._current = None

    def _property(self, name: bytes, line: bytes) -> None:
        if name in _COUNTED:
            self.found.unread[name.decode()] += 1
        elif name == b"REPEAT":
            self._alarm(line)
        elif self._open == [b"VCALENDAR"]:
            if name == b"X-WR-TIMEZONE":
                zone_name = line.partition(b":")[2].strip()[:200].decode()
                self.found.zone_names.setdefault(self._calendars, zone_name)
        elif self._open == [b"VCALENDAR", b"VEVENT"]:
            if name in _OF_EVENTS:
                self._keep(line)
        elif self._open[:2] == [b"VCALENDAR", b"VTIMEZONE"] and name in _OF_ZONES:
            self._keep(line)

    def _alarm(self, line: bytes) -> None:
        digits = line.partition(b":")[2].strip()
        if self._current and (len(digits) > len(str(MAX_REPEAT)) or int_of(digits) > MAX_REPEAT):
            self._current.excess = N_("It reminds of itself without end.")

    def _keep(self, line: bytes) -> None:
        current = self._current
        if current is None or current.excess:
            return
        if len(line) > MAX_LINE_BYTES:
            current.excess = N_("One of its lines is longer than any text that can be kept.")
        elif len(current.lines) >= MAX_PROPERTIES:
            current.excess = N_("It says too many things.")
        elif line[:6].upper() in {b"EXDATE", b"RDATE;", b"RDATE:"}:
            self._keep_dates(current, line)
        else:
            current.lines.append(line)

    def _keep_dates(self, current: RawComponent, line: bytes) -> None:
        number = line.count(b",") + 1
        current.listed += number
        if current.listed > MAX_LISTED_DATES:
            current.excess = N_("It lists too many single dates.")
            return
        self._listed += number
        if self._listed > MAX_FILE_LISTED_DATES:
            raise TooLargeFileError(
                N_("The calendar lists more than %(most)s single dates. Export fewer years of it."),
                most=MAX_FILE_LISTED_DATES,
            )
        current.lines.append(line)


def int_of(digits: bytes) -> int:
    """Return a whole number; what is none is 0."""
    return int(digits) if digits.isdigit() else 0
