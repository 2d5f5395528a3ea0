"""The ways through the workplaces that sessions offer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import SCHEDULE, Way
from training.sessions.views.blueprint import CAMPAIGNS, COURSES, VENUES


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer the schedule to staff, and what sessions are made of."""
    if who.staff_role:
        yield Way(_("Schedule"), url_for(SCHEDULE), SCHEDULE)
        yield Way(_("Campaigns"), url_for(CAMPAIGNS), CAMPAIGNS)
        yield Way(_("Courses"), url_for(COURSES), COURSES)
        yield Way(_("Venues"), url_for(VENUES), VENUES)
