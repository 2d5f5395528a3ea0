"""What can be done to several sessions at once, and what stands in the way of each."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from training.errors import ConflictError
from training.sessions.errors import (
    DoesNotTrainError,
    NotADraftError,
    SessionBegunError,
    SessionCancelledError,
    SessionOverError,
    TrainsAlreadyError,
)
from training.sessions.rules.clashes import Clash, Sitting, clashes
from training.sessions.values import SessionClock, SessionStatus


class SeveralAct(StrEnum):
    """What is done to each of them."""

    PUBLISH = "publish"
    CANCEL = "cancel"
    MOVE = "move"
    ASSIGN = "assign"
    UNASSIGN = "unassign"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An act, and what it needs to know."""

    act: SeveralAct
    #: Of a move: so many days later, on the wall calendar; negative: earlier.
    days: int = 0
    #: Of assigning: who.
    person_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A session whose meetings are to want other times or people."""

    training_session_id: int
    before: tuple[Sitting, ...]
    after: tuple[Sitting, ...]


def obstacle_to(
    wanted: Wanted, clock: SessionClock, trainer_ids: Collection[int], *, now: datetime
) -> ConflictError | None:
    """Return why a session is left out, as far as it alone can tell; None: nothing is in the way.

    :param trainer_ids: who trains in it.
    """
    trains = wanted.person_id in trainer_ids
    reasons: tuple[tuple[bool, Callable[[], ConflictError]], ...] = (
        (clock.status is SessionStatus.CANCELLED, SessionCancelledError),
        (clock.ends_at <= now, SessionOverError),
        (
            wanted.act is SeveralAct.PUBLISH and clock.status is not SessionStatus.DRAFT,
            NotADraftError,
        ),
        (wanted.act is SeveralAct.MOVE and clock.starts_at <= now, SessionBegunError),
        (wanted.act is SeveralAct.ASSIGN and trains, TrainsAlreadyError),
        (wanted.act is SeveralAct.UNASSIGN and not trains, DoesNotTrainError),
    )
    return next((reason() for is_so, reason in reasons if is_so), None)


def left_out(moved: Sequence[Moved], others: Collection[Sitting]) -> Mapping[int, Clash]:
    """Return which of these sessions stay as they are because they would clash, and with what.

    All that do change, change together: one may take the hour that another leaves. What clashed
    before, with the same people and place, may go on doing so. Of two that would clash with each
    other the one with the higher key stays; that it stays may hold up others.

    :param others: meetings of all other sessions, and when somebody is away.
    """
    known = _wanted_at_once([one for each in moved for one in each.before], others)
    going = {each.training_session_id: each for each in moved}
    staying: dict[int, Clash] = {}
    while True:
        planned = [one for each in going.values() for one in each.after]
        stored = [
            one for each in moved if each.training_session_id in staying for one in each.before
        ]
        found = [
            clash
            for clash in clashes(planned, [*others, *stored])
            if clash.mine.training_session_id in going and not _is_known(clash, known)
        ]
        if not found:
            return staying
        # First those that meet what does not change: whom the others meet depends on them.
        fixed = [clash for clash in found if clash.other.training_session_id not in going]
        for clash in fixed or [max(found, key=_highest)]:
            own = (
                clash
                if fixed or clash.mine.training_session_id == _highest(clash)
                else _turned(clash)
            )
            if going.pop(own.mine.training_session_id or 0, None):
                staying[own.mine.training_session_id or 0] = own


def _highest(clash: Clash) -> int:
    return max(clash.mine.training_session_id or 0, clash.other.training_session_id or 0)


def _turned(clash: Clash) -> Clash:
    return replace(clash, mine=clash.other, other=clash.mine)


#: Two meetings, or a meeting and an absence → who and what both want.
_Known = Mapping[frozenset[tuple[int | None, int | None]], tuple[frozenset[int], bool]]


def _wanted_at_once(before: Sequence[Sitting], others: Collection[Sitting]) -> _Known:
    return {
        _pair(clash): (clash.trainer_ids, clash.is_of_place) for clash in clashes(before, others)
    }


def _is_known(clash: Clash, known: _Known) -> bool:
    trainer_ids, is_of_place = known.get(_pair(clash), (frozenset(), False))
    return clash.trainer_ids <= trainer_ids and clash.is_of_place <= is_of_place


def _pair(clash: Clash) -> frozenset[tuple[int | None, int | None]]:
    return frozenset((one.meeting_id, one.away_id) for one in (clash.mine, clash.other))
