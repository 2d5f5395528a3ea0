"""Adding somebody at the door: a seat and the mark "present", both or neither."""

from datetime import datetime

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance.queries import get_meeting
from training.attendance.rules import why_not
from training.attendance.service.marking import record_marks
from training.attendance.values import AttendanceStatus, Mark, MarkSource, WalkIn
from training.db import db
from training.errors import NotFoundError
from training.registrations import seats
from training.registrations import service as registrations
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import Fit, Participant
from training.submissions.service import Send, remember


def add_walk_in(
    meeting_id: int, walk_in: WalkIn, *, send: Send, actor_id: int, scope: Scope, now: datetime
) -> int:
    """Give somebody at the door a seat, and mark them present.

    Nobody waits at a door: without a free seat they are let in on purpose, or not at all. The door
    is open as long as the meeting may be marked: who came is often noted when it is over. What the
    session builds on is not asked about: whoever keeps the door sees who is there, and decides.

    :param send: the form that this comes from.
    :return: the registration's id.
    :raise NotFoundError: there is no such meeting or it is not theirs, or nobody of it waits there.
    :raise ConflictError: no seat is free and nobody said to overbook, they are registered already,
        or the meeting cannot be marked now.
    """
    meeting = get_meeting(meeting_id, actor_id, scope)
    if refusal := why_not(meeting.state, is_staff=scope is Scope.ALL, now=now):
        raise refusal
    if walk_in.waiting_id is None:
        registration_id = _register(
            meeting.training_session_id, walk_in, actor_id=actor_id, now=now
        )
    else:
        registration_id = walk_in.waiting_id
        _refuse_of_another_session(registration_id, meeting.training_session_id)
        seats.promote(
            registration_id,
            overbook=walk_in.overbook,
            is_walk_in=True,
            actor_id=actor_id,
            now=now,
        )
    record_marks(
        meeting_id,
        [
            Mark(
                registration_id=registration_id,
                status=AttendanceStatus.PRESENT,
                nonce=f"walk-in.{meeting_id}.{registration_id}",
            )
        ],
        source=MarkSource.TRAINER,
        actor_id=actor_id,
        scope=scope,
        now=now,
    )
    remember(send, {"registration": registration_id}, now=now)
    return registration_id


def _register(training_session_id: int, walk_in: WalkIn, *, actor_id: int, now: datetime) -> int:
    outcome = registrations.register(
        training_session_id,
        Group(
            participants=(
                Participant(
                    name=walk_in.name,
                    email=walk_in.email,
                    organization_id=walk_in.organization_id,
                ),
            ),
            fit=Fit.SEATS,
            actor_id=actor_id,
            by_staff=True,
            is_walk_in=True,
            overbook=walk_in.overbook,
        ),
        now=now,
    )
    return outcome.registration_ids[0]


def _refuse_of_another_session(registration_id: int, training_session_id: int) -> None:
    found = db.session.scalar(
        sa.select(Registration.id).where(
            Registration.id == registration_id,
            Registration.training_session_id == training_session_id,
        )
    )
    if found is None:
        raise NotFoundError
