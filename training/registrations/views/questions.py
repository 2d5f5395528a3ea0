"""What a session, or a course, asks those who register."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError
from training.registrations import asking
from training.registrations.question_forms import QuestionForm, question_data
from training.registrations.views.blueprint import bp
from training.registrations.views.roster_urls import roster_url
from training.registrations.words import question_kind_labels
from training.sessions import service as sessions
from training.sessions.catalogue_queries import get_course
from training.sessions.errors import StaleQuestionError
from training.sessions.queries import get_session
from training.sessions.question_queries import StoredQuestion, get_question, list_questions
from training.sessions.question_values import (
    MOST_QUESTIONS,
    QuestionOwner,
    QuestionPlan,
    fingerprint,
)
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm, sentence
from training.web.shown import Difference, differing

#: The list that courses hang under.
_COURSES = "sessions.courses"


@bp.route("/staff/sessions/<id:training_session_id>/questions", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def session_questions(training_session_id: int) -> ResponseReturnValue:
    """Show what a session asks by itself, and ask more."""
    return _questions(QuestionOwner(training_session_id=training_session_id))


@bp.route("/staff/courses/<id:course_id>/questions", methods=["GET", "POST"])
@allows(Action.MANAGE_COURSES)
def course_questions(course_id: int) -> ResponseReturnValue:
    """Show what every session of a course asks, and ask more."""
    return _questions(QuestionOwner(course_id=course_id))


@bp.route("/staff/questions/<id:question_id>", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def edit_question(question_id: int) -> ResponseReturnValue:
    """Change a question; who answered it keeps the words that they were asked."""
    is_sent = request.method == "POST"
    stored = get_question(question_id)
    form = QuestionForm(data=None if is_sent else _beginning(stored))
    form.offer()
    if not is_sent:
        return _render_one(form, stored)
    if not form.validate():
        return _render_one(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction():
            is_changed = asking.revise_question(
                question_id,
                form.to_plan(),
                shown=form.shown.data,
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        differences: list[Difference] = []
        if isinstance(error, StaleQuestionError):
            stored = get_question(question_id)
            differences = differing(_described(stored.plan), _described(form.to_plan()))
            form.shown.data = fingerprint([stored.asked])
        return _render_one(form, stored, status_of(error), differences)
    flash(_("Saved.") if is_changed else _("Nothing was changed."))
    return redirect(_address(stored.owner), code=303)


@bp.post("/staff/questions/<id:question_id>/move")
@allows(Action.SCHEDULE)
def move_question(question_id: int) -> ResponseReturnValue:
    """Ask a question earlier or later."""
    owner = get_question(question_id).owner
    direction = sessions.Direction.UP if "up" in request.form else sessions.Direction.DOWN
    try:
        with transaction():
            sessions.move_question(
                question_id,
                direction,
                shown=request.form.get("shown", ""),
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
    except ConflictError as error:
        return _render(owner, _empty_form(), status_of(error), refusal=sentence(error))
    return redirect(_address(owner), code=303)


@bp.post("/staff/questions/<id:question_id>/archive")
@allows(Action.SCHEDULE)
def archive_question(question_id: int) -> ResponseReturnValue:
    """Ask a question no more, or again."""
    owner = get_question(question_id).owner
    is_archived = "restore" not in request.form
    try:
        with transaction():
            is_done = sessions.archive_question(
                question_id,
                is_archived=is_archived,
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
    except ConflictError as error:
        return _render(owner, _empty_form(), status_of(error), refusal=sentence(error))
    if is_done:
        flash(_("Archived.") if is_archived else _("Asked again."))
    return redirect(_address(owner), code=303)


def _questions(owner: QuestionOwner) -> ResponseReturnValue:
    """Show the questions of a session or a course, or add one."""
    form = QuestionForm()
    form.offer()
    if request.method != "POST":
        return _render(owner, form)
    if not form.validate():
        return _render(owner, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction():
            sessions.add_question(
                owner, form.to_plan(), actor_id=signed_in().person_id, now=utc_now()
            )
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        return _render(owner, form, status_of(error))
    flash(_("Added."))
    return redirect(_address(owner), code=303)


def _empty_form() -> QuestionForm:
    form = QuestionForm(None)
    form.offer()
    return form


def _beginning(stored: StoredQuestion) -> dict[str, object]:
    return {**question_data(stored.plan), "shown": fingerprint([stored.asked])}


def _address(owner: QuestionOwner) -> str:
    if owner.course_id is not None:
        return url_for("registrations.course_questions", course_id=owner.course_id)
    return url_for("registrations.session_questions", training_session_id=owner.training_session_id)


class _Whose:
    """Whose questions a page shows: what it says of them around the list."""

    def __init__(self, owner: QuestionOwner) -> None:
        """Read it.

        :raise NotFoundError: there is no such session or course.
        """
        now = utc_now()
        self.is_course = owner.course_id is not None
        self.of_course: list[StoredQuestion] = []
        self.course_url = ""
        if owner.course_id is not None:
            self.title = get_course(owner.course_id, now=now).plan.title
            self.current = _COURSES
            self.crumbs = [
                (_("Courses"), url_for(_COURSES)),
                (self.title, url_for("sessions.edit_course", course_id=owner.course_id)),
            ]
            return
        training_session = get_session(owner.training_session_id or 0, now=now)
        self.title = training_session.title
        self.current = SCHEDULE
        self.crumbs = [
            (_("Schedule"), url_for(SCHEDULE)),
            (self.title, roster_url(training_session.id)),
        ]
        if training_session.course_id is not None:
            of_course = QuestionOwner(course_id=training_session.course_id)
            self.of_course = [one for one in list_questions(of_course) if not one.is_archived]
            self.course_url = _address(of_course)


def _render(
    owner: QuestionOwner,
    form: QuestionForm,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    refusal: str = "",
) -> ResponseReturnValue:
    whose = _Whose(owner)
    questions = list_questions(owner)
    asked = [one for one in questions if not one.is_archived]
    page = render_workplace(
        "registrations/questions.html",
        current=whose.current,
        whose=whose,
        questions=asked,
        archived=[one for one in questions if one.is_archived],
        shown=fingerprint([one.asked for one in asked]),
        may_add=len(asked) < MOST_QUESTIONS,
        most=MOST_QUESTIONS,
        kinds=question_kind_labels(),
        form=form,
        token=AppForm(formdata=None),
        refusal=refusal,
        address=_address(owner),
    )
    return page, status, headers_for(status)


def _render_one(
    form: QuestionForm,
    stored: StoredQuestion,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    whose = _Whose(stored.owner)
    page = render_workplace(
        "registrations/question.html",
        current=whose.current,
        whose=whose,
        question=stored,
        form=form,
        differences=differences or [],
        back=_address(stored.owner),
    )
    return page, status, headers_for(status)


def _described(plan: QuestionPlan) -> list[tuple[str, str]]:
    return [
        (_("Question"), plan.label),
        (_("How it is answered"), question_kind_labels()[plan.kind]),
        (_("What can be chosen"), "\n".join(plan.choices)),
        (_("Hint below the question"), plan.help),
        (_("An answer is needed"), _("Yes") if plan.is_required else _("No")),
    ]
