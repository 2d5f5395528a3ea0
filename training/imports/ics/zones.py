"""Which IANA zone a calendar means by the names that programs give to time zones.

A name that we know is taken. One that only the file knows is taken for a zone of ours whose clocks
show the same at the times in question, and the preview says which. Nothing else is guessed.
"""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Timezone, vRecur
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from training.clock import UnknownZoneError, find_zone
from training.errors import N_
from training.imports.cells import quoted
from training.imports.errors import UnfitEventError
from training.imports.ics.lines import RawComponent

#: Longest name that is looked at.
_MAX_NAME = 200
_UTC_NAMES = frozenset({"UTC", "Z", "GMT", "tzone://Microsoft/Utc"})
#: What rules of zones are made of; anything else is no rule of a zone.
_RULE_PARTS = frozenset({"FREQ", "BYMONTH", "BYDAY", "BYMONTHDAY", "UNTIL", "INTERVAL", "WKST"})
_MOST_ONSETS = 400
_MOST_OBSERVANCES = 100
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: Where many people are: taken before others with the same clocks.
_FIRST = (
    *("Europe/Berlin", "Europe/London", "Europe/Bucharest", "America/New_York"),
    *("America/Chicago", "America/Denver", "America/Los_Angeles", "Australia/Sydney"),
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """On which day of each year the clocks change."""

    month: int
    #: Weekday from Monday, and which of the month's: -1 is the last; None: on days of the month.
    weekday: int | None
    ordinal: int | None
    days: frozenset[int]
    until: datetime | None


@lru_cache(maxsize=4_096)
def _onset(rule: _Rule, year: int, begins: datetime) -> datetime | None:
    """Return when an observance begins in a year, or None."""
    length = calendar.monthrange(year, rule.month)[1]
    days = [
        datetime(year, rule.month, day, begins.hour, begins.minute, begins.second)  # noqa: DTZ001 -- a wall clock has no zone
        for day in range(1, length + 1)
        if not rule.days or day in rule.days
    ]
    if rule.weekday is not None:
        days = [day for day in days if day.weekday() == rule.weekday]
    place = (rule.ordinal or 1) - (0 if (rule.ordinal or 1) < 0 else 1)
    found = days[place] if -len(days) <= place < len(days) else None
    return None if found is None or (rule.until and found > rule.until) else found


@dataclass(frozen=True, slots=True)
class _Observance:
    """From when on, and how often, the clocks of a zone are set to an offset."""

    begins: datetime
    offset: timedelta
    rule: _Rule | None
    dates: tuple[datetime, ...]

    def last_onset(self, wall: datetime) -> datetime | None:
        """Return when it last began before a wall time."""
        known = [self.begins, *self.dates]
        if self.rule is not None:
            years = (wall.year, wall.year - 1, self.rule.until.year if self.rule.until else None)
            known += [
                onset
                for year in years
                if year and (onset := _onset(self.rule, year, self.begins)) and onset > self.begins
            ]
        return max((onset for onset in known if onset <= wall), default=None)


@dataclass(frozen=True, slots=True)
class OwnZone:
    """A time zone as the file describes it (RFC 5545, section 3.6.5)."""

    #: Where it is, if its program says that too.
    place: str
    observances: tuple[_Observance, ...]

    def offset(self, wall: datetime) -> timedelta | None:
        """Return how far from UTC its clocks are when they show ``wall``; None: it says nothing."""
        onsets = [(one.last_onset(wall), one.offset) for one in self.observances]
        begun = [(onset, offset) for onset, offset in onsets if onset is not None]
        return max(begun)[1] if begun else None


def read_zones(raw: Iterable[RawComponent]) -> dict[tuple[int, str], OwnZone]:
    """Return the zones that a file brings along, by VCALENDAR and name; broken ones are passed."""
    found = {}
    for component in raw:
        if component.excess:
            continue
        lines = [b"BEGIN:VTIMEZONE", *component.lines, b"END:VTIMEZONE", b""]
        try:
            timezone = Timezone.from_ical(b"\r\n".join(lines))
            if not isinstance(timezone, Timezone):
                continue
            zone = OwnZone(
                place=str(timezone.get("X-LIC-LOCATION", "")),
                observances=tuple(_observances(timezone)),
            )
            found[component.calendar, str(timezone["TZID"])] = zone
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, IndexError):
            # icalendar raises all of these for values of the wrong kind. An event that needs this
            # zone says that it is unknown.
            continue
    return found


def _observances(timezone: Timezone) -> Iterator[_Observance]:
    parts: list[Any] = timezone.subcomponents
    if len(parts) > _MOST_OBSERVANCES:
        raise ValueError("more rules than any zone ever had")
    for part in parts:
        dates = part.get("RDATE", [])
        listed = [
            one.dt for each in (dates if isinstance(dates, list) else [dates]) for one in each.dts
        ]
        if len(listed) > _MOST_ONSETS:
            raise ValueError("more changes of the clocks than there are years")
        begins = part["DTSTART"].dt.replace(tzinfo=None)
        yield _Observance(
            begins=begins,
            offset=part["TZOFFSETTO"].td,
            rule=_rule(part.get("RRULE"), begins),
            dates=tuple(date.replace(tzinfo=None) for date in listed),
        )


def _rule(rule: vRecur | None, begins: datetime) -> _Rule | None:
    """Return the day on which clocks change, if the rule is of the kind that zones have.

    :raise ValueError: it is not, or it is two rules.
    """
    if rule is None:
        return None
    [frequency] = rule["FREQ"]
    months = rule.get("BYMONTH", [begins.month])
    weekdays = [str(day) for day in rule.get("BYDAY", [])]
    if (
        frequency != "YEARLY"
        or not rule.keys() <= _RULE_PARTS
        or rule.get("INTERVAL", [1]) != [1]
        or len(months) != 1
        or len(weekdays) > 1
    ):
        raise ValueError("no rule by which clocks change")
    until = rule.get("UNTIL", [None])[0]
    days = frozenset(int(day) for day in rule.get("BYMONTHDAY", []))
    if not days and not weekdays:
        days = frozenset({begins.day})
    return _Rule(
        month=int(months[0]),
        weekday=_WEEKDAYS.index(weekdays[0][-2:]) if weekdays else None,
        ordinal=int(weekdays[0][:-2]) if weekdays and weekdays[0][:-2] else None,
        days=days,
        until=datetime(until.year, until.month, until.day, 23, 59) if until else None,  # noqa: DTZ001 -- the day is what counts
    )


@dataclass(slots=True)
class Zones:
    """The zones that one file names, and which of ours they are."""

    own: dict[tuple[int, str], OwnZone]
    #: What the operator said; preferred where several zones would do.
    chosen: ZoneInfo | None = None
    #: Zones that were found by comparing, by the file's name for them.
    compared: dict[str, str] = field(default_factory=dict)

    def find(self, name: str, calendar_number: int, walls: Sequence[datetime]) -> ZoneInfo:
        """Return the zone of ours that the file means.

        :param walls: what its clocks show at the times in question.
        :raise UnfitEventError: none is known that would be right.
        """
        own = self.own.get((calendar_number, name))
        known = named_zone(name) or (named_zone(own.place) if own and own.place else None)
        # Programs call zones EST and CET that are not what is so called in the zone data.
        is_sure = known is not None and ("/" in known.key or known.key == "UTC")
        if known is not None and (is_sure or own is None or _agrees(known, own, walls)):
            return known
        if own is None:
            raise UnfitEventError(
                N_("The time zone “%(name)s” is unknown, and the calendar does not describe it."),
                name=quoted(name),
            )
        before = named_zone(self.compared.get(name, ""))
        found = before if before and _agrees(before, own, walls) else self._nearest(own, walls)
        if found is None:
            raise UnfitEventError(
                N_("The clocks of no known place show what “%(name)s” in this calendar shows."),
                name=quoted(name),
            )
        self.compared[name] = found.key
        return found

    def _nearest(self, own: OwnZone, walls: Sequence[datetime]) -> ZoneInfo | None:
        """Return the zone that agrees then; of several the one that does most of those years."""
        wanted = [(wall, own.offset(wall)) for wall in walls]
        candidates = [zone for zone in self._candidates() if _shows(zone, wanted)]
        years = sorted({wall.year for wall in walls}) if candidates else []
        months = [datetime(year, month, 15, 12) for year in years for month in range(1, 13)]  # noqa: DTZ001 -- wall clocks
        through_the_year = [(month, own.offset(month)) for month in months]
        return max(
            candidates,
            key=lambda zone: sum(_shows(zone, [one]) for one in through_the_year),
            default=None,
        )

    def _candidates(self) -> list[ZoneInfo]:
        return [*([self.chosen] if self.chosen else []), *_main_zones()]


def named_zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name as IANA, Windows or a program with a prefix writes it."""
    name = name.strip()[:_MAX_NAME]
    if name in _UTC_NAMES:
        return ZoneInfo("UTC")
    # Programs put their own names before a place: /freeassociation.sourceforge.net/Europe/Berlin.
    parts = name.split("/") if name.startswith("/") else []
    ends = ("/".join(parts[-number:]) for number in (3, 2) if len(parts) > number)
    for text in (name, WINDOWS_TO_OLSON.get(name, ""), *ends):
        try:
            return find_zone(text)
        except UnknownZoneError:
            continue
    return None


@cache
def _main_zones() -> tuple[ZoneInfo, ...]:
    """Return one zone for each set of rules in use: those that Windows knows."""
    zones = (named_zone(name) for name in WINDOWS_TO_OLSON.values())
    places = {zone.key: zone for zone in zones if zone is not None and "/" in zone.key}
    # Etc/GMT-3 is no place, so it comes last; else by name, so that it is always the same one.
    order = sorted(places, key=lambda key: (key not in _FIRST, key.startswith("Etc/"), key))
    return tuple(places[key] for key in order)


def _agrees(zone: ZoneInfo, own: OwnZone, walls: Sequence[datetime]) -> bool:
    return _shows(zone, [(wall, own.offset(wall)) for wall in walls])


def _shows(zone: ZoneInfo, wanted: Sequence[tuple[datetime, timedelta | None]]) -> bool:
    return all(wall.replace(tzinfo=zone).utcoffset() == offset for wall, offset in wanted)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that a calendar means by a wall time.

    RFC 5545, section 3.3.5: the first of two; one that the clocks skip, by the offset before.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
