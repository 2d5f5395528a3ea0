"""One organization as staff see it: its facts, its people, whom it waits for."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts import queries as accounts
from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.organizations import queries
from training.organizations.listings import OrganizationDetails, get_organization
from training.organizations.rules import shown_domain
from training.organizations.views.blueprint import INDEX, bp, crumbs
from training.organizations.words import STATUS_BADGE, country_name, role_label, status_label
from training.web.fields import AppForm
from training.web.query import neighbours, page_argument, text_argument


@bp.get("/staff/organizations/<id:organization_id>")
@allows(Action.MANAGE_PARTNERS)
def detail(organization_id: int) -> ResponseReturnValue:
    """Show an organization and everybody who belongs to it."""
    organization = get_organization(organization_id)
    q, number = text_argument("q"), page_argument()
    page = queries.members(organization_id, q, number)
    beside = neighbours(
        "organizations.detail",
        number,
        has_more=page.has_more,
        organization_id=organization_id,
        q=q,
    )
    now = utc_now()
    invitations = [
        one
        for one in accounts.invitations(now=now, organization_id=organization_id)
        if one.is_unended
    ]
    return render_workplace(
        "organizations/detail.html",
        current=INDEX,
        organization=organization,
        facts_of=_facts(organization),
        status=status_label(organization.plan.status),
        status_badge=STATUS_BADGE[organization.plan.status],
        members=page.members,
        invitations=invitations,
        invited={one.person_id for one in invitations},
        role_label=role_label,
        q=q,
        earlier=beside.earlier,
        later=beside.later,
        crumbs=crumbs(),
        timezone=signed_in().timezone or organization.plan.timezone or "UTC",
        form=AppForm(),
        now=now,
    )


def _facts(organization: OrganizationDetails) -> list[tuple[str, str]]:
    plan = organization.plan
    return [
        (_("Mail domains"), ", ".join(shown_domain(domain) for domain in plan.domains)),
        (_("Country"), country_name(plan.country)),
        (_("Time zone"), plan.timezone or ""),
        (_("Short name in addresses"), plan.slug),
    ]
