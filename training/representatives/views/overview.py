"""What is coming up for an organization's people, and what waits for an answer."""

from http import HTTPStatus

from flask.typing import ResponseReturnValue

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.representatives.queries.claims import open_claims
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


@bp.get("/")
@allows(Action.REPRESENT)
def overview(organization_slug: str) -> ResponseReturnValue:
    """Show what is coming up, what can be joined, who waits, and who says to be with them."""
    return render_overview(own_organization(organization_slug))


def render_overview(organization: OwnOrganization, *, problem: str = "") -> ResponseReturnValue:
    """Render the first page of an organization.

    :param problem: what was wrong with what this page sent.
    """
    now = utc_now()
    coming = coming_sessions(organization.id, now=now, most=_FEW + 1)
    page = render(
        "overview.html",
        organization,
        "overview",
        coming=coming[:_FEW],
        has_more=len(coming) > _FEW,
        open_sessions=open_sessions(now=now, most=_FEW, only_with_seats=True),
        waiting=who_waits(organization.id, now=now),
        offers=open_offers(organization.id, now=now),
        now=now,
        claims=open_claims(organization.id, now=now),
        allotments=own_allotments(organization.id, today=now.date()),
        problem=problem,
        form=AppForm(formdata=None),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
