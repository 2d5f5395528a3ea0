"""What staff see of organizations, in few statements whatever their number."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from training.accounts.models import Account
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Membership, Organization
from training.organizations.queries import IS_CURRENT, PAGE
from training.organizations.rules import shown_domain
from training.organizations.service import plan_of
from training.organizations.values import MembershipRole, OrganizationPlan, OrganizationStatus
from training.people.models import Person
from training.text import search_key


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedOrganization:
    """An organization as a line of the list."""

    id: int
    name: str
    country: str | None
    #: As people write them.
    domains: tuple[str, ...]
    status: OrganizationStatus
    members: int
    representatives: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationsPage:
    """A page of the list."""

    organizations: tuple[ListedOrganization, ...]
    has_more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationDetails:
    """One organization."""

    id: int
    plan: OrganizationPlan
    members: int
    representatives: int

    @property
    def name(self) -> str:
        return self.plan.name


@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipDetails:
    """One membership, with whom it joins."""

    id: int
    person_id: int
    name: str
    email: str | None
    organization_id: int
    organization: str
    role: MembershipRole
    until: date | None
    has_account: bool


def organizations_page(
    text: str = "", status: OrganizationStatus | None = None, page: int = 1
) -> OrganizationsPage:
    """Return a page of all organizations by name, in two statements.

    Names are compared in Python, where case and accents are told as people do; a platform has
    partners by the hundred.

    :param text: words that each stand in the name, the address or a mail domain.
    """
    statement = sa.select(
        Organization.id,
        Organization.name,
        Organization.slug,
        Organization.country,
        Organization.domains,
        Organization.status,
    )
    if status is not None:
        statement = statement.where(Organization.status == status)
    words = search_key(text).split()
    found = [
        (search_key(row.name), row)
        for row in db.session.execute(statement)
        if _stand_in(words, search_key(row.name, row.slug, *row.domains))
    ]
    found.sort(key=lambda one: (one[0], one[1].id))
    rows = [row for _key, row in found[(page - 1) * PAGE : page * PAGE]]
    counts = _counts([row.id for row in rows])
    return OrganizationsPage(
        organizations=tuple(
            ListedOrganization(
                id=row.id,
                name=row.name,
                country=row.country,
                domains=tuple(shown_domain(domain) for domain in row.domains),
                status=row.status,
                members=counts.get(row.id, (0, 0))[0],
                representatives=counts.get(row.id, (0, 0))[1],
            )
            for row in rows
        ),
        has_more=len(found) > page * PAGE,
    )


def get_organization(organization_id: int) -> OrganizationDetails:
    """Return an organization, in two statements.

    :raise NotFoundError: there is none.
    """
    organization = db.session.get(Organization, organization_id)
    if organization is None:
        raise NotFoundError
    members, representatives = _counts([organization_id]).get(organization_id, (0, 0))
    return OrganizationDetails(
        id=organization_id,
        plan=plan_of(organization),
        members=members,
        representatives=representatives,
    )


def get_membership(membership_id: int) -> MembershipDetails:
    """Return a membership of somebody who was not erased.

    :raise NotFoundError: there is none.
    """
    found = db.session.execute(
        sa.select(
            Membership.id,
            Membership.person_id,
            Person.name,
            Person.email,
            Membership.organization_id,
            Organization.name.label("organization"),
            Membership.role,
            Membership.until,
            sa.exists().where(Account.person_id == Person.id).label("has_account"),
        )
        .join(Person, Person.id == Membership.person_id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.id == membership_id, Person.erased_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return MembershipDetails(**found._mapping)  # noqa: SLF001 -- the public name for a mapping


def _stand_in(words: list[str], text: str) -> bool:
    return all(word in text for word in words)


def _counts(organization_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return how many people belong to each organization now, and how many represent it."""
    is_representative = Membership.role == MembershipRole.REPRESENTATIVE
    rows = db.session.execute(
        sa.select(
            Membership.organization_id,
            sa.func.count(),
            sa.func.count(sa.case((is_representative, 1))),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organization_id.in_(organization_ids),
            IS_CURRENT,
            Person.erased_at.is_(None),
        )
        .group_by(Membership.organization_id)
    )
    return {
        organization_id: (members, representatives)
        for organization_id, members, representatives in rows
    }
