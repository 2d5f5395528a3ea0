"""Noting when somebody cannot train."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.people.models import Person
from training.sessions.errors import TooManyAbsencesError
from training.sessions.models import Unavailability
from training.sessions.rules.unavailability import Away

#: Entries of one person that are kept; a year of single days fits.
MOST = 400


def add_unavailability(
    person_id: int, away: Away, note: str, *, actor_id: int | None, now: datetime
) -> int:
    """Note when somebody cannot train. What is planned already is not moved: it then clashes.

    :return: the entry's id.
    :raise NotFoundError: there is no such person, or not any more.
    :raise TooManyAbsencesError: so many are noted already that nobody looks through them.
    """
    _find(person_id)
    count = db.session.scalar(
        sa.select(sa.func.count()).where(Unavailability.person_id == person_id)
    )
    if (count or 0) >= MOST:
        raise TooManyAbsencesError(MOST)
    row = Unavailability(person_id=person_id, note=note, made_at=now, **asdict(away))
    db.session.add(row)
    db.session.flush()
    _record("person.add_unavailability", person_id, actor_id=actor_id, now=now)
    return row.id


def remove_unavailability(
    unavailability_id: int, *, of_id: int | None, actor_id: int | None, now: datetime
) -> int:
    """Let somebody be asked again for that time.

    :param of_id: the person whose entry it has to be; None: anybody's.
    :return: whose it was.
    :raise NotFoundError: there is no such entry.
    """
    statement = sa.delete(Unavailability).where(Unavailability.id == unavailability_id)
    if of_id is not None:
        statement = statement.where(Unavailability.person_id == of_id)
    person_id = db.session.execute(
        statement.returning(Unavailability.person_id)
    ).scalar_one_or_none()
    if person_id is None:
        raise NotFoundError
    _record("person.remove_unavailability", person_id, actor_id=actor_id, now=now)
    return person_id


def _find(person_id: int) -> None:
    found = sa.select(Person.id).where(Person.id == person_id, Person.erased_at.is_(None))
    if db.session.scalar(found) is None:
        raise NotFoundError


def _record(action: str, person_id: int, *, actor_id: int | None, now: datetime) -> None:
    record_act(
        Act(action=action, subject_kind="person", subject_id=person_id),
        actor_id=actor_id,
        now=now,
    )
