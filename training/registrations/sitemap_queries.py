"""What search engines may find: the pages of sessions and of courses that everybody may see."""

from typing import NamedTuple

import sqlalchemy as sa

from training.db import core
from training.registrations.cards import IS_LISTED
from training.registrations.listings import PUBLIC_VERSION
from training.sessions.models import Course, TrainingSession

#: A sitemap has 50,000 addresses at most; courses come on top of these, and two lists.
SESSIONS = 45_000
COURSES = 4_000

# The tables and not the classes: what is read here is not worth an object each.
_session, _course = TrainingSession.__table__.c, Course.__table__.c


class ListedPage(NamedTuple):
    """A session that has a page for everybody."""

    id: int
    title: str


_STATE = sa.select(
    PUBLIC_VERSION.label("version"),
    sa.select(sa.func.count()).select_from(Course.__table__).scalar_subquery().label("courses"),
    # Another address of a course is a new revision of it.
    sa.select(sa.func.sum(_course.revision)).scalar_subquery().label("revisions"),
)
_SESSIONS = (
    sa.select(_session.id, _session.title)
    .where(IS_LISTED)
    .order_by(_session.ends_at.desc(), _session.id.desc())
    .limit(SESSIONS)
)
_COURSES = (
    sa.select(_course.slug)
    .where(sa.exists().where(_session.course_id == _course.id, IS_LISTED))
    .order_by(_course.id)
    .limit(COURSES)
)


def sitemap_state() -> str:
    """Return what is another whenever a page comes, goes or has another address."""
    return repr(tuple(core().execute(_STATE).one()))


def listed_sessions() -> list[ListedPage]:
    """Return the sessions that everybody may see, the latest first, those that are over too."""
    return [ListedPage(*row) for row in core().execute(_SESSIONS)]


def listed_courses() -> list[str]:
    """Return the courses that have a page for everybody, by what their addresses call them."""
    return list(core().execute(_COURSES).scalars())
