"""How many meetings a session has and when the first one ends, read beside the session itself."""

from typing import Any

import sqlalchemy as sa

from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c

_IS_HELD = sa.and_(
    _meeting.training_session_id == _session.id,
    # Of a cancelled session every meeting is: then it is shown as it was planned.
    sa.or_(_meeting.cancelled_at.is_(None), _session.status == SessionStatus.CANCELLED),
)


def _of_meetings(value: sa.ColumnElement[Any], name: str) -> sa.Label[Any]:
    held = sa.select(value).where(_IS_HELD).correlate(TrainingSession.__table__)
    return held.scalar_subquery().label(name)


#: When the first meeting ends, and how many there are.
MEETING_COLUMNS = (
    _of_meetings(sa.func.min(_meeting.ends_at), "first_ends_at"),
    _of_meetings(sa.func.count(), "meetings"),
)
