"""A trainer's sessions, the sheet of a meeting, and the marks it sends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import HTTPException

from training.accounts.access import allows, permission
from training.accounts.policy import Action, Scope
from training.accounts.workplace import OWN_SESSIONS, render_workplace
from training.attendance import queries, rules, service
from training.attendance.errors import MarkingNotOpenError
from training.attendance.forms import MAX_BYTES, MAX_MARKS, SheetForm, is_key, read_batch
from training.attendance.queries import ListedMeeting
from training.attendance.values import MarkOutcome, MarkResult, MarkSource, Recorded
from training.attendance.views.blueprint import bp
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError, DomainError
from training.strict_json import JsonError, JsonTooLargeError, JsonValue, loads
from training.web.error_pages import status_of
from training.web.fields import sentence


@bp.get("/trainer/")
@allows(Action.SEE_OWN_SESSIONS)
def sessions() -> ResponseReturnValue:
    """List the meetings that whoever is signed in marks, those with marks missing first."""
    now = utc_now()
    own = queries.own_meetings(permission().person_id, permission().scope, now=now)
    return render_workplace(
        "attendance/sessions.html",
        current=OWN_SESSIONS,
        own=own,
        now=now,
        opens_at=rules.opens_at,
        is_everybodys=permission().scope is Scope.ALL,
    )


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
    meeting = _get_meeting(meeting_id)
    people = queries.sheet_of(meeting)
    form.begin(people.rows, last=request.args.get("saved", ""))
    refusal = rules.why_not(meeting.state, is_staff=permission().scope is Scope.ALL, now=now)
    page = render_workplace(
        "attendance/sheet.html",
        current=OWN_SESSIONS,
        meeting=meeting,
        people=people,
        marker=permission().person_id,
        form=form,
        refusal=sentence(refusal) if refusal else None,
        is_early=isinstance(refusal, MarkingNotOpenError),
        opens_at=rules.opens_at(meeting.starts_at),
        now=now,
    )
    return page, status


@bp.post("/trainer/meetings/<id:meeting_id>/marks")
@allows(Action.MARK_ATTENDANCE)
def marks(meeting_id: int) -> ResponseReturnValue:
    """Take marks as JSON, as the sheet's script sends them; answers each on its own."""
    with _missing_unless_theirs(meeting_id):
        batch = read_batch(_json())
        if len(batch) > MAX_MARKS:
            abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    with transaction():
        recorded = service.record_marks(
            meeting_id,
            batch,
            source=MarkSource.TRAINER,
            actor_id=permission().person_id,
            scope=permission().scope,
            now=utc_now(),
        )
    return _answer(recorded)


def _get_meeting(meeting_id: int) -> ListedMeeting:
    """Return the meeting, if it is theirs to mark; otherwise it is missing."""
    return queries.get_meeting(meeting_id, permission().person_id, permission().scope)


@contextmanager
def _missing_unless_theirs(meeting_id: int) -> Iterator[None]:
    """Tell what is wrong with a request only to whoever may send it.

    The meeting is looked up if something is wrong. If nothing is, the service does it under lock.
    """
    try:
        yield
    except (DomainError, HTTPException):
        _get_meeting(meeting_id)
        raise


def _save(meeting_id: int, form: SheetForm) -> ResponseReturnValue:
    if "undo" in request.form:
        return _take_back(meeting_id, form.last.data or "")
    with _missing_unless_theirs(meeting_id):
        batch = form.to_marks(request.form, all_present="all" in request.form)
    if not batch:
        _get_meeting(meeting_id)
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
        _get_meeting(meeting_id)
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


def _json() -> JsonValue:
    """Return what the request's JSON says; anything else is refused before it is looked at."""
    if not request.is_json:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        return loads(request.get_data(), max_bytes=MAX_BYTES)
    except JsonTooLargeError:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except JsonError:
        abort(HTTPStatus.BAD_REQUEST)


def _answer(recorded: Recorded) -> ResponseReturnValue:
    """Say of each mark what became of it; a request of which nothing was taken is refused whole."""
    body: dict[str, Any] = {
        "results": [_described(result) for result in recorded.results],
        "marked": recorded.marked,
        "total": recorded.total,
    }
    refusals = [result.refusal for result in recorded.results if result.refusal]
    if not refusals or len(refusals) < len(recorded.results):
        return body, HTTPStatus.OK
    first = refusals[0]
    status = max(status_of(refusal) for refusal in refusals)
    body |= {
        "title": status.phrase,
        "status": status,
        "code": first.code,
        "detail": sentence(first),
    }
    return body, status, {"Content-Type": "application/problem+json"}


def _described(result: MarkResult) -> dict[str, Any]:
    described: dict[str, Any] = {"nonce": result.nonce, "result": result.outcome}
    if result.refusal:
        described |= {
            "status": status_of(result.refusal),
            "code": result.refusal.code,
            "reason": sentence(result.refusal),
        }
    if result.current:
        described["current"] = result.current
    return described
