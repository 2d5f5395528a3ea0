"""Sessions that build on other courses: what the public form, staff and their queue make of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.registrations.attended import PRESENT, attend, build_on
from tests.registrations.filling import counts, errors, main_of, people, typed
from tests.times import NOW
from training.audit.models import AuditEntry
from training.db import db
from training.registrations.models import Registration
from training.registrations.prerequisites import missing_for
from training.registrations.views.public import session_path

Statements = Callable[[], AbstractContextManager[list[str]]]

ADA, BOB = ("Ada", "ada@example.org"), ("Bob", "bob@example.org")


def statuses() -> list[tuple[str, str]]:
    db.session.rollback()
    found = db.session.execute(
        sa.select(Registration.name, Registration.status).order_by(Registration.id)
    )
    return [(row.name, str(row.status)) for row in found]


def test_everybody_is_told_before_and_staff_look_at_every_registration(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    """Whoever fills in the public form proved nothing, and learns nothing of anybody."""
    course, basics, more = make.course("Advanced"), make.course("Basics"), make.course("More")
    session = make.training_session(course_id=course.id)
    path = f"/sessions/{session.id}/register"
    page = session_path(session.id, session.title)
    before = client.get(page)
    build_on(course, more, basics)
    ada = make.person(*ADA)
    attend(make, basics, ada, PRESENT)
    attend(make, more, ada, PRESENT)

    with statements() as of_page:
        shown = client.get(page, headers={"If-None-Match": before.headers["ETag"]})
    with statements() as of_form:
        form = client.get(path)
    answer = client.fill(path, people(ADA, BOB))

    assert "Builds on" not in main_of(before)
    assert shown.status_code == 200  # not what a browser kept from before
    assert "Builds on Basics, More" in main_of(shown)
    assert "This session builds on Basics, More. Staff look at every registration" in main_of(form)
    assert len(of_page) <= 3
    assert len(of_form) <= 3
    assert answer.status_code == 303
    assert statuses()[2:] == [("Ada", "requested"), ("Bob", "requested")]


def test_staff_are_shown_who_lacks_what_and_take_them_all_the_same(
    client: IsolatedClient, make: Make
) -> None:
    client.sign_in(make.coordinator())
    course, basics, more = make.course("Advanced"), make.course("Basics"), make.course("More")
    build_on(course, basics, more)
    session = make.training_session(course_id=course.id)
    path = f"/staff/sessions/{session.id}/people/add"
    ada = make.person(*ADA)
    attend(make, basics, ada, PRESENT)
    attend(make, more, ada, PRESENT)
    attend(make, basics, make.person(*BOB), PRESENT)
    group = people(ADA, BOB, ("Cyd", ""))
    before = counts()

    refused = client.fill(path, group)
    unchanged = counts()
    kept = typed(refused)
    waived = client.fill(path, group | {"waive": "y"})
    plain = make.training_session()

    assert (refused.status_code, unchanged) == (409, before)
    assert errors(refused) == [
        "Row 2: We do not know that this person attended More.",
        "Row 3: We do not know that this person attended Basics, More.",
    ]
    assert [kept[f"people-{number}-name"] for number in range(3)] == [["Ada"], ["Bob"], ["Cyd"]]
    assert waived.status_code == 303
    assert statuses()[3:] == [("Ada", "confirmed"), ("Bob", "confirmed"), ("Cyd", "confirmed")]
    after = db.session.scalars(
        sa.select(AuditEntry.after)
        .where(AuditEntry.action == "registration.register")
        .order_by(AuditEntry.id.desc())
        .limit(3)
    )
    assert [(one or {})["waived"] for one in after] == [[basics.id, more.id]] * 3
    assert "Add them all the same" in client.page(path).text()
    elsewhere = client.page(f"/staff/sessions/{plain.id}/people/add").text()
    assert "Add them all the same" not in elsewhere


def test_whoever_attended_is_added_without_a_question(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())
    course, basics = make.course("Advanced"), make.course("Basics")
    build_on(course, basics)
    session = make.training_session(course_id=course.id)
    attend(make, basics, make.person(*ADA), PRESENT)

    answer = client.fill(
        f"/staff/sessions/{session.id}/people/add", people(("Ada L.", "ADA@example.org"))
    )

    assert answer.status_code == 303
    assert statuses()[1:] == [("Ada L.", "confirmed")]


def test_what_people_lack_is_known_for_many_in_two_statements(
    make: Make, statements: Statements
) -> None:
    course, basics, more = make.course("Advanced"), make.course("Basics"), make.course("More")
    session, plain = make.training_session(course_id=course.id), make.training_session()
    build_on(course, basics, more)
    ada, bob, cyd = make.person(*ADA), make.person(*BOB), make.person("Cyd", "cyd@example.org")
    for attended in (basics, more):
        attend(make, attended, ada, PRESENT)
    attend(make, more, bob, PRESENT)
    ids = [ada.id, bob.id, cyd.id]

    with statements() as sent:
        missing = missing_for(session.id, ids, now=NOW)
    with statements() as of_plain:
        nothing = missing_for(plain.id, ids, now=NOW)

    assert missing == {bob.id: ("Basics",), cyd.id: ("Basics", "More")}
    assert nothing == {}
    assert (len(sent), len(of_plain)) == (2, 1)
