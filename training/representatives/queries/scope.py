"""Which organization a page is about, and whether it is for whoever asks."""

from dataclasses import dataclass

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Membership, Organization
from training.organizations.queries import IS_CURRENT
from training.organizations.values import MembershipRole, OrganizationStatus

_MAX_SLUG = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnOrganization:
    """An organization, for somebody who may act for it."""

    id: int
    slug: str
    name: str
    status: OrganizationStatus

    @property
    def is_active(self) -> bool:
        """Whether its people may be registered now; else its pages can only be read."""
        return self.status is OrganizationStatus.ACTIVE


_ORGANIZATION = sa.select(
    Organization.id, Organization.slug, Organization.name, Organization.status
)
_REPRESENTED = _ORGANIZATION.join(Membership, Membership.organization_id == Organization.id).where(
    Membership.person_id == sa.bindparam("person_id"),
    Membership.role == MembershipRole.REPRESENTATIVE,
    IS_CURRENT,
    Organization.status != OrganizationStatus.CLOSED,
)
_HAS_SLUG = Organization.slug == sa.bindparam("slug")
_BY_SLUG = {
    Scope.ALL: _ORGANIZATION.where(_HAS_SLUG),
    Scope.OWN_ORGANIZATIONS: _REPRESENTED.where(_HAS_SLUG),
}
#: Neither is the partnership ended nor the representative until this transaction is.
_HELD_BY_SLUG = {
    Scope.ALL: _BY_SLUG[Scope.ALL].with_for_update(read=True),
    Scope.OWN_ORGANIZATIONS: _BY_SLUG[Scope.OWN_ORGANIZATIONS].with_for_update(read=True),
}
_ALL_REPRESENTED = _REPRESENTED.order_by(Organization.name, Organization.id)


def get_organization(
    slug: str, person_id: int, scope: Scope, *, is_held: bool = False
) -> OwnOrganization:
    """Return the organization of an address, if somebody may act for it.

    :param scope: how far they may reach; staff act for every organization.
    :param is_held: both stay as they are found until the transaction ends.
    :raise NotFoundError: there is none, or it is not theirs, or the partnership is over.
    """
    if not (slug.isascii() and slug.isprintable() and len(slug) <= _MAX_SLUG):
        raise NotFoundError
    statement = (_HELD_BY_SLUG if is_held else _BY_SLUG)[scope]
    row = db.session.execute(statement, {"slug": slug, "person_id": person_id}).one_or_none()
    if row is None:
        raise NotFoundError
    return _of(row)


def represented_by(person_id: int) -> list[OwnOrganization]:
    """Return the organizations that somebody acts for, by name; not those whose time is over."""
    return [_of(row) for row in db.session.execute(_ALL_REPRESENTED, {"person_id": person_id})]


def _of(row: sa.Row[int, str, str, OrganizationStatus]) -> OwnOrganization:
    id_, slug, name, status = row
    return OwnOrganization(id=id_, slug=slug, name=name, status=status)
