"""What people need to have attended before they come to a session, and whether they have.

Who attended what is known to a feature above: ``app.extensions["attended_courses"]``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, cast

import sqlalchemy as sa
from flask import current_app

from training.db import db
from training.people.models import Person
from training.people.values import email_key
from training.registrations.rules import lacking
from training.registrations.values import Participant
from training.sessions.models import Course, Prerequisite, TrainingSession

_REQUIRED = (
    sa.select(Prerequisite.required_course_id, Course.title)
    .join(TrainingSession, TrainingSession.course_id == Prerequisite.course_id)
    .join(Course, Course.id == Prerequisite.required_course_id)
    .where(TrainingSession.id == sa.bindparam("training_session_id"))
    .order_by(Course.title, Course.id)
)
_REQUIRED_OF_SEVERAL = (
    sa.select(TrainingSession.id, Prerequisite.required_course_id)
    .join(Prerequisite, Prerequisite.course_id == TrainingSession.course_id)
    .where(TrainingSession.id.in_(sa.bindparam("training_session_ids", expanding=True)))
)
_BY_KEY = sa.select(Person.email_key, Person.id).where(
    Person.email_key.in_(sa.bindparam("keys", expanding=True))
)


class AttendedCoursesQuery(Protocol):
    """Says which of these courses each of these people attended."""

    def __call__(
        self, person_ids: Collection[int], course_ids: Collection[int], *, now: datetime
    ) -> Mapping[int, frozenset[int]]: ...


def attended_courses(
    person_ids: Collection[int], course_ids: Collection[int], *, now: datetime
) -> Mapping[int, frozenset[int]]:
    """Return which of these courses each of these people attended.

    :return: person's id → ids of courses; who attended none of them may be missing.
    """
    if not person_ids or not course_ids:
        return {}
    query = cast(AttendedCoursesQuery, current_app.extensions["attended_courses"])
    return query(person_ids, course_ids, now=now)


def required_courses(training_session_id: int) -> dict[int, str]:
    """Return the courses that a session builds on, by title: id → title.

    Asked outside the transaction that registers people: staff change it rarely, and what held when
    somebody sent the form is right for them.
    """
    found = db.session.execute(_REQUIRED, {"training_session_id": training_session_id})
    return {row.required_course_id: row.title for row in found}


def required_of_several(training_session_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the courses that sessions build on: session's id → ids; of the others nothing."""
    required: dict[int, set[int]] = {}
    bound = {"training_session_ids": sorted(training_session_ids)}
    for training_session_id, course_id in db.session.execute(_REQUIRED_OF_SEVERAL, bound):
        required.setdefault(training_session_id, set()).add(course_id)
    return {key: frozenset(course_ids) for key, course_ids in required.items()}


def with_attended(
    participants: Sequence[Participant], required: Collection[int], *, now: datetime
) -> tuple[Participant, ...]:
    """Return people with what they attended of the required courses, found as those who register.

    Only for whoever may learn it: staff, and who speaks for these people.
    """
    if not required:
        return tuple(participants)
    keys = {email_key(one.email) for one in participants if one.person_id is None and one.email}
    person_of: dict[str, int] = {}
    if keys:
        found = db.session.execute(_BY_KEY, {"keys": sorted(keys)})
        person_of = {key: id_ for key, id_ in found if key is not None}

    def person_id(one: Participant) -> int | None:
        if one.person_id is not None or not one.email:
            return one.person_id
        return person_of.get(email_key(one.email))

    ids = {id_ for id_ in map(person_id, participants) if id_ is not None}
    attended = attended_courses(ids, required, now=now)
    return tuple(
        replace(one, attended=attended.get(person_id(one) or 0, frozenset()))
        for one in participants
    )


def missing_of(
    participants: Sequence[Participant], title_of: Mapping[int, str]
) -> dict[int, tuple[str, ...]]:
    """Return what people lack of the required courses.

    :param participants: as :func:`with_attended` returns them.
    :return: position, from 0 → titles; who lacks none is not in it.
    """
    attended = {position: one.attended for position, one in enumerate(participants)}
    return _missing(attended, title_of)


def missing_for(
    training_session_id: int, person_ids: Collection[int], *, now: datetime
) -> dict[int, tuple[str, ...]]:
    """Return what each of these people lacks of what a session builds on.

    :return: person's id → titles of courses; who lacks none is not in it.
    """
    title_of = required_courses(training_session_id)
    attended = attended_courses(person_ids, title_of, now=now)
    return _missing({one: attended.get(one, frozenset()) for one in person_ids}, title_of)


def _missing(
    attended_of: Mapping[int, frozenset[int]], title_of: Mapping[int, str]
) -> dict[int, tuple[str, ...]]:
    missing = {}
    for key, attended in attended_of.items():
        lacks = lacking(title_of.keys(), attended)
        if lacks:
            missing[key] = tuple(title for id_, title in title_of.items() if id_ in lacks)
    return missing
