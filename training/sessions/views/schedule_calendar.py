"""The schedule as a week or a month, by trainer, room or campaign."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _

from training.accounts.access import signed_in
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.sessions.calendar_queries import HeldMeeting, HeldMeetings, held_meetings
from training.sessions.fields import YEARS
from training.sessions.schedule_filters import is_narrowed, start_of
from training.sessions.values import SessionState
from training.sessions.views.blueprint import ROSTER
from training.sessions.views.schedule_address import Address, Lanes, Layout
from training.sessions.views.schedule_parts import parts_of
from training.text import for_display, joined
from training.web import times
from training.web.calendar_days import CalendarDay, CalendarEntry
from training.web.filters.locales import current_locale
from training.web.query import addresses

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_DAY = timedelta(days=1)
#: Days in a week.
_SEVEN = 7
#: No trainer, no room, no campaign: the last lane.
NOBODY = 0


class Span(NamedTuple):
    """Whole weeks of days, from a Monday to a Sunday."""

    first: date
    last: date
    #: Of a month, which days are its own; of a week all.
    own: range
    title: str
    #: What the address says of it, and of the pages beside it.
    here: dict[str, str]
    earlier: dict[str, str]
    later: dict[str, str]


def render_calendar(asked: Address) -> str:
    """Render a week or a month of the schedule."""
    now = utc_now()
    filters = asked.filters
    zone = filters.timezone
    today = now.astimezone(ZoneInfo(zone)).date()
    is_week = asked.layout is Layout.WEEK
    span = _week(today) if is_week else _month(today)
    held = held_meetings(
        filters,
        start_of(span.first, zone),
        start_of(span.last + _DAY, zone),
        person_id=signed_in().person_id,
        now=now,
    )
    lanes, days = _laid_out(held, asked, span, today)
    return render_workplace(
        "sessions/schedule_calendar.html",
        current=SCHEDULE,
        span=span,
        is_week=is_week,
        by=asked.lanes,
        lanes=lanes,
        days=days,
        weeks=[days[start : start + _SEVEN] for start in range(0, len(days), _SEVEN)],
        weekdays=[
            times.weekday_name(span.first + number * _DAY, current_locale())
            for number in range(_SEVEN)
        ],
        is_cut=held.is_cut,
        is_empty=not held.meetings,
        earlier=asked.url(**span.earlier),
        current_url=asked.url(),
        later=asked.url(**span.later),
        is_filtered=is_narrowed(filters),
        clocks=_clocks(held, zone),
        **parts_of(asked, held.offered, **span.here),
    )


def _week(today: date) -> Span:
    monday = _asked_monday() or today - today.weekday() * _DAY
    sunday = monday + 6 * _DAY
    locale = current_locale()
    return Span(
        first=monday,
        last=sunday,
        own=range(monday.toordinal(), sunday.toordinal() + 1),
        title=_(
            "%(first)s to %(last)s",
            first=times.short_date(monday, locale),
            last=times.medium_date(sunday, locale),
        ),
        here={"week": _week_name(monday)},
        earlier={"week": _week_name(monday - 7 * _DAY)},
        later={"week": _week_name(monday + 7 * _DAY)},
    )


def _asked_monday() -> date | None:
    found = _WEEK.fullmatch(request.args.get("week", ""))
    if found is None or int(found[1]) not in YEARS:
        return None
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None


def _week_name(monday: date) -> str:
    year, week, _weekday = monday.isocalendar()
    return f"{year:04}-W{week:02}"


def _month(today: date) -> Span:
    first = _asked_first() or today.replace(day=1)
    following = (first + 31 * _DAY).replace(day=1)
    last = following - _DAY
    return Span(
        first=first - first.weekday() * _DAY,
        last=last + (6 - last.weekday()) * _DAY,
        own=range(first.toordinal(), following.toordinal()),
        title=times.month_name(first, current_locale()),
        here={"month": f"{first:%Y-%m}"},
        earlier={"month": f"{first - _DAY:%Y-%m}"},
        later={"month": f"{following:%Y-%m}"},
    )


def _asked_first() -> date | None:
    found = _MONTH.fullmatch(request.args.get("month", ""))
    if found is None or int(found[1]) not in YEARS:
        return None
    try:
        return date(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None


def _laid_out(
    held: HeldMeetings, asked: Address, span: Span, today: date
) -> tuple[list[tuple[int, str]], list[CalendarDay]]:
    """Return the lanes that have something in them, and the days with what is held in each."""
    zone, locale = asked.filters.timezone, current_locale()
    address_of = addresses(ROSTER, "training_session_id")
    entries: dict[date, list[CalendarEntry]] = {}
    lanes: dict[int, str] = {}
    for meeting in held.meetings:
        own_lanes = _lanes_of(meeting, asked.lanes, held)
        lanes |= own_lanes
        # In a month an entry names its lanes itself.
        keys = list(own_lanes) if asked.layout is Layout.WEEK else [NOBODY]
        note = _note(meeting, asked, held)
        for day in days_of(meeting.starts_at, meeting.ends_at, zone):
            entries.setdefault(day, []).extend(
                CalendarEntry(
                    url=address_of(meeting.training_session_id),
                    title=for_display(meeting.title),
                    time=_clock_on(day, meeting, zone),
                    kind=meeting.state,
                    lane=key,
                    note=note,
                    warning=_("Clash") if meeting.clashes else "",
                )
                for key in keys
            )
    days = [
        CalendarDay(
            date=day.isoformat(),
            name=times.short_date(day, locale),
            number=str(day.day),
            entries=entries.get(day, ()),
            is_today=day == today,
            is_outside=day.toordinal() not in span.own,
        )
        for day in (
            date.fromordinal(number)
            for number in range(span.first.toordinal(), span.last.toordinal() + 1)
        )
    ]
    return sorted(lanes.items(), key=_by_name_nobody_last), days


def _by_name_nobody_last(lane: tuple[int, str]) -> tuple[bool, str, int]:
    return (lane[0] == NOBODY, lane[1].casefold(), lane[0])


def _lanes_of(meeting: HeldMeeting, by: Lanes, held: HeldMeetings) -> Mapping[int, str]:
    """Return keys and names of the lanes that a meeting stands in; there is always one."""
    if by is Lanes.TRAINER:
        keys = held.offered.assigned.get(meeting.training_session_id, frozenset())
        names = held.offered.assigned_names
        return {key: for_display(names[key]) for key in sorted(keys)} or {
            NOBODY: _("Nobody trains")
        }
    if by is Lanes.ROOM:
        if meeting.room_id is None:
            return {NOBODY: _("No room")}
        return {meeting.room_id: for_display(meeting.place)}
    if meeting.campaign_id is None:
        return {NOBODY: _("No campaign")}
    return {meeting.campaign_id: for_display(meeting.campaign)}


def _note(meeting: HeldMeeting, asked: Address, held: HeldMeetings) -> str:
    """Return what an entry says besides: what is unusual, and what its lane does not say."""
    words = {
        SessionState.DRAFT: _("Draft"),
        SessionState.CANCELLED: _("Cancelled"),
    }
    parts = {
        Lanes.TRAINER: ", ".join(held.offered.names.get(meeting.training_session_id, ())),
        Lanes.ROOM: meeting.place,
        Lanes.CAMPAIGN: meeting.campaign,
    }
    if asked.layout is Layout.WEEK:
        del parts[asked.lanes]
        parts.pop(Lanes.CAMPAIGN, None)
        shown = joined(*parts.values())
    else:
        shown = parts[asked.lanes]
    return " · ".join(part for part in (words.get(meeting.state, ""), for_display(shown)) if part)


def days_of(starts_at: datetime, ends_at: datetime, timezone: str) -> Iterator[date]:
    """Yield the days on which a meeting is held, on the clocks of a zone.

    What ends at midnight is not held on the day that begins then.
    """
    zone = ZoneInfo(timezone)
    day = starts_at.astimezone(zone).date()
    while True:
        yield day
        day += _DAY
        begins = start_of(day, timezone)
        # A day that a zone left out has no time in which anything could be held.
        while begins < ends_at and begins.astimezone(zone).date() != day:
            day += _DAY
            begins = start_of(day, timezone)
        if begins >= ends_at:
            return


def _clock_on(day: date, meeting: HeldMeeting, timezone: str) -> str:
    """Return when a meeting is held on one of its days."""
    begins, ends = start_of(day, timezone), start_of(day + _DAY, timezone)
    start, end = times.clock(meeting.starts_at, timezone), times.clock(meeting.ends_at, timezone)
    if meeting.starts_at >= begins and meeting.ends_at <= ends:
        return f"{start}–{end}"
    if meeting.starts_at >= begins:
        return str(_("from %(time)s", time=start))
    if meeting.ends_at <= ends:
        return str(_("until %(time)s", time=end))
    return str(_("all day"))


def _clocks(held: HeldMeetings, chosen: str) -> list[tuple[str, str]]:
    """Return the zones that are worth looking in: one's own, and those of what is shown."""
    own = signed_in().timezone or "UTC"
    names = {chosen, own, "UTC", *(one.timezone for one in held.meetings)}
    return sorted((name, times.city(name, current_locale())) for name in names)
