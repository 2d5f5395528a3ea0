"""Marks as JSON, as the sheet's script sends them."""

from http import HTTPStatus
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.attendance import queries, service
from training.attendance.batch import MAX_BYTES, MAX_MARKS, Batch, read_batch
from training.attendance.queries import Change
from training.attendance.values import MarkResult, MarkSource, Recorded
from training.attendance.views.blueprint import bp
from training.attendance.views.theirs import missing_unless_theirs
from training.clock import utc_now
from training.db import transaction
from training.strict_json import JsonError, JsonTooLargeError, JsonValue, loads
from training.web.error_pages import problem, status_of
from training.web.fields import sentence
from training.web.origins import is_from_elsewhere


@bp.post("/trainer/meetings/<id:meeting_id>/marks")
@allows(Action.MARK_ATTENDANCE)
def marks(meeting_id: int) -> ResponseReturnValue:
    """Take marks; answer each on its own, and say whom others marked since."""
    with missing_unless_theirs(meeting_id):
        batch = read_batch(_json())
        if len(batch.claims) > MAX_MARKS:
            abort(problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    with transaction():
        recorded = service.record_marks(
            meeting_id,
            batch.claims,
            source=MarkSource.TRAINER,
            actor_id=permission().person_id,
            scope=permission().scope,
            sent_at=batch.sent_at,
            now=utc_now(),
        )
        changes = _changes_by_others(meeting_id, batch)
    return _answer(recorded, changes)


def _changes_by_others(meeting_id: int, batch: Batch) -> list[Change]:
    if batch.seen_mark_id is None:
        return []
    return queries.changes_by_others(meeting_id, permission().person_id, since=batch.seen_mark_id)


def _json() -> JsonValue:
    """Return what the request's JSON says; anything else is refused before it is looked at."""
    if is_from_elsewhere():
        abort(problem(HTTPStatus.FORBIDDEN))
    if not request.is_json:
        abort(problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE))
    try:
        return loads(request.get_data(), max_bytes=MAX_BYTES)
    except JsonTooLargeError:
        abort(problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    except JsonError:
        abort(problem(HTTPStatus.BAD_REQUEST))


def _answer(recorded: Recorded, changes: list[Change]) -> ResponseReturnValue:
    """Say of each mark what became of it; a request of which nothing was taken is refused whole."""
    body: dict[str, Any] = {
        "results": [_described(result) for result in recorded.results],
        "marked": recorded.marked,
        "total": recorded.total,
    }
    if changes:
        body["others"] = [
            {"registration": one.registration_id, "current": one.status} for one in changes
        ]
        body["newest"] = max(one.mark_id for one in changes)
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
