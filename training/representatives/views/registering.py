"""Registering several of an organization's people for a session, members and new ones."""

from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import BusyError, ConflictError, DomainError, NotFoundError
from training.registrations.errors import AlreadyRegisteredError, DoesNotFitError
from training.registrations.service import from_result
from training.registrations.values import CONSENT_VERSION, Placed, RegistrationStatus
from training.representatives import service
from training.representatives.errors import RowError
from training.representatives.forms import MOST_ROWS, RegisterForm, blank_newcomer
from training.representatives.queries.people import OwnMember, all_members
from training.representatives.queries.scope import OwnOrganization
from training.representatives.queries.sessions import get_roster, people_in
from training.representatives.views.blueprint import (
    acting_for,
    active_organization,
    bp,
    render,
)
from training.representatives.views.sessions import session_url, takes_people
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
    form = RegisterForm()
    form.offer(members)
    if request.method != "POST":
        return _render(organization, training_session_id, None, members, HTTPStatus.OK)
    limits.take(limits.REGISTRATIONS)
    if form.people.change(request.form, most=MOST_ROWS):
        return _render(organization, training_session_id, form, members, HTTPStatus.OK)
    if not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _render(organization, training_session_id, form, members, status)
    send = form.to_send(
        f"represent:{organization.id}:{training_session_id}", permission().person_id
    )
    try:
        with acting_for(organization_slug) as actor:
            service.register(
                training_session_id,
                form.chosen,
                fit=form.fit_choice,
                consent=CONSENT_VERSION,
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
        flash(_told(from_result(result)))
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
    elif isinstance(refusal, DoesNotFitError):
        form.fit.errors = [sentence(refusal)]
    else:
        form.refuse(refusal)
    return _render(organization, training_session_id, form, members, status)


def _told(placed: tuple[Placed, ...]) -> str:
    """Return what a group got, in sentences."""
    seated = sum(one.status is RegistrationStatus.CONFIRMED for one in placed)
    waiting = len(placed) - seated
    words = []
    if seated:
        words.append(ngettext("%(num)s person has a seat.", "%(num)s people have a seat.", seated))
    if waiting:
        words.append(ngettext("%(num)s person waits.", "%(num)s people wait.", waiting))
    words.append(
        _("Everybody is told by mail; for who has no address of their own, the mail comes to you.")
    )
    return " ".join(str(word) for word in words)


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
    roster = get_roster(organization.id, training_session_id, now=utc_now())
    registered = people_in(organization.id, training_session_id)
    if form is None:
        form = RegisterForm(None, data={"fit": roster.card.availability.free == 0})
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
        blank=blank_newcomer(),
        most=MOST_ROWS,
        card=roster.card,
        registered=sum(one.person_id in registered for one in members),
        takes_people=takes_people(roster),
    )
    return page, status, headers_for(status)
