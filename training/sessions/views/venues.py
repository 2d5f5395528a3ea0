"""Venues with their rooms: the list, one of them, and what can be done with it."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import DomainError
from training.sessions import service
from training.sessions.catalogue_forms import MOST_ROOMS, VenueForm, blank_room, venue_data
from training.sessions.catalogue_queries import VenueDetails, get_venue, list_venues
from training.sessions.errors import StaleVenueError, VenueInUseError, VenueNameTakenError
from training.sessions.values import VenuePlan
from training.sessions.views.blueprint import VENUES, bp
from training.sessions.views.catalogue import attempt, confirm_deletion, shows, wanted
from training.web.error_pages import headers_for
from training.web.fields import AppForm
from training.web.shown import Difference, differing
from training.web.zones import offered_zones

_FIELD_OF: Mapping[type[DomainError], str] = {VenueNameTakenError: "name"}


@bp.get("/staff/venues/")
@allows(Action.MANAGE_VENUES)
def venues() -> ResponseReturnValue:
    """Show all venues."""
    asked = wanted()
    return render_workplace(
        "sessions/venues.html",
        current=VENUES,
        venues=list_venues(asked.text, archived=asked.is_archived, now=utc_now()),
        asked=asked,
        shows=shows(),
    )


@bp.route("/staff/venues/new", methods=["GET", "POST"])
@allows(Action.MANAGE_VENUES)
def new_venue() -> ResponseReturnValue:
    """Make a venue."""
    is_sent = request.method == "POST"
    form = VenueForm()
    if form.rooms.change(request.form, most=MOST_ROOMS) or not is_sent:
        return _render(form, None)
    if not form.validate():
        return _render(form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    status = attempt(
        form,
        lambda: service.add_venue(form.to_plan(), actor_id=signed_in().person_id, now=utc_now()),
        _FIELD_OF,
        stale=StaleVenueError,
    )
    return _render(form, None, status) if status else redirect(url_for(VENUES), code=303)


@bp.route("/staff/venues/<id:venue_id>", methods=["GET", "POST"])
@allows(Action.MANAGE_VENUES)
def edit_venue(venue_id: int) -> ResponseReturnValue:
    """Show a venue, and change it."""
    is_sent = request.method == "POST"
    stored = get_venue(venue_id, now=utc_now())
    form = VenueForm(
        data=None if is_sent else {**venue_data(stored.plan), "revision": stored.revision}
    )
    if form.rooms.change(request.form, most=MOST_ROOMS) or not is_sent:
        return _render(form, stored)
    if not form.validate():
        return _render(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        status = attempt(
            form,
            lambda: service.revise_venue(
                venue_id,
                form.to_plan(),
                expected_revision=form.revision.value,
                actor_id=signed_in().person_id,
                now=utc_now(),
            ),
            _FIELD_OF,
            stale=StaleVenueError,
        )
    except StaleVenueError as error:
        form.refuse(error)
        stored = get_venue(venue_id, now=utc_now())
        form.rebase(stored.revision)
        found = differing(_described(stored.plan), _described(form.to_plan()))
        return _render(form, stored, HTTPStatus.CONFLICT, found)
    if status:
        return _render(form, stored, status)
    return redirect(url_for("sessions.edit_venue", venue_id=venue_id), code=303)


@bp.post("/staff/venues/<id:venue_id>/archive")
@allows(Action.MANAGE_VENUES)
def archive_venue(venue_id: int) -> ResponseReturnValue:
    """Offer a venue no more, or again."""
    is_archived = "restore" not in request.form
    with transaction():
        service.archive_venue(
            venue_id, is_archived=is_archived, actor_id=signed_in().person_id, now=utc_now()
        )
    flash(_("Archived.") if is_archived else _("Offered again."))
    return redirect(url_for("sessions.edit_venue", venue_id=venue_id), code=303)


@bp.route("/staff/venues/<id:venue_id>/delete", methods=["GET", "POST"])
@allows(Action.MANAGE_VENUES)
def delete_venue(venue_id: int) -> ResponseReturnValue:
    """Delete a venue that nothing uses, from a page that says so."""
    stored = get_venue(venue_id, now=utc_now())
    if service.is_venue_used(venue_id):
        raise VenueInUseError
    return confirm_deletion(
        lambda: service.delete_venue(venue_id, actor_id=signed_in().person_id, now=utc_now()),
        name=stored.plan.name,
        list_of=VENUES,
        list_label=_("Venues"),
        page=url_for("sessions.edit_venue", venue_id=venue_id),
    )


def _render(
    form: VenueForm,
    stored: VenueDetails | None,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_workplace(
        "sessions/venue.html",
        current=VENUES,
        form=form,
        venue=stored,
        differences=differences or [],
        is_used=stored is not None and service.is_venue_used(stored.id),
        token=AppForm(formdata=None),
        blank=blank_room(),
        most_rooms=MOST_ROOMS,
        zones=offered_zones(),
    )
    return page, status, headers_for(status)


def _described(plan: VenuePlan) -> list[tuple[str, str]]:
    rooms = sorted(
        room.name if room.capacity is None else f"{room.name} ({room.capacity})"
        for room in plan.rooms
    )
    return [
        (_("Name"), plan.name),
        (_("Address"), plan.address),
        (_("Accessibility"), plan.accessibility),
        (_("Time zone"), plan.timezone or ""),
        (_("Rooms"), "\n".join(rooms)),
    ]
