"""A session planned like another one: later by whole days, and without its people."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW, wall
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import Registration
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SeatRules, SessionStatus

NOON = (NOW + 3 * DAY).replace(hour=12, minute=0, second=0)


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def _newest() -> TrainingSession:
    newest = sa.select(TrainingSession).order_by(TrainingSession.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def _walls(session: TrainingSession) -> list[datetime]:
    found = sa.select(Meeting.wall_start).where(Meeting.training_session_id == session.id)
    return list(db.session.scalars(found.order_by(Meeting.starts_at)))


def test_a_duplicate_is_a_draft_of_its_own_a_week_later(staff: IsolatedClient, make: Make) -> None:
    pattern = make.training_session(
        title="Basics",
        description="Text",
        capacity=7,
        waitlist_capacity=2,
        course_id=make.course().id,
        registration_closes=wall(NOON),
        meetings=(
            make.meeting_plan(NOON, venue="Campus", room="2"),
            make.meeting_plan(NOON + 2 * DAY, join_url="https://meet.example.org"),
        ),
    )
    make.registration(pattern)
    with transaction():
        rules = SeatRules(organization_limit=3, offer_hours=48, fills_gaps=False)
        seats.change_rules(pattern.id, rules, actor_id=None, now=NOW)

    saved = staff.fill(f"/staff/sessions/{pattern.id}/duplicate")

    new = _newest()
    entry = db.session.scalars(
        sa.select(AuditEntry).where(
            AuditEntry.action == "session.schedule", AuditEntry.subject_id == new.id
        )
    ).one()
    assert saved.status_code == 303
    assert (new.organization_limit, new.offer_hours, new.fills_gaps) == (3, 48, False)
    assert new.id != pattern.id
    assert _walls(new) == [wall + 7 * DAY for wall in _walls(pattern)]
    assert (new.title, new.description, new.capacity, new.waitlist_capacity, new.course_id) == (
        "Basics",
        "Text",
        7,
        2,
        pattern.course_id,
    )
    assert (new.confirmed_count, new.published_at, new.registration_closes) == (0, None, None)
    assert new.uid != pattern.uid
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 1
    assert entry.after is not None
    assert entry.after["copied_from"] == pattern.id


def test_the_first_day_is_suggested_in_whole_weeks_and_can_be_chosen(
    staff: IsolatedClient, make: Make
) -> None:
    past = NOON - 20 * DAY  # 17 days ago
    pattern = make.training_session(
        meetings=(make.meeting_plan(past), make.meeting_plan(past + DAY, hours=23)),
        now=past - DAY,
    )
    address = f"/staff/sessions/{pattern.id}/duplicate"

    suggested = values_of(staff.page(address).form())
    chosen = values_of(staff.page(f"{address}?on=2030-05-12").form())
    made_up = values_of(staff.page(f"{address}?on=2030-02-31").form())

    days = [f"meetings-{number}-day" for number in (0, 1)]
    first = wall(past).date()
    assert suggested["meetings-0-day"] == [(first + 21 * DAY).isoformat()]
    assert [chosen[day] for day in days] == [["2030-05-12"], ["2030-05-13"]]
    assert chosen["meetings-1-end_day"] == ["2030-05-14"]
    assert made_up["meetings-0-day"] == suggested["meetings-0-day"]
    assert staff.get("/staff/sessions/999/duplicate").status_code == 404


def test_time_01_a_time_that_the_clocks_skip_on_the_new_day_is_refused(
    staff: IsolatedClient, make: Make
) -> None:
    """TIME-01: all meetings move by days on the wall, and are asked for like any others."""
    pattern = make.training_session(
        timezone="Europe/Berlin",
        meetings=(
            make.meeting_plan(datetime(2027, 3, 21, 1, 30, tzinfo=UTC), timezone="Europe/Berlin"),
        ),
    )
    address = f"/staff/sessions/{pattern.id}/duplicate"

    shown = values_of(staff.page(f"{address}?on=2027-03-28").form())
    refused = staff.post(address, data=shown)
    doubled = Page(staff.get(f"{address}?on=2027-10-31").text)

    assert shown["meetings-0-start"] == ["02:30"]
    assert refused.status_code == 422
    assert "The nearest times are 01:30 and 03:30." in refused.text
    assert "The second 02:30 (UTC+01:00)" in doubled.text()
    assert _newest().id == pattern.id


def test_a_duplicate_that_clashes_says_so(staff: IsolatedClient, make: Make) -> None:
    pattern = make.training_session(meetings=(make.meeting_plan(NOON, venue="Hall"),))
    address = f"/staff/sessions/{pattern.id}/duplicate?on={wall(NOON).date().isoformat()}"

    refused = staff.fill(address, {"title": "Again"})
    [box] = Page(refused.text).root.findall(".//input[@name='seen']")
    saved = staff.post(
        address,
        data=values_of(Page(refused.text).form())
        | {"seen": box.get("value"), "clash_reason": "The hall is large"},
    )

    assert refused.status_code == 409
    assert pattern.title in Page(refused.text).text()
    assert saved.status_code == 303
    assert _newest().title == "Again"


def test_a_cancelled_session_is_held_after_all_as_it_was_planned(
    staff: IsolatedClient, make: Make
) -> None:
    pattern = make.training_session(
        status=SessionStatus.CANCELLED,
        meetings=(make.meeting_plan(NOON), make.meeting_plan(NOON + DAY)),
    )

    saved = staff.fill(f"/staff/sessions/{pattern.id}/duplicate")

    assert saved.status_code == 303
    assert _newest().status is SessionStatus.DRAFT
    assert _walls(_newest()) == [wall + 7 * DAY for wall in _walls(pattern)]
