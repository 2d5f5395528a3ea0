"""Registering several of an organization's people for a session, members and new ones."""

from collections import Counter
from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import BusyError, ConflictError, DomainError, NotFoundError
from training.registrations.busy_queries import Whose, busy, titles_of
from training.registrations.errors import (
    AlreadyRegisteredError,
    DoesNotFitError,
    PrerequisiteError,
    QuestionsChangedError,
    SessionFullError,
)
from training.registrations.forms import shown_fit
from training.registrations.prerequisites import missing_of, required_courses, with_attended
from training.registrations.question_fields import asking, blank_row
from training.registrations.service import from_result
from training.registrations.values import (
    CONSENT_VERSION,
    Fit,
    Outcome,
    Participant,
    RegistrationStatus,
)
from training.registrations.words import busy_words
from training.representatives import service
from training.representatives.errors import RowError
from training.representatives.forms import MOST_ROWS, RegisterForm, register_form
from training.representatives.queries.people import OwnMember, all_members
from training.representatives.queries.scope import OwnOrganization
from training.representatives.queries.seats import own_seats, why_no_seat
from training.representatives.queries.sessions import get_visible, people_in
from training.representatives.views.blueprint import (
    acting_for,
    active_organization,
    bp,
    render,
)
from training.representatives.views.sessions import session_url, takes_people
from training.representatives.words import obstacle_words
from training.sessions.question_queries import questions_of
from training.submissions.resending import why_refused
from training.submissions.service import Send, find_stored
from training.web import limits
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.route("/sessions/<id:training_session_id>/register", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def register(organization_slug: str, training_session_id: int) -> ResponseReturnValue:
    """Register people of the organization, as many as fit or all or nobody."""
    organization = active_organization(organization_slug)
    members = all_members(organization.id)
    if request.method != "POST":
        return _render(organization, training_session_id, None, members, HTTPStatus.OK)
    form = register_form(questions_of(training_session_id), members)()
    form.offer(members)
    limits.take(limits.REGISTRATIONS)
    if form.people.change(request.form, most=MOST_ROWS):
        return _render(organization, training_session_id, form, members, HTTPStatus.OK)
    if not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_stale:
            form.refuse(QuestionsChangedError())
            status = HTTPStatus.CONFLICT
        return _render(organization, training_session_id, form, members, status)
    send = form.to_send(
        f"represent:{organization.id}:{training_session_id}", permission().person_id
    )
    required = frozenset(required_courses(training_session_id))
    try:
        with acting_for(organization_slug) as actor:
            service.register(
                training_session_id,
                form.chosen,
                fit=form.fit_choice,
                consent=CONSENT_VERSION,
                required=required,
                send=send,
                actor=actor,
            )
    except (ConflictError, NotFoundError, BusyError) as error:
        refusal = why_refused(form, send, error)
        if refusal is not None:
            return _refused(organization, training_session_id, form, members, refusal)
    return _done(organization, training_session_id, send)


def _done(
    organization: OwnOrganization, training_session_id: int, send: Send
) -> ResponseReturnValue:
    """Show what was done, now or by the same form before."""
    result = find_stored(send.key, send.purpose)
    if result is not None:
        outcome = from_result(result)
        waits = any(one.status is RegistrationStatus.WAITLISTED for one in outcome.placed)
        flash(_told(outcome, _why_not(organization, training_session_id) if waits else ""))
    return redirect(session_url(organization.slug, training_session_id), code=303)


def _refused(
    organization: OwnOrganization,
    training_session_id: int,
    form: RegisterForm,
    members: list[OwnMember],
    refusal: DomainError,
) -> ResponseReturnValue:
    if isinstance(refusal, NotFoundError):
        raise refusal
    status = status_of(refusal)
    if isinstance(refusal, AlreadyRegisteredError) and refusal.positions:
        form.mark_registered(refusal.positions)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif isinstance(refusal, RowError):
        form.mark_row(refusal)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif isinstance(refusal, PrerequisiteError):
        form.mark_lacking(_missing(form, training_session_id))
    elif isinstance(refusal, DoesNotFitError):
        why = _why_not(organization, training_session_id, more=refusal.free)
        shown = shown_fit(form.group_fit, form.fit)
        shown.errors = [sentence(refusal), *filter(None, [why])]
    elif isinstance(refusal, SessionFullError):
        why = _why_not(organization, training_session_id)
        if why:
            form.form_errors.append(f"{why} {_('There is no room to wait, either.')}")
        else:
            form.refuse(refusal)
    else:
        form.refuse(refusal)
    return _render(organization, training_session_id, form, members, status)


def _why_not(organization: OwnOrganization, training_session_id: int, *, more: int = 0) -> str:
    """Return why the organization's next person gets no seat, where it is not that none is free.

    :param more: seats that its people would get first.
    """
    now = utc_now()
    obstacle = why_no_seat(organization.id, training_session_id, more=more, now=now)
    return obstacle_words(obstacle, own_seats(organization.id, training_session_id, now=now))


def _missing(form: RegisterForm, training_session_id: int) -> dict[int, tuple[str, ...]]:
    """Return who of a form lacks which courses: position, members first → titles."""
    title_of = required_courses(training_session_id)
    chosen = form.chosen
    people = [
        *(Participant(name="", person_id=person_id) for person_id in chosen.member_ids),
        *(Participant(name=one.name, email=one.email) for one in chosen.newcomers),
    ]
    return missing_of(with_attended(people, title_of, now=utc_now()), title_of)


def _told(outcome: Outcome, why: str) -> str:
    """Return what a group got, in sentences.

    :param why: those who wait do so.
    """
    number_of = Counter(one.status for one in outcome.placed)
    seated, waiting, asked = (
        number_of[status]
        for status in (
            RegistrationStatus.CONFIRMED,
            RegistrationStatus.WAITLISTED,
            RegistrationStatus.REQUESTED,
        )
    )
    words = []
    if seated:
        words.append(ngettext("%(num)s person has a seat.", "%(num)s people have a seat.", seated))
    if outcome.wait_together:
        words.append(
            _(
                "All %(num)s of them wait together, in place %(rank)s.",
                num=waiting,
                rank=outcome.placed[0].rank,
            )
        )
    elif waiting:
        words.append(ngettext("%(num)s person waits.", "%(num)s people wait.", waiting))
    if why:
        words.append(why)
    if asked:
        words.append(
            ngettext(
                "%(num)s person asked for a seat; staff decide about it.",
                "%(num)s people asked for a seat; staff decide about it.",
                asked,
            )
        )
    words.append(
        _("Everybody is told by mail; for who has no address of their own, the mail comes to you.")
    )
    return " ".join(str(word) for word in words)


def _busy(
    organization: OwnOrganization, training_session_id: int, members: list[OwnMember]
) -> list[tuple[str, str]]:
    """Return who of an organization has a seat elsewhere then as one of its people, and where."""
    found = titles_of(busy(training_session_id, Whose(organization_id=organization.id)))
    return [
        (one.name, busy_words(found[one.person_id])) for one in members if one.person_id in found
    ]


def _render(
    organization: OwnOrganization,
    training_session_id: int,
    form: RegisterForm | None,
    members: list[OwnMember],
    status: HTTPStatus,
) -> ResponseReturnValue:
    """Show the form, with what was typed if it was sent.

    :raise NotFoundError: there is no such session for this organization.
    """
    now = utc_now()
    session = get_visible(organization.id, training_session_id, now=now)
    registered = people_in(organization.id, training_session_id)
    if form is None:
        is_full = session.card.availability.free == 0
        fit = Fit.WHAT_FITS if is_full else Fit.ALL
        questions = questions_of(training_session_id) if session.asks_questions else ()
        form = asking(RegisterForm, questions)(None, data={"fit": is_full, "group_fit": fit.value})
    form.offer(
        one
        for one in members
        if one.person_id not in registered or str(one.person_id) in (form.members.data or ())
    )
    page = render(
        "register.html",
        organization,
        "sessions",
        form=form,
        blank=blank_row(form),
        most=MOST_ROWS,
        card=session.card,
        groups_wait=session.groups_wait,
        registered=sum(one.person_id in registered for one in members),
        busy=_busy(organization, training_session_id, members),
        takes_people=takes_people(session),
        seats=own_seats(organization.id, training_session_id, now=now),
    )
    return page, status, headers_for(status)
