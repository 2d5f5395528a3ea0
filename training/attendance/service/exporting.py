"""What leaves the house as a file stands in the audit trail."""

from datetime import datetime

from training.audit.trail import Act, record_act

ROSTER, ATTENDANCE = "roster.export", "attendance.export"


def record_export(
    training_session_id: int, action: str, *, rows: int, ending: str, actor_id: int, now: datetime
) -> None:
    """Note who took which list of a session home.

    :param action: ``ROSTER`` or ``ATTENDANCE``.
    :param ending: of the file: "csv".
    """
    record_act(
        Act(
            action=action,
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            after={"rows": rows, "format": ending},
        ),
        actor_id=actor_id,
        now=now,
    )
