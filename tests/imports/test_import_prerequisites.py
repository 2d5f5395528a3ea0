"""Registrations of a file for a session that builds on other courses."""

import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.imports.test_import_pages import sent, staff
from tests.registrations.attended import PRESENT, attend, build_on
from tests.times import NOW
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.people.models import Person
from training.people.service import create_person
from training.registrations.models import Registration

__all__ = ["staff"]  # a fixture


def names(training_session_id: int) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(Registration.name)
            .where(Registration.training_session_id == training_session_id)
            .order_by(Registration.ticket)
        )
    )


def test_rows_of_who_lacks_a_course_are_refused_unless_staff_take_them(
    staff: IsolatedClient,
    make: Make,
) -> None:
    course, basics = make.course("Advanced"), make.course("Basics")
    build_on(course, basics)
    session, plain = make.training_session(course_id=course.id), make.training_session()
    organization = make.organization()
    ada = make.person("Ada", "ada@example.org")
    with transaction():
        eve_id = create_person("Eve", None, actor_id=None, now=NOW)
    eve = db.session.get_one(Person, eve_id)
    make.member(organization, eve)
    for one in (ada, eve):
        attend(make, basics, one, PRESENT)
    rows = [
        "session,name,email,organization",
        f"{session.id},Ada,Ada@example.org,",
        f"{session.id},Bob,bob@example.org,",
        f"{session.id},Eve,,{organization.slug}",
        f"{session.id},Dan,,{organization.slug}",
        f"{plain.id},Bob,bob@example.org,",
    ]
    content = "\n".join(rows)

    page = sent(staff, "registrations", content)
    shown = staff.page(page).text()
    staff.fill(page, {"leave_out": "y"})
    first = names(session.id), names(plain.id)
    again = sent(staff, "registrations", content)
    asked = staff.page(again).text()
    answer = staff.fill(again, {"waive": "y"})

    refusal = "This person has not attended a course that this session builds on."
    assert shown.count(refusal) == 2
    assert first == (["Ada", "Eve"], ["Bob"])
    assert "There is nothing to bring in." not in asked
    assert answer.status_code == 303
    assert names(session.id) == ["Ada", "Eve", "Bob", "Dan"]
    waived = db.session.scalars(
        sa.select(AuditEntry.after)
        .where(
            AuditEntry.action == "registration.register",
            AuditEntry.training_session_id == session.id,
        )
        .order_by(AuditEntry.id)
    )
    assert [(one or {}).get("waived") for one in waived] == [None, None, [basics.id], [basics.id]]
