"""Sending somebody in another's place, by the hand of staff."""

from http import HTTPStatus

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError
from training.organizations.queries import active_organizations
from training.registrations import roster_queries, seats
from training.registrations.errors import AlreadyRegisteredError, NotSeatedError
from training.registrations.moving_forms import SwapForm
from training.registrations.roster_queries import RegistrationFacts
from training.registrations.substitutes import substitutes
from training.registrations.values import CancelledBecause, RegistrationStatus
from training.registrations.views.blueprint import bp
from training.registrations.views.roster import roster_url
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.route("/staff/registrations/<id:registration_id>/swap", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def swap(registration_id: int) -> ResponseReturnValue:
    """Give somebody's seat to a substitute."""
    registration = roster_queries.get_registration(registration_id)
    if registration.status is not RegistrationStatus.CONFIRMED:
        return _nothing_to_swap(registration)
    form = SwapForm(data={"organization_id": str(registration.organization_id or "")})
    own = registration.vouched_organization_id
    offered = substitutes(own, registration.training_session_id) if own else []
    form.offer(active_organizations(), offered)
    status = HTTPStatus.OK
    if form.is_submitted():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                return _swap(registration, form)
            except NotSeatedError:  # perhaps by a double click
                return _nothing_to_swap(registration)
            except AlreadyRegisteredError as error:
                field = form.member if form.member.data else form.email
                field.errors = [*field.errors, sentence(error)]
                status = status_of(error)
            except (ConflictError, BusyError) as error:
                form.refuse(error)
                status = status_of(error)
    page = render_workplace(
        "registrations/swap.html", current=SCHEDULE, form=form, registration=registration
    )
    return page, status, headers_for(status)


def _swap(registration: RegistrationFacts, form: SwapForm) -> ResponseReturnValue:
    with transaction():
        seats.swap(
            registration.id,
            form.to_participant(registration.vouched_organization_id),
            actor_id=signed_in().person_id,
            because=CancelledBecause.STAFF,
            now=utc_now(),
        )
    flash(
        _(
            "%(name)s has the seat of %(other)s now. Both are told by mail.",
            name=for_display(form.substitute),
            other=for_display(registration.name),
        )
    )
    return redirect(roster_url(registration.training_session_id), code=303)


def _nothing_to_swap(registration: RegistrationFacts) -> ResponseReturnValue:
    name = for_display(registration.name)
    flash(_("%(name)s has no seat to hand over. Nothing was changed.", name=name), "info")
    return redirect(roster_url(registration.training_session_id), code=303)
