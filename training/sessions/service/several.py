"""Doing one thing to several sessions: what it means to each, and then the act itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from training.errors import DomainError, InvalidInputError, NotFoundError
from training.sessions import clash_queries
from training.sessions.errors import (
    ChangedMeanwhileError,
    WouldClashError,
    WouldHaveBegunError,
)
from training.sessions.queries import SessionDetails, get_sessions
from training.sessions.rules import MeetingTimes, meeting_times
from training.sessions.rules.clashes import Clash, Sitting
from training.sessions.rules.several import Moved, SeveralAct, Wanted, left_out, obstacle_to
from training.sessions.service.locking import lock_training_session
from training.sessions.service.parts import described
from training.sessions.service.revising import revise
from training.sessions.service.status import cancel, publish
from training.sessions.values import SessionPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """What becomes of one of several sessions."""

    stored: SessionDetails
    #: What is to be stored of it; None: its plan stays.
    plan: SessionPlan | None = None
    #: When its meetings will be, as the plan says.
    times: tuple[MeetingTimes, ...] = ()
    #: Why it is left out; None: it is not.
    obstacle: DomainError | None = None
    #: What it would clash with, where that is the obstacle.
    clash: Clash | None = None

    @property
    def id(self) -> int:
        return self.stored.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was done."""

    ids: tuple[int, ...]
    #: Session → why it was left out.
    left_out: Mapping[int, DomainError]


def prospects(
    training_session_ids: Sequence[int], wanted: Wanted, *, now: datetime
) -> list[Prospect]:
    """Return what an act means to each of some sessions, by key, in seven statements.

    What is not there is left out.
    """
    found = [_prospect(one, wanted, now=now) for one in get_sessions(training_session_ids, now=now)]
    going = [one for one in found if one.obstacle is None and one.plan is not None]
    if wanted.act not in {SeveralAct.MOVE, SeveralAct.ASSIGN} or not going:
        return found
    clash_of = _would_clash(going, [one.id for one in found])
    return [
        replace(one, obstacle=WouldClashError(), clash=clash_of[one.id])
        if one.id in clash_of
        else one
        for one in found
    ]


def do_to_several(
    shown: Mapping[int, int],
    wanted: Wanted,
    *,
    beside: Sequence[int] = (),
    actor_id: int,
    now: datetime,
) -> Done:
    """Do it to each session that nothing stands in the way of, by key, as the single act does.

    :param shown: session → the revision that was shown; one that has another by now is left out.
    :param beside: sessions to which the same will be done in a later transaction.
    """
    stale = {id_: problem for id_ in sorted(shown) if (problem := _lock(id_, shown[id_]))}
    ids = [id_ for id_ in sorted(shown) if id_ not in stale]
    obstacles, done = dict(stale), []
    for one in prospects([*ids, *beside], wanted, now=now):
        if one.id not in ids:
            continue
        if one.obstacle is not None:
            obstacles[one.id] = one.obstacle
            continue
        _do(one, wanted.act, actor_id=actor_id, now=now)
        done.append(one.id)
    return Done(ids=tuple(done), left_out=dict(sorted(obstacles.items())))


def _lock(training_session_id: int, revision: int) -> DomainError | None:
    try:
        locked = lock_training_session(training_session_id)
    except NotFoundError as error:
        return error
    return None if locked.revision == revision else ChangedMeanwhileError()


def _do(one: Prospect, act: SeveralAct, *, actor_id: int, now: datetime) -> None:
    if act is SeveralAct.PUBLISH:
        publish(one.id, actor_id=actor_id, now=now)
    elif act is SeveralAct.CANCEL:
        cancel(one.id, actor_id=actor_id, now=now)
    elif one.plan is not None:
        revise(
            one.id,
            one.plan,
            expected_revision=one.stored.revision,
            actor_id=actor_id,
            now=now,
        )


def _prospect(stored: SessionDetails, wanted: Wanted, *, now: datetime) -> Prospect:
    trainer_ids = [trainer.person_id for trainer in stored.trainers]
    obstacle: DomainError | None = obstacle_to(wanted, stored.clock, trainer_ids, now=now)
    if obstacle is not None or wanted.act in {SeveralAct.PUBLISH, SeveralAct.CANCEL}:
        return Prospect(stored=stored, obstacle=obstacle)
    plan = _planned(stored, wanted, now=now)
    try:
        times = tuple(meeting_times(plan.meetings))
        described(plan)  # registration opens and closes at times that exist, and in that order
    except InvalidInputError as error:
        return Prospect(stored=stored, plan=plan, obstacle=error)
    if wanted.act is SeveralAct.MOVE and min(one.starts_at for one in times) <= now:
        obstacle = WouldHaveBegunError()
    return Prospect(stored=stored, plan=plan, times=times, obstacle=obstacle)


def _planned(stored: SessionDetails, wanted: Wanted, *, now: datetime) -> SessionPlan:
    plan = stored.plan
    if wanted.act is not SeveralAct.MOVE:
        others = [one for one in plan.trainer_ids if one != wanted.person_id]
        added = [wanted.person_id] if wanted.act is SeveralAct.ASSIGN and wanted.person_id else []
        return replace(plan, trainer_ids=(*others, *added))
    by = timedelta(days=wanted.days)
    opens, closes = plan.registration_opens, plan.registration_closes
    opens_at = stored.clock.registration_opens_at
    return replace(
        plan,
        meetings=tuple(
            replace(
                meeting,
                wall_start=meeting.wall_start + by,
                wall_end=meeting.wall_end + by,
                # Which of two is meant was said of another day.
                start_fold=None,
                end_fold=None,
            )
            for meeting in plan.meetings
        ),
        # Who could register goes on doing so; until when goes with the session.
        registration_opens=opens + by if opens and opens_at and opens_at > now else opens,
        registration_closes=closes + by if closes else None,
    )


def _would_clash(going: Sequence[Prospect], ids: Sequence[int]) -> Mapping[int, Clash]:
    """Return which sessions would clash with anything, and with what.

    :param ids: of all that the act is about, those that are left out already too.
    """
    stored = clash_queries.sittings_of(ids)
    own = {one.id for one in going}
    moved = [_moved(one, stored) for one in going]
    apart = [one for one in stored if one.training_session_id not in own]
    wanted = [sitting for one in moved for sitting in (*one.before, *one.after)]
    return left_out(moved, [*apart, *clash_queries.in_the_way(wanted, besides=ids)])


def _moved(one: Prospect, stored: Sequence[Sitting]) -> Moved:
    assert one.plan is not None
    before = tuple(sitting for sitting in stored if sitting.training_session_id == one.id)
    times = {
        meeting.meeting_id: times
        for meeting, times in zip(one.plan.meetings, one.times, strict=True)
    }
    trainer_ids = frozenset(one.plan.trainer_ids)
    return Moved(
        training_session_id=one.id,
        before=before,
        after=tuple(
            replace(
                sitting,
                starts_at=times[sitting.meeting_id].starts_at,
                ends_at=times[sitting.meeting_id].ends_at,
                trainer_ids=trainer_ids,
            )
            for sitting in before
        ),
    )
