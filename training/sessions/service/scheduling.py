"""Making a session."""

from datetime import datetime

from training import changes
from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.changes import SessionScheduled
from training.sessions.models import Meeting, TrainingSession
from training.sessions.rules import meeting_times
from training.sessions.service.asking import check_clashes
from training.sessions.service.parts import (
    assign_trainers,
    check_chosen,
    described,
    iso,
    placed,
    spanned,
)
from training.sessions.values import ExternalKey, SeatPlan, SessionPlan, SessionStatus


def schedule(
    plan: SessionPlan,
    seats: SeatPlan,
    *,
    external: ExternalKey | None = None,
    copied_from: int | None = None,
    seen: str | None = None,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Make a session, as a draft that only staff see.

    :param copied_from: the session that this one was planned like.
    :param seen: the key of the clashes that were shown, empty if none were; None: nobody is
        there to be asked, as in an import.
    :return: the session's id.
    :raise ClashError: it clashes with what was not seen.
    :raise WallTimeError: a time that the clocks skip, or show twice without saying which.
    :raise InvalidPlanError: the plan does not add up.
    """
    times = meeting_times(plan.meetings)
    check_chosen(plan)
    training_session = TrainingSession(
        status=SessionStatus.DRAFT,
        capacity=seats.capacity,
        waitlist_capacity=seats.waitlist_capacity,
        external_source=external.source if external else None,
        external_key=external.key if external else None,
        revision=0,
        revised_at=now,
        **described(plan),
        **spanned(times),
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
                **placed(meeting_plan, meeting),
            )
        )
    assign_trainers(training_session.id, plan.trainer_ids)
    db.session.flush()
    clashes_with = check_clashes(training_session.id, seen=seen)
    entry_id = record_act(
        Act(
            action="session.schedule",
            subject_kind="training_session",
            subject_id=training_session.id,
            training_session_id=training_session.id,
            after={
                "status": SessionStatus.DRAFT,
                "starts_at": iso(training_session.starts_at),
                **({"copied_from": copied_from} if copied_from is not None else {}),
                **({"clashes_with": clashes_with} if clashes_with else {}),
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    changes.record(SessionScheduled(training_session.id, actor_id, entry_id, now))
    return training_session.id
