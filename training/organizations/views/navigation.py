"""The ways through the workplaces that organizations offer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import Way
from training.organizations.views.blueprint import INDEX


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer the list of partners to staff."""
    if who.staff_role:
        yield Way(_("Organizations"), url_for(INDEX), INDEX)
