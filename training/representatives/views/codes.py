"""Codes by which people register for the organization, as its representatives make them."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import BusyError, ConflictError, InvalidInputError
from training.registrations import code_queries, code_service
from training.registrations.code_forms import CodeForm
from training.registrations.code_queries import Offers
from training.registrations.made_codes import made_code
from training.representatives.queries.scope import OwnOrganization
from training.representatives.views.blueprint import (
    acting_for,
    active_organization,
    bp,
    own_organization,
    render,
)
from training.submissions.service import Send, is_key
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm


@bp.get("/codes/")
@allows(Action.REPRESENT)
def codes(organization_slug: str) -> ResponseReturnValue:
    """List the organization's codes, and offer to make one."""
    organization = own_organization(organization_slug)
    form = CodeForm(None, data={"what": request.args.get("for", "all")})
    return _render(organization, form, _offers(organization))


@bp.post("/codes/")
@allows(Action.REPRESENT)
def make_code(organization_slug: str) -> ResponseReturnValue:
    """Make a code and show it: this once, because it is stored nowhere."""
    organization = active_organization(organization_slug)
    offers = _offers(organization)
    form = CodeForm()
    form.offer(offers)
    if not form.validate():
        return _render(organization, form, offers, HTTPStatus.UNPROCESSABLE_ENTITY)
    timezone = _timezone()
    plan = form.to_plan(timezone)
    if plan.expires_at is not None and plan.expires_at <= utc_now():
        form.last_day.errors = [_("This day is over.")]
        return _render(organization, form, offers, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not is_key(form.key.data or ""):
        form.renew_key()
    try:
        with acting_for(organization_slug) as actor:
            send = Send(
                key=form.key.data,
                purpose=f"code:{actor.organization_id}",
                actor_id=actor.person_id,
                content=form.content,
            )
            code = code_service.make_code(
                actor.organization_id, plan, send=send, actor_id=actor.person_id, now=actor.now
            )
    except (ConflictError, InvalidInputError, BusyError) as error:
        form.refuse(error)
        return _render(organization, form, offers, status_of(error))
    return render(
        "code_made.html",
        organization,
        "codes",
        **made_code(
            code,
            plan,
            offers,
            organization_name=organization.name,
            timezone=timezone,
            back=url_for("representatives.codes", organization_slug=organization.slug),
        ),
    )


@bp.post("/codes/<id:code_id>/revoke")
@allows(Action.REPRESENT)
def revoke_code(organization_slug: str, code_id: int) -> ResponseReturnValue:
    """Let nobody register with a code any more."""
    with acting_for(organization_slug) as actor:
        is_done = code_service.revoke_code(
            code_id, actor.organization_id, actor_id=actor.person_id, now=actor.now
        )
    if is_done:
        flash(_("Revoked. Whoever is registered by it stays so."), "ok")
    address = url_for("representatives.codes", organization_slug=organization_slug)
    return redirect(address, code=303)


def _offers(organization: OwnOrganization) -> Offers:
    return code_queries.offers_for_organization(organization.id, now=utc_now())


def _timezone() -> str:
    return signed_in().timezone or "UTC"


def _render(
    organization: OwnOrganization,
    form: CodeForm,
    offers: Offers,
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    form.offer(offers)
    page = render(
        "codes.html",
        organization,
        "codes",
        form=form,
        revoking=AppForm(None),
        codes=code_queries.codes_of(organization.id),
        timezone=_timezone(),
        now=utc_now(),
    )
    return page, status, headers_for(status)
