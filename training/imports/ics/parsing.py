"""One event of a file: parsed by itself, so that a bad one is only its own loss."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event, vRecur

from training.clock import utc_to_wall
from training.errors import N_
from training.imports.cells import YEARS, quoted
from training.imports.errors import UnfitEventError
from training.imports.ics.lines import RawComponent
from training.imports.ics.texts import values_of
from training.imports.ics.zones import Zones, instant_of
from training.text import cleaned_line

UTC_ZONE = ZoneInfo("UTC")
_UTC_KEYS = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT", "Etc/Zulu"})
_DAY = timedelta(days=1)
#: Names of zones are looked up here: icalendar would guess some, and take others over a Z.
_ZONE_NAME = re.compile(
    rb"^((?:DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(?:;[^:]*?)?;)TZID=", re.IGNORECASE
)
_OUR_ZONE_NAME = "X-TZID"
#: What is told of a value that cannot be read, at most.
_MAX_TOLD = 120


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as an event says it: a day, or what a wall clock shows."""

    #: Naive; of a whole day: its midnight.
    wall: datetime
    #: Where the clock hangs; None: nobody says, or it is a whole day.
    zone: ZoneInfo | None
    is_day: bool = False

    @property
    def instant(self) -> datetime:
        """Only of a moment with a zone."""
        return instant_of(self.wall, self.zone or UTC_ZONE)

    def wall_in(self, zone: ZoneInfo) -> datetime:
        """Return what a clock elsewhere shows; of a whole day nothing else than here."""
        return self.wall if self.is_day else utc_to_wall(self.instant, zone)[0]


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """An event whose parts can all be read."""

    number: int
    calendar: int
    uid: str
    event: Event
    recurrence: Moment | None

    @property
    def is_cancelled(self) -> bool:
        return self.word("STATUS") == "CANCELLED"

    @property
    def is_private(self) -> bool:
        return self.word("CLASS") in {"PRIVATE", "CONFIDENTIAL"}

    @property
    def rule(self) -> vRecur | None:
        """Return the rule by which it repeats.

        :raise UnfitEventError: there are several, or one of exceptions.
        """
        rules = values_of(self.event, "RRULE")
        if len(rules) > 1 or values_of(self.event, "EXRULE"):
            raise UnfitEventError(N_("It repeats by more than one rule."))
        return rules[0] if rules and isinstance(rules[0], vRecur) else None

    def word(self, name: str) -> str:
        """Return a value of one word, in capitals."""
        values = values_of(self.event, name)
        return str(values[0]).strip().upper() if values else ""

    @property
    def repeats(self) -> bool:
        return "RRULE" in self.event or "RDATE" in self.event


def parse_event(raw: RawComponent, zones: Zones, *, chosen: ZoneInfo | None) -> ParsedEvent:
    """Parse an event.

    :param chosen: the zone of times that say none.
    :raise UnfitEventError: something in it cannot be read.
    """
    if raw.excess:
        raise UnfitEventError(raw.excess)
    own_lines = (_ZONE_NAME.sub(rb"\1X-TZID=", line) for line in raw.lines)
    lines = [b"BEGIN:VEVENT", *own_lines, b"END:VEVENT", b""]
    try:
        event = Event.from_ical(b"\r\n".join(lines))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise UnfitEventError(
            N_("It cannot be read: %(why)s."), why=quoted(cleaned_line(str(error)))
        ) from error
    if not isinstance(event, Event):
        raise UnfitEventError(N_("It cannot be read: %(why)s."), why="BEGIN, END")
    for name, why in event.errors:
        raise UnfitEventError(
            N_("The field %(name)s cannot be read: %(why)s."),
            name=name,
            why=cleaned_line(str(why))[:_MAX_TOLD],
        )
    return ParsedEvent(
        number=raw.number,
        calendar=raw.calendar,
        uid=_uid(event),
        event=event,
        recurrence=_recurrence(event, raw.calendar, zones, chosen),
    )


def _uid(event: Event) -> str:
    uids = [cleaned_line(str(uid)) for uid in values_of(event, "UID")]
    if len(uids) != 1 or not uids[0]:
        raise UnfitEventError(N_("It has no UID, so it would not be known again."))
    return uids[0]


def _recurrence(
    event: Event, calendar: int, zones: Zones, chosen: ZoneInfo | None
) -> Moment | None:
    found = values_of(event, "RECURRENCE-ID")
    if not found:
        return None
    if getattr(found[0], "params", {}).get("RANGE"):
        raise UnfitEventError(
            N_(
                "It changes all dates from one on (THISANDFUTURE), which cannot be followed. "
                "End the series in the calendar and begin another one."
            )
        )
    return moment_of(found[0], calendar, zones, chosen=chosen)


def moment_of(
    value: Any,
    calendar: int,
    zones: Zones,
    *,
    chosen: ZoneInfo | None,
    walls: Sequence[datetime] = (),
) -> Moment:
    """Return what a value of DTSTART and its like means.

    :param walls: further times at which its zone must be right.
    :raise UnfitEventError: no time, one of another century, or in a zone that nobody knows.
    """
    found = getattr(value, "dt", None)
    if not isinstance(found, date) or found.year not in YEARS:
        raise UnfitEventError(N_("One of its times cannot be used."))
    if not isinstance(found, datetime):
        return Moment(datetime.combine(found, time()), None, is_day=True)
    name = zone_name_of(value)
    wall = found.replace(tzinfo=None, fold=0)
    if found.tzinfo is not None:
        if name:
            raise UnfitEventError(
                N_("One of its times is in UTC and in another time zone at once.")
            )
        return Moment(found.astimezone(UTC).replace(tzinfo=None), UTC_ZONE)
    if not name:
        return Moment(wall, chosen)
    zone = zones.find(name, calendar, [wall, *walls])
    return Moment(wall, UTC_ZONE if zone.key in _UTC_KEYS else zone)


def zone_name_of(value: Any) -> str:
    """Return what an event calls the zone of one of its times; empty: it does not say."""
    return str(getattr(value, "params", {}).get(_OUR_ZONE_NAME, ""))


def listed_moments(
    parsed: ParsedEvent, name: str, zones: Zones, *, chosen: ZoneInfo | None
) -> list[Moment]:
    """Return the single dates of EXDATE or RDATE.

    :raise UnfitEventError: one of them is a period, or no time.
    """
    found = []
    for each in values_of(parsed.event, name):
        for one in getattr(each, "dts", ()):
            if isinstance(one.dt, tuple):
                raise UnfitEventError(N_("It repeats by periods, which cannot be followed."))
            one.params[_OUR_ZONE_NAME] = zone_name_of(each)
            found.append(moment_of(one, parsed.calendar, zones, chosen=chosen))
    return found


def length_of(parsed: ParsedEvent, start: Moment, zones: Zones) -> timedelta | None:
    """Return how long an event lasts; of whole days: so many days; None: it does not say.

    :raise UnfitEventError: it ends before it starts, or on a day where it starts at a time.
    """
    ends = values_of(parsed.event, "DTEND")
    durations = values_of(parsed.event, "DURATION")
    if ends:
        end = moment_of(ends[0], parsed.calendar, zones, chosen=start.zone)
        if start.is_day and end.wall.time() == time():
            end = replace(end, is_day=True)
        if end.is_day != start.is_day:
            raise UnfitEventError(N_("It starts at a time and ends on a day, or the reverse."))
        length = end.wall - start.wall if end.is_day else end.instant - start.instant
    elif durations and isinstance(getattr(durations[0], "dt", None), timedelta):
        length = durations[0].dt
    else:
        return _DAY if start.is_day else None
    if start.is_day:
        # Some programs write a day as ending on itself.
        return max(length, _DAY)
    if length <= timedelta(0):
        raise UnfitEventError(N_("The end must be after the start."))
    return length


def start_of(
    parsed: ParsedEvent,
    zones: Zones,
    *,
    chosen: ZoneInfo | None,
    walls: Sequence[datetime] = (),
) -> Moment:
    """Return when an event starts.

    :raise UnfitEventError: it does not say it.
    """
    found = values_of(parsed.event, "DTSTART")
    if not found:
        raise UnfitEventError(N_("It does not say when it starts."))
    start = moment_of(found[0], parsed.calendar, zones, chosen=chosen, walls=walls)
    if start.is_day:
        return start
    if parsed.word("X-MICROSOFT-CDO-ALLDAYEVENT") == "TRUE" and start.wall.time() == time():
        return Moment(start.wall, None, is_day=True)
    if start.zone is None:
        raise UnfitEventError(
            N_("Its times are in no time zone. The command takes one with --timezone.")
        )
    return start


def uid_of(raw: RawComponent) -> str:
    """Return the UID of an event that cannot be parsed, as far as that can be told."""
    for line in raw.lines:
        if line[:4].upper() in {b"UID:", b"UID;"}:
            return cleaned_line(line.partition(b":")[2].decode())
    return ""


def name_of(event: ParsedEvent | RawComponent) -> str:
    """Return what an event is called, as far as that can be told."""
    if isinstance(event, ParsedEvent):
        summaries = values_of(event.event, "SUMMARY")
        title = cleaned_line(str(summaries[0])) if summaries else ""
        return quoted(title or event.uid)
    for line in event.lines:
        if line[:8].upper() in {b"SUMMARY:", b"SUMMARY;"}:
            return quoted(cleaned_line(line.partition(b":")[2].decode()))
    return quoted(uid_of(event))
