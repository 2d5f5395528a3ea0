"""Cancelling one or several of an organization's people, from a page that says what follows."""

from collections.abc import Sequence

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import NotFoundError
from training.registrations.errors import TooLateToCancelError
from training.representatives import service
from training.representatives.forms import ids_of
from training.representatives.queries.ours import OwnRegistration
from training.representatives.queries.sessions import get_own, get_visible
from training.representatives.views.blueprint import (
    acting_for,
    active_organization,
    bp,
    render,
)
from training.representatives.views.sessions import session_url
from training.sessions.values import Availability
from training.web.fields import AppForm

#: Of a form and of an address: whom is meant, one value for each.
_CHOSEN = "registration"


@bp.route("/sessions/<id:training_session_id>/cancel", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def cancel(organization_slug: str, training_session_id: int) -> ResponseReturnValue:
    """Give up seats and places in line of the organization's people."""
    organization = active_organization(organization_slug)
    now = utc_now()
    session = get_visible(organization.id, training_session_id, now=now)
    sent = request.form if request.method == "POST" else request.args
    ids = ids_of(sent.getlist(_CHOSEN))
    if ids is None:
        raise NotFoundError
    chosen = _own(organization.id, training_session_id, ids)
    live = [one for one in chosen if one.is_live]
    address = session_url(organization_slug, training_session_id)
    if not live:
        flash(
            _("They are cancelled already. Nothing was changed.")
            if chosen
            else _("Choose first who is not coming."),
            "info",
        )
        return redirect(address, code=303)
    if not session.may_change(now):
        raise TooLateToCancelError
    if request.method == "POST":
        with acting_for(organization_slug) as actor:
            own = _own(actor.organization_id, training_session_id, ids)
            service.cancel([one.id for one in own], actor)
        flash(_told(live))
        return redirect(address, code=303)
    return render(
        "cancel.html",
        organization,
        "sessions",
        card=session.card,
        chosen=live,
        consequences=_of_cancelling(live, session.card.availability),
        form=AppForm(),
    )


def _own(
    organization_id: int, training_session_id: int, ids: Sequence[int]
) -> list[OwnRegistration]:
    """Return who is meant.

    :raise NotFoundError: one of them is not of this organization, or not in this session.
    """
    chosen = get_own(organization_id, ids)
    if any(one.training_session_id != training_session_id for one in chosen):
        raise NotFoundError
    return chosen


def _told(cancelled: Sequence[OwnRegistration]) -> str:
    """Return what was done, in sentences: nobody stands in a seat that is to be named."""
    unnamed = sum(one.is_placeholder for one in cancelled)
    people = len(cancelled) - unnamed
    words = []
    if people:
        words.append(
            ngettext(
                "%(num)s person is cancelled, and told by mail.",
                "%(num)s people are cancelled, and told by mail.",
                people,
            )
        )
    if unnamed:
        words.append(
            ngettext(
                "%(num)s reserved seat is given up.",
                "%(num)s reserved seats are given up.",
                unnamed,
            )
        )
    return " ".join(map(str, words))


def _of_cancelling(chosen: Sequence[OwnRegistration], seen: Availability) -> list[str]:
    """Return what follows when these people are cancelled, each a sentence."""
    seats = sum(one.holds_seat for one in chosen)
    requests = sum(one.is_requested for one in chosen)
    places = len(chosen) - seats - requests
    lines = []
    if seats:
        lines.append(ngettext("%(num)s seat is given up.", "%(num)s seats are given up.", seats))
        if seen.waiting:
            lines.append(
                ngettext(
                    "Whoever waits longest gets it, whichever organization they are from.",
                    "Whoever waits longest gets them, whichever organization they are from.",
                    seats,
                )
            )
    if places:
        lines.append(
            ngettext(
                "%(num)s place in line is given up.", "%(num)s places in line are given up.", places
            )
        )
    if requests:
        lines.append(
            ngettext("%(num)s request is withdrawn.", "%(num)s requests are withdrawn.", requests)
        )
    lines.append(
        _("Who is registered again later goes to the end of the line, if the session is full then.")
    )
    return [str(line) for line in lines]
