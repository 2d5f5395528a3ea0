"""One organization's seats as staff see them: kept, allotted, and what is left of both."""

from flask.typing import ResponseReturnValue

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.organizations.listings import get_organization
from training.registrations.partner_seat_queries import allotted_seats_of, kept_seats_of
from training.registrations.views.blueprint import bp


@bp.get("/staff/organizations/<id:organization_id>/seats")
@allows(Action.MANAGE_PARTNERS)
def partner_seats(organization_id: int) -> ResponseReturnValue:
    """Show what is kept for an organization and allotted to it, with the balance."""
    organization = get_organization(organization_id)
    now = utc_now()
    return render_workplace(
        "registrations/partner_seats.html",
        current="organizations.index",
        organization=organization,
        kept=kept_seats_of(organization_id, now=now),
        allotted=allotted_seats_of(organization_id, today=now.date()),
        now=now,
    )
