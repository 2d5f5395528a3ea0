"""Sessions as they would be on other days, with what they would clash with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from training.clock import WallTimeError, find_zone, is_ambiguous, wall_to_utc
from training.sessions.clash_queries import clashes_of_plan, venues_named
from training.sessions.errors import InvalidPlanError
from training.sessions.rules import MeetingTimes, meeting_times
from training.sessions.rules.clashes import Clash, Sitting
from training.sessions.values import MeetingPlan, SessionPlan

#: Meetings of one session; see ``forms.MOST_MEETINGS``. Planned meetings are numbered apart.
_APART = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedDate:
    """A session on another day, before it is made."""

    day: date
    #: None: it cannot be held as planned on that day.
    plan: SessionPlan | None
    times: tuple[MeetingTimes, ...] = ()
    #: Why it cannot be held.
    error: WallTimeError | InvalidPlanError | None = None
    #: A time occurs twice that day: the first is meant.
    is_doubled: bool = False
    holidays: tuple[str, ...] = ()
    clashes: tuple[Clash, ...] = ()

    def has_begun(self, now: datetime) -> bool:
        """Tell whether it lies behind us, at least in part."""
        return any(times.starts_at <= now for times in self.times)


def first_day(plan: SessionPlan) -> date:
    """Return the day of the first meeting."""
    return min(meeting.wall_start for meeting in plan.meetings).date()


def days_later(
    pattern: SessionPlan, days: int, *, deadlines: Iterable[datetime] = ()
) -> PlannedDate:
    """Return a session as it would be so many days later, without what it clashes with.

    All meetings move by whole days on the wall calendar, and so does when people may register.

    :param deadlines: further wall times in its zone that would have to exist there.
    """
    by = timedelta(days=days)
    plan = _moved(pattern, by)
    day = first_day(plan)
    zone = find_zone(plan.timezone)
    walls = (plan.registration_opens, plan.registration_closes, *(one + by for one in deadlines))
    try:
        times = tuple(meeting_times(plan.meetings))
        for wall in walls:
            if wall is not None:
                wall_to_utc(wall, zone, fold=0)
    except (WallTimeError, InvalidPlanError) as error:
        return PlannedDate(day=day, plan=None, error=error)
    is_doubled = any(
        is_ambiguous(wall, find_zone(meeting.timezone))
        for meeting in plan.meetings
        for wall in (meeting.wall_start, meeting.wall_end)
    )
    return PlannedDate(day=day, plan=plan, times=times, is_doubled=is_doubled)


def with_clashes(dates: Sequence[PlannedDate]) -> list[PlannedDate]:
    """Return dates with what each clashes with, be it another of them; in up to three statements.

    In a clash each is ``mine``, and another of them has the key that ``key_among`` says.
    """
    venue_ids = venues_named(
        meeting.venue
        for one in dates
        if one.plan is not None
        for meeting in one.plan.meetings
        if meeting.venue
    )
    sittings = [
        Sitting(
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            venue_id=venue_ids.get(meeting.venue) if meeting.venue else None,
            room=meeting.room,
            trainer_ids=frozenset(one.plan.trainer_ids),
            # Not stored yet: tells the date that it is of, and two dates from one another.
            training_session_id=key_among(number),
            meeting_id=key_among(number) * _APART - ordinal,
        )
        for number, one in enumerate(dates)
        if one.plan is not None
        for ordinal, (meeting, times) in enumerate(
            zip(one.plan.meetings, one.times, strict=True), start=1
        )
    ]
    found: dict[int | None, list[Clash]] = defaultdict(list)
    for clash in clashes_of_plan(sittings):
        found[clash.mine.training_session_id].append(clash)
        if clash.other.training_session_id != clash.mine.training_session_id:
            seen_from_there = replace(clash, mine=clash.other, other=clash.mine)
            found[clash.other.training_session_id].append(seen_from_there)
    return [
        replace(one, clashes=tuple(found[key_among(number)])) for number, one in enumerate(dates)
    ]


def key_among(number: int) -> int:
    """Return what stands for the key of a session that is not stored, the ``number``-th of some."""
    return -number - 1


def _moved(plan: SessionPlan, by: timedelta) -> SessionPlan:
    """Return a plan for some days later, on the wall calendar; its meetings are new ones."""
    return replace(
        plan,
        meetings=tuple(_meeting(meeting, by) for meeting in plan.meetings),
        registration_opens=_later(plan.registration_opens, by),
        registration_closes=_later(plan.registration_closes, by),
    )


def _meeting(meeting: MeetingPlan, by: timedelta) -> MeetingPlan:
    return replace(
        meeting,
        wall_start=meeting.wall_start + by,
        wall_end=meeting.wall_end + by,
        # Of a time that occurs twice the first is meant.
        start_fold=0,
        end_fold=0,
        meeting_id=None,
    )


def _later(wall: datetime | None, by: timedelta) -> datetime | None:
    return wall + by if wall is not None else None
