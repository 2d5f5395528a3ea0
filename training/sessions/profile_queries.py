"""What public pages say of somebody who trains, as those see it who may change it."""

from dataclasses import dataclass

import sqlalchemy as sa

from training.db import db
from training.errors import NotFoundError
from training.people.models import Person
from training.sessions.models import TrainerProfile
from training.sessions.values import ProfilePlan


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownProfile:
    """Somebody's name, and what public pages may say of them."""

    person_id: int
    name: str
    plan: ProfilePlan


def get_profile(person_id: int) -> ShownProfile:
    """Return what public pages say of somebody, in one statement; without a profile nothing.

    :raise NotFoundError: there is no such person, or not any more.
    """
    row = db.session.execute(
        sa.select(Person.name, TrainerProfile.about, TrainerProfile.is_public)
        .outerjoin(TrainerProfile, TrainerProfile.person_id == Person.id)
        .where(Person.id == person_id, Person.erased_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return ShownProfile(
        person_id=person_id,
        name=row.name,
        plan=ProfilePlan(about=row.about or "", is_public=bool(row.is_public)),
    )
