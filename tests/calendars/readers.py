"""Other programs' readers of calendars: what each of them sees in the same bytes."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import ics  # type: ignore[import-untyped]  # publishes no types
import vobject  # type: ignore[import-untyped]  # publishes no types
from ical.calendar_stream import IcsCalendarStream

NODE = shutil.which("node")
_ICAL_JS = Path(__file__).with_name("ical_js.mjs")


class Seen(NamedTuple):
    """One event, as a program shows it."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    status: str
    sequence: int


def _read_vobject(calendar: bytes) -> list[Seen]:
    """Radicale, Odoo."""
    read = vobject.readOne(calendar.decode(), validate=True)
    return [_of_vobject(event.contents) for event in read.contents.get("vevent", [])]


def _of_vobject(contents: Mapping[str, list[Any]]) -> Seen:
    def value(name: str) -> Any:
        [one] = contents[name]
        return one.value

    return Seen(
        value("uid"),
        _utc(value("dtstart")),
        _utc(value("dtend")),
        value("summary"),
        value("status"),
        int(value("sequence")),
    )


def _read_ics(calendar: bytes) -> list[Seen]:
    """Scripts: the most used of its kind."""
    return [_of_ics(event) for event in ics.Calendar(calendar.decode()).events]


def _of_ics(event: Any) -> Seen:
    [sequence] = [line.value for line in event.extra if line.name == "SEQUENCE"]
    return Seen(
        event.uid,
        _utc(event.begin.datetime),
        _utc(event.end.datetime),
        event.name,
        event.status,
        int(sequence),
    )


def _read_ical(calendar: bytes) -> list[Seen]:
    """Home Assistant."""
    return [
        _of_ical(event) for event in IcsCalendarStream.calendar_from_ics(calendar.decode()).events
    ]


def _of_ical(event: Any) -> Seen:
    return Seen(
        event.uid,
        _utc(event.dtstart),
        _utc(event.dtend),
        event.summary,
        event.status.value,
        event.sequence,
    )


def _read_ical_js(calendar: bytes) -> list[Seen]:
    """Thunderbird, Nextcloud."""
    assert NODE is not None
    run = subprocess.run([NODE, _ICAL_JS], input=calendar, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return [_of_ical_js(**event) for event in json.loads(run.stdout)]


def _of_ical_js(
    *, uid: str, starts_at: int, ends_at: int, summaries: list[str], status: str, sequence: int
) -> Seen:
    [summary] = summaries
    start, end = (datetime.fromtimestamp(seconds, UTC) for seconds in (starts_at, ends_at))
    return Seen(uid, start, end, summary, status, sequence)


def _utc(instant: datetime) -> datetime:
    assert instant.tzinfo is not None, "floating: an hour off wherever the reader is"
    return instant.astimezone(UTC)


#: Name of a reader → what it sees. The last needs node; a test skips where there is none.
READERS: Mapping[str, Callable[[bytes], list[Seen]]] = {
    "vobject": _read_vobject,
    "ics": _read_ics,
    "ical": _read_ical,
    **({"ical.js": _read_ical_js} if NODE else {}),
}


def misread(reader: str, text: str) -> str:
    r"""Return what a reader makes of a text that is written as RFC 5545 says.

    ics 0.7 takes an escaped backslash before an n for a line end behind a backslash.
    """
    if reader == "ics":
        return text.replace("\\n", "\\\n").replace("\\N", "\\\n")
    return text


def by_all(calendar: bytes) -> list[Seen]:
    """Return what all readers see, after making sure that it is the same; by time."""
    seen = {name: sorted(read(calendar), key=_order) for name, read in READERS.items()}
    first = seen["vobject"]
    expected = {
        name: [one._replace(summary=misread(name, one.summary)) for one in first]
        for name in READERS
    }
    assert seen == expected
    return first


def _order(one: Seen) -> tuple[datetime, str]:
    return one.starts_at, one.uid
