"""What staff do to one registration or to the seats, each from a page that says what follows."""

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
from training.registrations import moving_queries, roster_queries, seats
from training.registrations.errors import BelowHeldError, NoFreeSeatError, NotWaitingError
from training.registrations.roster_queries import RegistrationFacts
from training.registrations.staff_forms import OverbookForm, SeatsForm
from training.registrations.values import LIVE, CancelledBecause, Obstacle, RegistrationStatus
from training.registrations.views.blueprint import bp
from training.registrations.views.roster import roster_url
from training.registrations.views.told import told_of_movers, told_who_moves_up
from training.sessions.errors import StaleSessionError
from training.sessions.queries import SessionDetails, get_session
from training.sessions.values import SessionStatus
from training.sessions.words import seats_in_words
from training.text import for_display
from training.web.fields import AppForm


@bp.route("/staff/registrations/<id:registration_id>/cancel", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def staff_cancel(registration_id: int) -> ResponseReturnValue:
    """Give up somebody's seat or place in line for them."""
    registration = roster_queries.get_registration(registration_id)
    name = for_display(registration.name)
    form = AppForm()
    if form.validate_on_submit():
        with transaction():
            is_done = seats.cancel(
                registration_id,
                because=CancelledBecause.STAFF,
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
        flash(
            _("%(name)s is cancelled, and told by mail.", name=name)
            if is_done
            else _("%(name)s was cancelled before. Nothing was changed.", name=name)
        )
        return redirect(roster_url(registration.training_session_id), code=303)
    if registration.status not in LIVE:
        flash(_("%(name)s is cancelled already.", name=name), "info")
        return redirect(roster_url(registration.training_session_id), code=303)
    return render_workplace(
        "registrations/staff_cancel.html",
        current=SCHEDULE,
        form=form,
        registration=registration,
        consequences=_of_cancelling(registration),
    )


@bp.route("/staff/registrations/<id:registration_id>/promote", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def promote(registration_id: int) -> ResponseReturnValue:
    """Give somebody who waits a seat; one that is not there only for a reason."""
    registration = roster_queries.get_registration(registration_id)
    obstacle = _obstacle(registration)
    form: AppForm = AppForm()
    status = HTTPStatus.OK
    reason: str | None = None
    if request.method == "POST":
        if "reason" in request.form:
            form = OverbookForm()
            if not form.validate():
                return _ask_to_overbook(
                    registration, form, obstacle, HTTPStatus.UNPROCESSABLE_ENTITY
                )
            reason = form.reason.data
        try:
            with transaction():
                seats.promote(
                    registration_id,
                    overbook=reason,
                    actor_id=signed_in().person_id,
                    now=utc_now(),
                )
        except NoFreeSeatError as error:
            form = OverbookForm(formdata=None)
            form.refuse(error)
            obstacle = _obstacle(registration)
            status = HTTPStatus.CONFLICT
        else:
            name = for_display(registration.name)
            flash(_("%(name)s has a seat now, and is told by mail.", name=name))
            return redirect(roster_url(registration.training_session_id), code=303)
    elif registration.status is not RegistrationStatus.WAITLISTED:
        raise NotWaitingError
    elif obstacle is not None:
        form = OverbookForm()
    return _ask_to_overbook(registration, form, obstacle, status)


def _obstacle(registration: RegistrationFacts) -> Obstacle | None:
    """Return why there is no seat for somebody, whoever else waits; None: one is free."""
    there = seats.seen(registration.training_session_id, now=utc_now())
    return there.obstacle(registration.vouched_organization_id)


def _ask_to_overbook(
    registration: RegistrationFacts,
    form: AppForm,
    obstacle: Obstacle | None,
    status: HTTPStatus,
) -> ResponseReturnValue:
    asks_why = isinstance(form, OverbookForm)
    page = render_workplace(
        "registrations/promote.html",
        current=SCHEDULE,
        form=form,
        asks_why=asks_why,
        is_full=obstacle is Obstacle.FULL,
        registration=registration,
        consequences=_of_promoting(registration, obstacle if asks_why else None),
    )
    return page, status


@bp.route("/staff/sessions/<id:training_session_id>/seats", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def change_seats(training_session_id: int) -> ResponseReturnValue:
    """Change how many may come and wait."""
    status = HTTPStatus.OK
    if request.method == "POST":
        form = SeatsForm()
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                return _change(training_session_id, form)
            except BelowHeldError as error:
                form.ask_to_keep(error.held)
                form.refuse(error)
            except StaleSessionError as error:
                form.refuse(error)
                status = HTTPStatus.CONFLICT
        training_session = get_session(training_session_id, now=utc_now())
        if form.keep.data:  # ticked, and something else was wrong
            form.ask_to_keep(training_session.held)
        if status is HTTPStatus.CONFLICT:  # what stands now is shown, and may be saved over
            form.show(training_session.seats)
    else:
        training_session = get_session(training_session_id, now=utc_now())
        form = SeatsForm(
            data={
                "capacity": training_session.seats.capacity,
                "no_limit": training_session.seats.capacity is None,
                "waitlist_capacity": training_session.seats.waitlist_capacity,
            }
        )
        form.show(training_session.seats)
    page = render_workplace(
        "registrations/seats.html",
        current=SCHEDULE,
        form=form,
        training_session=training_session,
        seats=seats_in_words(training_session.seats, training_session.overbooked_by),
        consequences=_of_changing_seats(training_session),
    )
    return page, status


def _change(training_session_id: int, form: SeatsForm) -> ResponseReturnValue:
    with transaction():
        is_changed = seats.change_capacity(
            training_session_id,
            form.to_seats(),
            keep=form.keep.data,
            expected=form.to_shown(),
            actor_id=signed_in().person_id,
            now=utc_now(),
        )
    if not is_changed:
        flash(_("Nothing was changed."), "info")
        return redirect(roster_url(training_session_id), code=303)
    flash(told_of_movers(_("Seats changed."), "session.change_capacity", training_session_id))
    return redirect(roster_url(training_session_id), code=303)


def _of_cancelling(registration: RegistrationFacts) -> list[str]:
    """Return what cancelling a registration does, each a sentence."""
    name = for_display(registration.name)
    if registration.status is RegistrationStatus.REQUESTED:
        return [_("The request of %(name)s ends, and they are told by mail.", name=name)]
    if registration.status is RegistrationStatus.WAITLISTED:
        return [
            _("%(name)s leaves the waitlist and is told by mail.", name=name),
            _("Whoever waits behind moves up one place."),
        ]
    lines = [
        _("The seat is offered to %(name)s no longer, and they are told by mail.", name=name)
        if registration.status is RegistrationStatus.OFFERED
        else _("%(name)s gives up the seat and is told by mail.", name=name)
    ]
    if movers := moving_queries.moving_up_after(registration.id, now=utc_now()):
        lines.append(told_who_moves_up(movers))
    elif registration.overbooked_by:
        lines.append(
            ngettext(
                "The session has %(num)s person more than seats, so nobody moves up.",
                "The session has %(num)s people more than seats, so nobody moves up.",
                registration.overbooked_by,
            )
        )
    else:
        lines.append(_("Nobody moves up: the seat stays free."))
    return lines


def _of_promoting(registration: RegistrationFacts, obstacle: Obstacle | None) -> list[str]:
    """Return what giving a seat does, each a sentence.

    :param obstacle: why there is none for them; None: one is free.
    """
    name = for_display(registration.name)
    organization = for_display(registration.organization or "")
    lines = [_("%(name)s gets a seat and is told by mail.", name=name)]
    if registration.waiting_longer:
        lines.append(
            ngettext(
                "%(num)s person waits longer and is passed over.",
                "%(num)s people wait longer and are passed over.",
                registration.waiting_longer,
            )
        )
    if registration.is_suspended:
        lines.append(
            _("The partnership with %(organization)s is suspended.", organization=organization)
        )
    against = {
        Obstacle.FULL: [
            ngettext(
                "No seat is free: the session then has %(num)s person more than seats.",
                "No seat is free: the session then has %(num)s people more than seats.",
                registration.overbooked_by + 1,
            ),
            _("The next seats that are given up stay empty until that is made up for."),
        ],
        Obstacle.HELD: [
            _("The seats that are free are held for organizations: one of them gets one fewer.")
        ],
        Obstacle.LIMIT: [
            _(
                "%(organization)s then has more seats than one organization may have here.",
                organization=organization,
            )
        ],
        Obstacle.ALLOTMENT: [
            _(
                "%(organization)s then has more seats in the campaign than are allotted to it.",
                organization=organization,
            )
        ],
    }
    return lines + (against[obstacle] if obstacle else [])


def _of_changing_seats(training_session: SessionDetails) -> list[str]:
    """Return what to know before changing the seats, each a sentence."""
    lines = []
    if training_session.held:
        lines.append(
            ngettext(
                "%(num)s person has a seat. Nobody loses it by what you change here.",
                "%(num)s people have a seat. Nobody loses it by what you change here.",
                training_session.held,
            )
        )
    if waiting := training_session.seats.waitlisted:
        lines.append(
            ngettext(
                "%(num)s person waits, and gets the next free seat at once.",
                "%(num)s people wait, and get the free seats at once, in order.",
                waiting,
            )
        )
    if training_session.status is SessionStatus.DRAFT:
        lines.append(_("It is a draft: nobody can register yet."))
    return lines
