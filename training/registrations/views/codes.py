"""Codes by which people register for an organization, as staff make and revoke them."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, InvalidInputError
from training.organizations.listings import OrganizationDetails, get_organization
from training.organizations.values import OrganizationStatus
from training.registrations import code_queries, code_service
from training.registrations.code_forms import CodeForm
from training.registrations.code_queries import Offers
from training.registrations.made_codes import made_code
from training.registrations.views.blueprint import bp
from training.submissions.service import Send, is_key
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm

#: The list, under which every page of organizations hangs.
_ORGANIZATIONS = "organizations.index"


@bp.route("/staff/organizations/<id:organization_id>/codes", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def codes(organization_id: int) -> ResponseReturnValue:
    """List an organization's codes; make one and show it: this once, it is stored nowhere."""
    organization = get_organization(organization_id)
    offers = code_queries.offers_for_staff(now=utc_now())
    if request.method != "POST":
        form = CodeForm(None, data={"what": request.args.get("for", "all")})
        return _render(organization, form, offers)
    form = CodeForm()
    form.offer(offers)
    if not form.validate():
        return _render(organization, form, offers, HTTPStatus.UNPROCESSABLE_ENTITY)
    who, now = signed_in(), utc_now()
    timezone = _timezone(organization)
    plan = form.to_plan(timezone)
    if plan.expires_at is not None and plan.expires_at <= now:
        form.last_day.errors = [_("This day is over.")]
        return _render(organization, form, offers, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not is_key(form.key.data or ""):
        form.renew_key()
    send = Send(
        key=form.key.data,
        purpose=f"code:{organization_id}",
        actor_id=who.person_id,
        content=form.content,
    )
    try:
        with transaction():
            code = code_service.make_code(
                organization_id, plan, send=send, actor_id=who.person_id, now=now
            )
    except (ConflictError, InvalidInputError, BusyError) as error:
        form.refuse(error)
        return _render(organization, form, offers, status_of(error))
    return render_workplace(
        "registrations/code_made.html",
        current=_ORGANIZATIONS,
        **made_code(
            code,
            plan,
            offers,
            organization_name=organization.name,
            timezone=timezone,
            back=url_for("registrations.codes", organization_id=organization_id),
        ),
    )


@bp.post("/staff/organizations/<id:organization_id>/codes/<id:code_id>/revoke")
@allows(Action.MANAGE_PARTNERS)
def revoke_code(organization_id: int, code_id: int) -> ResponseReturnValue:
    """Let nobody register with a code any more."""
    with transaction():
        is_done = code_service.revoke_code(
            code_id, organization_id, actor_id=signed_in().person_id, now=utc_now()
        )
    if is_done:
        flash(_("Revoked. Whoever is registered by it stays so."), "ok")
    return redirect(url_for("registrations.codes", organization_id=organization_id), code=303)


def _timezone(organization: OrganizationDetails) -> str:
    return signed_in().timezone or organization.plan.timezone or "UTC"


def _render(
    organization: OrganizationDetails,
    form: CodeForm,
    offers: Offers,
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    form.offer(offers)
    page = render_workplace(
        "registrations/codes.html",
        current=_ORGANIZATIONS,
        organization=organization,
        is_active=organization.plan.status is OrganizationStatus.ACTIVE,
        form=form,
        revoking=AppForm(None),
        codes=code_queries.codes_of(organization.id),
        timezone=_timezone(organization),
        now=utc_now(),
    )
    return page, status, headers_for(status)
