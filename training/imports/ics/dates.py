"""On which dates an event takes place: its meetings, in wall times of the zone they are kept in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from training.clock import UnknownZoneError, find_zone, utc_to_wall
from training.errors import N_
from training.imports.errors import UnfitEventError, UnreadableFileError
from training.imports.ics.parsing import (
    UTC_ZONE,
    Moment,
    ParsedEvent,
    length_of,
    listed_moments,
    start_of,
    zone_name_of,
)
from training.imports.ics.recurrence import MAX_DATES, Steps, repeated, too_many_dates
from training.imports.ics.texts import values_of
from training.imports.ics.zones import Zones, instant_of, named_zone
from training.imports.sheets.sessions import MOST_MEETINGS
from training.imports.values import CalendarOptions
from training.sessions.values import MeetingPlan

#: How far a rule is followed if nobody says until when, and at most.
_A_YEAR = timedelta(days=366)
_MOST_YEARS = timedelta(days=5 * 366)
_DAY = timedelta(days=1)

Meetings = tuple[MeetingPlan, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """The dates of an event that repeats, but for those that another event speaks of."""

    held: tuple[tuple[Moment, Meetings], ...]
    #: Dates of the rule that the event itself leaves out.
    gone: tuple[Moment, ...]
    #: How many dates there are of a day, so that each can be told from the others.
    days: Mapping[date, int]
    zone: ZoneInfo


class Dates:
    """What the events of one file have in common while their dates are worked out."""

    def __init__(
        self,
        options: CalendarOptions,
        zones: Zones,
        zone_names: Mapping[int, str],
        now: datetime,
    ) -> None:
        self._options = options
        self._zones = zones
        self._zone_names = zone_names
        self._steps = Steps()
        self.chosen = _zone_called(options.timezone)
        self._fallback = _zone_called(options.fallback_timezone) or UTC_ZONE
        zones.chosen = self.chosen
        self.since = datetime.combine(options.since or now.date(), time())
        last = options.until or (now + _A_YEAR).date()
        self.until = datetime.combine(last, time(23, 59, 59))
        if self.until - now.replace(tzinfo=None) > _MOST_YEARS:
            raise UnreadableFileError(N_("Rules are followed for at most five years from now."))

    def meetings_of(self, parsed: ParsedEvent) -> Meetings:
        """Return the meetings of an event that does not repeat.

        :raise UnfitEventError: it does not say when it is, or in words that are not understood.
        """
        start = self.start_of(parsed)
        length = length_of(parsed, start, self._zones)
        if length is not None and not start.is_day:
            # A zone that only the file knows must be right at the end, too.
            start = self.start_of(parsed, [start.wall + length])
        return self._meetings(parsed, start, length)

    def start_of(self, parsed: ParsedEvent, walls: Sequence[datetime] = ()) -> Moment:
        """Return when an event starts; see :func:`parsing.start_of`."""
        return start_of(parsed, self._zones, chosen=self.chosen, walls=walls)

    def series_of(self, parsed: ParsedEvent, others: Sequence[ParsedEvent]) -> Series:
        """Return the dates of an event that repeats.

        :param others: the events that speak of single dates of it.
        :raise UnfitEventError: its rule cannot be followed, or there are more dates than are taken.
        """
        start = self.start_of(parsed)
        walls = self._walls(parsed, start)
        if not start.is_day:
            start = self.start_of(parsed, walls)
        length = length_of(parsed, start, self._zones)
        zone = start.zone or UTC_ZONE
        told = [other.recurrence for other in others if other.recurrence is not None]
        left_out = listed_moments(parsed, "EXDATE", self._zones, chosen=start.zone)
        moments = [Moment(wall, start.zone, is_day=start.is_day) for wall in walls]
        is_told, is_left_out = _Matcher(told), _Matcher(left_out)
        rest = [moment for moment in moments if not is_told(moment)]
        return Series(
            held=tuple(
                (moment, self._meetings(parsed, moment, length))
                for moment in rest
                if not is_left_out(moment)
            ),
            gone=tuple(moment for moment in rest if is_left_out(moment)),
            days=Counter(moment.wall_in(zone).date() for moment in [*rest, *told]),
            zone=zone,
        )

    def taken_for(self, parsed: ParsedEvent) -> tuple[str, str] | None:
        """Return the zone that an event names and the one that it was taken for, if it was."""
        [start, *_more] = values_of(parsed.event, "DTSTART")
        name = zone_name_of(start)
        zone = self._zones.compared.get(name)
        return None if zone is None else (name, zone)

    def _walls(self, parsed: ParsedEvent, start: Moment) -> list[datetime]:
        """Return the wall times, in the zone of the start, on which an event takes place."""
        zone = start.zone or UTC_ZONE
        # Of a series all dates are wanted, for they are one session.
        first = start.wall if self._options.is_series else self.since
        walls = {start.wall}
        if parsed.rule is not None:
            walls.update(
                repeated(
                    parsed.rule, start.wall, zone, window=(first, self.until), steps=self._steps
                )
            )
        for added in listed_moments(parsed, "RDATE", self._zones, chosen=start.zone):
            if added.is_day != start.is_day:
                raise UnfitEventError(
                    N_("It starts at a time and is repeated on a day, or the reverse.")
                )
            walls.add(added.wall if added.is_day else utc_to_wall(added.instant, zone)[0])
        found = sorted(wall for wall in walls if first <= wall <= self.until)
        if len(found) > MAX_DATES:
            raise too_many_dates(self.until)
        return found

    def _meetings(
        self, parsed: ParsedEvent, start: Moment, length: timedelta | None
    ) -> tuple[MeetingPlan, ...]:
        if start.is_day:
            return self._day_meetings(parsed, start, length or _DAY)
        if length is None:
            raise UnfitEventError(N_("It does not say when it ends."))
        zone = self._shown_zone(start, parsed.calendar)
        return (_meeting(start.instant, start.instant + length, zone),)

    def _day_meetings(
        self, parsed: ParsedEvent, start: Moment, length: timedelta
    ) -> tuple[MeetingPlan, ...]:
        """Return a meeting for each day of an event without times."""
        if self._options.all_day is None:
            raise UnfitEventError(
                N_("It takes whole days. The command gives them times with --all-day.")
            )
        zone = self.chosen or named_zone(self._zone_names.get(parsed.calendar, ""))
        if zone is None:
            raise UnfitEventError(
                N_("Its times are in no time zone. The command takes one with --timezone.")
            )
        begins, ends = self._options.all_day
        if length.days > MOST_MEETINGS:
            raise too_many_meetings()
        days = [start.wall.date() + _DAY * number for number in range(length.days)]
        return tuple(
            _meeting(
                instant_of(datetime.combine(day, begins), zone),
                instant_of(datetime.combine(day, ends), zone),
                zone,
            )
            for day in days
        )

    def _shown_zone(self, start: Moment, calendar: int) -> ZoneInfo:
        """Return the zone in which a meeting is kept: of an event in UTC the calendar's own."""
        if start.zone is not None and start.zone is not UTC_ZONE:
            return start.zone
        return self.chosen or named_zone(self._zone_names.get(calendar, "")) or self._fallback


class _Matcher:
    """Tells whether a date is among some that may be days, or times of any zone."""

    def __init__(self, moments: Sequence[Moment]) -> None:
        self._days = {one.wall.date() for one in moments if one.is_day}
        self._instants = {one.instant for one in moments if not one.is_day}
        self._walls = {one.wall.date() for one in moments}

    def __call__(self, moment: Moment) -> bool:
        if moment.is_day:
            return moment.wall.date() in self._walls
        return moment.wall.date() in self._days or moment.instant in self._instants


def _zone_called(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return find_zone(name)
    except UnknownZoneError as error:
        raise UnreadableFileError(error.message) from error


def too_many_meetings() -> UnfitEventError:
    """Return what a session of very many meetings is refused with."""
    return UnfitEventError(
        N_("A session has at most %(most)s meetings. Say an earlier last day, or no --series."),
        most=MOST_MEETINGS,
    )


def _meeting(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> MeetingPlan:
    wall_start, start_fold = utc_to_wall(starts_at, zone)
    wall_end, end_fold = utc_to_wall(ends_at, zone)
    return MeetingPlan(
        wall_start=wall_start,
        start_fold=start_fold,
        wall_end=wall_end,
        end_fold=end_fold,
        timezone=zone.key,
    )
