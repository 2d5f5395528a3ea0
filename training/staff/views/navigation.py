"""The ways through the workplaces that pages of several features offer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import DASHBOARD, Way
from training.staff.views.blueprint import PEOPLE


def first_ways(who: SignedIn) -> Iterator[Way]:
    """Offer staff the page on which their day begins: it comes before all else."""
    if who.staff_role:
        yield Way(_("Today"), url_for(DASHBOARD), DASHBOARD)


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer the list of all people to staff."""
    if who.staff_role:
        yield Way(_("People"), url_for(PEOPLE), PEOPLE)
