"""Sending a file. Nothing is changed by it: the next page shows what it would change."""

from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.errors import BusyError, DomainError
from training.imports import jobs, queries
from training.imports.columns import COLUMNS
from training.imports.errors import UnreadableFileError
from training.imports.forms import UploadForm
from training.imports.values import CalendarOptions, Kind, Options
from training.imports.views.blueprint import bp
from training.imports.views.navigation import INDEX
from training.imports.words import kind_label
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.route("/staff/imports/", methods=["GET", "POST"])
@allows(Action.IMPORT)
def index() -> ResponseReturnValue:
    """Take a file, or refuse one that cannot be read."""
    form = UploadForm()
    if request.method != "POST":
        form.kind.data = request.args.get("kind")
        return _render(form, HTTPStatus.OK)
    is_valid = form.validate()  # first: it forgets what is wrong with a field
    content = form.read(request.files.get("file"))
    if not is_valid or content is None:
        return _render(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    kind = Kind(form.kind.data)
    options = Options(
        actor_id=signed_in().person_id,
        now=utc_now(),
        calendar=CalendarOptions(fallback_timezone=signed_in().timezone or "UTC"),
    )
    try:
        import_id = jobs.receive(kind, request.files["file"].filename, content, options)
    except (UnreadableFileError, BusyError) as error:
        return _refused(form, error)
    return redirect(url_for("imports.detail", import_id=import_id), code=303)


def _refused(form: UploadForm, error: DomainError) -> ResponseReturnValue:
    what_now = _("Nothing was changed. Choose the file again once it is corrected.")
    form.file.errors = [f"{sentence(error)} {what_now}"]
    return _render(form, status_of(error))


def _render(form: UploadForm, status: HTTPStatus) -> ResponseReturnValue:
    page = render_workplace(
        "imports/index.html",
        current=INDEX,
        form=form,
        kinds=[(kind, kind_label(kind), COLUMNS[kind]) for kind in Kind],
        files=queries.recent_files(),
        kind_label=kind_label,
        timezone=signed_in().timezone or "UTC",
    )
    return page, status, headers_for(status)
