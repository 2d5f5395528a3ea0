"""Saving what clashes all the same, and why."""

from collections.abc import Sequence
from datetime import datetime

from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.models import AcceptedClash
from training.sessions.rules.clashes import Clash, fingerprint
from training.sessions.service.asking import session_ids


def accept(
    training_session_id: int,
    found: Sequence[Clash],
    reason: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Keep why clashes are all right: nobody is warned of them until what clashes changes."""
    if not found:
        return
    db.session.add_all(
        AcceptedClash(
            training_session_id=training_session_id,
            fingerprint=print_,
            reason=reason,
            accepted_at=now,
            accepted_by=actor_id,
        )
        for print_ in sorted({fingerprint(clash) for clash in found})
    )
    db.session.flush()
    record_act(
        Act(
            action="session.accept_clash",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            after={"count": len(found), "clashes_with": session_ids(found)},
        ),
        actor_id=actor_id,
        now=now,
    )
