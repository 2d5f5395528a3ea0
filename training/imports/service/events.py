"""Bringing one event of the source in: made, or brought up to date."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from training.db import conflicts, db
from training.imports.errors import DiffersPublishedError, ImportedMeanwhileError
from training.imports.rules import Stored, update
from training.imports.values import ImportedSession, Outcome, Row
from training.registrations.seats import change_capacity
from training.sessions import service as sessions
from training.sessions.models import Assignment, Meeting, Room, TrainingSession
from training.sessions.values import (
    ExternalKey,
    MeetingPlan,
    Origin,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)

conflicts["uq_training_session_external_source_external_key"] = ImportedMeanwhileError


def bring_in(imported: ImportedSession, *, actor_id: int | None = None, now: datetime) -> Row:
    """Make the session that the source describes, or bring the one made before up to date.

    What is the same already is only read: no row is touched.

    :param actor_id: who brings it in; None: the command.
    :raise BelowHeldError: the source has fewer seats than people hold here.
    """
    stored = find_stored(imported.external)
    if stored is None:
        _create(imported, actor_id=actor_id, now=now)
        return _row(Outcome.CREATED, imported)
    if update(stored, imported).changed:
        # Staff may have saved it between our reading and our turn.
        sessions.lock_training_session(stored.id)
        stored = find_stored(imported.external) or stored
    todo = update(stored, imported)
    if imported.drafts_only and todo.changed and stored.status is not SessionStatus.DRAFT:
        return replace(_row(Outcome.LEFT_OUT, imported), note=DiffersPublishedError(todo.changed))
    if todo.plan is not None:
        sessions.revise(stored.id, todo.plan, expected_revision=None, actor_id=actor_id, now=now)
    if todo.seats is not None:
        change_capacity(stored.id, todo.seats, keep=False, actor_id=actor_id, now=now)
    _set_status(stored.id, todo.status, actor_id=actor_id, now=now)
    return Row(
        outcome=Outcome.CHANGED if todo.changed else Outcome.UNCHANGED,
        name=imported.external.key,
        title=imported.plan.title,
        changed=todo.changed,
        cleaned=imported.cleaned,
        note=todo.note,
    )


def _row(outcome: Outcome, imported: ImportedSession) -> Row:
    return Row(
        outcome=outcome,
        name=imported.external.key,
        title=imported.plan.title,
        cleaned=imported.cleaned,
    )


def _create(imported: ImportedSession, *, actor_id: int | None, now: datetime) -> None:
    training_session_id = sessions.schedule(
        imported.plan,
        imported.seats,
        origin=Origin(external=imported.external),
        actor_id=actor_id,
        now=now,
    )
    if imported.status is SessionStatus.CANCELLED:
        # It was public where it comes from, so people may look for it here.
        _set_status(training_session_id, SessionStatus.PUBLISHED, actor_id=actor_id, now=now)
    _set_status(training_session_id, imported.status, actor_id=actor_id, now=now)


def _set_status(
    training_session_id: int,
    status: SessionStatus | None,
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    if status is SessionStatus.PUBLISHED:
        sessions.publish(training_session_id, actor_id=actor_id, now=now)
    elif status is SessionStatus.CANCELLED:
        sessions.cancel(training_session_id, actor_id=actor_id, now=now)


def find_stored(external: ExternalKey) -> Stored | None:
    """Return the session made of that event, as committed now, whatever was loaded before."""
    return stored_by_key([external]).get(external)


def stored_by_key(externals: Sequence[ExternalKey]) -> dict[ExternalKey, Stored]:
    """Return the sessions made of those events, as committed now."""
    if not externals:
        return {}
    found = db.session.scalars(
        sa.select(TrainingSession)
        .where(
            TrainingSession.external_source.in_({external.source for external in externals}),
            TrainingSession.external_key.in_({external.key for external in externals}),
        )
        .options(
            selectinload(TrainingSession.meetings).joinedload(Meeting.room).joinedload(Room.venue)
        )
        .execution_options(populate_existing=True)
    ).all()
    trainers: dict[int, list[int]] = {}
    for training_session_id, person_id in db.session.execute(
        sa.select(Assignment.training_session_id, Assignment.person_id)
        .where(Assignment.training_session_id.in_([one.id for one in found]))
        .order_by(Assignment.person_id)
    ):
        trainers.setdefault(training_session_id, []).append(person_id)
    return {
        ExternalKey(source=one.external_source or "", key=one.external_key or ""): Stored(
            id=one.id,
            status=one.status,
            plan=_plan(one, trainers.get(one.id, [])),
            seats=SeatPlan(capacity=one.capacity, waitlist_capacity=one.waitlist_capacity),
        )
        for one in found
    }


def _plan(found: TrainingSession, trainer_ids: Sequence[int]) -> SessionPlan:
    return SessionPlan(
        title=found.title,
        description=found.description,
        language=found.language,
        delivery=found.delivery,
        audience=found.audience,
        timezone=found.timezone,
        meetings=tuple(
            _meeting_plan(meeting)
            for meeting in found.meetings
            # A meeting that was called off stays so; those of a cancelled session all were.
            if meeting.cancelled_at is None or found.status is SessionStatus.CANCELLED
        ),
        course_id=found.course_id,
        campaign_id=found.campaign_id,
        registration_opens=found.registration_opens,
        registration_closes=found.registration_closes,
        registration_paused=found.registration_paused,
        trainer_ids=tuple(trainer_ids),
        for_whom=found.for_whom,
        accessibility=found.accessibility,
    )


def _meeting_plan(meeting: Meeting) -> MeetingPlan:
    room = meeting.room
    return MeetingPlan(
        wall_start=meeting.wall_start,
        start_fold=sessions.fold_of(meeting.start_fold),
        wall_end=meeting.wall_end,
        end_fold=sessions.fold_of(meeting.end_fold),
        timezone=meeting.timezone,
        venue=room.venue.name if room else "",
        room=room.name if room else "",
        join_url=meeting.join_url,
        meeting_id=meeting.id,
    )
