"""Requests and offers of all sessions: what ends first stands first."""

import re
from datetime import UTC, datetime
from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import DASHBOARD, render_workplace
from training.clock import utc_now
from training.registrations import queue_queries
from training.registrations.queue_queries import Page, Place
from training.registrations.seat_forms import RequestsForm
from training.registrations.views.blueprint import bp
from training.registrations.views.deciding import approve_in_order
from training.registrations.views.requests import ALL_REQUESTS
from training.registrations.words import claim_words
from training.sessions.words import seats_in_words
from training.web.error_pages import headers_for

ALL_OFFERS = "registrations.all_offers"
#: Microseconds since 1970, and the registration's key.
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,9})", re.ASCII)
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


@bp.get("/staff/requests")
@allows(Action.SEE_ROSTER)
def all_requests() -> ResponseReturnValue:
    """Show who asks for a seat in any session, whose request lapses first."""
    return _render_requests(RequestsForm(formdata=None), HTTPStatus.OK)


@bp.post("/staff/requests/approve")
@allows(Action.CHANGE_ROSTER)
def approve_any() -> ResponseReturnValue:
    """Approve the requests that are ticked: in each session, who asked first is first."""
    form = RequestsForm()
    if not form.validate():
        return _render_requests(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    ticked = set(form.people.data)
    ids = [int(one) for one in ticked if _NUMBER.fullmatch(one)][: queue_queries.PAGE]
    approve_in_order(queue_queries.in_order(ids), ticked=len(ticked))
    return redirect(url_for(ALL_REQUESTS), code=303)


@bp.get("/staff/offers")
@allows(Action.SEE_ROSTER)
def all_offers() -> ResponseReturnValue:
    """Show who was offered a seat and has not answered, whose offer ends first."""
    now = utc_now()
    page = queue_queries.open_offers(_place(), now=now)
    return render_workplace(
        "registrations/all_offers.html",
        current=DASHBOARD,
        offers=page.rows,
        seats=_seats(page),
        claim_words=claim_words(),
        ways=_ways(ALL_OFFERS),
        newest=_newest(ALL_OFFERS),
        later=_later(ALL_OFFERS, page),
        now=now,
    )


def _render_requests(form: RequestsForm, status: HTTPStatus) -> ResponseReturnValue:
    now = utc_now()
    page = queue_queries.open_requests(_place(), now=now)
    text = render_workplace(
        "registrations/all_requests.html",
        current=DASHBOARD,
        form=form,
        requests=page.rows,
        seats=_seats(page),
        claim_words=claim_words(),
        ways=_ways(ALL_REQUESTS),
        newest=_newest(ALL_REQUESTS),
        later=_later(ALL_REQUESTS, page),
        now=now,
    )
    return text, status, headers_for(status)


def _seats(page: Page) -> dict[int, tuple[str, ...]]:
    """Return how the seats of each session stand, in words."""
    return {
        row.training_session_id: seats_in_words(row.seats, row.overbooked_by) for row in page.rows
    }


def _ways(current: str) -> list[tuple[str, str, bool]]:
    """Return the two lists, for the row of tabs above each."""
    labels = {ALL_REQUESTS: _("Requests"), ALL_OFFERS: _("Offers")}
    return [(label, url_for(one), one == current) for one, label in labels.items()]


def _place() -> Place | None:
    found = _PLACE.fullmatch(request.args.get("after", ""))
    if found is None:
        return None
    seconds, micros = divmod(int(found[1]), 1_000_000)
    try:
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
    except (ValueError, OverflowError, OSError):
        return None
    return Place(at, int(found[2]))


def _newest(endpoint: str) -> str | None:
    """Return the way back to the beginning, from a page behind it."""
    return url_for(endpoint) if _place() else None


def _later(endpoint: str, page: Page) -> str | None:
    if page.following is None:
        return None
    at, id_ = page.following
    micros = int(at.timestamp()) * 1_000_000 + at.microsecond
    return url_for(endpoint, after=f"{micros}-{id_}")
