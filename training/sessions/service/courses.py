"""What staff do to courses."""

from collections import defaultdict
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.campaigns.usage import is_used
from training.db import db
from training.errors import NotFoundError
from training.sessions.errors import (
    CircularCoursesError,
    CourseInUseError,
    CourseSlugTakenError,
    RequiredCourseError,
    StaleCourseError,
)
from training.sessions.models import Course, Prerequisite, TrainingSession
from training.sessions.rules.courses import find_circle
from training.sessions.service.touching import touch
from training.sessions.values import CoursePlan

#: What of a plan is a column of the course.
_COLUMNS = tuple(field.name for field in fields(CoursePlan) if field.name != "required_ids")


def add_course(plan: CoursePlan, *, actor_id: int | None, now: datetime) -> int:
    """Make a course.

    :return: its id.
    :raise CourseSlugTakenError: another has this address.
    :raise RequiredCourseError: one that it builds on does not exist any more.
    """
    _hold_required(plan)
    _check_slug(plan.slug, besides=None)
    course = Course(**{name: getattr(plan, name) for name in _COLUMNS})
    db.session.add(course)
    db.session.flush()
    _require(course.id, plan.required_ids)
    required = {"required": sorted(plan.required_ids)} if plan.required_ids else {}
    _record(
        "course.add",
        course,
        after={"title": plan.title, **required},
        actor_id=actor_id,
        now=now,
    )
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
    :raise RequiredCourseError: one that it is to build on does not exist any more.
    :raise CircularCoursesError: one that it is to build on builds on it.
    """
    _hold_required(plan)
    course = _lock(course_id)
    if course.revision != expected_revision:
        raise StaleCourseError
    _check_slug(plan.slug, besides=course_id)
    changed = {name for name in _COLUMNS if getattr(course, name) != getattr(plan, name)}
    before: dict[str, object] = {"title": course.title}
    after: dict[str, object] = {"title": plan.title}
    required_ids = _require(course_id, plan.required_ids)
    if required_ids != plan.required_ids:
        changed.add("required")
        before["required"] = sorted(required_ids)
        after["required"] = sorted(plan.required_ids)
    if not changed:
        return False
    for name in _COLUMNS:
        setattr(course, name, getattr(plan, name))
    course.revision += 1
    db.session.flush()
    entry_id = _record(
        "course.revise",
        course,
        before=before,
        after={**after, "changed": sorted(changed)},
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
    """Delete a course of which nothing was held or planned, and on which none builds.

    :raise NotFoundError: there is no such course; :raise CourseInUseError: something was.
    """
    course = _lock(course_id)
    if is_course_used(course_id):
        raise CourseInUseError
    _record("course.delete", course, before={"title": course.title}, actor_id=actor_id, now=now)
    db.session.execute(sa.delete(Prerequisite).where(Prerequisite.course_id == course_id))
    db.session.delete(course)
    db.session.flush()


def is_course_used(course_id: int) -> bool:
    """Tell whether anything refers to the course but what it builds on itself."""
    is_required = sa.exists().where(Prerequisite.required_course_id == course_id)
    own = frozenset({Prerequisite.__tablename__})
    return bool(db.session.scalar(sa.select(is_required))) or is_used(
        Course, [course_id], except_by=own
    )


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


def _hold_required(plan: CoursePlan) -> None:
    """Keep all courses as they are until the transaction ends, where some are built on.

    All, and in one order: of two changes that close a circle together the second sees the first.
    """
    if not plan.required_ids:
        return
    ids = db.session.scalars(
        sa.select(Course.id).order_by(Course.id).with_for_update(key_share=True)
    ).all()
    if not plan.required_ids <= set(ids):
        raise RequiredCourseError


def _require(course_id: int, wanted: frozenset[int]) -> frozenset[int]:
    """Let a course build on just these others; returns those that it built on before."""
    required_of: defaultdict[int, set[int]] = defaultdict(set)
    for id_, required_id in db.session.execute(
        sa.select(Prerequisite.course_id, Prerequisite.required_course_id)
    ):
        required_of[id_].add(required_id)
    before = frozenset(required_of[course_id])
    if wanted == before:
        return before
    circular_id = find_circle(course_id, wanted, required_of)
    if circular_id is not None:
        raise CircularCoursesError(db.session.get_one(Course, circular_id).title)
    db.session.execute(
        sa.delete(Prerequisite).where(
            Prerequisite.course_id == course_id,
            Prerequisite.required_course_id.in_(before - wanted),
        )
    )
    db.session.add_all(
        Prerequisite(course_id=course_id, required_course_id=required_id)
        for required_id in sorted(wanted - before)
    )
    db.session.flush()
    return before


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
