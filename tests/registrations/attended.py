"""Courses that build on others, and people who attended them."""

from tests.factories import Make
from tests.representatives.partners import mark, meetings_of, move
from tests.times import DAY, NOW
from training.attendance.values import AttendanceStatus
from training.db import db, transaction
from training.people.models import Person
from training.registrations.values import Participant
from training.sessions.models import Course, Prerequisite, TrainingSession

PRESENT = AttendanceStatus.PRESENT


def build_on(course: Course, *others: Course) -> None:
    """Let a course build on others."""
    with transaction():
        db.session.add_all(
            Prerequisite(course_id=course.id, required_course_id=one.id) for one in others
        )


def attend(
    make: Make, course: Course, person: Person, *statuses: AttendanceStatus | None, ago: float = 9
) -> tuple[TrainingSession, int]:
    """Register somebody for a session with a meeting a day, of which the first was days ago.

    :param statuses: how they were marked at each of its meetings; None: not at all.
    :return: the session, and the id of their registration.
    """
    session = make.training_session(
        title=f"Was {course.title}",
        course_id=course.id,
        capacity=None,
        meetings=tuple(make.meeting_plan(NOW + day * DAY) for day in range(1, len(statuses) + 1)),
    )
    outcome = make.outcome(
        session,
        Participant(name=person.name, person_id=person.id),
        actor_id=person.id,
        by_staff=True,
    )
    [registration_id] = outcome.registration_ids
    for meeting, status in zip(meetings_of(session), statuses, strict=True):
        if status is not None:
            mark(registration_id, meeting.id, status)
    move(session, -(ago + 1) * DAY)
    return session, registration_id
