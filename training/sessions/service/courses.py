"""What staff do to courses."""

from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.campaigns.usage import is_used
from training.db import db
from training.errors import NotFoundError
from training.sessions.errors import CourseInUseError, CourseSlugTakenError, StaleCourseError
from training.sessions.models import Course, TrainingSession
from training.sessions.service.touching import touch
from training.sessions.values import CoursePlan

_COLUMNS = tuple(field.name for field in fields(CoursePlan))


def add_course(plan: CoursePlan, *, actor_id: int | None, now: datetime) -> int:
    """Make a course.

    :return: its id.
    :raise CourseSlugTakenError: another has this address.
    """
    _check_slug(plan.slug, besides=None)
    course = Course(**{name: getattr(plan, name) for name in _COLUMNS})
    db.session.add(course)
    db.session.flush()
    _record("course.add", course, after={"title": plan.title}, actor_id=actor_id, now=now)
    return course.id


def revise_course(
    course_id: int,
    plan: CoursePlan,
    *,
    expected_revision: int | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change what a course is. A new title is written into the calendars of sessions to come.

    :param expected_revision: what the form showed; None: it does not say, which is too old.
    :return: whether anything changed.
    :raise NotFoundError: there is no such course.
    :raise StaleCourseError: somebody else changed it since ``expected_revision``.
    :raise CourseSlugTakenError: another has this address.
    """
    course = _lock(course_id)
    if course.revision != expected_revision:
        raise StaleCourseError
    _check_slug(plan.slug, besides=course_id)
    changed = {name for name in _COLUMNS if getattr(course, name) != getattr(plan, name)}
    if not changed:
        return False
    before_title = course.title
    for name in _COLUMNS:
        setattr(course, name, getattr(plan, name))
    course.revision += 1
    db.session.flush()
    entry_id = _record(
        "course.revise",
        course,
        before={"title": before_title},
        after={"title": plan.title, "changed": sorted(changed)},
        actor_id=actor_id,
        now=now,
    )
    if "title" in changed:
        to_come = sa.select(TrainingSession.id).where(
            TrainingSession.course_id == course_id, TrainingSession.ends_at > now
        )
        touch(
            db.session.scalars(to_come).all(),
            what="course",
            because_id=entry_id,
            actor_id=actor_id,
            now=now,
        )
    return True


def archive_course(
    course_id: int, *, is_archived: bool, actor_id: int | None, now: datetime
) -> None:
    """Offer a course in no form any more, or offer it again; its sessions keep it.

    :raise NotFoundError: there is no such course.
    """
    course = _lock(course_id)
    if (course.archived_at is not None) == is_archived:
        return
    course.archived_at = now if is_archived else None
    course.revision += 1
    db.session.flush()
    action = "course.archive" if is_archived else "course.restore"
    _record(action, course, actor_id=actor_id, now=now)


def delete_course(course_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Delete a course of which nothing was held or planned.

    :raise NotFoundError: there is no such course; :raise CourseInUseError: something was.
    """
    course = _lock(course_id)
    if is_course_used(course_id):
        raise CourseInUseError
    _record("course.delete", course, before={"title": course.title}, actor_id=actor_id, now=now)
    db.session.delete(course)
    db.session.flush()


def is_course_used(course_id: int) -> bool:
    """Tell whether anything refers to the course."""
    return is_used(Course, [course_id])


def _lock(course_id: int) -> Course:
    """Return a course as committed; nobody else changes it until the transaction ends."""
    course = db.session.execute(
        sa.select(Course)
        .where(Course.id == course_id)
        .with_for_update()  # SQLite has one writer at a time, and ignores it
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if course is None:
        raise NotFoundError
    return course


def _check_slug(slug: str, *, besides: int | None) -> None:
    if db.session.scalar(sa.select(Course.id).where(Course.slug == slug)) not in {None, besides}:
        raise CourseSlugTakenError


def _record(
    action: str,
    course: Course,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    actor_id: int | None,
    now: datetime,
) -> int:
    return record_act(
        Act(action=action, subject_kind="course", subject_id=course.id, before=before, after=after),
        actor_id=actor_id,
        now=now,
    )
