"""The way through the workplaces that calendars offer."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import Way

FEEDS = "calendars.feeds"


def ways(_who: SignedIn) -> Iterator[Way]:
    """Offer everybody their own feeds."""
    yield Way(_("Calendars"), url_for(FEEDS), FEEDS)
