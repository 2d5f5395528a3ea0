"""Registering people: the public form, and the page that answers it."""

from functools import lru_cache
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from training.accounts.access import allows, find_signed_in
from training.accounts.policy import Action
from training.clock import utc_now
from training.db import transaction
from training.errors import N_, BusyError, ConflictError, DomainError, GoneError, NotFoundError
from training.organizations.queries import (
    ActiveOrganization,
    active_organizations,
    find_active_organization,
)
from training.registrations import queries, service
from training.registrations.code_queries import hash_of
from training.registrations.errors import (
    CodeEndedError,
    DoesNotFitError,
    QuestionsChangedError,
)
from training.registrations.forms import (
    MAX_PEOPLE,
    KeyForm,
    RegistrationForm,
    shown_fit,
)
from training.registrations.queries import PublicSession
from training.registrations.question_fields import (
    Questions,
    asking,
    blank_row,
    sent_questions,
)
from training.registrations.values import Fit, RegistrationStatus
from training.registrations.views.blueprint import bp
from training.registrations.views.coming_by_code import Invited, invited_by
from training.registrations.views.public import session_path, when_of
from training.sessions.question_queries import questions_of
from training.submissions.resending import why_refused
from training.submissions.service import Send, find_stored, is_key
from training.web import limits
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


class AnswerForgottenError(GoneError):
    """The answer to a form is kept for a day."""

    code = "answer-forgotten"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This page is kept for one day only. The mail that each person got says "
                "how their registration stands, and has the link to change it."
            )
        )


@bp.route("/sessions/<id:training_session_id>/register", methods=["GET", "POST"])
@allows(Action.REGISTER)
def register(training_session_id: int) -> ResponseReturnValue:
    """Register one person or several for a session."""
    if request.method != "POST":
        return _render(training_session_id, None)
    limits.take(limits.REGISTRATIONS)
    form = asking(RegistrationForm, sent_questions(training_session_id))()
    invited = invited_by(form.code.data, training_session_id, now=utc_now())
    if form.code.data and invited is None:
        return _not_invited(training_session_id, form)
    if form.people.change(request.form, most=MAX_PEOPLE):
        return _render(training_session_id, form)
    if not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_stale:
            form.refuse(QuestionsChangedError())
            status = HTTPStatus.CONFLICT
        return _render(training_session_id, form, status=status)
    return _register(training_session_id, form, invited)


@bp.get("/sessions/<id:training_session_id>/registered/<key>")
@allows(Action.REGISTER)
def registered(training_session_id: int, key: str) -> ResponseReturnValue:
    """Show what a form led to, to whoever sent it."""
    result = find_stored(key, _purpose(training_session_id)) if is_key(key) else None
    if result is None:
        raise AnswerForgottenError
    now = utc_now()
    # Who was invited sent the form, and comes without the code now.
    training_session = queries.get_public_session(training_session_id, is_invited=True, now=now)
    outcome = service.from_result(result)
    return render_template(
        "registrations/registered.html",
        training_session=training_session,
        session_url=session_path(training_session.id, training_session.title),
        when=when_of(training_session),
        outcome=outcome,
        seated=sum(one.status is RegistrationStatus.CONFIRMED for one in outcome.placed),
        # Typing an address proves nothing: who is not signed in needs the link of the mail.
        feeds=url_for("calendars.feeds") if find_signed_in() else None,
        now=now,
    )


def _not_invited(training_session_id: int, form: RegistrationForm) -> ResponseReturnValue:
    """Show what the same send led to before, if it did; else that its code is good no more."""
    if form.validate():
        send = form.to_send(_purpose(training_session_id))
        if why_refused(form, send, CodeEndedError()) is None:
            return _answered(training_session_id, send)
    form.code.data = ""
    form.refuse(CodeEndedError())
    return _render(training_session_id, form, status=HTTPStatus.CONFLICT)


def _register(
    training_session_id: int, form: RegistrationForm, invited: Invited | None
) -> ResponseReturnValue:
    slug = form.organization_slug
    if invited is not None:
        organization_id: int | None = invited.found.organization_id
    else:
        organization_id = find_active_organization(slug) if slug else None
    if form.organization.data and organization_id is None:
        form.organization.errors = [_("This organization is not in our list. Choose another.")]
        return _render(training_session_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    send = form.to_send(_purpose(training_session_id))
    code_hash = hash_of(invited.code) if invited else None
    group = form.to_group(organization_id, code_hash=code_hash)
    try:
        with transaction():
            service.register(training_session_id, group, send=send, now=utc_now())
    except (ConflictError, NotFoundError, BusyError) as error:
        return _refused(training_session_id, form, send, error)
    return _answered(training_session_id, send)


def _refused(
    training_session_id: int, form: RegistrationForm, send: Send, error: DomainError
) -> ResponseReturnValue:
    """Show what the same send led to before, if it did; else why it was refused now."""
    refusal = why_refused(form, send, error)
    if refusal is None:
        return _answered(training_session_id, send)
    if isinstance(refusal, NotFoundError):
        raise refusal
    if isinstance(refusal, DoesNotFitError):
        shown_fit(form.group_fit, form.fit).errors = [sentence(refusal)]
    else:
        form.refuse(refusal)
    return _render(training_session_id, form, status=status_of(refusal))


def _answered(training_session_id: int, send: Send) -> ResponseReturnValue:
    address = url_for(
        "registrations.registered", training_session_id=training_session_id, key=send.key
    )
    return redirect(address, code=303)


def _purpose(training_session_id: int) -> str:
    return f"register:{training_session_id}"


def _render(
    training_session_id: int, form: RegistrationForm | None, *, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    """Show the form, with what was typed if it was sent.

    :raise NotFoundError: there is no such session for everybody.
    """
    now = utc_now()
    code = request.args.get("code", "") if form is None else form.code.data
    invited = invited_by(code, training_session_id, now=now)
    training_session = queries.get_public_session(
        training_session_id, is_invited=invited is not None, now=now
    )
    # Who was invited comes for the organization that invites them.
    organizations = () if invited else tuple(active_organizations())
    questions = questions_of(training_session_id) if training_session.asks_questions else ()
    fields = Markup()
    if form is None and invited and training_session.takes_registrations:
        empty = asking(RegistrationForm, questions)
        form = empty(None, data={"code": code, "fit": training_session.is_full})
    if form is not None:
        form = _asking_now(form, questions)
        form.offer_organizations(organizations)
        fields = _fields(form, _fit_field(training_session))
    elif training_session.takes_registrations:
        fields = _empty_fields(
            organizations,
            training_session.is_full,
            _fit_field(training_session),
            questions,
            str(get_locale()),
        )
    page = render_template(
        "registrations/register.html",
        training_session=training_session,
        session_url=_session_url(training_session, invited),
        invited=invited,
        when=when_of(training_session),
        form=form or (KeyForm(None) if fields else None),
        fields=fields,
        rows=len(form.people) if form else 1,
        now=now,
    )
    return page, status, headers_for(status)


def _session_url(training_session: PublicSession, invited: Invited | None) -> str:
    address = session_path(training_session.id, training_session.title)
    return f"{address}?code={invited.code}" if invited else address


def _fit_field(training_session: PublicSession) -> str:
    """Return the field that asks what becomes of a group; none where staff decide about each."""
    if training_session.is_on_request:
        return ""
    return "group_fit" if training_session.groups_wait else "fit"


def _asking_now(form: RegistrationForm, questions: Questions) -> RegistrationForm:
    """Return a form that asks what is asked now, with all that was typed into the one sent."""
    if form.questions == questions:
        return form
    renewed: RegistrationForm = asking(RegistrationForm, questions)()
    renewed.people.change(request.form, most=MAX_PEOPLE)
    if form.errors:
        renewed.validate()
    renewed.form_errors = form.form_errors
    renewed.key.data, renewed.code.data = form.key.data, form.code.data
    return renewed


def _fields(form: RegistrationForm, fit_field: str) -> Markup:
    return Markup(  # noqa: S704 -- a template's
        render_template(
            "registrations/_register_fields.html",
            form=form,
            blank=blank_row(form),
            most=MAX_PEOPLE,
            fit_field=fit_field,
        )
    )


@lru_cache(maxsize=64)
def _empty_fields(
    organizations: tuple[ActiveOrganization, ...],
    is_full: bool,  # noqa: FBT001 (a key of the cache, like the rest)
    fit_field: str,
    questions: Questions,
    _locale: str,
) -> Markup:
    """Return the fields as everybody finds them who opens the form: half of what the page costs."""
    fit = Fit.WHAT_FITS if is_full else Fit.ALL
    form = asking(RegistrationForm, questions)(None, data={"fit": is_full, "group_fit": fit.value})
    form.offer_organizations(organizations)
    return _fields(form, fit_field)
