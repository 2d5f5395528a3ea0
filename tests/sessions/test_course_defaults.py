"""A course as a template: what a new session of it starts with."""

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, TOMORROW, wall
from training.audit.models import AuditEntry
from training.db import db
from training.sessions.models import Course, TrainingSession
from training.sessions.values import Delivery, Promotion


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


DEFAULTS = {
    "minutes": "90",
    "delivery": "hybrid",
    "audience": "partners",
    "language": "fr",
    "capacity": "12",
    "waitlist_capacity": "0",
    "needs_approval": "y",
    "offers": "y",
    "organization_limit": "3",
}


def test_a_new_session_of_a_course_starts_with_what_it_says(
    staff: IsolatedClient, make: Make
) -> None:
    course = make.course("Basics", description="- To listen", for_whom="Volunteers", language="en")
    campaign = make.campaign(session_defaults={"timezone": "Asia/Tokyo", "capacity": 99})
    address = f"/staff/courses/{course.id}/defaults"

    saved = staff.fill(address, DEFAULTS)
    again = staff.fill(address, {})
    page = staff.page(f"/staff/sessions/new?course={course.id}&campaign={campaign.id}")
    typed = values_of(page.form(""))
    made = staff.post(
        "/staff/sessions/new",
        data={
            **typed,
            "meetings-0-day": wall(TOMORROW + DAY).date().isoformat(),
            "then": "repeat",
        },
    )

    assert (saved.status_code, again.status_code, made.status_code) == (303, 303, 303)
    shown = {
        name: typed.get(name)
        for name in (
            *("title", "description", "for_whom", "course_id", "campaign_id", "timezone"),
            *("language", "delivery", "audience", "capacity", "waitlist_capacity"),
            *("meetings-0-start", "meetings-0-end"),
        )
    }
    assert {name: one[0] if one else None for name, one in shown.items()} == {
        "title": "Basics",
        "description": "- To listen",
        "for_whom": "Volunteers",
        "course_id": str(course.id),
        "campaign_id": str(campaign.id),
        "timezone": "Asia/Tokyo",
        "language": "fr",
        "delivery": "hybrid",
        "audience": "partners",
        "capacity": "12",
        "waitlist_capacity": "0",
        "meetings-0-start": "10:00",
        "meetings-0-end": "11:30",
    }
    [session] = db.session.scalars(sa.select(TrainingSession))
    assert made.headers["Location"].endswith(f"/staff/sessions/{session.id}/series")
    assert (session.delivery, session.promotion) == (Delivery.HYBRID, Promotion.OFFER)
    assert (session.needs_approval, session.organization_limit) == (True, 3)
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "course.revise"))
    assert [(entry.after or {}).get("changed") for entry in entries] == [["session_defaults"]]


def test_what_is_left_empty_says_nothing(staff: IsolatedClient, make: Make) -> None:
    course = make.course(language="en", session_defaults={"capacity": 5, "promotion": "offer"})
    address = f"/staff/courses/{course.id}/defaults"

    staff.fill(address, {"capacity": "", "offers": None})

    assert db.session.get_one(Course, course.id).session_defaults == {}


def test_wrong_values_and_stale_forms_are_refused(staff: IsolatedClient, make: Make) -> None:
    course = make.course()
    address = f"/staff/courses/{course.id}/defaults"
    wrong = [{"minutes": "0"}, {"minutes": "840"}, {"delivery": "by_post"}, {"capacity": "-1"}]
    stale = values_of(staff.page(address).form())

    answers = [staff.fill(address, one).status_code for one in wrong]
    staff.fill(address, {"capacity": "7"})
    conflict = staff.post(address, data={**stale, "capacity": "8"})
    again = staff.post(address, data=values_of(Page(conflict.text).form()))

    assert answers == [422] * 4
    assert conflict.status_code == 409
    assert "7" in Page(conflict.text).text()
    assert again.status_code == 303
    assert db.session.get_one(Course, course.id).session_defaults == {"capacity": 8}
    assert staff.get("/staff/courses/999/defaults").status_code == 404
    assert staff.get("/staff/sessions/new?course=999").status_code == 404
