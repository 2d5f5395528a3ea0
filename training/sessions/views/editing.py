"""Changing a session."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError, InvalidInputError
from training.people.service import find_or_make_people
from training.sessions import queries, service
from training.sessions.errors import (
    ClashReasonMissingError,
    MoveNotConfirmedError,
    SessionCancelledError,
    StaleSessionError,
)
from training.sessions.forms import MOST_MEETINGS, RevisionForm, data_of
from training.sessions.queries import Choices, SessionDetails
from training.sessions.values import SessionStatus
from training.sessions.views.blueprint import ROSTER, bp
from training.sessions.views.differences import differences
from training.sessions.views.moving import BACK, render_move
from training.sessions.views.planning import Unconfirmed, render_plan, seen
from training.web.error_pages import headers_for, status_of
from training.web.shown import Difference


@bp.route("/staff/sessions/<id:training_session_id>/edit", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def edit(training_session_id: int) -> ResponseReturnValue:
    """Change what a session is, when and where; whom that moves is shown first."""
    is_sent = request.method == "POST"
    stored = queries.get_session(training_session_id, now=utc_now())
    form = RevisionForm(
        data=None if is_sent else {**data_of(stored.plan), "revision": stored.revision}
    )
    choices = _choices(stored)
    form.offer(choices, language=stored.language)
    if not is_sent and stored.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    has_other_rows = form.meetings.change(request.form, most=MOST_MEETINGS)
    if has_other_rows or BACK in request.form or not is_sent:
        return _render(form, stored, choices)
    if not form.validate():
        return _render(form, stored, choices, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        words = _("Saved.") if _revise(training_session_id, form) else _("Nothing was changed.")
    except (ConflictError, InvalidInputError, BusyError) as error:
        return _refused(form, stored, choices, error)
    flash(words)
    return redirect(url_for(ROSTER, training_session_id=training_session_id), code=303)


def _refused(
    form: RevisionForm, stored: SessionDetails, choices: Choices, error: DomainError
) -> ResponseReturnValue:
    """Show the form again, or what a move does to people, and why nothing is saved yet."""
    if isinstance(error, MoveNotConfirmedError):
        return render_move(stored, form, error)
    form.refuse(error)
    if isinstance(error, StaleSessionError):
        return _render_stale(form, stored.id)
    if isinstance(error, ClashReasonMissingError) and error.is_move:
        return render_move(stored, form, error), status_of(error)
    refused = error if isinstance(error, Unconfirmed) else None
    return _render(form, stored, choices, status_of(error), refused=refused)


def _revise(training_session_id: int, form: RevisionForm) -> bool:
    with transaction():
        others = find_or_make_people(form.other_trainer)
        return service.revise(
            training_session_id,
            form.to_plan(list(others.values())),
            expected_revision=form.revision.value,
            seen=seen(),
            reason=form.clash_reason.data,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )


def _choices(stored: SessionDetails) -> Choices:
    return queries.form_choices(
        stored.trainers, course_id=stored.course_id, campaign_id=stored.campaign_id
    )


def _render_stale(form: RevisionForm, training_session_id: int) -> ResponseReturnValue:
    """Show what stands now beside what was typed, and let it be saved over that."""
    stored = queries.get_session(training_session_id, now=utc_now())
    choices = _choices(stored)
    differing = differences(stored.plan, form.to_plan(), choices)
    form.rebase(stored.revision, {meeting.meeting_id for meeting in stored.plan.meetings})
    return _render(form, stored, choices, HTTPStatus.CONFLICT, differing=differing)


def _render(
    form: RevisionForm,
    stored: SessionDetails,
    choices: Choices,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    refused: Unconfirmed | None = None,
    differing: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_plan(
        "sessions/edit.html",
        form,
        choices,
        refused=refused,
        editing=stored.id,
        training_session=stored,
        differences=differing or [],
    )
    return page, status, headers_for(status)
