"""Answering for one of the organization's people whether they take a seat that is kept for them."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.errors import ConflictError
from training.registrations.errors import OfferEndedError
from training.representatives import service
from training.representatives.queries.sessions import get_own
from training.representatives.service import Actor
from training.representatives.views.blueprint import acting_for, active_organization, bp
from training.representatives.views.sessions import render_session, session_url
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.post("/registrations/<id:registration_id>/accept")
@allows(Action.REPRESENT)
def accept(organization_slug: str, registration_id: int) -> ResponseReturnValue:
    """Take the seat that is kept for one of the organization's people."""
    return _answer(
        organization_slug,
        registration_id,
        service.accept,
        lambda name: _("%(name)s has the seat now, and is told by mail.", name=name),
    )


@bp.post("/registrations/<id:registration_id>/decline")
@allows(Action.REPRESENT)
def decline(organization_slug: str, registration_id: int) -> ResponseReturnValue:
    """Give on the seat that is kept for one of the organization's people."""
    return _answer(
        organization_slug,
        registration_id,
        service.decline,
        lambda name: _("The seat of %(name)s is declined. They are told by mail.", name=name),
    )


def _answer(
    organization_slug: str,
    registration_id: int,
    answer: Callable[[int, Actor], bool],
    said: Callable[[str], str],
) -> ResponseReturnValue:
    organization = active_organization(organization_slug)
    [own] = get_own(organization.id, [registration_id])
    name = for_display(own.name)
    try:
        with acting_for(organization_slug) as actor:
            get_own(actor.organization_id, [registration_id])
            is_done = answer(registration_id, actor)
    except OfferEndedError:
        problem, status = _ended(name), HTTPStatus.GONE
    except ConflictError as error:
        problem, status = sentence(error), status_of(error)
    else:
        if is_done:
            flash(said(name))
        return redirect(session_url(organization.slug, own.training_session_id), code=303)
    page = render_session(organization, own.training_session_id, problem=problem)
    return page, status, headers_for(status)


def _ended(name: str) -> str:
    return str(
        _(
            "The seat is no longer kept for %(name)s. "
            "If they would still like to come, please register them again.",
            name=name,
        )
    )
