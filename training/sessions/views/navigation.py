"""The ways through the workplaces that sessions offer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import SCHEDULE, Way


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer the schedule to staff."""
    if who.staff_role:
        yield Way(_("Schedule"), url_for(SCHEDULE), SCHEDULE)
