"""The sheet of a meeting, as a form that works without its script."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, permission
from training.accounts.policy import Action, Scope
from training.accounts.workplace import OWN_SESSIONS, render_workplace
from training.attendance import queries, rules, service
from training.attendance.errors import MarkingNotOpenError
from training.attendance.forms import SheetForm, is_key
from training.attendance.values import MarkOutcome, MarkResult, MarkSource
from training.attendance.views.blueprint import bp
from training.attendance.views.theirs import get_meeting, missing_unless_theirs
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError
from training.web.error_pages import status_of
from training.web.fields import sentence


@bp.route("/trainer/meetings/<id:meeting_id>", methods=["GET", "POST"])
@allows(Action.MARK_ATTENDANCE)
def sheet(meeting_id: int) -> ResponseReturnValue:
    """Show who is coming to a meeting, and take marks in a form."""
    now = utc_now()
    form = SheetForm()
    status = HTTPStatus.OK
    if form.validate_on_submit():
        try:
            return _save(meeting_id, form)
        except ConflictError as error:
            form.refuse(error)
            status = status_of(error)
    meeting = get_meeting(meeting_id)
    people = queries.sheet_of(meeting)
    form.begin(people.rows, last=request.args.get("saved", ""))
    refusal = rules.why_not(meeting.state, is_staff=permission().scope is Scope.ALL, now=now)
    page = render_workplace(
        "attendance/sheet.html",
        current=OWN_SESSIONS,
        meeting=meeting,
        people=people,
        disagreements=queries.disagreements(meeting_id) if people.may_have_disagreements else [],
        marker=permission().person_id,
        form=form,
        refusal=sentence(refusal) if refusal else None,
        is_early=isinstance(refusal, MarkingNotOpenError),
        opens_at=rules.opens_at(meeting.starts_at),
        closes_at=rules.closes_at(meeting.ends_at),
        is_staff=permission().scope is Scope.ALL,
        now=now,
    )
    return page, status


def _save(meeting_id: int, form: SheetForm) -> ResponseReturnValue:
    if "undo" in request.form:
        return _take_back(meeting_id, form.last.data or "")
    with missing_unless_theirs(meeting_id):
        batch = form.to_marks(request.form, all_present="all" in request.form)
    if not batch:
        get_meeting(meeting_id)
        flash(_("Nothing was changed."), "info")
        return _to_sheet(meeting_id, saved=form.last.data or "")
    with transaction():
        recorded = service.record_marks(
            meeting_id,
            batch,
            source=MarkSource.TRAINER,
            actor_id=permission().person_id,
            scope=permission().scope,
            now=utc_now(),
        )
    _tell(recorded.results)
    return _to_sheet(meeting_id, saved=form.key.data)


def _take_back(meeting_id: int, save: str) -> ResponseReturnValue:
    if not is_key(save):
        get_meeting(meeting_id)
        flash(_("There is nothing to take back."), "info")
        return _to_sheet(meeting_id)
    with transaction():
        recorded = service.take_back(
            meeting_id,
            save,
            actor_id=permission().person_id,
            scope=permission().scope,
            now=utc_now(),
        )
    taken_back = _count(recorded.results, MarkOutcome.SAVED)
    if taken_back:
        flash(
            ngettext("%(num)s mark was taken back.", "%(num)s marks were taken back.", taken_back)
        )
    else:
        flash(_("There is nothing to take back."), "info")
    return _to_sheet(meeting_id)


def _to_sheet(meeting_id: int, *, saved: str = "") -> ResponseReturnValue:
    """Lead back to the sheet, which offers to take back what was saved."""
    return redirect(url_for(".sheet", meeting_id=meeting_id, saved=saved or None), code=303)


def _tell(results: Sequence[MarkResult]) -> None:
    # What came before is as good as saved: whoever sends a form twice wants to read that it is.
    saved = _count(results, MarkOutcome.SAVED) + _count(results, MarkOutcome.ALREADY)
    if saved:
        flash(ngettext("%(num)s mark saved.", "%(num)s marks saved.", saved))
    if kept := _count(results, MarkOutcome.KEPT):
        flash(
            ngettext(
                "%(num)s person was marked by somebody else meanwhile, and stays so.",
                "%(num)s people were marked by somebody else meanwhile, and stay so.",
                kept,
            ),
            "info",
        )
    if refused := _count(results, MarkOutcome.REFUSED):
        flash(
            ngettext(
                "%(num)s mark was not saved: that person does not hold a seat any more.",
                "%(num)s marks were not saved: these people do not hold a seat any more.",
                refused,
            ),
            "warn",
        )


def _count(results: Sequence[MarkResult], outcome: MarkOutcome) -> int:
    return sum(result.outcome is outcome for result in results)
