"""Courses: the list, one of them, and what can be done with it."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import DomainError
from training.sessions import service
from training.sessions.catalogue_forms import CourseForm, course_data
from training.sessions.catalogue_queries import (
    CourseDetails,
    courses_to_build_on,
    get_course,
    list_courses,
)
from training.sessions.errors import (
    CircularCoursesError,
    CourseInUseError,
    CourseSlugTakenError,
    RequiredCourseError,
    StaleCourseError,
)
from training.sessions.values import CoursePlan
from training.sessions.views.blueprint import COURSES, bp
from training.sessions.views.catalogue import attempt, confirm_deletion, shows, wanted
from training.sessions.views.planning import own_language
from training.web.error_pages import headers_for
from training.web.fields import AppForm
from training.web.filters import language_name
from training.web.shown import Difference, differing

_FIELD_OF: Mapping[type[DomainError], str] = {
    CircularCoursesError: "required_ids",
    CourseSlugTakenError: "slug",
    RequiredCourseError: "required_ids",
}


@bp.get("/staff/courses/")
@allows(Action.MANAGE_COURSES)
def courses() -> ResponseReturnValue:
    """Show all courses."""
    asked = wanted()
    return render_workplace(
        "sessions/courses.html",
        current=COURSES,
        courses=list_courses(asked.text, archived=asked.is_archived, now=utc_now()),
        asked=asked,
        shows=shows(),
    )


@bp.route("/staff/courses/new", methods=["GET", "POST"])
@allows(Action.MANAGE_COURSES)
def new_course() -> ResponseReturnValue:
    """Make a course."""
    is_sent = request.method == "POST"
    form = CourseForm(data=None if is_sent else {"language": own_language()})
    form.offer(courses_to_build_on(None))
    if not is_sent:
        return _render(form, None)
    if not form.validate():
        return _render(form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    status = attempt(
        form,
        lambda: service.add_course(form.to_plan(), actor_id=signed_in().person_id, now=utc_now()),
        _FIELD_OF,
        stale=StaleCourseError,
    )
    return _render(form, None, status) if status else redirect(url_for(COURSES), code=303)


@bp.route("/staff/courses/<id:course_id>", methods=["GET", "POST"])
@allows(Action.MANAGE_COURSES)
def edit_course(course_id: int) -> ResponseReturnValue:
    """Show a course, and change it."""
    is_sent = request.method == "POST"
    stored = get_course(course_id, now=utc_now())
    form = CourseForm(
        data=None if is_sent else {**course_data(stored.plan), "revision": stored.revision}
    )
    form.offer(courses_to_build_on(course_id))
    if not is_sent:
        return _render(form, stored)
    if not form.validate():
        return _render(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        status = attempt(
            form,
            lambda: service.revise_course(
                course_id,
                form.to_plan(),
                expected_revision=form.revision.value,
                actor_id=signed_in().person_id,
                now=utc_now(),
            ),
            _FIELD_OF,
            stale=StaleCourseError,
        )
    except StaleCourseError as error:
        form.refuse(error)
        stored = get_course(course_id, now=utc_now())
        form.rebase(stored.revision)
        titles = dict(courses_to_build_on(course_id))
        found = differing(_described(stored.plan, titles), _described(form.to_plan(), titles))
        return _render(form, stored, HTTPStatus.CONFLICT, found)
    if status:
        return _render(form, stored, status)
    return redirect(url_for("sessions.edit_course", course_id=course_id), code=303)


@bp.post("/staff/courses/<id:course_id>/archive")
@allows(Action.MANAGE_COURSES)
def archive_course(course_id: int) -> ResponseReturnValue:
    """Offer a course no more, or again."""
    is_archived = "restore" not in request.form
    with transaction():
        service.archive_course(
            course_id, is_archived=is_archived, actor_id=signed_in().person_id, now=utc_now()
        )
    flash(_("Archived.") if is_archived else _("Offered again."))
    return redirect(url_for("sessions.edit_course", course_id=course_id), code=303)


@bp.route("/staff/courses/<id:course_id>/delete", methods=["GET", "POST"])
@allows(Action.MANAGE_COURSES)
def delete_course(course_id: int) -> ResponseReturnValue:
    """Delete a course that nothing uses, from a page that says so."""
    stored = get_course(course_id, now=utc_now())
    if service.is_course_used(course_id):
        raise CourseInUseError
    return confirm_deletion(
        lambda: service.delete_course(course_id, actor_id=signed_in().person_id, now=utc_now()),
        name=stored.plan.title,
        list_of=COURSES,
        list_label=_("Courses"),
        page=url_for("sessions.edit_course", course_id=course_id),
    )


def _render(
    form: CourseForm,
    stored: CourseDetails | None,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_workplace(
        "sessions/course.html",
        current=COURSES,
        form=form,
        course=stored,
        differences=differences or [],
        is_used=stored is not None and service.is_course_used(stored.id),
        token=AppForm(formdata=None),
    )
    return page, status, headers_for(status)


def _described(plan: CoursePlan, titles: Mapping[int, str]) -> list[tuple[str, str]]:
    required = sorted(titles.get(key, "") for key in plan.required_ids)
    return [
        (_("Title"), plan.title),
        (_("Short name in addresses"), plan.slug),
        (_("Summary"), plan.summary),
        (_("Description"), plan.description),
        (_("For whom it is"), plan.for_whom),
        (_("Language"), language_name(plan.language)),
        (_("Builds on"), "\n".join(required)),
    ]
