"""The ways through the workplaces that organizations offer: one to each that somebody acts for."""

from collections.abc import Iterator

from flask import url_for

from training.accounts.values import SignedIn
from training.accounts.workplace import Way
from training.representatives.queries.scope import OwnOrganization, represented_by
from training.text import for_display


def key_of(organization: OwnOrganization) -> str:
    """Return the key of the way to an organization."""
    return f"representatives:{organization.slug}"


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer each organization that somebody represents; staff come from their lists of partners."""
    if who.staff_role:
        return
    for organization in represented_by(who.person_id):
        url = url_for("representatives.overview", organization_slug=organization.slug)
        yield Way(for_display(organization.name), url, key_of(organization))
