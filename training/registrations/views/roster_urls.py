"""Addresses of the page of a session's people."""

from typing import Any

from flask import url_for

from training.registrations.roster_address import arguments
from training.registrations.roster_filters import RosterView

ROSTER = "registrations.roster"


def roster_url(training_session_id: int) -> str:
    """Return the address of the page of a session."""
    return url_for(ROSTER, training_session_id=training_session_id)


def view_url(training_session_id: int, view: RosterView, **place: Any) -> str:
    """Return the address at which a session's people are seen in this way.

    :param place: ``after`` or ``before``: the registration beside which the page begins or ends.
    """
    return url_for(ROSTER, training_session_id=training_session_id, **arguments(view), **place)
