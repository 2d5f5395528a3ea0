"""Until when people are named for seats that were reserved without names."""

from datetime import datetime

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.sessions.models import TrainingSession

#: As staff set it, the first start without more.
NAMING_ENDS_AT = sa.func.coalesce(
    TrainingSession.naming_ends_at, TrainingSession.starts_at, type_=UtcDateTime()
)
_ENDS_AT = sa.select(NAMING_ENDS_AT.label("naming_ends_at")).where(
    TrainingSession.id == sa.bindparam("training_session_id")
)


def naming_ends_at(training_session_id: int) -> datetime:
    """Return until when seats of a session may be named."""
    found: datetime = db.session.scalars(
        _ENDS_AT, {"training_session_id": training_session_id}
    ).one()
    return found
