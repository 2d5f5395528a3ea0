"""Which courses people attended: asked by registrations, who know nothing of attendance.

``app.extensions["attended_courses"]``.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.attendance.rules import has_attended
from training.attendance.values import AttendanceStatus
from training.db import UtcDateTime, db
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus

# The tables and not the classes: what is read here is not worth an object each.
_registration, _meeting = Registration.__table__.c, Meeting.__table__.c
_session, _attendance = TrainingSession.__table__.c, Attendance.__table__.c

#: Every meeting that has begun, of each registration of these people for these courses.
_BEGUN = (
    sa.select(
        _registration.person_id,
        _session.course_id,
        _session.id.label("training_session_id"),
        _attendance.status,
    )
    .select_from(
        Registration.__table__.join(
            TrainingSession.__table__, _session.id == _registration.training_session_id
        )
        .join(Meeting.__table__, _meeting.training_session_id == _session.id)
        .outerjoin(
            Attendance.__table__,
            sa.and_(
                _attendance.registration_id == _registration.id,
                _attendance.meeting_id == _meeting.id,
            ),
        )
    )
    .where(
        _registration.person_id.in_(sa.bindparam("person_ids", expanding=True)),
        _registration.status == RegistrationStatus.CONFIRMED,
        _session.course_id.in_(sa.bindparam("course_ids", expanding=True)),
        _session.status == SessionStatus.PUBLISHED,
        _meeting.cancelled_at.is_(None),
        _meeting.starts_at <= sa.bindparam("now", type_=UtcDateTime()),
    )
)


def attended_courses(
    person_ids: Collection[int], course_ids: Collection[int], *, now: datetime
) -> dict[int, frozenset[int]]:
    """Return which of these courses each of these people attended, in one statement.

    :return: person's id → ids of courses; nobody who attended none of them.
    """
    marks: defaultdict[tuple[int, int, int], list[AttendanceStatus | None]] = defaultdict(list)
    bound = {"person_ids": sorted(person_ids), "course_ids": sorted(course_ids), "now": now}
    for person_id, course_id, training_session_id, status in db.session.execute(_BEGUN, bound):
        marks[person_id, course_id, training_session_id].append(status)
    attended: defaultdict[int, set[int]] = defaultdict(set)
    for (person_id, course_id, _training_session_id), statuses in marks.items():
        if has_attended(statuses):
            attended[person_id].add(course_id)
    return {person_id: frozenset(ids) for person_id, ids in attended.items()}
