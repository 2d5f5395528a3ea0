"""Who the people are that get seats: found or made before a session is locked, read under it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.db import core
from training.errors import NotFoundError
from training.people.models import Person
from training.people.service import create_person, make_missing_people
from training.people.values import email_key
from training.registrations.models import Registration
from training.registrations.values import LIVE, Participant


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A person, with the live registration they may have in the session."""

    person_id: int
    has_email: bool
    registration_id: int | None

    def recipient(self, registered_by: int | None) -> int:
        """Return who gets their mails: they, or whoever registered somebody without address."""
        return self.person_id if self.has_email or registered_by is None else registered_by


_KNOWN = sa.select(
    Person.id,
    Person.email_key,
    Person.email.is_not(None).label("has_email"),
    Registration.id.label("registration_id"),
).outerjoin(
    Registration,
    sa.and_(
        Registration.person_id == Person.id,
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status.in_(LIVE),
    ),
)
# Two statements, each with an index of its own; a form of strangers needs the first only.
_BY_KEY = _KNOWN.where(Person.email_key.in_(sa.bindparam("keys", expanding=True)))
_BY_ID = _KNOWN.where(
    Person.id.in_(sa.bindparam("ids", expanding=True)), Person.erased_at.is_(None)
)


def find_or_make(
    participants: Sequence[Participant], *, actor_id: int | None, now: datetime
) -> tuple[Participant, ...]:
    """Make whoever nobody knows yet; before any session is locked.

    A row of ``person`` made under a session's lock would hold up everybody who waits for it.

    :return: the participants, of whom each has an address that somebody has, or a person's id.
    """
    strangers = {one.email: one.name for one in participants if one.person_id is None and one.email}
    make_missing_people(strangers)
    return tuple(
        replace(one, person_id=create_person(one.name, None, actor_id=actor_id, now=now))
        if one.person_id is None and not one.email
        else one
        for one in participants
    )


def read(training_session_id: int, participants: Sequence[Participant]) -> list[Known]:
    """Return who each participant is, read under the session's lock.

    :raise NotFoundError: nobody is, or not any more.
    """
    ids = [one.person_id for one in participants if one.person_id is not None]
    keys = [email_key(one.email) for one in participants if one.person_id is None and one.email]
    known: dict[object, Known] = {}
    if keys:
        rows = core().execute(_BY_KEY, {"training_session_id": training_session_id, "keys": keys})
        known |= {str(row.email_key): _known(row) for row in rows}
    if ids:
        rows = core().execute(_BY_ID, {"training_session_id": training_session_id, "ids": ids})
        known |= {row.id: _known(row) for row in rows}
    try:
        return [
            known[email_key(one.email or "") if one.person_id is None else one.person_id]
            for one in participants
        ]
    except KeyError:
        raise NotFoundError from None


def doubles(known: Sequence[Known]) -> tuple[int, ...]:
    """Return the positions, from 0, of who stands before them already."""
    seen: set[int] = set()
    positions = []
    for position, one in enumerate(known):
        if one.person_id in seen:
            positions.append(position)
        seen.add(one.person_id)
    return tuple(positions)


def _known(row: Any) -> Known:
    return Known(person_id=row.id, has_email=row.has_email, registration_id=row.registration_id)
