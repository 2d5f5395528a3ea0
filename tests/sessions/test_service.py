"""What staff do to sessions, and what everybody sees of it; at the service, on both engines."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training.checks.service import audit
from training.db import db, transaction
from training.errors import NotFoundError
from training.registrations import seats
from training.registrations.errors import RegistrationClosedError
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions import service
from training.sessions.errors import InvalidPlanError, SessionCancelledError, StaleSessionError
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import Audience, MeetingPlan, SeatPlan, SessionPlan, SessionStatus


def revise(session: TrainingSession, plan: SessionPlan) -> bool:
    with transaction():
        return service.revise(session.id, plan, expected_revision=None, actor_id=None, now=NOW)


def revisions(session: TrainingSession) -> list[int]:
    """Return the revisions of a session's meetings, in the order in which they were made."""
    return list(
        db.session.scalars(
            sa.select(Meeting.revision)
            .where(Meeting.training_session_id == session.id)
            .order_by(Meeting.ordinal)
        )
    )


def planned(make: Make, session: TrainingSession, *days: int) -> SessionPlan:
    """Return a plan with the stored meetings on these days, and new ones for the rest."""
    ids = list(
        db.session.scalars(
            sa.select(Meeting.id)
            .where(Meeting.training_session_id == session.id, Meeting.cancelled_at.is_(None))
            .order_by(Meeting.ordinal)
        )
    )
    plans: list[MeetingPlan] = [make.meeting_plan(NOW + day * DAY) for day in days]
    known = [replace(plan, meeting_id=id_) for plan, id_ in zip(plans, ids, strict=False)]
    return make.session_plan(title=session.title, meetings=(*known, *plans[len(known) :]))


def test_a_cancelled_draft_stays_what_only_staff_have_seen(
    client: IsolatedClient, make: Make
) -> None:
    """AUTHZ-09."""
    title = "Nobody was to know of this"
    session = make.training_session(title=title, status=SessionStatus.DRAFT)
    with transaction():
        service.cancel(session.id, actor_id=None, now=NOW)

    assert title not in client.get("/sessions/").text
    assert client.get(f"/sessions/{session.id}", follow_redirects=True).status_code == 404
    assert client.get(f"/calendar/sessions/{session.id}.ics").status_code == 404
    assert title not in client.get("/calendar/sessions.ics").text


def test_a_cancelled_session_stays_where_people_saw_it(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(title="We are sorry", status=SessionStatus.CANCELLED)

    assert "We are sorry" in client.get("/sessions/").text
    feed = client.get("/calendar/sessions.ics").text
    assert "STATUS:CANCELLED" in feed
    assert client.get(f"/calendar/sessions/{session.id}.ics").status_code == 200


def test_a_session_that_becomes_invited_leaves_lists_and_feed(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session(title="For some only")
    plan = replace(planned(make, session, 1), audience=Audience.INVITED)

    revise(session, plan)

    assert "For some only" not in client.get("/sessions/").text
    assert "For some only" not in client.get("/calendar/sessions.ics").text


def test_nobody_registers_for_a_session_that_is_over_whenever_registration_closes(
    app: Flask, make: Make
) -> None:
    """SEAT-11."""
    session = make.training_session(
        starts_at=NOW - DAY, registration_closes=wall(NOW + DAY, NAIROBI)
    )

    with pytest.raises(RegistrationClosedError):
        make.registration(session)


def test_a_moved_meeting_raises_its_own_revision_only(app: Flask, make: Make) -> None:
    session = make.training_session(
        meetings=(make.meeting_plan(NOW + DAY), make.meeting_plan(NOW + 2 * DAY))
    )
    assert revisions(session) == [1, 1]  # published

    revise(session, planned(make, session, 1, 3))

    assert revisions(session) == [1, 2]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param((1, 2, 3), [2, 2, 0], id="one more"),
        pytest.param((1,), [2, 2], id="one less"),
        pytest.param((3, 2), [2, 2], id="in the other order"),
    ],
)
def test_what_renumbers_the_meetings_raises_all_of_them(
    app: Flask, make: Make, days: tuple[int, ...], expected: list[int]
) -> None:
    """Their entries say "1/2": other bytes need another SEQUENCE (RFC 5545, 3.8.7.4)."""
    session = make.training_session(
        meetings=(make.meeting_plan(NOW + DAY), make.meeting_plan(NOW + 2 * DAY))
    )

    revise(session, planned(make, session, *days))

    assert revisions(session) == expected


def test_a_registration_raises_no_revision(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    before = (session.revision, revisions(session))

    first = make.registration(session)
    make.registration(session)
    with transaction():
        seats.cancel(first.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    after = db.session.get_one(TrainingSession, session.id, populate_existing=True)
    assert (after.revision, revisions(session)) == before


def test_a_meeting_left_out_of_the_plan_is_deleted_from_a_draft_and_called_off_otherwise(
    app: Flask, make: Make
) -> None:
    for status, left in ((SessionStatus.DRAFT, [False]), (SessionStatus.PUBLISHED, [False, True])):
        session = make.training_session(
            status=status,
            meetings=(make.meeting_plan(NOW + DAY), make.meeting_plan(NOW + 2 * DAY)),
        )

        revise(session, planned(make, session, 1))

        called_off = db.session.scalars(
            sa.select(Meeting.cancelled_at.is_not(None))
            .where(Meeting.training_session_id == session.id)
            .order_by(Meeting.ordinal)
        ).all()
        assert list(called_off) == left
        again = db.session.get_one(TrainingSession, session.id, populate_existing=True)
        assert again.ends_at < NOW + 2 * DAY


def test_saving_what_stands_changes_nothing(app: Flask, make: Make) -> None:
    session = make.training_session()
    before = session.revision

    assert revise(session, planned(make, session, 1)) is False
    assert db.session.get_one(TrainingSession, session.id).revision == before


def test_a_moved_session_promotes_where_promotion_had_ended(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1, starts_at=NOW + HOUR)
    first = make.registration(session)
    second_id = make.registration(session).id
    late = NOW + 2 * HOUR
    with transaction():
        seats.cancel(first.id, because=CancelledBecause.STAFF, actor_id=None, now=late)
    assert db.session.get_one(Registration, second_id).status == "waitlisted"

    with transaction():
        plan = planned(make, session, 3)
        service.revise(session.id, plan, expected_revision=None, actor_id=None, now=late)

    assert db.session.get_one(Registration, second_id).status == "confirmed"
    assert audit(now=late) == []


def test_a_cancelled_session_stays_as_it_is(app: Flask, make: Make) -> None:
    session = make.training_session(status=SessionStatus.CANCELLED)

    with pytest.raises(SessionCancelledError):
        revise(session, make.session_plan())
    with pytest.raises(SessionCancelledError), transaction():
        service.cancel(session.id, actor_id=None, now=NOW)
    with pytest.raises(SessionCancelledError), transaction():
        service.publish(session.id, actor_id=None, now=NOW)
    with pytest.raises(SessionCancelledError), transaction():
        seats.change_capacity(session.id, SeatPlan(capacity=3), keep=False, actor_id=None, now=NOW)


def test_a_plan_for_another_sessions_meeting_is_stale(app: Flask, make: Make) -> None:
    ours, theirs = make.training_session(), make.training_session()
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == theirs.id)
    ).one()
    plan = make.session_plan(meetings=(make.meeting_plan(meeting_id=meeting_id),))

    with pytest.raises(StaleSessionError):
        revise(ours, plan)


def test_what_does_not_exist_cannot_be_locked(app: Flask) -> None:
    with pytest.raises(NotFoundError), transaction():
        service.lock_training_session(4711)


def test_the_wall_time_is_what_stays(app: Flask, make: Make) -> None:
    plan = make.meeting_plan(NOW + DAY, timezone="Europe/Berlin")
    session = make.training_session(timezone="Europe/Berlin", meetings=(plan,))

    meeting = db.session.scalars(
        sa.select(Meeting).where(Meeting.training_session_id == session.id)
    ).one()

    assert (meeting.wall_start, meeting.timezone) == (plan.wall_start, "Europe/Berlin")
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=90)


def test_a_course_or_campaign_that_is_gone_is_refused(app: Flask, make: Make) -> None:
    session = make.training_session()
    gone: list[dict[str, Any]] = [{"course_id": 4711}, {"campaign_id": 4711}]

    for fields in gone:
        with pytest.raises(InvalidPlanError, match="was deleted meanwhile"), transaction():
            service.schedule(
                make.session_plan(**fields), SeatPlan(capacity=1), actor_id=None, now=NOW
            )
        with pytest.raises(InvalidPlanError, match="was deleted meanwhile"):
            revise(session, replace(planned(make, session, 1), **fields))

    assert db.session.scalars(sa.select(TrainingSession.id)).all() == [session.id]
