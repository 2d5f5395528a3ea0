"""Ways to look at a session's people that somebody keeps under a name, for every session alike."""

from http import HTTPStatus
from typing import NamedTuple

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError, NotFoundError
from training.registrations.roster_address import KNOWN, arguments, asked, query_of
from training.registrations.roster_filters import RosterView
from training.registrations.roster_forms import ViewForm
from training.registrations.views.blueprint import bp
from training.registrations.views.roster_urls import roster_url, view_url
from training.sessions.queries import get_session
from training.sessions.saved_views import cleaned, delete_view, save_view, views_of
from training.web.error_pages import status_of
from training.web.fields import AppForm

#: Under which the views of this list are kept.
PAGE = "roster"


class Kept(NamedTuple):
    """A view that somebody keeps, as a tab above the people of a session."""

    id: int
    name: str
    url: str
    is_current: bool


def kept(training_session_id: int, view: RosterView, person_id: int) -> list[Kept]:
    """Return the views that somebody keeps, as addresses of one session."""
    here, now_shown = roster_url(training_session_id), query_of(view)
    tabs = []
    for one in views_of(person_id, PAGE):
        query = cleaned(one.query, KNOWN)
        tabs.append(Kept(one.id, one.name, f"{here}?{query}", query == now_shown))
    return tabs


@bp.route("/staff/sessions/<id:training_session_id>/views", methods=["GET", "POST"])
@allows(Action.SEE_ROSTER)
def roster_views(training_session_id: int) -> ResponseReturnValue:
    """Keep the way in which the people of a session were looked at, or drop one that was kept."""
    training_session = get_session(training_session_id, now=utc_now())
    view = asked()
    form = ViewForm()
    status = HTTPStatus.OK
    if request.method == "POST" and "delete" in request.form:
        return _delete(training_session_id, view)
    if form.is_submitted():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                return _save(training_session_id, view, form)
            except ConflictError as error:
                form.refuse(error)
                status = status_of(error)
    page = render_workplace(
        "registrations/kept_views.html",
        current=SCHEDULE,
        training_session=training_session,
        form=form,
        token=AppForm(formdata=None),
        is_anything_chosen=view != RosterView(),
        kept=kept(training_session_id, view, signed_in().person_id),
        back=view_url(training_session_id, view),
    )
    return page, status


def _save(training_session_id: int, view: RosterView, form: ViewForm) -> ResponseReturnValue:
    with transaction():
        save_view(
            signed_in().person_id,
            PAGE,
            form.name.data,
            cleaned(query_of(view), KNOWN),
            now=utc_now(),
        )
    flash(_("The view is kept. It stands above the people of every session."))
    return redirect(view_url(training_session_id, view), code=303)


def _delete(training_session_id: int, view: RosterView) -> ResponseReturnValue:
    typed = request.form["delete"]
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 9):  # noqa: PLR2004 -- of a key
        raise NotFoundError
    with transaction():
        delete_view(int(typed), signed_in().person_id, PAGE, now=utc_now())
    flash(_("The view is kept no longer."))
    here = url_for(".roster_views", training_session_id=training_session_id, **arguments(view))
    return redirect(here, code=303)
