"""What is coming up for an organization's people, and what waits for an answer."""

from http import HTTPStatus

from flask.typing import ResponseReturnValue

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.registrations.partner_seat_queries import kept_seats_of
from training.representatives.queries.attended import last_attended
from training.representatives.queries.claims import open_claims
from training.representatives.queries.filling import filling_sessions
from training.representatives.queries.naming import seats_to_name
from training.representatives.queries.scope import OwnOrganization
from training.representatives.queries.seats import own_allotments
from training.representatives.queries.sessions import (
    coming_sessions,
    open_offers,
    open_sessions,
    who_waits,
)
from training.representatives.views.blueprint import bp, own_organization, render
from training.web.fields import AppForm

#: Sessions in each list of the first page.
_FEW = 6
#: Of those that are over.
_FEWER = 4


@bp.get("/")
@allows(Action.REPRESENT)
def overview(organization_slug: str) -> ResponseReturnValue:
    """Show what to do next, what seats are left, who goes where, who came, and what is open."""
    return render_overview(own_organization(organization_slug))


def render_overview(organization: OwnOrganization, *, problem: str = "") -> ResponseReturnValue:
    """Render the first page of an organization.

    :param problem: what was wrong with what this page sent.
    """
    now = utc_now()
    coming = coming_sessions(organization.id, now=now, most=_FEW + 1)
    filling = filling_sessions(organization.id, now=now, most=_FEW)
    urgent = {one.card.id for one in filling}
    found = open_sessions(now=now, most=_FEW + len(urgent), only_with_seats=True)
    page = render(
        "overview.html",
        organization,
        "overview",
        coming=coming[:_FEW],
        has_more=len(coming) > _FEW,
        filling=filling,
        open_sessions=[card for card in found if card.id not in urgent][:_FEW],
        attended=last_attended(organization.id, now=now, most=_FEWER),
        waiting=who_waits(organization.id, now=now),
        offers=open_offers(organization.id, now=now),
        now=now,
        claims=open_claims(organization.id, now=now),
        allotments=own_allotments(organization.id, today=now.date()),
        unnamed=seats_to_name(organization.id),
        kept=[one for one in kept_seats_of(organization.id, now=now) if not one.released_at],
        problem=problem,
        form=AppForm(formdata=None),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
