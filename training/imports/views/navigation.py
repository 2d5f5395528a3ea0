"""The way to imports."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import Way

INDEX = "imports.index"


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer imports to staff."""
    if who.staff_role:
        yield Way(_("Import"), url_for(INDEX), INDEX)
