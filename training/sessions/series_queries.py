"""What a series would be, date by date, and what belongs to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from training.db import db
from training.sessions.models import TrainingSession
from training.sessions.planned_queries import PlannedDate, days_later, first_day, with_clashes
from training.sessions.values import SessionPlan, SessionStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class OneOfSeries:
    """A session of a series."""

    id: int
    title: str
    status: SessionStatus
    starts_at: datetime
    timezone: str


def planned_dates(
    pattern: SessionPlan, days: Sequence[date], holidays: Mapping[date, Sequence[str]]
) -> list[PlannedDate]:
    """Return a session as it would be on each of these days, with what it clashes with.

    :param holidays: what those of the days are called that are holidays.

    Up to three statements, whatever the number of days.
    """
    first = first_day(pattern)
    dates = [
        replace(days_later(pattern, (day - first).days), holidays=tuple(holidays.get(day, ())))
        for day in days
    ]
    return with_clashes(dates)


def sessions_of_series(series_id: int) -> list[OneOfSeries]:
    """Return the sessions of a series, in order."""
    columns = (getattr(TrainingSession, name) for name in OneOfSeries.__dataclass_fields__)
    rows = db.session.execute(
        sa.select(*columns)
        .where(TrainingSession.series_id == series_id)
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return [OneOfSeries(**row._mapping) for row in rows]  # noqa: SLF001 -- a row's public name for it
