"""Registering people by the hand of staff."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError
from training.organizations.queries import active_organizations
from training.registrations import service
from training.registrations.busy_queries import busy_addresses, titles_of
from training.registrations.errors import (
    AlreadyRegisteredError,
    DoesNotFitError,
    PrerequisiteError,
    QuestionsChangedError,
    RegistrationClosedError,
    SessionFullError,
)
from training.registrations.prerequisites import missing_of, required_courses, with_attended
from training.registrations.question_fields import asking, blank_row
from training.registrations.staff_forms import MOST_PEOPLE, AddPeopleForm
from training.registrations.values import Outcome, RegistrationStatus
from training.registrations.views.blueprint import bp
from training.registrations.views.roster import is_seat_free, roster_url
from training.sessions.queries import get_session
from training.sessions.question_queries import questions_of
from training.sessions.values import SessionStatus
from training.sessions.words import seats_in_words
from training.submissions.resending import why_refused
from training.submissions.service import Send, is_key
from training.web.error_pages import headers_for, status_of


@bp.route("/staff/sessions/<id:training_session_id>/people/add", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def add(training_session_id: int) -> ResponseReturnValue:
    """Register one person or several, also after registration has closed."""
    questions = questions_of(training_session_id)
    form = asking(AddPeopleForm, questions, is_lenient=True)()
    form.offer(active_organizations())
    if request.method != "POST" or form.people.change(request.form, most=MOST_PEOPLE):
        return _render(training_session_id, form, HTTPStatus.OK)
    if not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_stale:
            form.refuse(QuestionsChangedError())
            status = HTTPStatus.CONFLICT
        return _render(training_session_id, form, status)
    elsewhere = titles_of(
        busy_addresses(training_session_id, [row.form.email.data for row in form.people])
    )
    if elsewhere and not form.despite.data:
        form.mark_busy(elsewhere)
        return _render(training_session_id, form, HTTPStatus.CONFLICT, is_busy=True)
    send = _send(training_session_id, form)
    now = utc_now()
    title_of = required_courses(training_session_id)
    group = form.to_group(signed_in().person_id, frozenset(title_of))
    group = replace(group, participants=with_attended(group.participants, group.required, now=now))
    try:
        with transaction():
            outcome = service.register(training_session_id, group, send=send, now=now)
    except (ConflictError, BusyError) as error:
        missing = missing_of(group.participants, title_of)
        return _refused(training_session_id, form, send, error, missing=missing)
    flash(_told(outcome, all_have_addresses=form.all_have_addresses))
    return redirect(roster_url(training_session_id), code=303)


def _send(training_session_id: int, form: AddPeopleForm) -> Send:
    if not is_key(form.key.data or ""):
        form.renew_key()
    return Send(
        key=form.key.data,
        purpose=f"add:{training_session_id}",
        actor_id=signed_in().person_id,
        content=form.content,
    )


def _refused(
    training_session_id: int,
    form: AddPeopleForm,
    send: Send,
    error: DomainError,
    *,
    missing: Mapping[int, tuple[str, ...]],
) -> ResponseReturnValue:
    """Show what the same send led to before, if it did; else why it was refused now.

    :param missing: row, from 0 → titles of courses that this person needs to attend before.
    """
    refusal = why_refused(form, send, error)
    if refusal is None:
        return redirect(roster_url(training_session_id), code=303)
    if isinstance(refusal, AlreadyRegisteredError) and refusal.positions:
        form.mark(refusal)
        return _render(training_session_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(refusal, PrerequisiteError):
        form.mark_lacking(missing)
    else:
        form.refuse(refusal)
    return _render(training_session_id, form, status_of(refusal), refusal=refusal)


def _told(outcome: Outcome, *, all_have_addresses: bool) -> str:
    seated = sum(one.status is RegistrationStatus.CONFIRMED for one in outcome.placed)
    waiting = len(outcome.placed) - seated
    words = [
        ngettext("%(num)s person has a seat.", "%(num)s people have a seat.", seated)
        if seated
        else "",
        ngettext("%(num)s person waits.", "%(num)s people wait.", waiting) if waiting else "",
    ]
    words.append(
        _("They are told by mail.")
        if all_have_addresses
        else _("Whoever has an address is told by mail.")
    )
    return " ".join(str(word) for word in words if word)


def _render(
    training_session_id: int,
    form: AddPeopleForm,
    status: HTTPStatus,
    *,
    refusal: DomainError | None = None,
    is_busy: bool = False,
) -> ResponseReturnValue:
    training_session = get_session(training_session_id, now=utc_now())
    page = render_workplace(
        "registrations/add.html",
        current=SCHEDULE,
        form=form,
        blank=blank_row(form),
        most=MOST_PEOPLE,
        training_session=training_session,
        seats=seats_in_words(training_session.seats, training_session.overbooked_by),
        is_seat_free=is_seat_free(training_session),
        is_draft=training_session.status is SessionStatus.DRAFT,
        is_ended=training_session.status is SessionStatus.CANCELLED
        or utc_now() >= training_session.clock.ends_at,
        wants_seats=isinstance(refusal, SessionFullError | DoesNotFitError),
        is_closed=isinstance(refusal, RegistrationClosedError),
        is_busy=is_busy or form.despite.data,
        builds_on=required_courses(training_session_id).values(),
    )
    return page, status, headers_for(status)
