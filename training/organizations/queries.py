"""Which partners run, who acts for them, and the lists that staff see."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from training.accounts.models import Account
from training.db import core, db
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole, OrganizationStatus
from training.people.models import Person
from training.text import search_key

#: Of an organization.
IS_ACTIVE = Organization.status == OrganizationStatus.ACTIVE
#: Of what belongs to one or to none, joined to it by an outer join.
IS_ACTIVE_OR_NONE = sa.or_(Organization.id.is_(None), IS_ACTIVE)

_ACTIVE = (
    sa.select(Organization.id, Organization.slug, Organization.name)
    .where(IS_ACTIVE)
    .order_by(Organization.name, Organization.id)
)
_ACTIVE_BY_SLUG = sa.select(Organization.id).where(
    Organization.slug == sa.bindparam("slug"), IS_ACTIVE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActiveOrganization:
    """A partner that runs, as forms offer it."""

    id: int
    slug: str
    name: str


def active_organizations() -> list[ActiveOrganization]:
    """Return the partners that run, by name."""
    return [
        ActiveOrganization(id=id_, slug=slug, name=name)
        for id_, slug, name in core().execute(_ACTIVE)
    ]


def find_active_organization(slug: str) -> int | None:
    """Return the id of a partner that runs, or None."""
    return db.session.scalar(_ACTIVE_BY_SLUG, {"slug": slug})


#: Of a membership.
IS_CURRENT = Membership.until.is_(None)
_REPRESENTED = (
    sa.select(Organization.id, Organization.slug, Organization.name)
    .join(Membership, Membership.organization_id == Organization.id)
    .where(
        Membership.person_id == sa.bindparam("person_id"),
        Membership.role == MembershipRole.REPRESENTATIVE,
        IS_CURRENT,
        IS_ACTIVE,
    )
    .order_by(Organization.name, Organization.id)
)


def organizations_of(person_id: int) -> list[ActiveOrganization]:
    """Return the partners that run and that a person may act for, by name."""
    return [
        ActiveOrganization(id=id_, slug=slug, name=name)
        for id_, slug, name in db.session.execute(_REPRESENTED, {"person_id": person_id})
    ]


#: Of a list of staff, on one page.
PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody who belongs to an organization now."""

    membership_id: int
    person_id: int
    name: str
    email: str | None
    role: MembershipRole
    since: date
    has_account: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MembersPage:
    """A page of an organization's people."""

    members: tuple[Member, ...]
    has_more: bool


def members(organization_id: int, q: str = "", page: int = 1) -> MembersPage:
    """Return who belongs to an organization now: representatives first, then by name.

    :param q: words that each stand in the name or the address, whatever their case and accents.
    :param page: from 1.
    """
    is_member = Membership.role == MembershipRole.MEMBER
    rows = db.session.execute(
        sa.select(
            Membership.id.label("membership_id"),
            Membership.person_id,
            Person.name,
            Person.email,
            Membership.role,
            Membership.since,
            sa.exists().where(Account.person_id == Person.id).label("has_account"),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organization_id == organization_id,
            IS_CURRENT,
            Person.erased_at.is_(None),
            *named(q),
        )
        .order_by(is_member, Person.search_key, Person.id)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()
    return MembersPage(
        members=tuple(Member(**row._mapping) for row in rows[:PAGE]),  # noqa: SLF001 -- the public name for a mapping
        has_more=len(rows) > PAGE,
    )


def named(q: str) -> list[sa.ColumnElement[bool]]:
    """Return the conditions under which a person is meant by typed words."""
    return [Person.search_key.contains(word, autoescape=True) for word in search_key(q).split()]
