"""The kinds of mail about a registration, each with what must still be true when it is sent."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask_babel import gettext

from training.notifications.values import Renderers
from training.registrations import messages
from training.registrations.letters.writing import Kind, render
from training.registrations.models import Registration
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    RegistrationStatus,
)
from training.sessions.values import SessionStatus

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext


def _is_to_come(registration: Registration, now: datetime) -> bool:
    training_session = registration.training_session
    return training_session.status is SessionStatus.PUBLISHED and now < training_session.ends_at


def _is_confirmed(registration: Registration, now: datetime) -> bool:
    is_confirmed = registration.status is RegistrationStatus.CONFIRMED
    return is_confirmed and _is_to_come(registration, now)


def _is_waiting(registration: Registration, now: datetime) -> bool:
    is_waiting = registration.status is RegistrationStatus.WAITLISTED
    return is_waiting and _is_to_come(registration, now)


def _is_requested(registration: Registration, now: datetime) -> bool:
    is_requested = registration.status is RegistrationStatus.REQUESTED
    is_open = not _is_past(registration.request_expires_at, now)
    return is_requested and is_open and _is_to_come(registration, now)


def _is_offered(registration: Registration, now: datetime) -> bool:
    is_offered = registration.status is RegistrationStatus.OFFERED
    is_open = not _is_past(registration.offer_expires_at, now)
    return is_offered and is_open and _is_to_come(registration, now)


def _is_past(deadline: datetime | None, now: datetime) -> bool:
    return deadline is not None and deadline < now


def _is_live(registration: Registration, now: datetime) -> bool:
    """Tell whether somebody has a seat or awaits one: an offer that nobody answered is none."""
    if registration.status is RegistrationStatus.OFFERED:
        return _is_offered(registration, now)
    if registration.status is RegistrationStatus.REQUESTED:
        return _is_requested(registration, now)
    return registration.status in LIVE and _is_to_come(registration, now)


def _is_refused(registration: Registration, _now: datetime) -> bool:
    is_declined = registration.status is RegistrationStatus.DECLINED
    # Who was offered a seat had been given their place in line before.
    return is_declined and registration.offer_expires_at is None


def _is_offer_ended(registration: Registration, _now: datetime) -> bool:
    is_declined = registration.status is RegistrationStatus.DECLINED
    return is_declined and registration.offer_expires_at is not None


def _is_given_up(registration: Registration, _now: datetime) -> bool:
    return (
        registration.status is RegistrationStatus.CANCELLED
        and registration.cancelled_because is not CancelledBecause.SESSION
    )


def _is_replaced(registration: Registration, _now: datetime) -> bool:
    is_cancelled = registration.status is RegistrationStatus.CANCELLED
    return is_cancelled and registration.successor_id is not None


def _is_called_off(registration: Registration, _now: datetime) -> bool:
    return (
        registration.status is RegistrationStatus.CANCELLED
        and registration.cancelled_because is CancelledBecause.SESSION
    )


_KINDS = {
    messages.CONFIRMED: Kind(
        template="confirmed",
        is_true=_is_confirmed,
        subject=lambda title: _("Seat confirmed: %(title)s", title=title),
        gives_seat=True,
    ),
    messages.WAITLISTED: Kind(
        template="waitlisted",
        is_true=_is_waiting,
        subject=lambda title: _("On the waitlist: %(title)s", title=title),
    ),
    messages.PROMOTED: Kind(
        template="promoted",
        is_true=_is_confirmed,
        subject=lambda title: _("A seat became free: %(title)s", title=title),
        gives_seat=True,
    ),
    messages.CANCELLED: Kind(
        template="cancelled",
        is_true=_is_given_up,
        subject=lambda title: _("Registration cancelled: %(title)s", title=title),
    ),
    messages.REPLACED: Kind(
        template="replaced",
        is_true=_is_replaced,
        subject=lambda title: _("Somebody comes in your place: %(title)s", title=title),
    ),
    messages.MOVED: Kind(
        template="moved",
        is_true=_is_live,
        subject=lambda title: _("Moved to another session: %(title)s", title=title),
        gives_seat=True,
    ),
    messages.SESSION_CANCELLED: Kind(
        template="session_cancelled",
        is_true=_is_called_off,
        subject=lambda title: _("Session cancelled: %(title)s", title=title),
    ),
    messages.REQUESTED: Kind(
        template="requested",
        is_true=_is_requested,
        subject=lambda title: _("We got your request: %(title)s", title=title),
    ),
    messages.REFUSED: Kind(
        template="refused",
        is_true=_is_refused,
        subject=lambda title: _("No seat this time: %(title)s", title=title),
    ),
    messages.OFFERED: Kind(
        template="offered",
        is_true=_is_offered,
        subject=lambda title: _("A seat is kept for you: %(title)s", title=title),
    ),
    messages.OFFER_ENDED: Kind(
        template="offer_ended",
        is_true=_is_offer_ended,
        subject=lambda title: _("The seat is given on: %(title)s", title=title),
    ),
    messages.RESTORED: Kind(
        template="restored",
        is_true=_is_live,
        subject=lambda title: _("Takes place after all: %(title)s", title=title),
        gives_seat=True,
    ),
    messages.ALREADY_REGISTERED: Kind(
        template="already_registered",
        is_true=_is_live,
        subject=lambda title: _("Already registered: %(title)s", title=title),
    ),
}
#: Kind of message → who writes it.
RENDERERS: Renderers = {name: partial(render, kind) for name, kind in _KINDS.items()}
