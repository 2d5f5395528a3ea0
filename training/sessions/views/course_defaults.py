"""What a new session of a course starts with."""

from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.sessions import service
from training.sessions.catalogue_queries import CourseTemplate, get_template
from training.sessions.default_forms import DefaultsForm, defaults_data
from training.sessions.errors import StaleCourseError
from training.sessions.views.blueprint import COURSES, bp
from training.sessions.views.catalogue import attempt
from training.web.error_pages import headers_for
from training.web.shown import Difference, differing


@bp.route("/staff/courses/<id:course_id>/defaults", methods=["GET", "POST"])
@allows(Action.MANAGE_COURSES)
def course_defaults(course_id: int) -> ResponseReturnValue:
    """Show what a new session of a course starts with, and change it."""
    is_sent = request.method == "POST"
    stored = get_template(course_id)
    form = DefaultsForm(
        data=None
        if is_sent
        else {**defaults_data(stored.session_defaults), "revision": stored.revision}
    )
    form.offer()
    if not is_sent:
        return _render(form, stored)
    if not form.validate():
        return _render(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        status = attempt(
            form,
            lambda: service.set_session_defaults(
                course_id,
                form.to_defaults(),
                expected_revision=form.revision.value,
                actor_id=signed_in().person_id,
                now=utc_now(),
            ),
            {},
            stale=StaleCourseError,
        )
    except StaleCourseError as error:
        form.refuse(error)
        stored = get_template(course_id)
        form.rebase(stored.revision)
        found = differing(_shown(form, stored.session_defaults), _shown(form, form.to_defaults()))
        return _render(form, stored, HTTPStatus.CONFLICT, found)
    if status:
        return _render(form, stored, status)
    return redirect(url_for("sessions.edit_course", course_id=course_id), code=303)


def _shown(form: DefaultsForm, defaults: dict[str, object]) -> list[tuple[str, str]]:
    """Return values under the names that their fields have."""
    names = {"promotion": "offers"}
    known = ("minutes", "delivery", "audience", "language", "capacity", "waitlist_capacity")
    rules = ("needs_approval", "promotion", "organization_limit")
    return [
        (str(form[names.get(name, name)].label.text), str(defaults.get(name, "")))
        for name in (*known, *rules)
    ]


def _render(
    form: DefaultsForm,
    stored: CourseTemplate,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_workplace(
        "sessions/course_defaults.html",
        current=COURSES,
        form=form,
        course=stored,
        differences=differences or [],
    )
    return page, status, headers_for(status)
