"""Confirming or refusing that somebody is with the organization."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows
from training.accounts.policy import Action
from training.errors import NotFoundError
from training.representatives import service
from training.representatives.forms import ids_of
from training.representatives.views.blueprint import acting_for, active_organization, bp
from training.representatives.views.overview import render_overview

#: The buttons: beside one person with their registration's id, and below for all who are ticked.
_CONFIRM, _REFUSE, _CHOSEN = "confirm", "refuse", "registration"


@bp.post("/claims")
@allows(Action.REPRESENT)
def settle_claims(organization_slug: str) -> ResponseReturnValue:
    """Say of one person, or of several, whether they are with the organization."""
    organization = active_organization(organization_slug)
    is_theirs = _CONFIRM in request.form
    pressed = request.form.get(_CONFIRM if is_theirs else _REFUSE, "")
    ids = ids_of([pressed] if pressed else request.form.getlist(_CHOSEN))
    if not ids:
        return render_overview(organization, problem=_("Choose first whom you mean."))
    try:
        with acting_for(organization_slug) as actor:
            number = service.settle_claims(ids, is_theirs=is_theirs, actor=actor)
    except NotFoundError:
        # Settled meanwhile by a colleague, another organization's, or none at all: all alike.
        message = _("Somebody you chose is not in this list any more. Please look again.")
        return render_overview(organization, problem=message)
    flash(_told(number, is_theirs=is_theirs))
    back = ids_of([request.form.get("back", "")])
    if back:
        address = url_for(
            "representatives.session",
            organization_slug=organization_slug,
            training_session_id=back[0],
        )
    else:
        address = url_for("representatives.overview", organization_slug=organization_slug)
    return redirect(address, code=303)


def _told(number: int, *, is_theirs: bool) -> str:
    if is_theirs:
        return str(
            ngettext(
                "Confirmed: %(num)s person is one of yours now.",
                "Confirmed: %(num)s people are yours now.",
                number,
            )
        )
    return str(
        ngettext(
            "Refused: %(num)s person is not counted as yours. They keep their registration.",
            "Refused: %(num)s people are not counted as yours. They keep their registrations.",
            number,
        )
    )
