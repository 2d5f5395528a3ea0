"""For whom something is, and what people with disabilities find: typed by staff, kept by all."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import NOW, TOMORROW
from training.audit.models import AuditEntry
from training.calendars.models import StoredEntry
from training.db import db, transaction
from training.sessions import service as sessions
from training.sessions.models import Course, Meeting, TrainingSession, Venue
from training.sessions.queries import get_session

TEXTS: dict[str, Any] = {"for_whom": "Moderators", "accessibility": "Captions.\n\nA break."}


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def _newest() -> TrainingSession:
    newest = sa.select(TrainingSession).order_by(TrainingSession.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def _meeting_revisions() -> list[int]:
    return list(db.session.scalars(sa.select(Meeting.revision).order_by(Meeting.id)))


def fill(staff: IsolatedClient, path: str, fields: dict[str, str]) -> TestResponse:
    """Send the form of the page itself, which is not the only one on it."""
    return staff.fill(path, fields, action=None if path.endswith("/edit") else path)


def _texts(training_session: TrainingSession) -> dict[str, str]:
    return {
        "for_whom": training_session.for_whom,
        "accessibility": training_session.accessibility,
    }


def _entries() -> list[bytes]:
    found = sa.select(StoredEntry.body).order_by(StoredEntry.meeting_uid, StoredEntry.variant)
    return list(db.session.scalars(found))


def test_session_is_revised_by_them_and_calendars_are_not(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(title="Basics", starts_at=TOMORROW)
    path = f"/staff/sessions/{session.id}/edit"
    entries, meetings, revision = _entries(), _meeting_revisions(), session.revision

    assert staff.fill(path, TEXTS).status_code == 303

    stored = _newest()
    assert _texts(stored) == TEXTS
    assert stored.revision == revision + 1
    assert _meeting_revisions() == meetings
    assert _entries() == entries
    revised = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "session.revise")
    ).one()
    assert revised.after is not None
    assert revised.after["changed"] == ["accessibility", "for_whom"]
    # Saving what stands changes nothing.
    staff.fill(path)
    assert _newest().revision == revision + 1


def test_two_who_edit_see_what_differs(staff: IsolatedClient, make: Make) -> None:
    """SEAT-21."""
    session = make.training_session(title="Basics", starts_at=TOMORROW)
    path = f"/staff/sessions/{session.id}/edit"
    form = values_of(staff.page(path).form())
    plan = get_session(session.id, now=NOW).plan
    with transaction():
        sessions.revise(
            session.id,
            replace(plan, for_whom="Hosts", accessibility="A ramp."),
            expected_revision=None,
            actor_id=None,
            now=NOW,
        )

    late = staff.post(path, data={**form, **TEXTS})

    assert late.status_code == 409
    words = Page(late.text).text()
    assert "For whom it is Hosts Moderators" in words
    assert "Accessibility A ramp. Captions. A break." in words
    assert staff.post(path, data=values_of(Page(late.text).form())).status_code == 303
    assert _texts(_newest()) == TEXTS


def test_new_session_and_duplicate_have_them(staff: IsolatedClient, make: Make) -> None:
    pattern = make.training_session(title="Basics", starts_at=TOMORROW, **TEXTS)

    response = staff.fill(f"/staff/sessions/{pattern.id}/duplicate")

    assert response.status_code == 303
    copied = _newest()
    assert copied.id != pattern.id
    assert _texts(copied) == TEXTS


def test_course_and_venue_keep_theirs(staff: IsolatedClient, make: Make) -> None:
    course, room = make.course("First aid"), make.room()
    venue_id = room.venue_id

    changed = fill(staff, f"/staff/courses/{course.id}", {"for_whom": "Everybody"})
    assert changed.status_code == 303
    assert db.session.scalars(sa.select(Course.for_whom)).one() == "Everybody"
    changed = fill(staff, f"/staff/venues/{venue_id}", {"accessibility": "A lift.\nA ramp."})
    assert changed.status_code == 303
    assert db.session.scalars(sa.select(Venue.accessibility)).one() == "A lift.\nA ramp."
    assert db.session.scalars(sa.select(Venue.revision)).one() == 1


def test_texts_that_are_too_long_are_refused_and_shown_again(
    staff: IsolatedClient, make: Make
) -> None:
    """INP-05."""
    session = make.training_session(title="Basics", starts_at=TOMORROW)
    course, room = make.course("First aid"), make.room()

    for path, name, most in (
        (f"/staff/sessions/{session.id}/edit", "for_whom", 500),
        (f"/staff/sessions/{session.id}/edit", "accessibility", 1000),
        (f"/staff/courses/{course.id}", "for_whom", 500),
        (f"/staff/venues/{room.venue_id}", "accessibility", 1000),
    ):
        response = fill(staff, path, {name: "é" * (most + 1)})
        assert response.status_code == 422, (path, name)
        assert "é" * (most + 1) in response.text
        assert fill(staff, path, {name: "é" * most}).status_code == 303, (path, name)
