"""Courses that build on others: chosen in the form, never in a circle."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.attended import build_on
from tests.times import NOW
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.sessions import service
from training.sessions.catalogue_queries import get_course
from training.sessions.errors import CircularCoursesError, RequiredCourseError
from training.sessions.models import Course, Prerequisite
from training.sessions.rules.courses import find_circle
from training.sessions.values import CoursePlan

COURSES = "/staff/courses/"
NEW = "/staff/courses/new"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def required() -> set[tuple[int, int]]:
    """Return which course builds on which."""
    db.session.rollback()
    found = db.session.execute(sa.select(Prerequisite.course_id, Prerequisite.required_course_id))
    return {(row.course_id, row.required_course_id) for row in found}


def entries(action: str) -> list[tuple[object, object]]:
    """Return what entries say was and is required."""
    found = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action))
    return [
        ((one.before or {}).get("required"), (one.after or {}).get("required")) for one in found
    ]


def test_a_circle_is_found_however_long_and_where_it_begins() -> None:
    required_of = {2: [3], 3: {4}, 5: [6], 7: [8], 8: [7]}

    assert find_circle(1, [2, 5], required_of) is None
    assert find_circle(4, [5, 2], required_of) == 2
    assert find_circle(3, [2], required_of) == 2
    assert find_circle(1, [1], required_of) == 1
    assert find_circle(1, [7], required_of) is None  # an older circle among others does not hang
    assert find_circle(1, [], required_of) is None


def test_a_course_builds_on_others_and_says_so_with_an_entry(
    staff: IsolatedClient, make: Make
) -> None:
    basics, more = make.course("Basics"), make.course("More")
    make.course("Old", archived_at=NOW)

    offered = staff.page(NEW).text()
    made = staff.fill(NEW, {"title": "Advanced", "required_ids": [str(basics.id)]})
    course_id = db.session.scalars(sa.select(Course.id).where(Course.title == "Advanced")).one()
    address = f"{COURSES}{course_id}"
    shown = values_of(staff.page(address).form(address))
    unchanged = staff.fill(address, {}, action=address)
    changed = staff.fill(
        address, {"required_ids": [str(more.id)], "summary": "Short"}, action=address
    )

    assert "Basics" in offered
    assert "Old" not in offered
    assert shown["required_ids"] == [str(basics.id)]
    assert (made.status_code, unchanged.status_code, changed.status_code) == (303, 303, 303)
    assert required() == {(course_id, more.id)}
    assert entries("course.add") == [(None, [basics.id])]
    assert entries("course.revise") == [([basics.id], [more.id])]
    [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "course.revise"))
    assert entry.after is not None
    assert entry.after["changed"] == ["required", "summary"]
    assert "what it builds on" in staff.page("/staff/audit").text()
    assert str(course_id) not in values_of(staff.page(address).form(address))["required_ids"]


def test_a_circle_is_refused_beside_the_field_with_what_was_typed(
    staff: IsolatedClient, make: Make
) -> None:
    first, second, third = make.course("First"), make.course("Second"), make.course("Third")
    build_on(second, first)
    build_on(third, second)
    before = required()

    address = f"{COURSES}{first.id}"
    answer = staff.fill(
        address, {"required_ids": [str(third.id)], "summary": "Typed"}, action=address
    )
    itself = staff.fill(address, {"required_ids": [str(first.id)]}, action=address)
    unknown = staff.fill(NEW, {"title": "New", "required_ids": ["999999"]})

    assert answer.status_code == 422
    assert "“Third” builds on this course itself: take away one or the other." in answer.text
    assert 'value="Typed"' in answer.text
    assert (itself.status_code, unknown.status_code) == (422, 422)
    assert required() == before
    assert entries("course.revise") == []


def test_two_people_see_what_differs(staff: IsolatedClient, make: Make) -> None:
    course, basics, more = make.course("Course"), make.course("Basics"), make.course("More")
    address = f"{COURSES}{course.id}"
    typed = values_of(staff.page(address).form(address)) | {"required_ids": [str(more.id)]}
    staff.fill(address, {"required_ids": [str(basics.id)]}, action=address)

    answer = staff.post(address, data=typed)

    assert answer.status_code == 409
    [row] = [
        [" ".join("".join(cell.itertext()).split()) for cell in one]
        for one in Page(answer.text).root.iter("tr")
        if one.get("class") == "differs"
    ]
    assert row == ["Builds on", "Basics", "More"]
    assert required() == {(course.id, basics.id)}


def test_a_course_that_others_build_on_is_in_use_and_one_that_builds_is_not(
    staff: IsolatedClient, make: Make
) -> None:
    course, basics = make.course("Course"), make.course("Basics")
    build_on(course, basics)

    kept = staff.get(f"{COURSES}{basics.id}/delete")
    gone = staff.fill(f"{COURSES}{course.id}/delete", {})

    assert kept.status_code == 409
    assert gone.status_code == 303
    assert required() == set()
    assert staff.get(f"{COURSES}{basics.id}/delete").status_code == 200


def plan_of(course_id: int, *required_ids: int) -> tuple[CoursePlan, int]:
    """Return what a course is with other courses before it, and its revision."""
    stored = get_course(course_id, now=NOW)
    plan = stored.plan
    values = {name: getattr(plan, name) for name in plan.__slots__}
    return CoursePlan(**{**values, "required_ids": frozenset(required_ids)}), stored.revision


def test_of_two_changes_that_close_a_circle_together_one_is_refused(app: Flask, make: Make) -> None:
    """Each sees no circle by itself, unless one waits for the other."""
    one, other = make.course("One"), make.course("Other")
    plans = {
        one.id: plan_of(one.id, other.id),
        other.id: plan_of(other.id, one.id),
    }
    db.session.rollback()
    both = threading.Barrier(2)
    ends: list[str] = []

    def revise(course_id: int) -> None:
        plan, revision = plans[course_id]
        with app.app_context():
            both.wait(timeout=30)
            try:
                with transaction():
                    service.revise_course(
                        course_id, plan, expected_revision=revision, actor_id=None, now=NOW
                    )
                ends.append("saved")
            except CircularCoursesError:
                ends.append("refused")

    threads = [threading.Thread(target=revise, args=(key,)) for key in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(ends) == ["refused", "saved"]
    assert len(required()) == 1


def test_what_was_deleted_meanwhile_cannot_be_built_on(app: Flask, make: Make) -> None:
    course = make.course("Course")
    plan, revision = plan_of(course.id, course.id + 1000)

    with pytest.raises(RequiredCourseError), transaction():
        service.revise_course(course.id, plan, expected_revision=revision, actor_id=None, now=NOW)
    with pytest.raises(RequiredCourseError), transaction():
        service.add_course(plan, actor_id=None, now=NOW)

    assert required() == set()
