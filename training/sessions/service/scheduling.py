"""Making a session."""

from datetime import datetime

from training import changes
from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.changes import SessionScheduled
from training.sessions.models import Meeting, TrainingSession
from training.sessions.rules import meeting_times
from training.sessions.service.accepting import accept
from training.sessions.service.asking import check_clashes, session_ids
from training.sessions.service.parts import (
    assign_trainers,
    check_chosen,
    described,
    iso,
    placed,
    spanned,
)
from training.sessions.values import Origin, SeatPlan, SessionPlan, SessionStatus

#: Of what somebody just thought of.
NO_ORIGIN = Origin()


def schedule(
    plan: SessionPlan,
    seats: SeatPlan,
    *,
    origin: Origin = NO_ORIGIN,
    seen: str | None = None,
    reason: str = "",
    actor_id: int | None,
    now: datetime,
) -> int:
    """Make a session, as a draft that only staff see.

    :param origin: where the plan comes from.
    :param seen: the key of the clashes that were shown, empty if none were; None: nobody is
        there to be asked, as in an import.
    :param reason: why it is scheduled although it clashes.
    :return: the session's id.
    :raise ClashError: it clashes with what was not seen.
    :raise ClashReasonMissingError: it clashes with what was seen, and nobody said why.
    :raise WallTimeError: a time that the clocks skip, or show twice without saying which.
    :raise InvalidPlanError: the plan does not add up.
    """
    times = meeting_times(plan.meetings)
    check_chosen(plan)
    training_session = TrainingSession(
        status=SessionStatus.DRAFT,
        capacity=seats.capacity,
        waitlist_capacity=seats.waitlist_capacity,
        series_id=origin.series_id,
        external_source=origin.external.source if origin.external else None,
        external_key=origin.external.key if origin.external else None,
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
    accepted = check_clashes(training_session.id, seen=seen, reason=reason)
    entry_id = record_act(
        Act(
            action="session.schedule",
            subject_kind="training_session",
            subject_id=training_session.id,
            training_session_id=training_session.id,
            after={
                "status": SessionStatus.DRAFT,
                "starts_at": iso(training_session.starts_at),
                **{
                    name: id_
                    for name, id_ in (
                        ("copied_from", origin.copied_from),
                        ("series_id", origin.series_id),
                    )
                    if id_ is not None
                },
                **({"clashes_with": session_ids(accepted)} if accepted else {}),
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    accept(training_session.id, accepted, reason, actor_id=actor_id, now=now)
    changes.record(SessionScheduled(training_session.id, actor_id, entry_id, now))
    return training_session.id
