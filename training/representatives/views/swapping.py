"""Sending somebody else of the organization instead."""

from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import BusyError, ConflictError
from training.registrations.errors import (
    AlreadyRegisteredError,
    NotSeatedError,
    TooLateToSwapError,
)
from training.registrations.prerequisites import required_courses
from training.representatives import service
from training.representatives.errors import RowError
from training.representatives.forms import SwapForm
from training.representatives.queries.ours import OwnRegistration
from training.representatives.queries.people import all_members
from training.representatives.queries.scope import OwnOrganization
from training.representatives.queries.sessions import get_own, get_visible, people_in
from training.representatives.views.blueprint import (
    acting_for,
    active_organization,
    bp,
    render,
)
from training.representatives.views.sessions import session_url
from training.text import for_display
from training.web import limits
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.route("/registrations/<id:registration_id>/swap", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def swap(organization_slug: str, registration_id: int) -> ResponseReturnValue:
    """Give the seat of one of the organization's people to another one."""
    organization = active_organization(organization_slug)
    [leaving] = get_own(organization.id, [registration_id])
    form = SwapForm()
    registered = people_in(organization.id, leaving.training_session_id)
    form.offer(one for one in all_members(organization.id) if one.person_id not in registered)
    if request.method != "POST":
        return _render(organization, leaving, form, HTTPStatus.OK)
    limits.take(limits.REGISTRATIONS)
    if not form.validate():
        return _render(organization, leaving, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    required = frozenset(required_courses(leaving.training_session_id))
    try:
        with acting_for(organization_slug) as actor:
            get_own(actor.organization_id, [registration_id])
            service.swap(registration_id, form.to_chosen(), actor, required=required)
    except RowError as error:
        form.mark(error)
    except AlreadyRegisteredError as error:
        control = form.member if form.member.data else form.email
        control.errors = [*control.errors, sentence(error)]
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        status = status_of(error)
    else:
        flash(
            _(
                "Somebody else goes instead of %(name)s now. Both are told by mail.",
                name=for_display(leaving.name),
            )
        )
        return redirect(session_url(organization.slug, leaving.training_session_id), code=303)
    return _render(organization, leaving, form, status)


def _render(
    organization: OwnOrganization, leaving: OwnRegistration, form: SwapForm, status: HTTPStatus
) -> ResponseReturnValue:
    now = utc_now()
    session = get_visible(organization.id, leaving.training_session_id, now=now)
    if not leaving.has_seat:
        raise NotSeatedError
    if not session.may_change(now):
        raise TooLateToSwapError
    page = render(
        "swap.html", organization, "sessions", form=form, card=session.card, leaving=leaving
    )
    return page, status, headers_for(status)
