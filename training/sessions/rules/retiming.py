"""What wall times name under the present zone data, where other instants were derived from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from training.clock import (
    AmbiguousTimeError,
    Fold,
    NonexistentTimeError,
    find_zone,
    is_ambiguous,
    wall_to_utc,
)
from training.errors import N_, InvalidInputError
from training.sessions.errors import InvalidPlanError
from training.sessions.rules.times import MeetingTimes
from training.sessions.values import SessionStatus


class DeadlineKind(StrEnum):
    """What of a session has a wall time of its own, named as the instant that follows from it."""

    OPENS = "registration_opens_at"
    CLOSES = "registration_closes_at"
    DECIDE = "decide_at"
    RELEASE = "release_at"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredMeeting:
    """A meeting's wall times, and the instants that were derived from them once."""

    id: int
    wall_start: datetime
    start_fold: Fold
    wall_end: datetime
    end_fold: Fold
    timezone: str
    starts_at: datetime
    ends_at: datetime
    #: It was not called off; or with the whole session, which may take place after all.
    is_held: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDeadline:
    """The same of a deadline; None: it has no wall time, it is the first start."""

    kind: DeadlineKind
    wall: datetime | None
    instant: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredTimes:
    """All times of a session, with what a reader knows the session by."""

    id: int
    title: str
    status: SessionStatus
    timezone: str
    starts_at: datetime
    ends_at: datetime
    #: By their time.
    meetings: tuple[StoredMeeting, ...]
    deadlines: tuple[StoredDeadline, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedMeeting:
    """A meeting that is at other instants than those stored."""

    stored: StoredMeeting
    times: MeetingTimes


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedDeadline:
    """A deadline that is at another instant than the one stored."""

    stored: StoredDeadline
    instant: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Unclear:
    """A wall time that names no single instant any more."""

    stored: StoredMeeting | StoredDeadline
    because: InvalidInputError


@dataclass(frozen=True, kw_only=True, slots=True)
class Retiming:
    """What of a session differs from its wall clocks."""

    session: StoredTimes
    meetings: tuple[MovedMeeting, ...] = ()
    deadlines: tuple[MovedDeadline, ...] = ()
    #: For which a person has to choose other times; then nothing is moved.
    unclear: tuple[Unclear, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether there is anything to do, for us or for a person."""
        return bool(self.meetings or self.deadlines or self.unclear)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The session's first start and last end, as they are to be."""
        return _span(self.session, self.meetings)

    @property
    def is_reordered(self) -> bool:
        """Whether meetings change places: "2/3" in their calendar entries then changes."""
        moved = {one.stored.id: one.times.starts_at for one in self.meetings}
        held = [one for one in self.session.meetings if one.is_held]
        return held != sorted(held, key=lambda one: moved.get(one.id, one.starts_at))


def retimed(session: StoredTimes, *, now: datetime) -> Retiming:
    """Return what of a session is still to come, and at another instant than the one stored.

    A time that the clocks skip now, or show twice where nobody said which is meant, is not guessed
    at: a person is needed.
    """
    unclear: list[Unclear] = []
    meetings = []
    for meeting in session.meetings:
        try:
            times = _times(meeting)
        except InvalidInputError as error:
            # What does not take place needs nobody, until it does after all.
            takes_place = meeting.is_held and session.status is not SessionStatus.CANCELLED
            if takes_place and meeting.ends_at > now:
                unclear.append(Unclear(stored=meeting, because=error))
            continue
        is_moved = (times.starts_at, times.ends_at) != (meeting.starts_at, meeting.ends_at)
        if is_moved and max(times.ends_at, meeting.ends_at) > now:
            meetings.append(MovedMeeting(stored=meeting, times=times))
    starts_at, ends_at = _span(session, meetings)
    deadlines: list[MovedDeadline] = []
    if max(ends_at, session.ends_at) > now and session.status is not SessionStatus.CANCELLED:
        deadlines += _deadlines(session, starts_at, unclear, now=now)
    if unclear:
        return Retiming(session=session, unclear=tuple(unclear))
    return Retiming(session=session, meetings=tuple(meetings), deadlines=tuple(deadlines))


def _span(session: StoredTimes, meetings: Sequence[MovedMeeting]) -> tuple[datetime, datetime]:
    if not any(one.stored.is_held for one in meetings):
        return session.starts_at, session.ends_at
    moved = {one.stored.id: (one.times.starts_at, one.times.ends_at) for one in meetings}
    spans = [
        moved.get(one.id, (one.starts_at, one.ends_at)) for one in session.meetings if one.is_held
    ]
    return min(starts for starts, _ in spans), max(ends for _, ends in spans)


def _times(meeting: StoredMeeting) -> MeetingTimes:
    zone = find_zone(meeting.timezone)
    starts_at = _instant(meeting.wall_start, zone, meeting.start_fold, meeting.starts_at)
    ends_at = _instant(meeting.wall_end, zone, meeting.end_fold, meeting.ends_at)
    if ends_at <= starts_at:
        raise InvalidPlanError(N_("The end must be after the start."))
    return MeetingTimes(
        wall_start=meeting.wall_start,
        start_fold=_fold(meeting.wall_start, zone, meeting.start_fold),
        wall_end=meeting.wall_end,
        end_fold=_fold(meeting.wall_end, zone, meeting.end_fold),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _instant(wall: datetime, zone: ZoneInfo, fold: Fold, stored: datetime) -> datetime:
    # The second of two was chosen by a person. The first may only be what is stored for all times
    # that occur once, so it was chosen if it is still the instant that is stored.
    try:
        return wall_to_utc(wall, zone, fold=fold or None)
    except AmbiguousTimeError:
        if wall_to_utc(wall, zone, fold=0) == stored:
            return stored
        raise


def _fold(wall: datetime, zone: ZoneInfo, fold: Fold) -> Fold:
    return fold if is_ambiguous(wall, zone) else 0


def _deadlines(
    session: StoredTimes, starts_at: datetime, unclear: list[Unclear], *, now: datetime
) -> Iterator[MovedDeadline]:
    for deadline in session.deadlines:
        try:
            instant = _deadline(deadline, session.timezone, starts_at)
        except InvalidInputError as error:
            if deadline.instant > now:
                unclear.append(Unclear(stored=deadline, because=error))
            continue
        if instant != deadline.instant and max(instant, deadline.instant) > now:
            yield MovedDeadline(stored=deadline, instant=instant)


def _deadline(deadline: StoredDeadline, timezone: str, starts_at: datetime) -> datetime:
    if deadline.wall is None:
        return starts_at
    zone = find_zone(timezone)
    # Of a time that occurs twice, people may register from the first and until the second.
    fold: Fold = 0 if deadline.kind is DeadlineKind.OPENS else 1
    if deadline.kind in {DeadlineKind.OPENS, DeadlineKind.CLOSES}:
        return wall_to_utc(deadline.wall, zone, fold=fold)
    try:
        return min(wall_to_utc(deadline.wall, zone, fold=fold), starts_at)
    except NonexistentTimeError as error:
        # Somebody who moved the session to this zone was shown the nearest time after it.
        nearest = min(wall_to_utc(error.nearest[1], zone, fold=fold), starts_at)
        if nearest == deadline.instant:
            return nearest
        raise
