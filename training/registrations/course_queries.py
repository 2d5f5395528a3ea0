"""What the public page of a course shows beside its sessions to come."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.db import UtcDateTime, core
from training.errors import NotFoundError
from training.registrations.cards import IS_LISTED
from training.sessions.models import Course, Prerequisite, TrainingSession
from training.sessions.values import SessionStatus

# The tables and not the classes: what is read here is not worth an object each.
_session, _course = TrainingSession.__table__.c, Course.__table__.c
_required = Course.__table__.alias("required").c
_prerequisite = Prerequisite.__table__.c

_BETWEEN = "\x1f"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicCourse:
    """A course of which sessions are or were public."""

    title: str
    slug: str
    summary: str
    description: str
    for_whom: str
    language: str
    #: Titles of courses that people have attended before.
    builds_on: tuple[str, ...]
    #: How often it was held.
    held: int
    #: Stands for all that was read here.
    validator: str


_IS_OF_COURSE = sa.and_(_session.course_id == _course.id, IS_LISTED)
_HELD = (
    sa.select(sa.func.count())
    .select_from(TrainingSession.__table__)
    .where(
        _IS_OF_COURSE,
        _session.status == SessionStatus.PUBLISHED,
        _session.ends_at <= sa.bindparam("now", type_=UtcDateTime()),
    )
    .correlate(Course.__table__)
    .scalar_subquery()
)
_BUILDS_ON = (
    sa.select(sa.func.aggregate_strings(_required.title, _BETWEEN))
    .join(Prerequisite.__table__, _prerequisite.required_course_id == _required.id)
    .where(_prerequisite.course_id == _course.id)
    .correlate(Course.__table__)
    .scalar_subquery()
)
_PUBLIC_COURSE = sa.select(
    _course.title,
    _course.slug,
    _course.summary,
    _course.description,
    _course.for_whom,
    _course.language,
    _BUILDS_ON.label("builds_on"),
    _HELD.label("held"),
).where(
    _course.slug == sa.bindparam("slug"),
    sa.exists().where(_IS_OF_COURSE).correlate(Course.__table__),
)


def get_public_course(slug: str, *, now: datetime) -> PublicCourse:
    """Return a course that everybody may see, in one statement.

    :raise NotFoundError: there is none, or no session of it was ever public: it may be a plan.
    """
    row = core().execute(_PUBLIC_COURSE, {"slug": slug, "now": now}).one_or_none()
    if row is None:
        raise NotFoundError
    builds_on = sorted(row.builds_on.split(_BETWEEN)) if row.builds_on else []
    return PublicCourse(
        title=row.title,
        slug=row.slug,
        summary=row.summary,
        description=row.description,
        for_whom=row.for_whom,
        language=row.language,
        builds_on=tuple(builds_on),
        held=row.held,
        validator=repr((*row[:6], builds_on, row.held)),
    )
