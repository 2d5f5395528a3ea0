"""Keeping views of the schedule under names, and no longer."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, NotFoundError
from training.sessions import saved_views
from training.sessions.saved_views import MAX_NAME, cleaned, views_of
from training.sessions.schedule_choices import PAGE_OF_VIEWS
from training.sessions.views.blueprint import bp
from training.sessions.views.schedule_address import KNOWN
from training.web.converters import MAX_ID
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm, LineField, Required

#: What the button that was pressed sends as ``act``; without any, a new view is kept.
RENAME, DELETE = "rename", "delete"


class ViewForm(AppForm):
    """A name for the filters that are set."""

    name = LineField(
        _l("Name"),
        [Required(_l("What is this view called?")), Length(max=MAX_NAME)],
        description=_l("It stands above the schedule, for you alone."),
    )
    query = HiddenField()


@bp.route("/staff/schedule/views", methods=["GET", "POST"])
@allows(Action.SEE_SCHEDULE)
def schedule_views() -> ResponseReturnValue:
    """Keep the present filters under a name; rename, replace and delete what is kept."""
    is_sent = request.method == "POST"
    query = cleaned((request.form if is_sent else request.args).get("query", ""), KNOWN)
    form = ViewForm(data=None if is_sent else {"query": query})
    if not is_sent:
        return _render(form, query)
    is_delete = request.form.get("act") == DELETE
    if not (form.validate() or (is_delete and not form.form_errors)):
        return _render(form, query, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        words = _change(form, query)
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        return _render(form, query, status_of(error))
    flash(words)
    shown = "" if is_delete else query
    return redirect(f"{url_for(SCHEDULE)}?{shown}" if shown else url_for(SCHEDULE), code=303)


def _change(form: ViewForm, query: str) -> str:
    person_id, page, now = signed_in().person_id, PAGE_OF_VIEWS, utc_now()
    act = request.form.get("act")
    if act == DELETE:
        with transaction():
            saved_views.delete_view(_view_id(), person_id, page, now=now)
        return str(_("This view is kept no longer."))
    if act == RENAME:
        with transaction():
            saved_views.rename_view(_view_id(), person_id, page, form.name.data, now=now)
        return str(_("Renamed."))
    with transaction():
        saved_views.save_view(person_id, page, form.name.data, query, now=now)
    return str(_("This view is kept."))


def _view_id() -> int:
    typed = request.form.get("view", "")
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= len(str(MAX_ID))
    if not is_number or int(typed) > MAX_ID:
        raise NotFoundError
    return int(typed)


def _render(
    form: ViewForm, query: str, status: HTTPStatus = HTTPStatus.OK
) -> tuple[str, HTTPStatus, dict[str, str]]:
    kept = [
        (one.id, one.name, cleaned(one.query, KNOWN))
        for one in views_of(signed_in().person_id, PAGE_OF_VIEWS)
    ]
    page = render_workplace(
        "sessions/schedule_views.html",
        current=SCHEDULE,
        form=form,
        query=query,
        kept=kept,
        act={"rename": RENAME, "delete": DELETE},
    )
    return page, status, headers_for(status)
