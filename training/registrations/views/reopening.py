"""Holding a cancelled session after all."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.registrations import seat_queries
from training.registrations.seat_forms import ReopenForm
from training.registrations.seat_queries import ToRestore
from training.registrations.views.blueprint import bp
from training.registrations.views.roster import roster_url
from training.sessions import service
from training.sessions.errors import NotCancelledError, TooLateToReopenError
from training.sessions.queries import SessionDetails, get_session
from training.sessions.values import SessionStatus


@bp.route("/staff/sessions/<id:training_session_id>/reopen", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def reopen(training_session_id: int) -> ResponseReturnValue:
    """Re-open a cancelled session, from a page that says who gets what back."""
    form = ReopenForm()
    if form.validate_on_submit():
        with transaction():
            service.reopen(
                training_session_id,
                restores=form.restore.data,
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
        flash(_("Re-opened."))
        return redirect(roster_url(training_session_id), code=303)
    now = utc_now()
    training_session = get_session(training_session_id, now=now)
    if training_session.status is not SessionStatus.CANCELLED:
        raise NotCancelledError
    if now >= training_session.clock.ends_at:
        raise TooLateToReopenError
    found = seat_queries.to_restore(training_session_id, training_session.clock, now=now)
    return render_workplace(
        "registrations/reopen.html",
        current=SCHEDULE,
        form=form,
        training_session=training_session,
        to_restore=found,
        consequences=_consequences(training_session, found),
    )


def _consequences(training_session: SessionDetails, found: ToRestore) -> list[str]:
    """Return what re-opening does, each a sentence."""
    lines = [_("It takes place after all, and shows wherever it showed before.")]
    if not found.total:
        return [*lines, _("Nobody was registered, so nobody is told by mail.")]
    lines += [
        words
        for number, words in (
            (
                found.confirmed,
                ngettext(
                    "%(num)s person has their seat again.",
                    "%(num)s people have their seats again.",
                    found.confirmed,
                ),
            ),
            (
                found.offered,
                ngettext(
                    "%(num)s person is offered a seat again, with a new deadline.",
                    "%(num)s people are offered a seat again, with a new deadline.",
                    found.offered,
                ),
            ),
            (
                found.waitlisted,
                ngettext(
                    "%(num)s person waits again, in the same place in line.",
                    "%(num)s people wait again, in the same places in line.",
                    found.waitlisted,
                ),
            ),
            (
                found.requested,
                ngettext(
                    "%(num)s person asks for a seat again.",
                    "%(num)s people ask for a seat again.",
                    found.requested,
                ),
            ),
        )
        if number
    ]
    beyond = _beyond(training_session, found)
    if beyond:
        lines.append(
            ngettext(
                "The session then has %(num)s person more than seats.",
                "The session then has %(num)s people more than seats.",
                beyond,
            )
        )
    lines.append(_("Each of them is told by mail."))
    return lines


def _beyond(training_session: SessionDetails, found: ToRestore) -> int:
    capacity = training_session.seats.capacity
    held = training_session.held + found.confirmed + found.offered
    return 0 if capacity is None else max(0, held - capacity)
