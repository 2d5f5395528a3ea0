"""Which courses people attended, for courses that build on them."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.factories import Make
from tests.registrations.attended import PRESENT, attend
from tests.representatives.partners import meetings_of
from tests.times import DAY, NOW
from training.attendance.rules import has_attended
from training.attendance.values import AttendanceStatus
from training.db import db, transaction
from training.people.models import Person
from training.registrations import seats
from training.registrations.prerequisites import attended_courses
from training.registrations.values import CancelledBecause
from training.sessions import service as sessions
from training.sessions.models import Course

LATE, LEFT_EARLY = AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY
ABSENT, EXCUSED = AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED
CLEARED = AttendanceStatus.CLEARED


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], False),
        ([PRESENT], True),
        ([LATE], True),
        ([LEFT_EARLY], True),
        ([ABSENT], False),
        ([EXCUSED], False),
        ([CLEARED], False),
        ([None], False),
        ([PRESENT, LATE, LEFT_EARLY], True),
        ([PRESENT, ABSENT], False),
        ([EXCUSED, PRESENT], False),
        ([PRESENT, None], False),
    ],
)
def test_whoever_was_there_at_every_meeting_attended(
    statuses: list[AttendanceStatus | None],
    expected: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    assert has_attended(statuses) is expected


def test_one_whole_session_of_the_course_is_enough_and_nothing_else_counts(
    make: Make, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    basics, other = make.course("Basics"), make.course("Other")
    names = ("whole", "halves", "running", "called off", "never", "cancelled", "left", "elsewhere")
    people = {name: make.person(name, f"{name.replace(' ', '.')}@example.org") for name in names}
    attend(make, basics, people["whole"], ABSENT)
    attend(make, basics, people["whole"], LATE, LEFT_EARLY)
    attend(make, basics, people["halves"], PRESENT, ABSENT)
    attend(make, basics, people["halves"], ABSENT, PRESENT)
    attend(make, basics, people["running"], PRESENT, None, None, ago=0.5)
    with_gap, _id = attend(make, basics, people["called off"], PRESENT, None)
    attend(make, basics, people["never"], None)
    off, _id = attend(make, basics, people["cancelled"], PRESENT, PRESENT, ago=1)
    _session, left_id = attend(make, basics, people["left"], PRESENT)
    attend(make, other, people["elsewhere"], PRESENT)
    with transaction():
        meetings_of(with_gap)[1].cancelled_at = NOW
    with transaction():
        seats.cancel(left_id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)

    def found(*courses: Course, at: int = 0) -> dict[str, list[str]]:
        ids = [person.id for person in people.values()]
        course_ids = [course.id for course in courses]
        attended = attended_courses(ids, course_ids, now=NOW + at * DAY)
        title_of = {course.id: course.title for course in courses}
        return {
            db.session.get_one(Person, id_).name: sorted(title_of[key] for key in keys)
            for id_, keys in sorted(attended.items())
        }

    with statements() as sent:
        now = found(basics, other)
    # Of three meetings one has begun, then all of them, of which two were not marked.
    assert found(basics, at=3)["whole"] == ["Basics"]
    assert "running" not in found(basics, at=3)
    assert now == {
        "whole": ["Basics"],
        "running": ["Basics"],
        "called off": ["Basics"],
        "cancelled": ["Basics"],
        "elsewhere": ["Other"],
    }
    assert len(sent) == 1 + len(now)  # the other ones read the names above
    assert attended_courses([], [basics.id], now=NOW) == {}
    assert attended_courses([people["whole"].id], [], now=NOW) == {}
    assert found(other) == {"elsewhere": ["Other"]}
    with transaction():
        sessions.cancel(off.id, actor_id=None, now=NOW)
    assert "cancelled" not in found(basics)
