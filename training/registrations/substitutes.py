"""Who of an organization can come in somebody's place."""

from dataclasses import dataclass

import sqlalchemy as sa

from training.db import db
from training.organizations.models import Membership
from training.organizations.queries import IS_CURRENT
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import LIVE

#: People that a form offers; whoever is not among them is typed.
MOST = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Substitute:
    """One of an organization's people."""

    person_id: int
    name: str
    email: str | None

    @property
    def label(self) -> str:
        """What tells them from others of the same name."""
        return f"{self.name}, {self.email}" if self.email else self.name


def substitutes(organization_id: int, training_session_id: int) -> list[Substitute]:
    """Return an organization's people who neither have nor await a seat in a session, by name."""
    is_there = sa.exists().where(
        Registration.person_id == Person.id,
        Registration.training_session_id == training_session_id,
        Registration.status.in_(LIVE),
    )
    found = db.session.execute(
        sa.select(Person.id.label("person_id"), Person.name, Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organization_id == organization_id,
            IS_CURRENT,
            Person.erased_at.is_(None),
            sa.not_(is_there),
        )
        .order_by(Person.search_key, Person.id)
        .limit(MOST)
    )
    return [Substitute(**row._mapping) for row in found]  # noqa: SLF001 -- the public name for a mapping
