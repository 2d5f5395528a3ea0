"""Sessions: those that the organization's people go to, and one with them in it."""

from flask import url_for
from flask.typing import ResponseReturnValue

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.registrations.cards import SessionCard
from training.representatives.queries.claims import open_claims
from training.representatives.queries.scope import OwnOrganization
from training.representatives.queries.seats import own_seats
from training.representatives.queries.sessions import (
    MOST_LISTED,
    VisibleSession,
    coming_sessions,
    get_roster,
    open_sessions,
    past_sessions,
)
from training.representatives.views.blueprint import bp, own_organization, render
from training.sessions.entries import session_slug
from training.sessions.values import SessionState
from training.web.fields import AppForm
from training.web.query import neighbours, page_argument, text_argument

_TAKES_PEOPLE = frozenset({SessionState.OPEN, SessionState.FEW_SEATS, SessionState.WAITLIST})


@bp.get("/sessions/")
@allows(Action.REPRESENT)
def sessions(organization_slug: str) -> ResponseReturnValue:
    """List the sessions that the organization's people go to, and what is open for them."""
    organization = own_organization(organization_slug)
    now = utc_now()
    q = text_argument("q")
    found = open_sessions(now=now, most=MOST_LISTED + 1, q=q)
    return render(
        "sessions.html",
        organization,
        "sessions",
        coming=coming_sessions(organization.id, now=now, most=MOST_LISTED),
        open_sessions=found[:MOST_LISTED],
        has_more=len(found) > MOST_LISTED,
        q=q,
    )


@bp.get("/sessions/past")
@allows(Action.REPRESENT)
def past(organization_slug: str) -> ResponseReturnValue:
    """List the sessions that the organization's people went to, the last first."""
    organization = own_organization(organization_slug)
    page = page_argument()
    listed, has_more = past_sessions(organization.id, now=utc_now(), page=page)
    return render(
        "past.html",
        organization,
        "sessions",
        sessions=listed,
        pages=neighbours(
            "representatives.past", page, has_more=has_more, organization_slug=organization.slug
        ),
    )


@bp.get("/sessions/<id:training_session_id>")
@allows(Action.REPRESENT)
def session(organization_slug: str, training_session_id: int) -> ResponseReturnValue:
    """Show a session with the organization's people in it."""
    return render_session(own_organization(organization_slug), training_session_id)


def render_session(
    organization: OwnOrganization, training_session_id: int, *, problem: str = ""
) -> str:
    """Render the page of a session.

    :param problem: why something was not done just now.
    :raise NotFoundError: there is no such session for this organization.
    """
    now = utc_now()
    roster = get_roster(organization.id, training_session_id, now=now)
    return render(
        "session.html",
        organization,
        "sessions",
        problem=problem,
        roster=roster,
        offered=[one for one in roster.pending if one.is_offered(now)],
        claims=open_claims(organization.id, now=now, training_session_id=training_session_id),
        begun=[one for one in roster.meetings if one.starts_at <= now and not one.is_cancelled],
        takes_people=organization.is_active and takes_people(roster),
        may_change=organization.is_active and roster.may_change(now),
        seats=own_seats(organization.id, training_session_id, now=now),
        public_url=_public_url(roster.card) if roster.is_listed else None,
        form=AppForm(),
        now=now,
    )


def takes_people(session: VisibleSession) -> bool:
    """Tell whether people may be registered for a session now, be it for the waitlist."""
    return session.is_listed and session.card.availability.state in _TAKES_PEOPLE


def session_url(organization_slug: str, training_session_id: int) -> str:
    """Return the address of a session with the organization's people in it."""
    return url_for(
        "representatives.session",
        organization_slug=organization_slug,
        training_session_id=training_session_id,
    )


def _public_url(card: SessionCard) -> str:
    return url_for(
        "registrations.detail", training_session_id=card.id, slug=session_slug(card.title)
    )
