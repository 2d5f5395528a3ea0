"""Changing what a session is, when and where."""

from collections.abc import Sequence
from datetime import datetime

from training import changes
from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.changes import MeetingDropped, SessionRevised
from training.sessions.errors import SessionCancelledError, StaleSessionError
from training.sessions.models import Meeting, TrainingSession
from training.sessions.rules import MeetingTimes, meeting_times
from training.sessions.service.accepting import accept
from training.sessions.service.asking import check_move, session_ids
from training.sessions.service.locking import load, lock_training_session
from training.sessions.service.parts import (
    assign_trainers,
    check_chosen,
    described,
    iso,
    placed,
    raise_revision,
    spanned,
)
from training.sessions.values import SessionPlan, SessionStatus

#: What of a session stands in the calendar entry of each of its meetings, or tells which parts of
#: the public feed they belong to: programs that read one of those must hear that it changed.
_IN_CALENDARS = {
    "title",
    "description",
    "language",
    "delivery",
    "audience",
    "timezone",
    "course_id",
    "campaign_id",
}

#: What of a meeting tells when it is.
_TIMES = {"starts_at", "ends_at"}


def revise(
    training_session_id: int,
    plan: SessionPlan,
    *,
    expected_revision: int | None,
    seen: str | None = None,
    reason: str = "",
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change what a session is, when and where; how many may come is ``seats.change_capacity``.

    A change of title, text, place, course or campaign raises the revision of the session and of
    all its meetings; a moved meeting raises its own and the session's. A meeting that the plan
    leaves out is deleted from a draft, and called off in a published session, so that calendars
    hear of it.

    :param expected_revision: what the form showed; None: whatever it is by now.
    :param seen: the key of what was shown of clashes and of people who are moved, empty if
        nothing was; None: nobody is there to be asked.
    :param reason: why it is saved although it clashes.
    :return: whether anything changed.
    :raise NotFoundError: there is no such session.
    :raise SessionCancelledError: it is cancelled.
    :raise StaleSessionError: somebody else changed it since ``expected_revision``.
    :raise MoveNotConfirmedError: it moves people, and what that means was not seen.
    :raise ClashError: it clashes with what was not seen.
    :raise ClashReasonMissingError: it clashes with what was seen, and nobody said why.
    :raise WallTimeError: as :func:`schedule`; :raise InvalidPlanError: likewise.
    """
    times = meeting_times(plan.meetings)
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    if expected_revision is not None and expected_revision != locked.revision:
        raise StaleSessionError
    training_session = load(training_session_id)
    before = {"starts_at": iso(locked.starts_at), "revision": locked.revision}

    changed = _write(training_session, plan, times, now=now)
    if not changed:
        return False
    for name, value in spanned(times).items():
        setattr(training_session, name, value)
    training_session.revision += 1
    training_session.revised_at = now
    db.session.flush()
    accepted = check_move(training_session, changed, seen=seen, reason=reason)
    entry_id = record_act(
        Act(
            action="session.revise",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            before=before,
            after={
                "starts_at": iso(training_session.starts_at),
                "revision": training_session.revision,
                "changed": sorted(changed),
                **({"clashes_with": session_ids(accepted)} if accepted else {}),
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    accept(training_session_id, accepted, reason, actor_id=actor_id, now=now)
    is_moved = training_session.starts_at != locked.starts_at
    moved_from = locked.starts_at if is_moved else None
    changes.record(SessionRevised(training_session_id, actor_id, entry_id, now, moved_from))
    return True


def _write(
    training_session: TrainingSession,
    plan: SessionPlan,
    times: Sequence[MeetingTimes],
    *,
    now: datetime,
) -> set[str]:
    """Bring a session, meetings and trainers in line with the plan; returns what changed."""
    columns = described(plan)
    changed = {name for name, value in columns.items() if getattr(training_session, name) != value}
    if changed & {"course_id", "campaign_id"}:
        check_chosen(plan)
    for name, value in columns.items():
        setattr(training_session, name, value)
    changed |= _revise_meetings(
        training_session,
        plan,
        times,
        touch_all=bool(changed & _IN_CALENDARS) or _is_renumbered(training_session, plan, times),
        now=now,
    )
    return changed | assign_trainers(training_session.id, plan.trainer_ids)


def _is_renumbered(
    training_session: TrainingSession, plan: SessionPlan, times: Sequence[MeetingTimes]
) -> bool:
    """Tell whether meetings come, go, or change places: "2/3" in their entries then changes."""
    held = [meeting for meeting in training_session.meetings if meeting.cancelled_at is None]
    before = [meeting.id for meeting in sorted(held, key=lambda meeting: meeting.starts_at)]
    planned = sorted(zip(plan.meetings, times, strict=True), key=lambda one: one[1].starts_at)
    return before != [meeting_plan.meeting_id for meeting_plan, _ in planned]


def _revise_meetings(
    training_session: TrainingSession,
    plan: SessionPlan,
    times: Sequence[MeetingTimes],
    *,
    touch_all: bool,
    now: datetime,
) -> set[str]:
    """Bring the stored meetings in line with the plan; returns what changed, by name."""
    changed: set[str] = set()
    known = {meeting.id: meeting for meeting in training_session.meetings}
    highest = max((meeting.ordinal for meeting in known.values()), default=0)
    planned_ids = {meeting_plan.meeting_id for meeting_plan in plan.meetings}
    for meeting_plan, meeting_times_ in zip(plan.meetings, times, strict=True):
        values = placed(meeting_plan, meeting_times_)
        if meeting_plan.meeting_id is None:
            highest += 1
            db.session.add(
                Meeting(
                    training_session_id=training_session.id,
                    ordinal=highest,
                    revised_at=now,
                    # Who read the feed before does not know of it.
                    rescheduled_at=now,
                    rescheduled_revision=0,
                    **values,
                )
            )
            changed.add("meetings")
            continue
        meeting = known.get(meeting_plan.meeting_id)
        if meeting is None or meeting.cancelled_at is not None:
            raise StaleSessionError
        different = {name for name, value in values.items() if getattr(meeting, name) != value}
        for name, value in values.items():
            setattr(meeting, name, value)
        if different or touch_all:
            raise_revision(meeting, is_rescheduled=bool(different & _TIMES), now=now)
        changed |= {f"meetings.{name}" for name in different}
    for meeting in known.values():
        if meeting.id in planned_ids or meeting.cancelled_at is not None:
            continue
        changed.add("meetings")
        if training_session.status is SessionStatus.DRAFT:
            db.session.delete(meeting)
            changes.record(MeetingDropped(meeting.uid, now))
        else:
            meeting.cancelled_at = now
            raise_revision(meeting, is_rescheduled=True, now=now)
    return changed
