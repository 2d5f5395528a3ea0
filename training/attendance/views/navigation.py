"""The ways through the workplaces that attendance offers."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from training.accounts.values import SignedIn
from training.accounts.workplace import OWN_SESSIONS, Way


def ways(who: SignedIn) -> Iterator[Way]:
    """Offer the sessions that somebody marks: to staff all, to others their own."""
    label = _("Attendance") if who.staff_role else _("My sessions")
    yield Way(label, url_for(OWN_SESSIONS), OWN_SESSIONS)
