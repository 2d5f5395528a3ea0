"""Making a session public, calling it off, and saying that it takes place."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.sessions import queries, service
from training.sessions.affected import Affected, affected_by
from training.sessions.errors import SessionCancelledError
from training.sessions.queries import SessionDetails
from training.sessions.values import Audience, SessionStatus
from training.sessions.views.blueprint import ROSTER, bp
from training.web.fields import AppForm


@bp.post("/staff/sessions/<id:training_session_id>/publish")
@allows(Action.SCHEDULE)
def publish(training_session_id: int) -> ResponseReturnValue:
    """Make a draft public."""
    with transaction():
        service.publish(training_session_id, actor_id=signed_in().person_id, now=utc_now())
    flash(_("Published."))
    return redirect(url_for(ROSTER, training_session_id=training_session_id), code=303)


@bp.route("/staff/sessions/<id:training_session_id>/cancel", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def cancel(training_session_id: int) -> ResponseReturnValue:
    """Call a session off, from a page that says who is told."""
    form = AppForm()
    if form.validate_on_submit():
        with transaction():
            service.cancel(training_session_id, actor_id=signed_in().person_id, now=utc_now())
        flash(_("Cancelled."))
        return redirect(url_for(ROSTER, training_session_id=training_session_id), code=303)
    training_session = queries.get_session(training_session_id, now=utc_now())
    if training_session.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    affected = affected_by(training_session_id)
    return render_workplace(
        "sessions/cancel.html",
        current=SCHEDULE,
        form=form,
        training_session=training_session,
        affected=affected,
        consequences=_consequences(training_session, affected),
        button=_button(len(affected.people)),
    )


@bp.post("/staff/sessions/<id:training_session_id>/takes-place")
@allows(Action.SCHEDULE)
def hold_anyway(training_session_id: int) -> ResponseReturnValue:
    """Say that a session takes place, whether as many come as were needed or not."""
    with transaction():
        service.hold_anyway(training_session_id, actor_id=signed_in().person_id, now=utc_now())
    flash(_("It takes place. Nobody is reminded of it any more."))
    return redirect(url_for(ROSTER, training_session_id=training_session_id), code=303)


def _consequences(training_session: SessionDetails, affected: Affected) -> list[str]:
    """Return what cancelling does, each a sentence."""
    held, waiting = affected.seated, affected.waiting
    lines = []
    if held:
        lines.append(
            ngettext(
                "%(num)s person who has a seat is told by mail, and the seat is given up.",
                "%(num)s people who have a seat are told by mail, and their seats are given up.",
                held,
            )
        )
    if waiting:
        lines.append(
            ngettext(
                "%(num)s person on the waitlist is told by mail.",
                "%(num)s people on the waitlist are told by mail.",
                waiting,
            )
        )
    if affected.asking:
        lines.append(
            ngettext(
                "%(num)s person who asked for a seat is told by mail.",
                "%(num)s people who asked for a seat are told by mail.",
                affected.asking,
            )
        )
    if not lines:
        lines.append(_("Nobody is registered, so nobody is told by mail."))
    if training_session.status is SessionStatus.DRAFT:
        lines.append(_("It was a draft: only staff have seen it."))
    elif training_session.audience is not Audience.INVITED:
        lines.append(_("Calendars that subscribe to it show it as cancelled."))
    lines.append(_("It cannot be changed then. You can re-open it until it would be over."))
    return lines


def _button(told: int) -> str:
    if not told:
        return str(_("Cancel session"))
    return str(
        ngettext(
            "Cancel session and tell %(num)s person",
            "Cancel session and tell %(num)s people",
            told,
        )
    )
