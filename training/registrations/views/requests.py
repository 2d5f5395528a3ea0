"""People who asked for a seat, where staff decide: approving them, or not."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError
from training.registrations import roster_queries, seat_queries, seats
from training.registrations.errors import NotRequestedError
from training.registrations.prerequisites import missing_for
from training.registrations.seat_forms import RequestsForm
from training.registrations.values import LIVE, RegistrationStatus
from training.registrations.views.blueprint import bp
from training.registrations.views.deciding import approve_in_order
from training.registrations.words import claim_words
from training.sessions.queries import get_session
from training.sessions.words import seats_in_words
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm

#: The list of requests for any session, and what an address says that leads back to it.
ALL_REQUESTS, ALL = "registrations.all_requests", "all"
#: Live, and staff have decided for them.
_APPROVED = LIVE - {RegistrationStatus.REQUESTED}


@bp.get("/staff/sessions/<id:training_session_id>/requests")
@allows(Action.SEE_ROSTER)
def requests(training_session_id: int) -> ResponseReturnValue:
    """Show who asked for a seat, in the order in which they did."""
    return _render(training_session_id, RequestsForm(formdata=None), HTTPStatus.OK)


@bp.post("/staff/sessions/<id:training_session_id>/requests/approve")
@allows(Action.CHANGE_ROSTER)
def approve_several(training_session_id: int) -> ResponseReturnValue:
    """Approve the requests that are ticked, one after the other: who asked first is first."""
    form = RequestsForm()
    if not form.validate():
        return _render(training_session_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    ticked = set(form.people.data)
    asked = [one for one in seat_queries.requests_of(training_session_id) if str(one.id) in ticked]
    approve_in_order([one.id for one in asked], ticked=len(ticked))
    return redirect(_requests_url(training_session_id), code=303)


@bp.post("/staff/registrations/<id:registration_id>/approve")
@allows(Action.CHANGE_ROSTER)
def approve(registration_id: int) -> ResponseReturnValue:
    """Give who asked a seat, or a place in line."""
    registration = roster_queries.get_registration(registration_id)
    name = for_display(registration.name)
    try:
        with transaction():
            status = seats.approve(registration_id, actor_id=signed_in().person_id, now=utc_now())
    except ConflictError as error:
        is_approved = roster_queries.get_registration(registration_id).status in _APPROVED
        if not isinstance(error, NotRequestedError) or not is_approved:
            return _refused(registration.training_session_id, error)
        flash(_("%(name)s was approved before. Nothing was changed.", name=name), "info")
    else:
        flash(
            _("%(name)s has a seat, and is told by mail.", name=name)
            if status is RegistrationStatus.CONFIRMED
            else _("No seat is free: %(name)s waits in line, and is told by mail.", name=name)
        )
    return redirect(_list_url(registration.training_session_id), code=303)


@bp.route("/staff/registrations/<id:registration_id>/refuse", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def refuse(registration_id: int) -> ResponseReturnValue:
    """Decide against a request, from a page that says what follows."""
    registration = roster_queries.get_registration(registration_id)
    form = AppForm()
    if form.validate_on_submit():
        try:
            with transaction():
                is_done = seats.refuse(
                    registration_id, actor_id=signed_in().person_id, now=utc_now()
                )
        except ConflictError as error:
            return _refused(registration.training_session_id, error)
        name = for_display(registration.name)
        flash(
            _("%(name)s gets no seat, and is told by mail.", name=name)
            if is_done
            else _("%(name)s was refused before. Nothing was changed.", name=name)
        )
        return redirect(_list_url(registration.training_session_id), code=303)
    if registration.status is not RegistrationStatus.REQUESTED:
        raise NotRequestedError
    return render_workplace(
        "registrations/refuse.html",
        current=SCHEDULE,
        form=form,
        registration=registration,
        back=_list_url(registration.training_session_id),
    )


def _list_url(training_session_id: int) -> str:
    """Return the list that staff came from: that of all sessions, or the session's own."""
    if ALL in request.args:
        return url_for(ALL_REQUESTS)
    return _requests_url(training_session_id)


def _requests_url(training_session_id: int) -> str:
    return url_for("registrations.requests", training_session_id=training_session_id)


def _refused(training_session_id: int, error: ConflictError) -> ResponseReturnValue:
    """Show the list as it stands, with why something could not be done."""
    form = RequestsForm(formdata=None)
    form.refuse(error)
    return _render(training_session_id, form, status_of(error))


def _render(
    training_session_id: int, form: RequestsForm, status: HTTPStatus
) -> ResponseReturnValue:
    now = utc_now()
    training_session = get_session(training_session_id, now=now)
    asked = seat_queries.requests_of(training_session_id)
    page = render_workplace(
        "registrations/requests.html",
        current=SCHEDULE,
        form=form,
        training_session=training_session,
        seats=seats_in_words(training_session.seats, training_session.overbooked_by),
        requests=asked,
        lacking=missing_for(training_session_id, [one.person_id for one in asked], now=now),
        claim_words=claim_words(),
        now=now,
    )
    return page, status, headers_for(status)
