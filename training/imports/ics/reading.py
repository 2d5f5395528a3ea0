"""What a calendar's events become: a session for each date, or one for each event."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from icalendar import Event

from training.errors import N_, DomainError
from training.imports.errors import (
    NoDateError,
    OverError,
    TakenAllDayError,
    TakenForZoneError,
    TooLargeFileError,
    TwiceInFileError,
    UnfitEventError,
    UnreadableFileError,
)
from training.imports.ics.dates import Dates, Meetings, Series, too_many_meetings
from training.imports.ics.lines import RawComponent, read_lines
from training.imports.ics.parsing import Moment, ParsedEvent, name_of, parse_event, uid_of
from training.imports.ics.texts import Words, read_words, values_of
from training.imports.ics.zones import Zones, read_zones
from training.imports.sheets.sessions import MOST_MEETINGS
from training.imports.values import CalendarOptions, Outcome, Problem, Row, SessionDraft, Sheet
from training.sessions.values import (
    Audience,
    Delivery,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)

#: Where sessions of a calendar come from; a name that the operator gives follows it.
SOURCE = "icalendar"
MAX_KEY = 128
#: Dates of one file.
MAX_FILE_DATES = 5_000
_MOST_CATEGORIES = 20

Item = SessionDraft | Row


def read_calendar(data: bytes, *, options: CalendarOptions, locale: str, now: datetime) -> Sheet:
    """Read a file; an event that cannot be used says why, and stops no other.

    :param locale: the site's language, for sessions of which nobody says another one.
    :param now: aware; decides what is over, where the options say no day.
    :raise UnreadableFileError: it is no calendar, or more than is taken at once.
    """
    raw = read_lines(data)
    if not raw.events:
        raise UnreadableFileError(N_("The calendar holds no events."))
    zones = Zones(read_zones(raw.zones))
    reader = _Reader(options, zones, Dates(options, zones, raw.zone_names, now), locale)
    items = _numbered(reader.read(raw.events))
    return Sheet(
        drafts=tuple(item for item in items if isinstance(item, SessionDraft)),
        refused=tuple(item for item in items if isinstance(item, Row)),
        unused=tuple(f"{name} ({count})" for name, count in sorted(raw.unread.items())),
    )


def _numbered(items: Iterable[Item]) -> list[Item]:
    """Give a number to everything that the report has a line for."""
    numbered: list[Item] = []
    for number, item in enumerate(items, start=1):
        if number > MAX_FILE_DATES:
            raise TooLargeFileError(
                N_("The calendar has more than %(most)s dates. Say an earlier last day."),
                most=MAX_FILE_DATES,
            )
        if isinstance(item, SessionDraft):
            numbered.append(replace(item, row=number, rows=(number,)))
        else:
            problems = tuple(replace(problem, row=number) for problem in item.problems)
            numbered.append(replace(item, number=number, problems=problems))
    return numbered


@dataclass(slots=True)
class _Group:
    """The events of one UID: the one that repeats, and its dates that are otherwise."""

    main: ParsedEvent | None = None
    others: list[ParsedEvent] = field(default_factory=list)
    #: The dates that those speak of.
    moments: set[datetime] = field(default_factory=set)
    #: Those that cannot be used.
    refused: list[Row] = field(default_factory=list)


class _Reader:
    """What the events of one file have in common while they are read."""

    def __init__(self, options: CalendarOptions, zones: Zones, dates: Dates, locale: str) -> None:
        self._options = options
        self._zones = zones
        self._dates = dates
        self._locale = locale

    def read(self, raws: Sequence[RawComponent]) -> Iterator[Item]:
        """Yield what becomes of the events, in the order of the file."""
        groups: dict[str, _Group] = {}
        for raw in raws:
            group = groups.setdefault(uid_of(raw), _Group())
            try:
                _put(group, parse_event(raw, self._zones, chosen=self._dates.chosen))
            except DomainError as error:
                group.refused.append(_refused(name_of(raw), error))
        for group in groups.values():
            yield from group.refused
            yield from self._items(group)

    def _items(self, group: _Group) -> Iterator[Item]:
        main = group.main if group.main is not None and group.main.repeats else None
        if main is None:
            for parsed in [*([group.main] if group.main else []), *group.others]:
                yield from _guarded(parsed, self._single(parsed, None))
        elif group.refused:
            # What it says of single dates is not known, so its rule may not hold for them.
            error = UnfitEventError(N_("Another event of the same series cannot be used."))
            yield _refused(name_of(main), error)
        elif self._options.is_series:
            yield from _guarded(main, self._series(main, group.others))
        else:
            yield from _guarded(main, self._each_date(main, group.others))

    def _each_date(self, main: ParsedEvent, others: Sequence[ParsedEvent]) -> Iterator[Item]:
        """Yield a session for each date of an event that repeats."""
        series = self._dates.series_of(main, others)
        if not series.held and not series.gone and not others:
            yield _left_out(main, "", NoDateError(self._dates.since, self._dates.until))
        for moment, meetings in series.held:
            key = _key(main.uid, moment, series)
            if main.is_cancelled:
                yield self._cancelled(main, key, moment)
            else:
                yield self._item(main, key, meetings)
        for moment in series.gone:
            yield self._cancelled(main, _key(main.uid, moment, series), moment)
        for other in others:
            yield from _guarded(other, self._single(other, series))

    def _series(self, main: ParsedEvent, others: Sequence[ParsedEvent]) -> Iterator[Item]:
        """Yield one session with a meeting for each date."""
        series = self._dates.series_of(main, others)
        key = _key(main.uid, None, None)
        meetings = [meeting for _moment, held in series.held for meeting in held]
        meetings += [
            meeting
            for other in others
            if not other.is_cancelled
            for meeting in self._dates.meetings_of(other)
        ]
        if main.is_cancelled:
            yield self._cancelled(main, key, self._dates.start_of(main))
        elif meetings:
            yield self._item(main, key, tuple(sorted(meetings, key=_starts_at)))
        else:
            yield _left_out(main, "", NoDateError(self._dates.since, self._dates.until))

    def _single(self, parsed: ParsedEvent, series: Series | None) -> Iterator[Item]:
        """Yield the session of an event, or of a date that is otherwise than its rule says."""
        key = _key(parsed.uid, parsed.recurrence, series)
        if parsed.is_cancelled:
            moment = parsed.recurrence
            if series and moment and not moment.is_day:
                moment = Moment(moment.wall_in(series.zone), series.zone)
            yield self._cancelled(parsed, key, moment)
        else:
            yield self._item(parsed, key, self._dates.meetings_of(parsed))

    def _item(self, parsed: ParsedEvent, key: str, meetings: Meetings) -> Item:
        words = read_words(parsed.event)
        if len(meetings) > MOST_MEETINGS:
            raise too_many_meetings()
        when = _when(meetings)
        if max(meeting.wall_end for meeting in meetings) < self._dates.since:
            return _left_out(parsed, when, OverError(self._dates.since))
        plan = SessionPlan(
            title=words.title,
            description=words.description,
            language=self._options.language or self._locale,
            delivery=_delivery(words),
            audience=Audience.INVITED if parsed.is_private else Audience.PUBLIC,
            timezone=meetings[0].timezone,
            meetings=tuple(
                replace(meeting, venue=words.venue, join_url=words.join_url) for meeting in meetings
            ),
        )
        return replace(
            self._draft(parsed, key, plan, when),
            says=_says(words, self._options),
            cleaned=words.cleaned,
            note=self._note(parsed),
        )

    def _cancelled(self, parsed: ParsedEvent, key: str, moment: Moment | None) -> Item:
        """Return a date that is called off; of it little needs to be known, and little is told."""
        if moment is not None and moment.wall < self._dates.since:
            return _left_out(parsed, _moment_shown(moment), OverError(self._dates.since))
        plan = SessionPlan(
            title=name_of(parsed),
            description="",
            language=self._locale,
            delivery=Delivery.ONLINE,
            audience=Audience.PUBLIC,
            timezone="UTC",
            meetings=(),
        )
        draft = self._draft(parsed, key, plan, _moment_shown(moment) if moment else "")
        return replace(draft, status=SessionStatus.CANCELLED)

    def _draft(self, parsed: ParsedEvent, key: str, plan: SessionPlan, when: str) -> SessionDraft:
        return SessionDraft(
            row=0,
            rows=(0,),
            name=plan.title,
            detail=when,
            says=frozenset(),
            source=f"{SOURCE}:{self._options.name}" if self._options.name else SOURCE,
            key=key,
            plan=plan,
            seats=SeatPlan(capacity=None),
            status=SessionStatus.DRAFT,
            course=self._options.course,
            campaign=self._options.campaign,
            trainers=(),
            is_event=True,
            categories=_categories(parsed.event),
            copy_of=_copied(parsed.uid),
        )

    def _note(self, parsed: ParsedEvent) -> DomainError | None:
        """Return how an event was understood that could have meant something else."""
        taken_for = self._dates.taken_for(parsed)
        if taken_for is not None:
            return TakenForZoneError(*taken_for)
        if self._options.all_day is not None and self._dates.start_of(parsed).is_day:
            return TakenAllDayError(*self._options.all_day)
        return None


def _guarded(parsed: ParsedEvent, items: Iterator[Item]) -> Iterator[Item]:
    """Yield items, or why there are none."""
    try:
        yield from list(items)
    except DomainError as error:
        yield _refused(name_of(parsed), error)


def _put(group: _Group, parsed: ParsedEvent) -> None:
    """Put an event where it belongs.

    :raise TwiceInFileError: something stands there already.
    """
    if parsed.recurrence is None:
        if group.main is not None:
            raise TwiceInFileError
        group.main = parsed
        return
    moment = parsed.recurrence.wall if parsed.recurrence.is_day else parsed.recurrence.instant
    if moment in group.moments:
        raise TwiceInFileError
    group.moments.add(moment)
    group.others.append(parsed)


def _when(meetings: Sequence[MeetingPlan]) -> str:
    first = meetings[0]
    is_same_day = first.wall_start.date() == first.wall_end.date()
    end = f"{first.wall_end:%H:%M}" if is_same_day else f"{first.wall_end:%Y-%m-%d %H:%M}"
    more = f" +{len(meetings) - 1}" if len(meetings) > 1 else ""
    return f"{first.wall_start:%Y-%m-%d %H:%M}–{end}{more} ({first.timezone})"


def _delivery(words: Words) -> Delivery:
    """Return how people take part: as a table without the column is understood."""
    if not words.venue:
        return Delivery.ONLINE
    return Delivery.HYBRID if words.join_url else Delivery.IN_PERSON


def _says(words: Words, options: CalendarOptions) -> frozenset[str]:
    """Return what the calendar says something of: where it says nothing, ours stays."""
    said = {
        "description": bool(words.description),
        "venue": bool(words.venue),
        "room": bool(words.venue),
        "join_url": bool(words.join_url),
        "delivery": bool(words.venue or words.join_url or words.is_without_place),
        "language": bool(options.language),
        "course": bool(options.course),
        "campaign": bool(options.campaign),
    }
    return frozenset({"title", "timezone", *(name for name, is_said in said.items() if is_said)})


def _key(uid: str, recurrence: Moment | None, series: Series | None) -> str:
    """Return what a session is known by: the UID, and of one that repeats the date.

    The date is that of the rule, so a session that is moved stays the same one.
    """
    suffix = ""
    if recurrence is not None:
        wall = recurrence.wall_in(series.zone) if series else recurrence.wall
        is_alone = series is None or series.days.get(wall.date(), 0) <= 1
        suffix = f"/{wall:%Y%m%d}" if is_alone else f"/{wall:%Y%m%dT%H%M%S}"
    key = f"{uid}{suffix}"
    if len(key) <= MAX_KEY:
        return key
    return f"{hashlib.sha256(uid.encode()).hexdigest()}{suffix}"


def _categories(event: Event) -> tuple[str, ...]:
    found = (
        str(one) for each in values_of(event, "CATEGORIES") for one in getattr(each, "cats", ())
    )
    return tuple(dict.fromkeys(found))[:_MOST_CATEGORIES]


def _copied(uid: str) -> UUID | None:
    """Return the meeting that an event from our own feeds would be."""
    try:
        return UUID(uid.partition("@")[0])
    except ValueError:
        return None


def _refused(name: str, error: DomainError) -> Row:
    return Row(
        outcome=Outcome.REFUSED, name=name, problems=(Problem(row=0, column="", error=error),)
    )


def _left_out(parsed: ParsedEvent, when: str, why: DomainError) -> Row:
    return Row(outcome=Outcome.LEFT_OUT, name=name_of(parsed), title=when, note=why)


def _starts_at(meeting: MeetingPlan) -> datetime:
    return meeting.wall_start


def _moment_shown(moment: Moment) -> str:
    if moment.is_day:
        return f"{moment.wall:%Y-%m-%d}"
    zone = f" ({moment.zone.key})" if moment.zone else ""
    return f"{moment.wall:%Y-%m-%d %H:%M}{zone}"
