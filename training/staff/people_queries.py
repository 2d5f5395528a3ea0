"""The list of all people, in two statements whatever their number."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from training.accounts.models import Account
from training.accounts.values import StaffRole
from training.db import db
from training.organizations.models import Membership, Organization
from training.organizations.queries import IS_CURRENT, named
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.registrations.models import Registration
from training.sessions.models import Assignment

#: People on one page of the list.
PAGE = 50

IS_TRAINER = sa.exists().where(Assignment.person_id == Person.id)
#: Of somebody joined to their account, if they have one.
HAS_ACCOUNT = sa.and_(Account.id.is_not(None), Account.disabled_at.is_(None))


class Kind(StrEnum):
    """Which people to show."""

    STAFF = "staff"
    TRAINER = "trainer"
    REPRESENTATIVE = "representative"
    ACCOUNT = "account"
    NO_EMAIL = "no_email"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What of the list to show."""

    text: str = ""
    organization_id: int | None = None
    kind: Kind | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Belonging:
    """An organization that somebody belongs to now."""

    id: int
    name: str
    role: MembershipRole


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPerson:
    """Somebody as a line of the list."""

    id: int
    name: str
    email: str | None
    staff_role: StaffRole | None
    has_account: bool
    is_trainer: bool
    organizations: tuple[Belonging, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """A page of the list."""

    people: tuple[ListedPerson, ...]
    has_more: bool


#: A row that stands for whoever an organization names later: no human.
IS_RESERVED_SEAT = sa.and_(
    Person.email.is_(None),
    sa.exists().where(Registration.person_id == Person.id, Registration.is_placeholder),
)


def people_page(filters: Filters, page: int = 1) -> PeoplePage:
    """Return a page of everybody who was not erased, by name."""
    rows = db.session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.email,
            sa.case((HAS_ACCOUNT, Account.staff_role)).label("staff_role"),
            HAS_ACCOUNT.label("has_account"),
            IS_TRAINER.label("is_trainer"),
        )
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            Person.erased_at.is_(None),
            sa.not_(IS_RESERVED_SEAT),
            *named(filters.text),
            *_conditions(filters),
        )
        .order_by(Person.search_key, Person.id)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()
    belongings = belongings_of([row.id for row in rows[:PAGE]])
    return PeoplePage(
        people=tuple(_listed(row, belongings.get(row.id, ())) for row in rows[:PAGE]),
        has_more=len(rows) > PAGE,
    )


def belongings_of(person_ids: list[int]) -> dict[int, tuple[Belonging, ...]]:
    """Return the organizations that people belong to now, by name."""
    found: dict[int, tuple[Belonging, ...]] = {}
    rows = db.session.execute(
        sa.select(Membership.person_id, Organization.id, Organization.name, Membership.role)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.person_id.in_(person_ids), IS_CURRENT)
        .order_by(Organization.name, Organization.id)
    )
    for person_id, organization_id, name, role in rows:
        one = Belonging(id=organization_id, name=name, role=role)
        found[person_id] = (*found.get(person_id, ()), one)
    return found


def organization_choices() -> list[tuple[int, str]]:
    """Return every organization's id and name, by name."""
    rows = db.session.execute(
        sa.select(Organization.id, Organization.name).order_by(Organization.name, Organization.id)
    )
    return [(id_, name) for id_, name in rows]


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.organization_id is not None:
        conditions.append(_belongs(Membership.organization_id == filters.organization_id))
    if filters.kind is not None:
        conditions.append(_IS_KIND[filters.kind])
    return conditions


def _belongs(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Membership.person_id == Person.id, IS_CURRENT, condition)


_IS_KIND: dict[Kind, sa.ColumnElement[bool]] = {
    Kind.STAFF: sa.and_(HAS_ACCOUNT, Account.staff_role.is_not(None)),
    Kind.TRAINER: IS_TRAINER,
    Kind.REPRESENTATIVE: _belongs(Membership.role == MembershipRole.REPRESENTATIVE),
    Kind.ACCOUNT: HAS_ACCOUNT,
    Kind.NO_EMAIL: Person.email.is_(None),
}


def _listed(row: Any, organizations: tuple[Belonging, ...]) -> ListedPerson:
    return ListedPerson(
        id=row.id,
        name=row.name,
        email=row.email,
        staff_role=row.staff_role,
        has_account=bool(row.has_account),
        is_trainer=bool(row.is_trainer),
        organizations=organizations,
    )
