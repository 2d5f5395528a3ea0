"""Scheduling a session, and changing it."""

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, InvalidInputError
from training.people.service import find_or_make_people
from training.sessions import queries, service
from training.sessions.errors import SessionCancelledError, StaleSessionError
from training.sessions.fields import is_language
from training.sessions.forms import (
    MOST_MEETINGS,
    NewSessionForm,
    PlanForm,
    RevisionForm,
    data_of,
    next_week,
)
from training.sessions.meeting_form import blank_meeting
from training.sessions.queries import Choices, SessionDetails
from training.sessions.values import SessionStatus
from training.sessions.views.blueprint import ROSTER, bp
from training.sessions.views.differences import differences
from training.sessions.zones import offered_zones
from training.web.error_pages import headers_for, status_of
from training.web.query import number_argument

#: What the button that publishes sends; Enter sends nothing, and saves a draft.
PUBLISH = "publish"


@bp.route("/staff/sessions/new", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def new() -> ResponseReturnValue:
    """Schedule a session."""
    is_sent = request.method == "POST"
    pattern_id = number_argument("like")
    pattern = queries.get_session(pattern_id, now=utc_now()) if pattern_id else None
    form = NewSessionForm(data=None if is_sent else _beginning(pattern))
    choices = queries.form_choices(pattern.trainers if pattern else ())
    form.offer(choices, language=pattern.language if pattern else None)
    if form.meetings.change(request.form, most=MOST_MEETINGS):
        return _render_new(form, choices, HTTPStatus.OK)
    if not is_sent:
        return _render_new(form, choices, HTTPStatus.OK)
    if not form.validate():
        return _render_new(form, choices, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        training_session_id = _schedule(form, is_published=request.form.get("then") == PUBLISH)
    except (InvalidInputError, BusyError) as error:
        form.refuse(error)
        return _render_new(form, choices, status_of(error))
    return redirect(url_for(ROSTER, training_session_id=training_session_id), code=303)


@bp.route("/staff/sessions/<id:training_session_id>/edit", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def edit(training_session_id: int) -> ResponseReturnValue:
    """Change what a session is, when and where."""
    is_sent = request.method == "POST"
    stored = queries.get_session(training_session_id, now=utc_now())
    form = RevisionForm(
        data=None if is_sent else {**data_of(stored.plan), "revision": stored.revision}
    )
    choices = queries.form_choices(stored.trainers)
    form.offer(choices, language=stored.language)
    status = HTTPStatus.OK
    differing: list[Any] = []
    if form.meetings.change(request.form, most=MOST_MEETINGS):
        pass
    elif not is_sent:
        if stored.status is SessionStatus.CANCELLED:
            raise SessionCancelledError
    elif not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        try:
            flash(_("Saved.") if _revise(training_session_id, form) else _("Nothing was changed."))
            return redirect(url_for(ROSTER, training_session_id=training_session_id), code=303)
        except ConflictError as error:
            form.refuse(error)
            status = HTTPStatus.CONFLICT
            if isinstance(error, StaleSessionError):
                stored = queries.get_session(training_session_id, now=utc_now())
                choices = queries.form_choices(stored.trainers)
                differing = differences(stored.plan, form.to_plan(), choices)
                form.rebase(
                    stored.revision, {meeting.meeting_id for meeting in stored.plan.meetings}
                )
        except (InvalidInputError, BusyError) as error:
            form.refuse(error)
            status = status_of(error)
    page = _render(
        "sessions/edit.html", form, choices, training_session=stored, differences=differing
    )
    return page, status, headers_for(status)


def _beginning(pattern: SessionDetails | None) -> dict[str, Any]:
    """Return what a new form shows: another session a week later, or what is likely."""
    if pattern is not None:
        return {
            **next_week(pattern.plan),
            "capacity": pattern.seats.capacity,
            "no_limit": pattern.seats.capacity is None,
            "waitlist_capacity": pattern.seats.waitlist_capacity,
        }
    who = signed_in()
    own_language = who.locale.replace("_", "-")
    timezone, language = queries.newest_manner() or (who.timezone or "UTC", own_language)
    return {
        "timezone": timezone,
        "language": language if is_language(language) else own_language,  # imports take any
    }


def _schedule(form: NewSessionForm, *, is_published: bool) -> int:
    actor_id, now = signed_in().person_id, utc_now()
    with transaction():
        others = find_or_make_people(form.other_trainer)
        training_session_id = service.schedule(
            form.to_plan(list(others.values())), form.to_seats(), actor_id=actor_id, now=now
        )
        if is_published:
            service.publish(training_session_id, actor_id=actor_id, now=now)
    flash(_("Published.") if is_published else _("Draft saved. Only staff see it so far."))
    return training_session_id


def _revise(training_session_id: int, form: RevisionForm) -> bool:
    with transaction():
        others = find_or_make_people(form.other_trainer)
        return service.revise(
            training_session_id,
            form.to_plan(list(others.values())),
            expected_revision=form.revision.value,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )


def _render_new(form: NewSessionForm, choices: Choices, status: HTTPStatus) -> ResponseReturnValue:
    page = _render("sessions/new.html", form, choices, publish=PUBLISH)
    return page, status, headers_for(status)


def _render(template: str, form: PlanForm, choices: Choices, **values: Any) -> str:
    form.ask_folds()
    return render_workplace(
        template,
        current=SCHEDULE,
        form=form,
        blank=blank_meeting(),
        most_meetings=MOST_MEETINGS,
        zones=offered_zones(),
        venues=choices.venues,
        **values,
    )
