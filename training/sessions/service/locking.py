"""The session's lock: who holds it decides about the session and its seats."""

from dataclasses import fields
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from training.db import core, db
from training.errors import NotFoundError
from training.sessions.models import Prerequisite, TrainingSession
from training.sessions.question_queries import asks
from training.sessions.values import LockedSession

_session = cast("sa.Table", TrainingSession.__table__)
_BUILDS_ON_COURSES = (
    sa.exists()
    # By name: in RETURNING for SQLite, SQLAlchemy leaves the table's out, and the column would
    # be compared with itself.
    .where(Prerequisite.course_id == sa.literal_column("training_session.course_id", sa.Integer))
    .correlate(_session)
    .label("builds_on_courses")
)
_ASKS_QUESTIONS = asks(
    *(sa.literal_column(f"training_session.{name}", sa.Integer) for name in ("id", "course_id"))
).label("asks_questions")
_COMPUTED = {"builds_on_courses": _BUILDS_ON_COURSES, "asks_questions": _ASKS_QUESTIONS}
#: What each field of ``LockedSession`` is read from.
LOCKED: tuple[sa.ColumnElement[Any], ...] = tuple(
    _COMPUTED[field.name] if field.name in _COMPUTED else _session.c[field.name]
    for field in fields(LockedSession)
)
_LOCK = (
    sa.update(_session)
    .where(_session.c.id == sa.bindparam("training_session_id"))
    .values(seat_changes=_session.c.seat_changes + 1)
    .returning(*LOCKED)
)


def lock_training_session(training_session_id: int) -> LockedSession:
    """Lock the session until the transaction ends, and return what deciding needs.

    One UPDATE does both. SQLite ignores ``SELECT ... FOR UPDATE``; on PostgreSQL the
    UPDATE waits for the row and returns what was committed meanwhile.

    :raise NotFoundError: there is no such session.
    """
    row = core().execute(_LOCK, {"training_session_id": training_session_id}).one_or_none()
    if row is None:
        raise NotFoundError
    db.session.info.setdefault("locked", set()).add(training_session_id)
    return LockedSession(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping


def load(training_session_id: int) -> TrainingSession:
    """Return a locked session with its meetings, as committed, whatever was loaded before."""
    return db.session.execute(
        sa.select(TrainingSession)
        .where(TrainingSession.id == training_session_id)
        .options(selectinload(TrainingSession.meetings))
        .execution_options(populate_existing=True)
    ).scalar_one()
