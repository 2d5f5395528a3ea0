"""Which partners run: whose people may be registered for them, and move up from a waitlist."""

from dataclasses import dataclass

import sqlalchemy as sa

from training.db import db
from training.organizations.models import Organization, OrganizationStatus

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
        for id_, slug, name in db.session.execute(_ACTIVE)
    ]


def find_active_organization(slug: str) -> int | None:
    """Return the id of a partner that runs, or None."""
    return db.session.scalar(_ACTIVE_BY_SLUG, {"slug": slug})
