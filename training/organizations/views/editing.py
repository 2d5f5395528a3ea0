"""Making an organization, and changing it."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError
from training.organizations import service
from training.organizations.errors import (
    NameTakenError,
    SlugTakenError,
    StaleOrganizationError,
)
from training.organizations.forms import OrganizationForm, data_of
from training.organizations.listings import OrganizationDetails, get_organization
from training.organizations.rules import shown_domain
from training.organizations.values import OrganizationPlan
from training.organizations.views.blueprint import INDEX, bp, crumbs, organization_url
from training.organizations.words import country_name, status_label
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence
from training.web.shown import Difference, differing, fingerprint
from training.web.zones import offered_zones


@bp.route("/staff/organizations/new", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def new() -> ResponseReturnValue:
    """Make an organization."""
    form = OrganizationForm()
    form.offer()
    if request.method != "POST":
        return _render_new(form, HTTPStatus.OK)
    if not form.validate():
        return _render_new(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction():
            organization_id = service.create(
                form.to_plan(), actor_id=signed_in().person_id, now=utc_now()
            )
    except (ConflictError, BusyError) as error:
        _show(form, error)
        return _render_new(form, status_of(error))
    flash(_("Saved. Add its people now, and invite who acts for it."))
    return redirect(organization_url(organization_id), code=303)


@bp.route("/staff/organizations/<id:organization_id>/edit", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def edit(organization_id: int) -> ResponseReturnValue:
    """Change what an organization is, and whether the partnership runs."""
    stored = get_organization(organization_id)
    if request.method != "POST":
        form = OrganizationForm(data=data_of(stored.plan))
        form.offer()
        form.show(stored.plan)
        return _render_edit(form, stored, HTTPStatus.OK)
    form = OrganizationForm()
    form.offer()
    if not form.validate():
        return _render_edit(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        is_changed = _revise(stored, form)
    except (ConflictError, BusyError) as error:
        _show(form, error)
        if not isinstance(error, StaleOrganizationError):
            return _render_edit(form, stored, status_of(error))
        stored = get_organization(organization_id)
        form.show(stored.plan)  # what stands now is shown, and may be saved over
        typed = form.to_plan()
        typed = replace(typed, slug=typed.slug or stored.plan.slug)
        differences = differing(_described(stored.plan), _described(typed))
        return _render_edit(form, stored, HTTPStatus.CONFLICT, differences)
    flash(_("Saved.") if is_changed else _("Nothing was changed."))
    return redirect(organization_url(organization_id), code=303)


def _revise(stored: OrganizationDetails, form: OrganizationForm) -> bool:
    if form.shown.data != fingerprint(stored.plan):
        raise StaleOrganizationError
    with transaction():
        return service.revise(
            stored.id,
            form.to_plan(),
            expected=stored.plan,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )


def _show(form: OrganizationForm, error: DomainError) -> None:
    """Show a refusal beside the field that it is about."""
    field_of: dict[type[DomainError], Any] = {
        NameTakenError: form.name,
        SlugTakenError: form.slug,
    }
    field = field_of.get(type(error))
    if field is None:
        form.refuse(error)
    else:
        field.errors = [*field.errors, sentence(error)]


def _render_new(form: OrganizationForm, status: HTTPStatus) -> ResponseReturnValue:
    page = render_workplace(
        "organizations/new.html",
        current=INDEX,
        form=form,
        zones=offered_zones(),
        crumbs=crumbs(),
        back=url_for(INDEX),
    )
    return page, status, headers_for(status)


def _render_edit(
    form: OrganizationForm,
    stored: OrganizationDetails,
    status: HTTPStatus,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_workplace(
        "organizations/edit.html",
        current=INDEX,
        form=form,
        zones=offered_zones(),
        organization=stored,
        differences=differences or [],
        consequences=_consequences(stored),
        crumbs=crumbs((stored.name, organization_url(stored.id))),
        back=organization_url(stored.id),
    )
    return page, status, headers_for(status)


def _consequences(stored: OrganizationDetails) -> list[str]:
    """Return what another status means, each a sentence."""
    representatives = stored.representatives
    return [
        ngettext(
            "Suspended or closed: its %(num)s representative cannot act for it any more.",
            "Suspended or closed: its %(num)s representatives cannot act for it any more.",
            representatives,
        )
        if representatives
        else _("Suspended or closed: nobody can act for it any more."),
        _("Its people keep their seats. Those who wait keep their place and are passed over."),
        _("Nobody new can be registered for it, and forms offer it no more."),
        _("Active again: who was passed over gets the free seats at once, and is told by mail."),
    ]


def _described(plan: OrganizationPlan) -> list[tuple[str, str]]:
    return [
        (_("Name"), plan.name),
        (_("Short name in addresses"), plan.slug),
        (_("Mail domains"), "\n".join(shown_domain(domain) for domain in plan.domains)),
        (_("Country"), country_name(plan.country)),
        (_("Time zone"), plan.timezone or ""),
        (_("Partnership"), status_label(plan.status)),
    ]
