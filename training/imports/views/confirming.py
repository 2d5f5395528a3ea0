"""What a file would change, and changing it.

The file's number makes a second send harmless: of all who confirm it one brings it in, and the
others are shown what became of it.
"""

from collections.abc import Iterable
from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.errors import BusyError, ConflictError
from training.imports import jobs, queries
from training.imports.errors import ConfirmedBeforeError, DiffersError
from training.imports.forms import ConfirmForm
from training.imports.queries import FileFacts
from training.imports.results import Remark, Result
from training.imports.values import CalendarOptions, Kind, Options, Outcome, Row
from training.imports.views.blueprint import bp
from training.imports.views.navigation import INDEX
from training.imports.words import counted, kind_label, outcome_label
from training.registrations.errors import PrerequisiteError
from training.web.error_pages import headers_for, status_of

#: Rows that are new or changed are shown as far as one reads; those refused are shown all.
MOST_SHOWN = 50


@bp.route("/staff/imports/<id:import_id>", methods=["GET", "POST"])
@allows(Action.IMPORT)
def detail(import_id: int) -> ResponseReturnValue:
    """Show what would become of a file, bring it in, and show what became of it."""
    file = queries.get_file(import_id)
    form = ConfirmForm()
    if request.method != "POST":
        is_ready = file.is_ready(utc_now())
        return _render_preview(file, form) if is_ready else _render_result(file)
    if not form.validate():
        return _render_preview(file, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        if file.is_ready(utc_now()):
            content = queries.content_of(import_id)
            jobs.bring_in_file(import_id, file.kind, content, _options(form))
    except ConfirmedBeforeError:
        pass
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        return _render_preview(file, form, status=status_of(error))
    return redirect(url_for("imports.detail", import_id=import_id), code=303)


def _options(form: ConfirmForm) -> Options:
    return Options(
        actor_id=signed_in().person_id,
        now=utc_now(),
        leave_out=bool(form.leave_out.data),
        may_wait=form.may_wait,
        waives_required=bool(form.waive.data),
        calendar=CalendarOptions(
            fallback_timezone=signed_in().timezone or "UTC", revises=bool(form.revises.data)
        ),
    )


def _render_preview(
    file: FileFacts, form: ConfirmForm, *, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    foretold = jobs.preview(file.kind, queries.content_of(file.id), _options(form))
    result = foretold.result
    to_write = [row for row in foretold.rows if row.outcome in {Outcome.CREATED, Outcome.CHANGED}]
    page = render_workplace(
        "imports/preview.html",
        current=INDEX,
        form=form,
        file=file,
        kind=kind_label(file.kind),
        result=result,
        totals=_totals(file.kind, result),
        refusals=_in_words(result.refusals),
        notes=_in_words(result.notes),
        rows=[_shown(row) for row in to_write[:MOST_SHOWN]],
        unshown=max(0, len(to_write) - MOST_SHOWN),
        to_write=counted(file.kind, len(to_write)) if to_write else "",
        unused=foretold.unused,
        asks_about_seats=file.kind is Kind.REGISTRATIONS,
        asks_about_courses=bool(form.waive.data) or _lacks_courses(foretold.rows),
        asks_about_drafts=bool(form.revises.data) or _has_other_drafts(foretold.rows),
        timezone=signed_in().timezone or "UTC",
    )
    return page, status, headers_for(status)


def _lacks_courses(rows: Iterable[Row]) -> bool:
    """Tell whether some rows are refused that staff can have brought in."""
    return any(
        isinstance(problem.error, PrerequisiteError) for row in rows for problem in row.problems
    )


def _has_other_drafts(rows: Iterable[Row]) -> bool:
    """Tell whether drafts differ from their calendar, which staff can have brought up to date."""
    return any(isinstance(row.note, DiffersError) for row in rows)


def _render_result(file: FileFacts) -> ResponseReturnValue:
    return render_workplace(
        "imports/result.html",
        current=INDEX,
        file=file,
        kind=kind_label(file.kind),
        totals=_totals(file.kind, file.result) if file.result else [],
        refusals=_in_words(file.result.refusals) if file.result else [],
        notes=_in_words(file.result.notes) if file.result else [],
        stopped=_(file.result.stopped) if file.result and file.result.stopped else "",
        timezone=signed_in().timezone or "UTC",
    )


def _totals(kind: Kind, result: Result) -> list[tuple[str, str]]:
    return [
        (outcome_label(outcome).capitalize(), counted(kind, number))
        for outcome, number in result.counts.items()
        if number
    ]


def _in_words(remarks: tuple[Remark, ...]) -> list[tuple[int, str, str, str]]:
    """Return row, name, column and sentence of remarks, in the reader's language."""
    return [(one.row, one.name, one.column, str(_(one.message, **one.values))) for one in remarks]


def _shown(row: Row) -> tuple[int, str, str, str]:
    """Return row, name, outcome and details of what is to be written."""
    details = [row.title] if row.title else []
    if row.changed:
        details.append(str(_("changed: %(columns)s", columns=", ".join(row.changed))))
    if row.cleaned:
        details.append(str(_("cleaned: %(columns)s", columns=", ".join(row.cleaned))))
    return row.number, row.name, outcome_label(row.outcome), "; ".join(details)
