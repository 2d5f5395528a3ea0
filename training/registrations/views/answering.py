"""Answering an offered seat, by the link in a mail and a button: mail scanners open links."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError
from training.registrations import seats
from training.registrations.errors import OfferEndedError
from training.registrations.views.blueprint import bp
from training.registrations.views.manage import get_managed, render_managed
from training.web.error_pages import status_of
from training.web.fields import sentence


class Answer(Protocol):
    """What is done with an offered seat."""

    def __call__(self, registration_id: int, *, actor_id: int | None, now: datetime) -> bool: ...


@bp.post("/registrations/<link>/accept")
@allows(Action.MANAGE_OWN_REGISTRATION)
def accept(link: str) -> ResponseReturnValue:
    """Take the seat that is kept for somebody; once more shows the same page."""
    return _answer(link, seats.accept, lambda: _("The seat is yours. We confirm it by mail."))


@bp.post("/registrations/<link>/decline")
@allows(Action.MANAGE_OWN_REGISTRATION)
def decline(link: str) -> ResponseReturnValue:
    """Give on the seat that is kept for somebody."""
    return _answer(
        link, seats.decline, lambda: _("You have declined the seat. Thank you for telling us.")
    )


def _answer(link: str, answer: Answer, said: Callable[[], str]) -> ResponseReturnValue:
    registration = get_managed(link)
    try:
        with transaction():
            is_done = answer(registration.id, actor_id=registration.person_id, now=utc_now())
    except OfferEndedError as error:
        # The page says what became of the seat, and offers to register again.
        return render_managed(link, get_managed(link), status=status_of(error))
    except ConflictError as error:
        return render_managed(
            link, get_managed(link), refusal=sentence(error), status=status_of(error)
        )
    if is_done:
        flash(said(), "ok")
    return redirect(url_for("registrations.manage", link=link), code=303)
