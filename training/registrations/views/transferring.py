"""Passing a registration from one organization to another, or vouching for what somebody said."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError
from training.organizations.queries import active_organizations
from training.registrations import roster_queries, seat_queries, seats
from training.registrations.errors import NotRegisteredError, TransferRefusedError
from training.registrations.roster_forms import TransferForm
from training.registrations.roster_queries import RegistrationFacts
from training.registrations.values import LIVE
from training.registrations.views.blueprint import bp
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.route("/staff/registrations/<id:registration_id>/organization", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def transfer(registration_id: int) -> ResponseReturnValue:
    """Say with which organization somebody comes; the rules for its seats are asked first."""
    registration = roster_queries.get_registration(registration_id)
    if registration.status not in LIVE:
        return _nothing_to_change(registration)
    form = TransferForm(data={"organization_id": str(registration.organization_id or "")})
    form.offer(active_organizations())
    status = HTTPStatus.OK
    if form.is_submitted():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        form.is_reason_asked = "reason" in request.form
        if form.validate():
            try:
                return _transfer(registration, form)
            except NotRegisteredError:  # cancelled meanwhile
                return _nothing_to_change(registration)
            except TransferRefusedError as error:
                form.is_reason_asked = True
                form.reason.errors = [sentence(error)]
                status = status_of(error)
            except (ConflictError, BusyError) as error:
                form.refuse(error)
                status = status_of(error)
    page = render_workplace(
        "registrations/transfer.html", current=SCHEDULE, form=form, registration=registration
    )
    return page, status, headers_for(status)


def _transfer(registration: RegistrationFacts, form: TransferForm) -> ResponseReturnValue:
    actor_id = signed_in().person_id
    with transaction():
        is_changed = seats.transfer(
            registration.id,
            form.to_organization(),
            reason=form.reason.data or None,
            actor_id=actor_id,
            now=utc_now(),
        )
    name = for_display(registration.name)
    if not is_changed:
        flash(_("%(name)s comes with this organization already.", name=name), "info")
        return redirect(_back(registration), code=303)
    moved = seat_queries.moved_up_by(
        "registration.transfer", registration.training_session_id, actor_id=actor_id
    )
    done = _("The organization of %(name)s is changed.", name=name)
    told = ngettext(
        "%(num)s person moved up from the waitlist and is told by mail.",
        "%(num)s people moved up from the waitlist and are told by mail.",
        moved,
    )
    flash(f"{done} {told}" if moved else done)
    return redirect(_back(registration), code=303)


def _nothing_to_change(registration: RegistrationFacts) -> ResponseReturnValue:
    name = for_display(registration.name)
    flash(_("%(name)s is not registered any more. Nothing was changed.", name=name), "info")
    return redirect(_back(registration), code=303)


def _back(registration: RegistrationFacts) -> str:
    return url_for("staff.registration", registration_id=registration.id)
