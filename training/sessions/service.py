"""What staff do to sessions: schedule, revise, publish, cancel. And the session's lock."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from training import changes
from training.audit.trail import Act, record_act
from training.clock import Fold, find_zone, wall_to_utc
from training.db import INSERT, db
from training.errors import N_, NotFoundError
from training.sessions.changes import SessionCancelled, SessionPublished, SessionRevised
from training.sessions.errors import (
    InvalidPlanError,
    NotADraftError,
    SessionCancelledError,
    StaleSessionError,
)
from training.sessions.models import Assignment, Meeting, Room, TrainingSession, Venue
from training.sessions.rules import MeetingTimes, meeting_times
from training.sessions.values import (
    ExternalKey,
    LockedSession,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)
from training.text import search_key

_LOCK = (
    sa.update(TrainingSession)
    .where(TrainingSession.id == sa.bindparam("training_session_id"))
    .values(seat_changes=TrainingSession.seat_changes + 1)
    .returning(*(getattr(TrainingSession, field.name) for field in fields(LockedSession)))
    .execution_options(synchronize_session=False)
)


def lock_training_session(training_session_id: int) -> LockedSession:
    """Lock the session until the transaction ends, and return what deciding needs.

    One UPDATE does both. SQLite ignores ``SELECT ... FOR UPDATE``; on PostgreSQL the
    UPDATE waits for the row and returns what was committed meanwhile.

    :raise NotFoundError: there is no such session.
    """
    row = db.session.execute(_LOCK, {"training_session_id": training_session_id}).one_or_none()
    if row is None:
        raise NotFoundError
    db.session.info.setdefault("locked", set()).add(training_session_id)
    return LockedSession(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping


def schedule(
    plan: SessionPlan,
    seats: SeatPlan,
    *,
    external: ExternalKey | None = None,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Make a session, as a draft that only staff see.

    :return: the session's id.
    :raise WallTimeError: a time that the clocks skip, or show twice without saying which.
    :raise InvalidPlanError: the plan does not add up.
    """
    times = meeting_times(plan.meetings)
    training_session = TrainingSession(
        status=SessionStatus.DRAFT,
        capacity=seats.capacity,
        waitlist_capacity=seats.waitlist_capacity,
        external_source=external.source if external else None,
        external_key=external.key if external else None,
        revision=0,
        revised_at=now,
        **_described(plan),
        **_spanned(times),
    )
    db.session.add(training_session)
    db.session.flush()
    for ordinal, (meeting_plan, meeting) in enumerate(
        zip(plan.meetings, times, strict=True), start=1
    ):
        db.session.add(
            Meeting(
                training_session_id=training_session.id,
                ordinal=ordinal,
                revised_at=now,
                **_placed(meeting_plan, meeting),
            )
        )
    _assign_trainers(training_session.id, plan.trainer_ids)
    db.session.flush()
    record_act(
        Act(
            action="session.schedule",
            subject_kind="training_session",
            subject_id=training_session.id,
            training_session_id=training_session.id,
            after={"status": SessionStatus.DRAFT, "starts_at": _iso(training_session.starts_at)},
        ),
        actor_id=actor_id,
        now=now,
    )
    return training_session.id


def revise(
    training_session_id: int,
    plan: SessionPlan,
    *,
    expected_revision: int | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change what a session is, when and where; how many may come is ``seats.change_capacity``.

    A change of title, text or place raises the revision of the session and of all its meetings;
    a moved meeting raises its own and the session's. A meeting that the plan leaves out is
    deleted from a draft, and called off in a published session, so that calendars hear of it.

    :param expected_revision: what the form showed; None: whatever it is by now.
    :return: whether anything changed.
    :raise NotFoundError: there is no such session.
    :raise SessionCancelledError: it is cancelled.
    :raise StaleSessionError: somebody else changed it since ``expected_revision``.
    :raise WallTimeError: as :func:`schedule`; :raise InvalidPlanError: likewise.
    """
    times = meeting_times(plan.meetings)
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    if expected_revision is not None and expected_revision != locked.revision:
        raise StaleSessionError
    training_session = _load(training_session_id)
    before = {"starts_at": _iso(training_session.starts_at), "revision": locked.revision}

    described = _described(plan)
    changed = {
        name for name, value in described.items() if getattr(training_session, name) != value
    }
    for name, value in described.items():
        setattr(training_session, name, value)
    changed |= _revise_meetings(
        training_session,
        plan,
        times,
        touch_all=bool(changed & _IN_CALENDARS) or _is_renumbered(training_session, plan, times),
        now=now,
    )
    changed |= _assign_trainers(training_session_id, plan.trainer_ids)
    if not changed:
        return False
    for name, value in _spanned(times).items():
        setattr(training_session, name, value)
    training_session.revision += 1
    training_session.revised_at = now
    db.session.flush()
    entry_id = record_act(
        Act(
            action="session.revise",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            before=before,
            after={
                "starts_at": _iso(training_session.starts_at),
                "revision": training_session.revision,
                "changed": sorted(changed),
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    changes.record(SessionRevised(training_session_id, actor_id, entry_id, now))
    return True


def publish(training_session_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Make a draft public.

    :raise NotFoundError: there is no such session.
    :raise SessionCancelledError: it is cancelled; :raise NotADraftError: it is public already.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    if locked.status is not SessionStatus.DRAFT:
        raise NotADraftError
    entry_id = _change_status(
        training_session_id, SessionStatus.PUBLISHED, "session.publish", actor_id=actor_id, now=now
    )
    changes.record(SessionPublished(training_session_id, actor_id, entry_id, now))


def cancel(training_session_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Call a session off: its people are told, and calendars show it as cancelled.

    :raise NotFoundError: there is no such session; :raise SessionCancelledError: it is already.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    entry_id = _change_status(
        training_session_id, SessionStatus.CANCELLED, "session.cancel", actor_id=actor_id, now=now
    )
    changes.record(SessionCancelled(training_session_id, actor_id, entry_id, now))


#: What of a session stands in the calendar entry of each of its meetings.
_IN_CALENDARS = {"title", "description", "language", "delivery", "audience", "timezone"}


def _change_status(
    training_session_id: int,
    status: SessionStatus,
    action: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> int:
    training_session = _load(training_session_id)
    before = training_session.status
    training_session.status = status
    if status is SessionStatus.PUBLISHED:
        training_session.published_at = now
    training_session.revision += 1
    training_session.revised_at = now
    for meeting in training_session.meetings:
        if meeting.cancelled_at is None:
            meeting.revision += 1
            meeting.revised_at = now
            if status is SessionStatus.CANCELLED:
                meeting.cancelled_at = now
    db.session.flush()
    return record_act(
        Act(
            action=action,
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            before={"status": before},
            after={"status": status},
        ),
        actor_id=actor_id,
        now=now,
    )


def _load(training_session_id: int) -> TrainingSession:
    """Return a locked session with its meetings, as committed, whatever was loaded before."""
    return db.session.execute(
        sa.select(TrainingSession)
        .where(TrainingSession.id == training_session_id)
        .options(selectinload(TrainingSession.meetings))
        .execution_options(populate_existing=True)
    ).scalar_one()


def _described(plan: SessionPlan) -> dict[str, Any]:
    zone = find_zone(plan.timezone)
    opens, closes = plan.registration_opens, plan.registration_closes
    if opens and closes and closes <= opens:
        raise InvalidPlanError(N_("Registration must close after it opens."))
    return {
        "title": plan.title,
        "description": plan.description,
        "language": plan.language,
        "delivery": plan.delivery,
        "audience": plan.audience,
        "timezone": plan.timezone,
        "course_id": plan.course_id,
        "campaign_id": plan.campaign_id,
        "registration_opens": opens,
        "registration_closes": closes,
        # Of a time that occurs twice, people may register from the first and until the second.
        "registration_opens_at": wall_to_utc(opens, zone, fold=0) if opens else None,
        "registration_closes_at": wall_to_utc(closes, zone, fold=1) if closes else None,
        "registration_paused": plan.registration_paused,
        "search_key": search_key(plan.title)[:500],
    }


def _spanned(times: Sequence[MeetingTimes]) -> dict[str, datetime]:
    return {
        "starts_at": min(meeting.starts_at for meeting in times),
        "ends_at": max(meeting.ends_at for meeting in times),
    }


def _placed(plan: MeetingPlan, times: MeetingTimes) -> dict[str, Any]:
    return {
        "wall_start": times.wall_start,
        "start_fold": times.start_fold,
        "wall_end": times.wall_end,
        "end_fold": times.end_fold,
        "timezone": plan.timezone,
        "starts_at": times.starts_at,
        "ends_at": times.ends_at,
        "room_id": _find_or_make_room(plan.venue, plan.room),
        "join_url": plan.join_url,
    }


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
        values = _placed(meeting_plan, meeting_times_)
        if meeting_plan.meeting_id is None:
            highest += 1
            db.session.add(
                Meeting(
                    training_session_id=training_session.id,
                    ordinal=highest,
                    revised_at=now,
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
            meeting.revision += 1
            meeting.revised_at = now
        changed |= {f"meetings.{name}" for name in different}
    for meeting in known.values():
        if meeting.id in planned_ids or meeting.cancelled_at is not None:
            continue
        changed.add("meetings")
        if training_session.status is SessionStatus.DRAFT:
            db.session.delete(meeting)
        else:
            meeting.cancelled_at = now
            meeting.revision += 1
            meeting.revised_at = now
    return changed


def _assign_trainers(training_session_id: int, trainer_ids: Sequence[int]) -> set[str]:
    assigned = set(
        db.session.scalars(
            sa.select(Assignment.person_id).where(
                Assignment.training_session_id == training_session_id
            )
        )
    )
    wanted = set(trainer_ids)
    if assigned == wanted:
        return set()
    db.session.execute(
        sa.delete(Assignment).where(
            Assignment.training_session_id == training_session_id,
            Assignment.person_id.in_(assigned - wanted),
        )
    )
    if wanted - assigned:
        db.session.execute(
            sa.insert(Assignment),
            [
                {"training_session_id": training_session_id, "person_id": person_id}
                for person_id in sorted(wanted - assigned)
            ],
        )
    return {"trainers"}


def _find_or_make_room(venue: str, room: str) -> int | None:
    """Return the id of the room of that name; two who name a new one make one."""
    if not venue:
        return None
    insert = INSERT[db.engine.dialect.name]
    db.session.execute(
        insert(Venue).values(name=venue, address="").on_conflict_do_nothing(index_elements=["name"])
    )
    venue_id = db.session.scalars(sa.select(Venue.id).where(Venue.name == venue)).one()
    db.session.execute(
        insert(Room)
        .values(venue_id=venue_id, name=room)
        .on_conflict_do_nothing(index_elements=["venue_id", "name"])
    )
    return db.session.scalars(
        sa.select(Room.id).where(Room.venue_id == venue_id, Room.name == room)
    ).one()


def _iso(instant: datetime) -> str:
    return instant.isoformat()


def fold_of(number: int) -> Fold:
    """Return a stored fold as what the clock knows it as."""
    return 1 if number else 0
