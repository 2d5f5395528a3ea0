"""What every page of an organization begins with: whether it is for whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint

from training.accounts.access import permission
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.representatives.errors import PartnershipRestsError
from training.representatives.queries.scope import OwnOrganization, get_organization
from training.representatives.service import Actor
from training.representatives.views.navigation import key_of

bp = Blueprint("representatives", __name__, url_prefix="/organization/<organization_slug>")


def own_organization(organization_slug: str, *, is_held: bool = False) -> OwnOrganization:
    """Return the organization of the address, if whoever asks may act for it.

    :param is_held: within a transaction: that stays so until it ends.
    :raise NotFoundError: there is none, or not for them.
    """
    who = permission()
    return get_organization(organization_slug, who.person_id, who.scope, is_held=is_held)


def active_organization(organization_slug: str, *, is_held: bool = False) -> OwnOrganization:
    """Return the organization of the address, for a page that changes something.

    :param is_held: as :func:`own_organization`.
    :raise NotFoundError: as :func:`own_organization`.
    :raise PartnershipRestsError: nothing is changed for it now.
    """
    organization = own_organization(organization_slug, is_held=is_held)
    if not organization.is_active:
        raise PartnershipRestsError
    return organization


@contextmanager
def acting_for(organization_slug: str) -> Iterator[Actor]:
    """Open the transaction of an act; whether it is allowed is asked again within, and stays so.

    :raise NotFoundError: as :func:`own_organization`.
    :raise PartnershipRestsError: nothing is changed for the organization now.
    """
    with transaction():
        organization = active_organization(organization_slug, is_held=True)
        yield Actor(
            organization_id=organization.id, person_id=permission().person_id, now=utc_now()
        )


def render(template: str, organization: OwnOrganization, tab: str, **values: object) -> str:
    """Render a page of an organization.

    :param tab: which of its pages this hangs under: "overview", "people" and so on.
    """
    return render_workplace(
        f"representatives/{template}",
        current=key_of(organization),
        organization=organization,
        tab=tab,
        **values,
    )
