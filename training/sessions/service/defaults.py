"""What a new session of a course starts with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.sessions.errors import StaleCourseError
from training.sessions.models import Course, TrainingSession

#: By which rules seats are given: set when a session of the course is made, not in its form.
_RULES = ("needs_approval", "promotion", "organization_limit")
#: Of a session that others are planned like, too. By when it is decided whether one takes place is
#: said for each.
_ALL_RULES = (*_RULES, "offer_hours", "approval_hours", "fills_gaps", "groups_wait")


def set_session_defaults(
    course_id: int,
    defaults: Mapping[str, Any],
    *,
    expected_revision: int | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Say what a new session of a course starts with; those that are planned stay as they are.

    :param expected_revision: what the form showed; None: it does not say, which is too old.
    :return: whether anything changed.
    :raise NotFoundError: there is no such course.
    :raise StaleCourseError: somebody else changed it since ``expected_revision``.
    """
    course = db.session.execute(
        sa.select(Course).where(Course.id == course_id).with_for_update()
    ).scalar_one_or_none()
    if course is None:
        raise NotFoundError
    if course.revision != expected_revision:
        raise StaleCourseError
    if course.session_defaults == defaults:
        return False
    course.session_defaults = dict(defaults)
    course.revision += 1
    db.session.flush()
    record_act(
        Act(
            action="course.revise",
            subject_kind="course",
            subject_id=course_id,
            after={"title": course.title, "changed": ["session_defaults"]},
        ),
        actor_id=actor_id,
        now=now,
    )
    return True


def begin_as_course(training_session_id: int) -> None:
    """Give a session that was just made the rules for seats that its course says."""
    found = db.session.execute(
        sa.select(Course.session_defaults)
        .join(TrainingSession, TrainingSession.course_id == Course.id)
        .where(TrainingSession.id == training_session_id)
    ).scalar_one_or_none()
    rules = {name: found[name] for name in _RULES if name in found} if found else {}
    if rules:
        db.session.execute(
            sa.update(TrainingSession)
            .where(TrainingSession.id == training_session_id)
            .values(rules)
        )


def begin_like(pattern_id: int, training_session_ids: Sequence[int]) -> None:
    """Give sessions that were just made the rules for seats of the one that they are like."""
    columns = [getattr(TrainingSession, name) for name in _ALL_RULES]
    found = db.session.execute(sa.select(*columns).where(TrainingSession.id == pattern_id)).one()
    db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id.in_(training_session_ids))
        .values(dict(zip(_ALL_RULES, found, strict=True)))
    )
