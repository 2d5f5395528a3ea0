"""When somebody cannot train, as they or staff noted it."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from training.clock import find_zone
from training.db import db
from training.errors import NotFoundError
from training.people.models import Person
from training.sessions.clash_queries import away_of
from training.sessions.models import Unavailability
from training.sessions.rules.unavailability import Away


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedAway:
    """One entry of the list of when somebody cannot train."""

    id: int
    away: Away
    note: str


def list_unavailability(person_id: int, *, now: datetime) -> list[ListedAway]:
    """Return when somebody cannot train, without what is over; the days first, then the weeks."""
    rows = db.session.execute(
        sa.select(*Unavailability.__table__.c)
        .where(Unavailability.person_id == person_id)
        .order_by(
            Unavailability.weekday.is_not(None),
            Unavailability.weekday,
            Unavailability.starts_on,
            Unavailability.id,
        )
    )
    listed = [ListedAway(id=row.id, away=away_of(row), note=row.note) for row in rows]
    return [one for one in listed if not _is_over(one.away, now)]


def get_name(person_id: int) -> str:
    """Return what somebody is called.

    :raise NotFoundError: there is no such person, or not any more.
    """
    found = sa.select(Person.name).where(Person.id == person_id, Person.erased_at.is_(None))
    name = db.session.scalar(found)
    if name is None:
        raise NotFoundError
    return name


def _is_over(away: Away, now: datetime) -> bool:
    today: date = now.astimezone(find_zone(away.timezone)).date()
    return away.ends_on is not None and away.ends_on < today
