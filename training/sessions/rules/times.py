"""Wall times of a plan, turned into instants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from training.clock import Fold, WallTimeError, find_zone, is_ambiguous, wall_to_utc
from training.errors import N_
from training.sessions.errors import InvalidPlanError
from training.sessions.values import MeetingPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingTimes:
    """A meeting's wall times with the instants that they name."""

    wall_start: datetime
    start_fold: Fold
    wall_end: datetime
    end_fold: Fold
    starts_at: datetime
    ends_at: datetime


class MeetingTimeError(WallTimeError):
    """One end of one meeting cannot be turned into an instant.

    :param ordinal: which meeting, from 1.
    :param end: "start" or "end".
    """

    def __init__(self, cause: WallTimeError, *, ordinal: int, end: str) -> None:
        super().__init__(cause.message, **cause.values)
        self.code = cause.code
        self.cause, self.ordinal, self.end = cause, ordinal, end


def meeting_times(plans: Sequence[MeetingPlan]) -> list[MeetingTimes]:
    """Turn planned wall times into instants.

    :raise MeetingTimeError: a time that the clocks skip, or that occurs twice and no fold is told.
    :raise InvalidPlanError: no meeting at all, or one that does not end after its start. Ends are
        compared as instants: over a change of the clocks the wall may say otherwise.
    """
    if not plans:
        raise InvalidPlanError(N_("A session needs at least one meeting."))
    times = []
    for ordinal, plan in enumerate(plans, start=1):
        zone = find_zone(plan.timezone)
        starts_at, start_fold = _instant(
            plan.wall_start, zone, plan.start_fold, ordinal=ordinal, end="start"
        )
        ends_at, end_fold = _instant(plan.wall_end, zone, plan.end_fold, ordinal=ordinal, end="end")
        if ends_at <= starts_at:
            raise InvalidPlanError(N_("The end must be after the start."))
        times.append(
            MeetingTimes(
                wall_start=plan.wall_start,
                start_fold=start_fold,
                wall_end=plan.wall_end,
                end_fold=end_fold,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
    return times


def _instant(
    wall: datetime, zone: ZoneInfo, fold: Fold | None, *, ordinal: int, end: str
) -> tuple[datetime, Fold]:
    try:
        instant = wall_to_utc(wall, zone, fold=fold)
    except WallTimeError as error:
        raise MeetingTimeError(error, ordinal=ordinal, end=end) from error
    # A fold told for a time that occurs once is not kept: the same plan is stored the same way.
    return instant, (fold or 0) if is_ambiguous(wall, zone) else 0
