"""The invariants at one moment, while everything runs."""

import sqlalchemy as sa

from training.checks.queries import CHECKS
from training.clock import utc_now
from training.db import db
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import TrainingSession

#: What must hold in every committed state; the others may take longer, or grow with the history.
INVARIANTS = ("I1 ", "I2 ", "I3 ", "I4 ")
_FIRST_WAITING = sa.func.min(Registration.ticket).filter(
    Registration.status == RegistrationStatus.WAITLISTED
)
_LAST_SEATED = sa.func.max(Registration.ticket).filter(
    Registration.status == RegistrationStatus.CONFIRMED
)
_LINES = (
    sa.select(
        TrainingSession.id,
        TrainingSession.next_ticket,
        sa.func.count(Registration.id).label("given"),
        sa.func.max(Registration.ticket).label("newest"),
        _FIRST_WAITING.label("first_waiting"),
        _LAST_SEATED.label("last_seated"),
    )
    .join(Registration, Registration.training_session_id == TrainingSession.id)
    .group_by(TrainingSession.id, TrainingSession.next_ticket)
)


def sample() -> list[str]:
    """Return what breaks I1 to I4 in one committed state, read in one snapshot.

    Beside what ``training check`` looks for: no ticket is missing, and nobody who waits has a
    smaller one than somebody with a seat, which holds as long as nobody is promoted out of turn.
    """
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        # On SQLite every transaction reads one state.
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    now = utc_now()
    found = [
        f"{one.invariant} {one.subject}: {one.what}"
        for name, check in CHECKS
        if name.startswith(INVARIANTS)
        for one in check(now)
    ]
    for line in db.session.execute(_LINES):
        if not line.given == line.newest == line.next_ticket - 1:
            found.append(f"I3 session {line.id}: a ticket is missing: {tuple(line)}")
        if line.first_waiting and line.last_seated and line.first_waiting < line.last_seated:
            found.append(f"I3 session {line.id}: somebody was overtaken: {tuple(line)}")
    db.session.rollback()
    return found
