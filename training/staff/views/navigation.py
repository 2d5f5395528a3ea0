"""The ways through the workplaces that pages of several features offer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import Way
from training.staff.views.blueprint import PEOPLE


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer the list of all people to staff."""
    if who.staff_role:
        yield Way(_("People"), url_for(PEOPLE), PEOPLE)
