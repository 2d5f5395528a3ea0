"""Dates that staff type as wall time, and that lie before a session's start."""

from datetime import datetime

import sqlalchemy as sa

from training.clock import NonexistentTimeError, find_zone, wall_to_utc
from training.db import db
from training.sessions.models import TrainingSession
from training.sessions.values import LockedSession

_TIMEZONE = sa.select(TrainingSession.timezone).where(
    TrainingSession.id == sa.bindparam("training_session_id")
)


def instant_of(wall: datetime | None, locked: LockedSession) -> datetime:
    """Return when that is in the session's zone; the later one of a time that occurs twice.

    :param wall: None: the first start.
    :raise NonexistentTimeError: the clocks skip it.
    """
    if wall is None:
        return locked.starts_at
    timezone = db.session.scalars(_TIMEZONE, {"training_session_id": locked.id}).one()
    return wall_to_utc(wall, find_zone(timezone), fold=1)


def before_start(wall: datetime | None, locked: LockedSession) -> datetime:
    """Return when that is after a session changed its zone or times: at its start at the latest.

    Nobody is there to be asked for another time where the new zone's clocks skip this one.
    """
    try:
        instant = instant_of(wall, locked)
    except NonexistentTimeError as error:
        _before, after = error.nearest
        instant = instant_of(after, locked)
    return min(instant, locked.starts_at)
