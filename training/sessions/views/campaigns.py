"""Campaigns: the list, one of them, and what can be done with it."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.campaigns import service
from training.campaigns.errors import (
    CampaignInUseError,
    CampaignNameTakenError,
    CampaignSlugTakenError,
    StaleCampaignError,
)
from training.campaigns.queries import CampaignDetails, get_campaign, organization_choices
from training.campaigns.values import CampaignPlan
from training.clock import utc_now
from training.db import transaction
from training.errors import DomainError
from training.sessions.catalogue_forms import CampaignForm, campaign_data
from training.sessions.catalogue_queries import coming_of_campaign, list_campaigns
from training.sessions.views.blueprint import CAMPAIGN, CAMPAIGNS, bp
from training.sessions.views.catalogue import attempt, confirm_deletion, shows, wanted
from training.sessions.words import campaign_status_label
from training.web.error_pages import headers_for
from training.web.fields import AppForm
from training.web.shown import Difference, differing
from training.web.zones import offered_zones

_FIELD_OF: Mapping[type[DomainError], str] = {
    CampaignNameTakenError: "name",
    CampaignSlugTakenError: "slug",
}


@bp.get("/staff/campaigns/")
@allows(Action.MANAGE_CAMPAIGNS)
def campaigns() -> ResponseReturnValue:
    """Show all campaigns."""
    asked = wanted()
    return render_workplace(
        "sessions/campaigns.html",
        current=CAMPAIGNS,
        campaigns=list_campaigns(asked.text, archived=asked.is_archived, now=utc_now()),
        asked=asked,
        status_label=campaign_status_label,
        shows=shows(),
    )


@bp.route("/staff/campaigns/new", methods=["GET", "POST"])
@allows(Action.MANAGE_CAMPAIGNS)
def new_campaign() -> ResponseReturnValue:
    """Make a campaign."""
    is_sent = request.method == "POST"
    form = CampaignForm()
    form.offer(organization_choices())
    if not is_sent:
        return _render(form, None)
    if not form.validate():
        return _render(form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    status = attempt(
        form,
        lambda: service.add_campaign(form.to_plan(), actor_id=signed_in().person_id, now=utc_now()),
        _FIELD_OF,
        stale=StaleCampaignError,
    )
    return _render(form, None, status) if status else redirect(url_for(CAMPAIGNS), code=303)


@bp.route("/staff/campaigns/<id:campaign_id>/edit", methods=["GET", "POST"])
@allows(Action.MANAGE_CAMPAIGNS)
def edit_campaign(campaign_id: int) -> ResponseReturnValue:
    """Change a campaign."""
    is_sent = request.method == "POST"
    stored = get_campaign(campaign_id)
    form = CampaignForm(
        data=None if is_sent else {**campaign_data(stored.plan), "revision": stored.revision}
    )
    form.offer(organization_choices())
    if not is_sent:
        return _render(form, stored)
    if not form.validate():
        return _render(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        status = attempt(
            form,
            lambda: service.revise_campaign(
                campaign_id,
                form.to_plan(),
                expected_revision=form.revision.value,
                actor_id=signed_in().person_id,
                now=utc_now(),
            ),
            _FIELD_OF,
            stale=StaleCampaignError,
        )
    except StaleCampaignError as error:
        form.refuse(error)
        stored = get_campaign(campaign_id)
        form.rebase(stored.revision)
        found = _differences(stored.plan, form.to_plan())
        return _render(form, stored, HTTPStatus.CONFLICT, found)
    if status:
        return _render(form, stored, status)
    return redirect(url_for(CAMPAIGN, campaign_id=campaign_id), code=303)


@bp.post("/staff/campaigns/<id:campaign_id>/archive")
@allows(Action.MANAGE_CAMPAIGNS)
def archive_campaign(campaign_id: int) -> ResponseReturnValue:
    """Offer a campaign no more, or again."""
    is_archived = "restore" not in request.form
    with transaction():
        service.archive_campaign(
            campaign_id, is_archived=is_archived, actor_id=signed_in().person_id, now=utc_now()
        )
    flash(_("Archived.") if is_archived else _("Offered again."))
    return redirect(url_for("sessions.edit_campaign", campaign_id=campaign_id), code=303)


@bp.route("/staff/campaigns/<id:campaign_id>/delete", methods=["GET", "POST"])
@allows(Action.MANAGE_CAMPAIGNS)
def delete_campaign(campaign_id: int) -> ResponseReturnValue:
    """Delete a campaign that nothing uses, from a page that says so."""
    stored = get_campaign(campaign_id)
    if service.is_campaign_used(campaign_id):
        raise CampaignInUseError
    return confirm_deletion(
        lambda: service.delete_campaign(campaign_id, actor_id=signed_in().person_id, now=utc_now()),
        name=stored.plan.name,
        list_of=CAMPAIGNS,
        list_label=_("Campaigns"),
        page=url_for("sessions.edit_campaign", campaign_id=campaign_id),
    )


def _render(
    form: CampaignForm,
    stored: CampaignDetails | None,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_workplace(
        "sessions/campaign.html",
        current=CAMPAIGNS,
        form=form,
        campaign=stored,
        differences=differences or [],
        is_used=stored is not None and service.is_campaign_used(stored.id),
        coming=coming_of_campaign(stored.id, now=utc_now()) if stored else (),
        token=AppForm(formdata=None),
        zones=offered_zones(),
    )
    return page, status, headers_for(status)


def _differences(stored: CampaignPlan, typed: CampaignPlan) -> list[Difference]:
    names = dict(organization_choices())
    return differing(_described(stored, names), _described(typed, names))


def _described(plan: CampaignPlan, organizations: Mapping[int, str]) -> list[tuple[str, str]]:
    partners = sorted(organizations.get(key, "") for key in plan.partner_ids)
    defaults = [f"{name}: {value}" for name, value in sorted(plan.session_defaults.items())]
    return [
        (_("Name"), plan.name),
        (_("Short name in addresses"), plan.slug),
        (_("Hashtag"), plan.hashtag or ""),
        (_("First day"), plan.starts_on.isoformat()),
        (_("Last day"), plan.ends_on.isoformat()),
        (_("Status"), campaign_status_label(plan.status)),
        (_("People to be trained"), str(plan.goal or "")),
        (_("Partner organizations"), "\n".join(partners)),
        (_("What its sessions start with"), "\n".join(defaults)),
    ]
