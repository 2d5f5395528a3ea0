"""Cancelling several people of a session at once, by the hand of staff."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.registrations import moving_queries, seats
from training.registrations.moving_forms import PeopleForm
from training.registrations.moving_queries import LiveRow
from training.registrations.values import SEATED, CancelledBecause, RegistrationStatus
from training.registrations.views.blueprint import bp
from training.registrations.views.roster import roster_url
from training.registrations.views.told import told_who_moves_up
from training.sessions.queries import SessionDetails, get_session


@bp.route("/staff/sessions/<id:training_session_id>/people/cancel", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def cancel_several(training_session_id: int) -> ResponseReturnValue:
    """Say what cancelling these people means, then do it."""
    training_session = get_session(training_session_id, now=utc_now())
    people = moving_queries.live_rows(training_session_id)
    form = PeopleForm()
    form.offer_people(people)
    status = HTTPStatus.OK
    if request.method != "POST":
        form.people.data = request.args.getlist("people")
    elif form.validate():
        with transaction():
            given_up = seats.cancel_several(
                [one.id for one in form.chosen(people)],
                because=CancelledBecause.STAFF,
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
        flash(
            ngettext(
                "%(num)s person is cancelled, and told by mail.",
                "%(num)s people are cancelled, and told by mail.",
                given_up,
            )
        )
        return redirect(roster_url(training_session_id), code=303)
    else:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    leaving = form.chosen(people)
    page = render_workplace(
        "registrations/cancel_several.html",
        current=SCHEDULE,
        form=form,
        training_session=training_session,
        consequences=_consequences(training_session, people, leaving) if leaving else [],
        is_anybody_there=bool(people),
        button=ngettext(
            "Cancel %(num)s registration and tell them",
            "Cancel %(num)s registrations and tell them",
            len(leaving),
        ),
    )
    return page, status


def _consequences(
    training_session: SessionDetails, people: Sequence[LiveRow], leaving: Sequence[LiveRow]
) -> list[str]:
    """Return what cancelling these people does, each a sentence."""
    seated = sum(one.status in SEATED for one in leaving)
    asking = sum(one.status is RegistrationStatus.REQUESTED for one in leaving)
    waiting = len(leaving) - seated - asking
    movers = moving_queries.moving_up(training_session, people, leaving, now=utc_now())
    lines = [
        seated
        and ngettext(
            "%(num)s person gives up a seat and is told by mail.",
            "%(num)s people give up a seat and are told by mail.",
            seated,
        ),
        waiting
        and ngettext(
            "%(num)s person leaves the waitlist and is told by mail.",
            "%(num)s people leave the waitlist and are told by mail.",
            waiting,
        ),
        asking
        and ngettext(
            "The request of %(num)s person ends, and they are told by mail.",
            "The requests of %(num)s people end, and they are told by mail.",
            asking,
        ),
        told_who_moves_up(movers) if movers else _("Nobody moves up from the waitlist."),
    ]
    return [line for line in lines if line]
