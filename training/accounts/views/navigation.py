"""The ways through the workplaces that accounts offer, and the pages below them."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import Way

ACCOUNT = "accounts.profile"


def ways(_who: SignedIn) -> Iterator[Way]:
    """Offer everybody their own account."""
    yield Way(_("Account"), url_for(ACCOUNT), ACCOUNT)
