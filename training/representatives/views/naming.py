"""Reserving seats for people who are named later, and naming them."""

from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import BusyError, ConflictError, NotFoundError
from training.registrations.errors import (
    PlaceholdersDoNotFitError,
    PrerequisiteError,
    QuestionsChangedError,
)
from training.registrations.naming_queries import naming_ends_at
from training.registrations.prerequisites import required_courses
from training.registrations.service import from_result
from training.registrations.values import Outcome, RegistrationStatus
from training.registrations.words import lacks_words
from training.representatives import naming
from training.representatives.errors import RowError
from training.representatives.naming_forms import NameSeatsForm, ReserveForm, name_seats_form
from training.representatives.queries.naming import unnamed_seats
from training.representatives.queries.people import OwnMember, all_members
from training.representatives.queries.scope import OwnOrganization
from training.representatives.queries.seats import own_seats
from training.representatives.queries.sessions import get_own, get_visible, people_in
from training.representatives.views.blueprint import (
    acting_for,
    active_organization,
    bp,
    render,
)
from training.representatives.views.sessions import session_url, takes_people
from training.sessions.question_queries import questions_of
from training.submissions.resending import why_refused
from training.submissions.service import find_stored
from training.web import limits
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.route("/sessions/<id:training_session_id>/reserve", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def reserve(organization_slug: str, training_session_id: int) -> ResponseReturnValue:
    """Reserve seats for people who are named later."""
    organization = active_organization(organization_slug)
    form = ReserveForm()
    if request.method != "POST":
        return _render_reserve(organization, training_session_id, form)
    limits.take(limits.REGISTRATIONS)
    if not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _render_reserve(organization, training_session_id, form, status)
    send = form.to_send(f"reserve:{organization.id}:{training_session_id}", permission().person_id)
    number = form.number.value
    assert number is not None  # it was checked
    try:
        with acting_for(organization_slug) as actor:
            # Only what has a page for them may be reserved in.
            get_visible(actor.organization_id, training_session_id, now=actor.now)
            naming.reserve_seats(training_session_id, number, call=_called, send=send, actor=actor)
    except (ConflictError, BusyError) as error:
        refusal = why_refused(form, send, error)
        if refusal is not None:
            if isinstance(refusal, PlaceholdersDoNotFitError):
                form.number.errors = [sentence(refusal)]
            else:
                form.refuse(refusal)
            return _render_reserve(organization, training_session_id, form, status_of(refusal))
    result = find_stored(send.key, send.purpose)
    if result is not None:
        flash(_told(from_result(result)))
    return redirect(session_url(organization.slug, training_session_id), code=303)


@bp.route("/sessions/<id:training_session_id>/name", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def name_seats(organization_slug: str, training_session_id: int) -> ResponseReturnValue:
    """Name who comes in reserved seats, one or several at once."""
    organization = active_organization(organization_slug)
    members = _members(organization, training_session_id)
    form = name_seats_form(questions_of(training_session_id))()
    if request.method != "POST":
        form.show(unnamed_seats(organization.id, training_session_id))
        form.offer(members)
        return _render_naming(organization, training_session_id, form)
    limits.take(limits.REGISTRATIONS)
    form.offer(members)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if not form.validate():
        if form.is_stale:
            form.refuse(QuestionsChangedError())
            status = HTTPStatus.CONFLICT
        return _render_naming(organization, training_session_id, form, status)
    required = required_courses(training_session_id)
    named = form.named
    try:
        with acting_for(organization_slug) as actor:
            own = get_own(actor.organization_id, [one.registration_id for one in named])
            if any(
                one.training_session_id != training_session_id or not one.is_placeholder
                for one in own
            ):
                raise NotFoundError
            naming.name_seats(named, actor, required=frozenset(required), asked=form.sent)
    except RowError as error:
        form.mark_row(error)
    except PrerequisiteError as error:
        form.mark_lacking(error.positions, lacks_words(sorted(required.values())))
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        status = status_of(error)
    else:
        flash(
            ngettext(
                "%(num)s person is named, and told by mail.",
                "%(num)s people are named, and told by mail.",
                len(named),
            )
        )
        return redirect(session_url(organization.slug, training_session_id), code=303)
    return _render_naming(organization, training_session_id, form, status)


def _told(outcome: Outcome) -> str:
    """Return what the organization got, in sentences."""
    number = len(outcome.placed)
    if any(one.status is RegistrationStatus.REQUESTED for one in outcome.placed):
        return str(
            ngettext(
                "You asked for %(num)s seat; staff decide about it. Name who comes once it is "
                "yours.",
                "You asked for %(num)s seats; staff decide about them. Name who comes once they "
                "are yours.",
                number,
            )
        )
    return str(
        ngettext(
            "%(num)s seat is reserved. Name who comes before the deadline.",
            "%(num)s seats are reserved. Name who comes before the deadline.",
            number,
        )
    )


def _called(number: int) -> str:
    """Return what a seat is called until somebody is named for it."""
    return str(_("Seat %(number)s, to be named", number=number))


def _members(organization: OwnOrganization, training_session_id: int) -> list[OwnMember]:
    registered = people_in(organization.id, training_session_id)
    return [one for one in all_members(organization.id) if one.person_id not in registered]


def _render_reserve(
    organization: OwnOrganization,
    training_session_id: int,
    form: ReserveForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    now = utc_now()
    session = get_visible(organization.id, training_session_id, now=now)
    ends_at = naming_ends_at(training_session_id)
    page = render(
        "reserve.html",
        organization,
        "sessions",
        form=form,
        card=session.card,
        may_reserve=takes_people(session) and now < ends_at,
        naming_ends_at=ends_at,
        seats=own_seats(organization.id, training_session_id, now=now),
        now=now,
    )
    return page, status, headers_for(status)


def _render_naming(
    organization: OwnOrganization,
    training_session_id: int,
    form: NameSeatsForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    now = utc_now()
    session = get_visible(organization.id, training_session_id, now=now)
    reserved = unnamed_seats(organization.id, training_session_id)
    page = render(
        "name_seats.html",
        organization,
        "sessions",
        form=form,
        card=session.card,
        called={str(one.id): one.name for one in reserved},
        naming_ends_at=naming_ends_at(training_session_id),
        now=now,
    )
    return page, status, headers_for(status)
