"""What somebody answered when they registered: corrected by them, by their link, or by staff."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError, NotFoundError
from training.registrations import asking
from training.registrations.errors import AnswersChangedError
from training.registrations.question_fields import AnswersForm, answers_in, name_of
from training.registrations.roster_queries import get_registration
from training.registrations.views.answer_forms import (
    StoredAnswers,
    answers_form,
    read_answers,
)
from training.registrations.views.blueprint import bp
from training.registrations.views.manage import get_managed, render_managed
from training.registrations.views.roster_urls import roster_url
from training.registrations.words import shown_answer
from training.sessions.queries import get_session
from training.web.error_pages import headers_for, status_of
from training.web.shown import Difference


@bp.post("/registrations/<link>/answers")
@allows(Action.MANAGE_OWN_REGISTRATION)
def correct_answers(link: str) -> ResponseReturnValue:
    """Correct one's own answers."""
    registration = get_managed(link)
    form = answers_form(registration.id, registration.session_id, is_sent=True)
    status = HTTPStatus.OK
    if not form.validate() and not form.is_stale:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        try:
            _save(registration.id, form, actor_id=registration.person_id)
        except NotFoundError:  # cancelled: the page says so
            pass
        except ConflictError as error:
            form.refuse(error)
            status = status_of(error)
            if isinstance(error, AnswersChangedError):
                form.shown.data = read_answers(registration.id, registration.session_id).digest
    if status is HTTPStatus.OK:
        return redirect(url_for("registrations.manage", link=link), code=303)
    return render_managed(link, registration, answers=form, status=status)


@bp.route("/staff/registrations/<id:registration_id>/answers", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def edit_answers(registration_id: int) -> ResponseReturnValue:
    """Show what somebody answered, and correct it for them."""
    facts = get_registration(registration_id)
    form = answers_form(
        registration_id,
        facts.training_session_id,
        is_sent=request.method == "POST",
        is_lenient=True,
    )
    status, differences = HTTPStatus.OK, []
    if request.method == "POST":
        if not form.validate() and not form.is_stale:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            try:
                _save(registration_id, form, actor_id=signed_in().person_id)
                return redirect(roster_url(facts.training_session_id), code=303)
            except NotFoundError:
                flash(_("This registration has ended: nothing was changed."), "warn")
                return redirect(roster_url(facts.training_session_id), code=303)
            except ConflictError as error:
                form.refuse(error)
                status = status_of(error)
                if isinstance(error, AnswersChangedError):
                    stored = read_answers(registration_id, facts.training_session_id)
                    differences = _differences(stored, form)
                    form.shown.data = stored.digest
    page = render_workplace(
        "registrations/answers.html",
        current=SCHEDULE,
        form=form,
        name=facts.name,
        differences=differences,
        training_session=get_session(facts.training_session_id, now=utc_now()),
        roster=roster_url(facts.training_session_id),
    )
    return page, status, headers_for(status)


def _save(registration_id: int, form: AnswersForm, *, actor_id: int) -> None:
    # What does not fit the questions of today is refused for being late, whatever it is.
    answers = {} if form.is_stale else answers_in(form, form.questions)
    with transaction():
        is_changed = asking.correct_answers(
            registration_id,
            answers,
            asked=form.sent,
            shown=form.shown.data,
            actor_id=actor_id,
            now=utc_now(),
        )
    flash(_("The answers are saved.") if is_changed else _("Nothing was changed."), "ok")


def _differences(stored: StoredAnswers, form: AnswersForm) -> list[Difference]:
    """Return what stands now beside what was typed."""
    typed = {one.question_id: form[name_of(one)].answer for one in form.questions}
    return [
        Difference(
            one.plan.label,
            shown_answer(one.plan.kind, stored.answers.get(one.question_id, "")) or "–",
            shown_answer(one.plan.kind, typed[one.question_id]) or "–",
        )
        for one in form.questions
        if typed[one.question_id] != stored.answers.get(one.question_id, "")
    ]
