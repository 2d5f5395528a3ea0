"""When somebody cannot train: noted by themselves, or by staff for them."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import OWN_SESSIONS, PEOPLE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError
from training.sessions import service
from training.sessions.unavailability_forms import UnavailabilityForm
from training.sessions.unavailability_queries import get_name, list_unavailability
from training.sessions.views.blueprint import bp
from training.sessions.words import away_words
from training.web.error_pages import status_of
from training.web.fields import AppForm
from training.web.query import addresses
from training.web.zones import offered_zones

_OWN, _THEIRS = "sessions.own_unavailability", "sessions.unavailability"
_REMOVE_OWN, _REMOVE = "sessions.remove_own_unavailability", "sessions.remove_unavailability"


@bp.route("/trainer/unavailability", methods=["GET", "POST"])
@allows(Action.USE_ACCOUNT)
def own_unavailability() -> ResponseReturnValue:
    """Show when whoever is signed in cannot train, and note more."""
    return _answer(signed_in().person_id, None)


@bp.post("/trainer/unavailability/<id:unavailability_id>/remove")
@allows(Action.USE_ACCOUNT)
def remove_own_unavailability(unavailability_id: int) -> ResponseReturnValue:
    """Take one of one's own entries away."""
    _remove(unavailability_id, signed_in().person_id)
    return redirect(url_for(_OWN), code=303)


@bp.route("/staff/people/<id:person_id>/unavailability", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def unavailability(person_id: int) -> ResponseReturnValue:
    """Show when somebody cannot train, and note more for them."""
    return _answer(person_id, get_name(person_id))


@bp.post("/staff/unavailability/<id:unavailability_id>/remove")
@allows(Action.SCHEDULE)
def remove_unavailability(unavailability_id: int) -> ResponseReturnValue:
    """Take an entry of somebody away."""
    person_id = _remove(unavailability_id, None)
    return redirect(url_for(_THEIRS, person_id=person_id), code=303)


def _answer(person_id: int, name: str | None) -> ResponseReturnValue:
    """Show the page, or note what was sent.

    :param name: of somebody else; None: it is whoever is signed in.
    """
    is_sent = request.method == "POST"
    form = UnavailabilityForm(data=None if is_sent else {"timezone": signed_in().timezone or "UTC"})
    form.offer()
    status = HTTPStatus.OK
    if is_sent:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                _add(person_id, form)
            except ConflictError as error:
                form.refuse(error)
                status = status_of(error)
            else:
                flash(_("Noted. Whoever plans a session then is warned."))
                return redirect(request.path, code=303)
    return _render(form, person_id, name), status


def _add(person_id: int, form: UnavailabilityForm) -> None:
    with transaction():
        service.add_unavailability(
            person_id,
            form.to_away(),
            form.note.data,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )


def _render(form: UnavailabilityForm, person_id: int, name: str | None) -> str:
    if name is None:
        crumbs = [(_("My sessions"), url_for(OWN_SESSIONS))]
    else:
        crumbs = [
            (_("People"), url_for(PEOPLE)),
            (name, url_for("staff.person", person_id=person_id)),
        ]
    remove = addresses(_REMOVE_OWN if name is None else _REMOVE, "unavailability_id")
    return render_workplace(
        "sessions/unavailability.html",
        current=OWN_SESSIONS if name is None else PEOPLE,
        form=form,
        name=name,
        entries=[
            (away_words(one.away), one.away.timezone, one.note, remove(one.id))
            for one in list_unavailability(person_id, now=utc_now())
        ],
        crumbs=crumbs,
        token=AppForm(formdata=None),
        zones=offered_zones(),
    )


def _remove(unavailability_id: int, of_id: int | None) -> int:
    with transaction():
        person_id = service.remove_unavailability(
            unavailability_id, of_id=of_id, actor_id=signed_in().person_id, now=utc_now()
        )
    flash(_("Removed."))
    return person_id
