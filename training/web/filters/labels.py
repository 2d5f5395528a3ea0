"""The words for statuses."""

from collections.abc import Callable
from functools import lru_cache

from flask_babel import gettext

from training.web.filters.locales import current_locale

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext


def registration_label(status: str) -> str:
    """Return the word for the status of a registration."""
    return _registration_label(status, current_locale())


def attendance_label(status: str | None) -> str:
    """Return the word for an attendance status; None and "" mean that nobody marked it."""
    return _attendance_label(status or "", current_locale())


def delivery_label(delivery: str) -> str:
    """Return the words for the way a session is held."""
    return _delivery_label(delivery, current_locale())


@lru_cache(maxsize=256)
def _registration_label(status: str, _locale: str) -> str:
    return {
        "requested": _("Requested"),
        "confirmed": _("Confirmed"),
        "offered": _("Seat offered"),
        "waitlisted": _("On the waitlist"),
        "declined": _("Declined"),
        "cancelled": _("Cancelled"),
    }[status]


@lru_cache(maxsize=256)
def _attendance_label(status: str, _locale: str) -> str:
    return {
        "present": _("Present"),
        "late": _("Late"),
        "left_early": _("Left early"),
        "absent": _("Absent"),
        "excused": _("Excused"),
        "": _("Not marked"),
    }[status]


@lru_cache(maxsize=256)
def _delivery_label(delivery: str, _locale: str) -> str:
    return {
        "in_person": _("In person"),
        "online": _("Online"),
        "hybrid": _("In person and online"),
    }[delivery]
