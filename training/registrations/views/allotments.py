"""How many seats of a campaign its partners may use, and what they use of them."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.campaigns.queries import get_campaign
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, NotFoundError
from training.registrations import seats
from training.registrations.allotment_forms import AllotmentForm
from training.registrations.allotment_listings import AllotmentRow, allotment_rows
from training.registrations.errors import StaleSeatsError
from training.registrations.views.blueprint import bp
from training.text import for_display
from training.web.error_pages import headers_for, status_of

#: The way that this page hangs under.
_CAMPAIGNS = "sessions.campaigns"


@bp.route("/staff/campaigns/<id:campaign_id>/allotments", methods=["GET", "POST"])
@allows(Action.MANAGE_CAMPAIGNS)
def allotments(campaign_id: int) -> ResponseReturnValue:
    """Show what each partner may use and uses, and change one of them."""
    if request.method != "POST":
        return _render(campaign_id, None, HTTPStatus.OK)
    form = AllotmentForm()
    is_removal = "remove" in request.form
    if not form.validate() and not (is_removal and set(form.errors) <= {"seats"}):
        return _render(campaign_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    row = _row_of(campaign_id, form)
    wanted = None if is_removal else form.seats.value
    try:
        with transaction():
            is_changed = seats.set_allotment(
                campaign_id,
                row.organization_id,
                wanted,
                expected=form.to_shown(),
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
    except (ConflictError, BusyError) as error:
        form.seats.errors = []  # of a number that was not to be saved
        form.mark(error)
        is_stale = isinstance(error, StaleSeatsError)
        return _render(campaign_id, form, status_of(error), is_stale=is_stale)
    flash(_told(row.name, wanted) if is_changed else _("Nothing was changed."))
    return redirect(url_for("registrations.allotments", campaign_id=campaign_id), code=303)


def _row_of(campaign_id: int, form: AllotmentForm) -> AllotmentRow:
    """Return the row that was sent.

    :raise NotFoundError: there is none: the organization takes no part any more.
    """
    for row in allotment_rows(campaign_id):
        if row.organization_id == form.organization_id.value:
            return row
    raise NotFoundError


def _told(name: str, wanted: int | None) -> str:
    if wanted is None:
        text = _("%(name)s may use as many seats as there are.", name=for_display(name))
    else:
        text = ngettext(
            "%(name)s may use %(num)s seat of this campaign.",
            "%(name)s may use %(num)s seats of this campaign.",
            wanted,
            name=for_display(name),
        )
    return str(text)


def _render(
    campaign_id: int,
    sent: AllotmentForm | None,
    status: HTTPStatus,
    *,
    is_stale: bool = False,
) -> ResponseReturnValue:
    """Show the page, with what was typed into one row if that is not saved."""
    campaign = get_campaign(campaign_id)
    rows = []
    for row in allotment_rows(campaign_id):
        if sent is not None and sent.organization_id.value == row.organization_id:
            form = sent
            if is_stale:  # what stands now is shown, and may be saved over
                form.show(row.seats)
        else:
            form = AllotmentForm(
                formdata=None, data={"organization_id": row.organization_id, "seats": row.seats}
            )
            form.show(row.seats)
        form.place(row.organization_id, for_display(row.name))
        rows.append((row, form))
    page = render_workplace(
        "registrations/allotments.html",
        current=_CAMPAIGNS,
        campaign=campaign,
        rows=rows,
        sent=sent,
    )
    return page, status, headers_for(status)
