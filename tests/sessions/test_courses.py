"""Courses: lists, how often they were held, a title that calendars take over."""

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW
from training.audit.models import AuditEntry
from training.calendars.models import StoredEntry
from training.calendars.values import Variant
from training.db import db
from training.sessions.models import Course, Meeting

COURSES = "/staff/courses/"
NEW = "/staff/courses/new"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def _course() -> Course:
    return db.session.scalars(sa.select(Course)).one()


def _categories() -> list[str]:
    bodies = db.session.scalars(
        sa.select(StoredEntry.body)
        .where(StoredEntry.variant == Variant.PUBLIC)
        .order_by(StoredEntry.starts_at)
    )
    return [
        line.removeprefix("CATEGORIES:")
        for body in bodies
        for line in body.decode().splitlines()
        if line.startswith("CATEGORIES:")
    ]


def test_a_course_is_made_and_found_with_what_is_planned_of_it(
    staff: IsolatedClient, make: Make
) -> None:
    saved = staff.fill(NEW, {"title": "Écoute active", "summary": "Listen", "language": "fr"})
    course_id = _course().id
    make.training_session(starts_at=NOW - 9 * DAY, course_id=course_id, now=NOW - 10 * DAY)
    make.training_session(starts_at=NOW + 9 * DAY, course_id=course_id, title="In nine days")
    make.training_session(starts_at=NOW + 5 * DAY, course_id=course_id, title="In five days")

    page = staff.page(f"{COURSES}{course_id}").text()
    [row] = [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in staff.page(COURSES + "?q=ecoute").root.findall(".//tbody/tr")
    ]

    assert (saved.status_code, _course().slug) == (303, "ecoute-active")
    assert row[:4] == ["Écoute active", "French", "1", "2"]
    assert row[4] not in {"", "–"}
    assert "Held 1 time so far." in page
    assert page.index("In five days") < page.index("In nine days")


def test_a_new_title_is_written_into_the_calendars_of_what_is_to_come(
    staff: IsolatedClient, make: Make
) -> None:
    course = make.course("Basics")
    for day in (-9, 9):
        make.training_session(starts_at=NOW + day * DAY, course_id=course.id, now=NOW - 10 * DAY)
    before = [meeting.revision for meeting in db.session.scalars(sa.select(Meeting))]

    address = f"{COURSES}{course.id}"
    summary = staff.fill(address, {"summary": "Short"}, action=address)
    unchanged = _categories()
    title = staff.fill(address, {"title": "Fundamentals"}, action=address)

    after = db.session.scalars(sa.select(Meeting.revision).order_by(Meeting.starts_at)).all()
    assert (summary.status_code, title.status_code) == (303, 303)
    assert unchanged == ["Basics", "Basics"]
    assert _categories() == ["Basics", "Fundamentals"]
    assert [now - then for now, then in zip(after, before, strict=True)] == [0, 1]


def test_the_second_of_two_tabs_is_shown_what_differs(staff: IsolatedClient, make: Make) -> None:
    address = f"{COURSES}{make.course('Basics').id}"
    second = values_of(staff.page(address).form(address))
    staff.post(address, data=second | {"title": "First"})

    refused = staff.post(address, data=second | {"title": "Second"})
    shown = Page(refused.text)
    again = staff.post(address, data=values_of(shown.form(address)))

    assert (refused.status_code, again.status_code) == (409, 303)
    assert "Title First Second" in shown.text()
    assert _course().title == "Second"


def test_an_archived_course_is_offered_no_more_but_stays_with_its_sessions(
    staff: IsolatedClient, make: Make
) -> None:
    course = make.course("Basics")
    session = make.training_session(course_id=course.id)
    staff.fill(f"{COURSES}{course.id}", action="/archive")

    new = staff.page("/staff/sessions/new")
    edit = staff.page(f"/staff/sessions/{session.id}/edit")
    saved = staff.fill(f"/staff/sessions/{session.id}/edit", {"description": "More"})

    of_new, of_edit = (
        [option.get("value") for option in page.root.findall(".//select[@id='course_id']/option")]
        for page in (new, edit)
    )
    assert (of_new, of_edit) == ([""], ["", str(course.id)])
    assert saved.status_code == 303
    assert values_of(staff.page(f"/staff/sessions/{session.id}/edit").form())["course_id"] == [
        str(course.id)
    ]
    assert "Basics" in staff.page(COURSES + "?show=archived").text()


def test_only_a_course_that_nothing_uses_is_deleted(staff: IsolatedClient, make: Make) -> None:
    used, unused = make.course("Used"), make.course("Unused")
    make.training_session(course_id=used.id)
    token = values_of(staff.page(f"{COURSES}{unused.id}/delete").form())

    refused = staff.post(f"{COURSES}{used.id}/delete", data=token)
    deleted = staff.post(f"{COURSES}{unused.id}/delete", data=token)

    actions = sa.select(AuditEntry.action).where(AuditEntry.subject_kind == "course")
    assert (refused.status_code, deleted.status_code) == (409, 303)
    assert _course().title == "Used"
    assert list(db.session.scalars(actions)) == ["course.delete"]


def test_an_address_that_cannot_be_is_said_beside_its_field(staff: IsolatedClient) -> None:
    staff.fill(NEW, {"title": "T", "slug": "taken"})

    for slug in ("taken", "Not Small", "a--b", "-a", "ä"):
        response = staff.fill(NEW, {"title": "Mine", "slug": slug})
        page = Page(response.text)
        assert response.status_code == (409 if slug == "taken" else 422)
        assert page.root.find(".//p[@id='slug-error']") is not None, slug
        assert values_of(page.form())["slug"] == [slug]
        assert _course().title == "T"
