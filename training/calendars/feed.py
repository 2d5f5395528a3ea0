"""The iCalendar writer: an entry as a VEVENT, and what stands before and after the entries."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flask_babel import gettext as _
from icalendar import Calendar, Event
from tzdata import IANA_VERSION

from training.calendars.lines import (
    Text,
    add_refresh_interval,
    one_line,
    several_lines,
    to_bytes,
    web_address,
)
from training.calendars.values import CalendarEntry

logger = logging.getLogger(__name__)

#: Raised when the writer writes anything else than before, so that no program keeps the old.
WRITER_VERSION = 1
#: What entries are written by: zone data decide about the instants in them.
WRITTEN_BY = f"{WRITER_VERSION}-{IANA_VERSION}"
PRODUCT = "-//Training//Training//EN"
#: How often programs are asked to look; some would look once a week.
REFRESH_INTERVAL = timedelta(hours=4)
#: Characters that every program shows.
MAX_LINE = 200
MAX_DESCRIPTION = 7_000

FOOTER = b"END:VCALENDAR\r\n"
#: What stands before the values that :func:`revised` replaces, in the order of the lines.
_DTSTAMP, _SEQUENCE, _LAST_MODIFIED = b"\r\nDTSTAMP:", b"\r\nSEQUENCE:", b"\r\nLAST-MODIFIED:"


def vevent(entry: CalendarEntry, *, domain: str) -> bytes:
    """Return one meeting as a VEVENT: the same bytes for the same revision.

    Times are UTC, so no VTIMEZONE is needed and none can be wrong. The word before the title of a
    cancelled meeting is in the current locale.

    :param domain: makes the UID unique in the world, so it must never change.
    """
    return to_bytes(event_of(entry, domain=domain))


def find_vevent(entry: CalendarEntry, *, domain: str) -> bytes | None:
    """Return one meeting as a VEVENT, whatever its texts do to the writer.

    Without them if it must be: people need to know when it is, and the other meetings of a feed or
    a session are not to wait for this one. None: not even that could be written.
    """
    bare = replace(
        entry, summary="", location="", description="", url=None, join_url=None, categories=()
    )
    for attempt, lacks in ((entry, "texts"), (bare, "everything")):
        try:
            return vevent(attempt, domain=domain)
        except Exception as error:  # noqa: BLE001 -- what a text does to a library, nobody can list
            logger.error(  # noqa: TRY400 -- a traceback may quote what people wrote
                "calendar entry not written",
                extra={"uid": str(entry.uid), "lacks": lacks, "error": type(error).__name__},
            )
    return None


def event_of(entry: CalendarEntry, *, domain: str) -> Event:
    """Return what :func:`vevent` writes, for those who have more to say about it."""
    # A program finds its copy by UID and replaces it if SEQUENCE is higher, so a moved or
    # cancelled meeting keeps the one and raises the other (RFC 5546, section 2.1.4).
    event = Event()
    event.add("uid", Text(f"{entry.uid}@{domain}"))
    event.add("sequence", entry.revision)
    # The last change, never now: RFC 5545, section 3.8.7.2.
    event.add("dtstamp", entry.revised_at.astimezone(UTC))
    event.add("last-modified", entry.revised_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", _summary(entry))
    event.add("status", _status(entry))
    if entry.is_cancelled:
        event.add("transp", "TRANSPARENT")  # the time is free again
    _add_place(event, entry)
    if description := several_lines(entry.description, longest=MAX_DESCRIPTION):
        event.add("description", description)
    if url := web_address(entry.url):
        event.add("url", url)
    names = [one_line(category, longest=MAX_LINE) for category in entry.categories]
    if names := [name for name in names if name]:
        event.add("categories", names)
    return event


def revised(body: bytes, *, revision: int, revised_at: datetime) -> bytes:
    """Return a VEVENT that :func:`vevent` wrote with another SEQUENCE and time of the last change.

    As if it were written anew, in a hundredth of the time.
    """
    # Nothing that somebody typed begins a line: its line ends are escaped.
    stamped = body.index(_DTSTAMP) + len(_DTSTAMP)
    numbered = body.index(_SEQUENCE, stamped) + len(_SEQUENCE)
    after = body.index(b"\r\n", numbered)
    modified = body.rindex(_LAST_MODIFIED) + len(_LAST_MODIFIED)
    stamp = _stamp(revised_at)
    return b"%b%b%b%d%b%b%b" % (
        body[:stamped],
        stamp,
        body[stamped + len(stamp) : numbered],
        revision,
        body[after:modified],
        stamp,
        body[modified + len(stamp) :],
    )


@lru_cache(maxsize=1024)
def _stamp(instant: datetime) -> bytes:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}".encode()


def _summary(entry: CalendarEntry) -> Text:
    title = entry.summary
    if not one_line(title, longest=MAX_LINE):
        title = _("Training session")
    if entry.is_cancelled:  # not every program shows STATUS
        title = _("Cancelled: %(title)s", title=title)
    return one_line(title, longest=MAX_LINE)


def _status(entry: CalendarEntry) -> str:
    if entry.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.is_tentative else "CONFIRMED"


def _add_place(event: Event, entry: CalendarEntry) -> None:
    place = one_line(entry.location, longest=MAX_LINE)
    if join := web_address(entry.join_url):
        event.add("conference", join, parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
        # Few programs know CONFERENCE, so the link also stands where people look for the place.
        place = place or Text(join)
    if place:
        event.add("location", place)


@lru_cache(maxsize=256)
def header(name: str | None = None, *, method: str | None = None) -> bytes:
    """Return what stands before the entries.

    No METHOD but in mails, because it makes invitations of them; no UID, by which some programs
    take a feed for one entry; no SOURCE, which would give a secret address away when the calendar
    is forwarded.

    :param name: of a feed; None for a download, of which a name would make a calendar of its own.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", Text(PRODUCT))
    if method is not None:
        calendar.add("method", method)
    if name is not None:
        title = one_line(name, longest=MAX_LINE)
        calendar.add("name", title)
        calendar.add("x-wr-calname", title)  # older programs read this one
        add_refresh_interval(calendar, REFRESH_INTERVAL)
    return to_bytes(calendar).removesuffix(FOOTER)
