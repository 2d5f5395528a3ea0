"""Changing a session: what is saved, what is refused, and two people at once (SEAT-21)."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW, TOMORROW, wall
from training.audit.models import AuditEntry
from training.db import db
from training.sessions.models import Assignment, Meeting, TrainingSession
from training.sessions.values import SessionStatus

#: Forms know no seconds.
NOON = NOW.replace(hour=12, minute=0, second=0)


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(email="mina@example.org"))
    return client


def _edit(training_session: TrainingSession) -> str:
    return f"/staff/sessions/{training_session.id}/edit"


def _stored(training_session: TrainingSession) -> TrainingSession:
    return db.session.get_one(TrainingSession, training_session.id, populate_existing=True)


def _revisions() -> int:
    acts = sa.select(sa.func.count()).where(AuditEntry.action == "session.revise")
    return db.session.scalar(acts) or 0


def test_the_form_shows_what_is_stored_and_saving_it_changes_nothing(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha", email="asha@example.org")
    outside = make.person(name="Tom", email="tom@example.org")
    training_session = make.training_session(
        title="Two parts",
        course_id=make.course().id,
        campaign_id=make.campaign().id,
        language="pt-BR",
        trainer_ids=(asha.person_id, outside.id),
        registration_closes=wall(NOON + DAY),
        meetings=(
            make.meeting_plan(NOON + DAY, venue="Campus", room="2"),
            make.meeting_plan(NOON + 2 * DAY, hours=30, join_url="https://meet.example.org"),
        ),
    )

    response = staff.fill(_edit(training_session))

    assert response.status_code == 303
    assert "Nothing was changed." in staff.get(response.headers["Location"]).text
    assert _stored(training_session).revision == training_session.revision
    assert _revisions() == 0


def test_what_was_typed_is_saved(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(title="Basics")
    make.registration(training_session)

    asked = staff.fill(
        _edit(training_session),
        {"title": "Basics, revised", "meetings-0-end": "23:59", "registration_paused": "y"},
    )
    response = staff.post(_edit(training_session), data=values_of(Page(asked.text).form()))

    stored = _stored(training_session)
    assert response.status_code == 303
    assert (stored.title, stored.registration_paused) == ("Basics, revised", True)
    assert stored.confirmed_count == 1
    assert _revisions() == 1


def test_a_meeting_is_added_and_another_called_off(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(starts_at=TOMORROW)
    values = values_of(staff.page(_edit(training_session)).form())
    values |= {"meetings-0-meeting_id": [""], "meetings-0-day": ["2030-05-12"]}

    response = staff.post(_edit(training_session), data=values)

    meetings = db.session.scalars(sa.select(Meeting).order_by(Meeting.id)).all()
    assert response.status_code == 303
    assert [meeting.cancelled_at is not None for meeting in meetings] == [True, False]
    roster = staff.page(f"/staff/sessions/{training_session.id}").text()
    assert "Sunday, 12 May 2030" in roster


def test_people_who_are_registered_are_mentioned(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session()
    make.outcome(training_session, make.participant(), make.participant())

    page = staff.page(_edit(training_session)).text()

    assert "2 people are registered." in page
    assert "Seats" not in page


def test_seat_21_the_second_of_two_tabs_is_shown_what_differs(
    staff: IsolatedClient, make: Make
) -> None:
    training_session = make.training_session(title="Basics", description="Old")
    first = values_of(staff.page(_edit(training_session)).form())
    second = values_of(staff.page(_edit(training_session)).form())
    saved = staff.post(_edit(training_session), data={**first, "title": "First"})

    refused = staff.post(_edit(training_session), data={**second, "title": "Second"})

    page = Page(refused.text)
    rows = [
        ["".join(cell.itertext()) for cell in row]
        for row in page.root.findall(".//tr[@class='differs']")
    ]
    assert (saved.status_code, refused.status_code) == (303, 409)
    assert "Somebody else changed this session while you were editing it." in page.text()
    assert rows == [["Title", "First", "Second"]]
    assert values_of(page.form())["title"] == ["Second"]
    assert (_stored(training_session).title, _revisions()) == ("First", 1)


def test_seat_21_who_has_seen_the_difference_may_save_again(
    staff: IsolatedClient, make: Make
) -> None:
    training_session = make.training_session(
        title="Basics", meetings=(make.meeting_plan(NOW + DAY), make.meeting_plan(NOW + 2 * DAY))
    )
    mine = values_of(staff.page(_edit(training_session)).form())
    one_less = {name: value for name, value in mine.items() if not name.startswith("meetings-1")}
    staff.post(_edit(training_session), data=one_less)

    refused = staff.post(_edit(training_session), data={**mine, "title": "Mine"})
    again = staff.post(_edit(training_session), data=values_of(Page(refused.text).form()))

    live = sa.select(sa.func.count()).where(Meeting.cancelled_at.is_(None))
    assert (refused.status_code, again.status_code) == (409, 303)
    assert _stored(training_session).title == "Mine"
    assert db.session.scalar(live) == 2


@pytest.mark.parametrize("revision", ["", "-1", "x", "²"])
def test_seat_21_a_form_without_its_revision_is_refused(
    staff: IsolatedClient, make: Make, revision: str
) -> None:
    training_session = make.training_session(title="Basics")

    response = staff.fill(_edit(training_session), {"title": "Mine", "revision": revision})

    assert response.status_code == 422
    assert _stored(training_session).title == "Basics"


def test_authz_04_a_meeting_of_another_session_is_not_touched(
    staff: IsolatedClient, make: Make
) -> None:
    mine, other = make.training_session(), make.training_session()
    foreign = db.session.scalars(
        sa.select(Meeting).where(Meeting.training_session_id == other.id)
    ).one()

    response = staff.fill(_edit(mine), {"meetings-0-meeting_id": str(foreign.id)})

    stored = db.session.get_one(Meeting, foreign.id, populate_existing=True)
    assert response.status_code == 409
    assert (stored.training_session_id, stored.revision) == (other.id, foreign.revision)
    assert _revisions() == 0


def test_wrong_input_keeps_what_was_typed(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(title="Basics")

    response = staff.fill(_edit(training_session), {"title": "", "description": "Kept"})

    assert response.status_code == 422
    assert values_of(Page(response.text).form())["description"] == ["Kept"]
    assert _stored(training_session).title == "Basics"


def test_a_trainer_without_an_account_stays_one(staff: IsolatedClient, make: Make) -> None:
    outside = make.person(name="Tom", email="tom@example.org")
    training_session = make.training_session(trainer_ids=(outside.id,))

    staff.fill(_edit(training_session), {"title": "Changed"})

    assert db.session.scalars(sa.select(Assignment.person_id)).all() == [outside.id]


def test_a_cancelled_session_stays_as_it_is(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(title="Basics")
    values = values_of(staff.page(_edit(training_session)).form())
    staff.fill(f"/staff/sessions/{training_session.id}/cancel")

    opened = staff.get(_edit(training_session))
    sent = staff.post(_edit(training_session), data={**values, "title": "Mine"})

    assert (opened.status_code, sent.status_code) == (409, 409)
    assert "This session is cancelled." in sent.text
    assert _stored(training_session).title == "Basics"


def test_time_01_moving_into_the_gap_is_refused(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(timezone="Europe/Berlin")
    fields: dict[str, Any] = {"meetings-0-day": "2026-03-29", "meetings-0-start": "02:30"}

    response = staff.fill(_edit(training_session), fields)

    assert response.status_code == 422
    assert "The nearest times are 01:30 and 03:30." in response.text
    assert _stored(training_session).starts_at == training_session.starts_at


def test_the_second_of_a_doubled_hour_stays_chosen(staff: IsolatedClient, make: Make) -> None:
    plan = make.meeting_plan(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), timezone="Europe/Berlin")
    training_session = make.training_session(
        timezone="Europe/Berlin",
        meetings=(
            type(plan)(
                wall_start=plan.wall_start,
                wall_end=plan.wall_end,
                timezone=plan.timezone,
                start_fold=1,
            ),
        ),
    )

    staff.fill(_edit(training_session), {"title": "Changed"})

    [meeting] = db.session.scalars(sa.select(Meeting)).all()
    assert meeting.start_fold == 1
    assert meeting.starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_what_is_not_there_is_404(staff: IsolatedClient) -> None:
    assert staff.get("/staff/sessions/999/edit").status_code == 404
    assert staff.get("/staff/sessions/99999999999/edit").status_code == 404


def test_without_a_token_nothing_is_saved(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(title="Basics")
    values = values_of(staff.page(_edit(training_session)).form())
    del values["csrf_token"]

    response = staff.post(_edit(training_session), data={**values, "title": "Mine"})

    assert response.status_code == 400
    assert _stored(training_session).title == "Basics"


def test_trainers_of_the_session_may_not(client: IsolatedClient, make: Make) -> None:
    asha = make.trainer()
    training_session = make.training_session(
        status=SessionStatus.DRAFT, trainer_ids=(asha.person_id,)
    )

    address = _edit(training_session)

    stranger = client.get(address)
    client.sign_in(asha)
    trainer = client.get(address)

    assert (stranger.status_code, trainer.status_code) == (303, 403)
