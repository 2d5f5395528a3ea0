"""Holding a cancelled session after all: what staff see first, and what follows."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.registrations.filling import main_of
from tests.times import DAY, HOUR, NOW
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions import service
from training.sessions.models import TrainingSession
from training.sessions.values import Promotion, SeatRules, SessionStatus


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def cancelled(make: Make) -> int:
    """Make a cancelled session in which people had every kind of place; returns its id."""
    number = make.training_session(capacity=2, starts_at=NOW + 9 * DAY).id
    rules = SeatRules(promotion=Promotion.OFFER, offer_hours=24)
    with transaction():
        seats.change_rules(number, rules, actor_id=None, now=NOW)
    first, *_others = make.outcome(
        db.session.get_one(TrainingSession, number),
        *(make.participant(name) for name in ("Gone", "Ada", "Bo", "Cy")),
    ).registration_ids
    with transaction():  # Bo is offered the seat; Cy waits
        seats.cancel(first, because=CancelledBecause.PERSON, actor_id=None, now=NOW)
    with transaction():
        asking = SeatRules(promotion=Promotion.OFFER, offer_hours=24, needs_approval=True)
        seats.change_rules(number, asking, actor_id=None, now=NOW)
    make.registration(db.session.get_one(TrainingSession, number), name="Di")
    with transaction():
        service.cancel(number, actor_id=None, now=NOW)
    return number


def standing(session_id: int) -> dict[str, str]:
    db.session.rollback()
    found = db.session.execute(
        sa.select(Registration.name, Registration.status).where(
            Registration.training_session_id == session_id
        )
    )
    return {row.name: str(row.status) for row in found}


def restored() -> int:
    return (
        db.session.scalar(sa.select(sa.func.count()).where(Message.kind == "registration.restored"))
        or 0
    )


def test_everybody_is_restored_as_the_page_said(staff: IsolatedClient, make: Make) -> None:
    number = cancelled(make)
    path = f"/staff/sessions/{number}/reopen"

    roster = staff.page(f"/staff/sessions/{number}")
    preview = main_of(staff.get(path))
    reopened = staff.fill(path)
    again = staff.get(path)

    assert path in {link.get("href") for link in roster.root.iter("a")}
    for said in (
        "1 person has their seat again.",
        "1 person is offered a seat again, with a new deadline.",
        "1 person waits again, in the same place in line.",
        "1 person asks for a seat again.",
        "Each of them is told by mail.",
    ):
        assert said in preview
    assert (reopened.status_code, again.status_code) == (303, 409)
    assert standing(number) == {
        "Gone": "cancelled",
        "Ada": "confirmed",
        "Bo": "offered",
        "Cy": "waitlisted",
        "Di": "requested",
    }
    assert restored() == 4
    assert audit(now=utc_now()) == []
    page = main_of(staff.get(f"/staff/sessions/{number}"))
    assert "Re-opened." in page
    assert "Seat offered Answer by" in page
    history = staff.page(f"/staff/sessions/{number}/history").text()
    assert "Mina re-opened the session." in history
    assert "Bo is offered a seat again: the session was re-opened." in history


def test_unticked_nobody_is_restored_nor_told(staff: IsolatedClient, make: Make) -> None:
    number = cancelled(make)

    reopened = staff.fill(f"/staff/sessions/{number}/reopen", {"restore": None})

    assert reopened.status_code == 303
    assert set(standing(number).values()) == {"cancelled"}
    assert restored() == 0
    assert db.session.get_one(TrainingSession, number).status is SessionStatus.PUBLISHED


def test_what_cannot_be_reopened_says_why(staff: IsolatedClient, make: Make) -> None:
    published = make.training_session().id
    over = make.training_session(
        starts_at=NOW - DAY, now=NOW - 2 * DAY, status=SessionStatus.CANCELLED
    ).id
    begun = make.training_session(
        starts_at=NOW - HOUR / 2, now=NOW - DAY, status=SessionStatus.CANCELLED
    ).id
    path = "/staff/sessions/{}/reopen"

    assert staff.get(path.format(published)).status_code == 409
    assert "Duplicate it to hold it at another time." in staff.get(path.format(over)).text
    assert staff.get(path.format(over)).status_code == 409
    assert path.format(over) not in staff.get(f"/staff/sessions/{over}").text
    assert "Nobody was registered, so nobody is told by mail." in staff.get(path.format(begun)).text


def test_an_offer_without_time_for_an_answer_becomes_a_place_in_line(
    staff: IsolatedClient, make: Make
) -> None:
    number = cancelled(make)
    soon = utc_now() - timedelta(minutes=1)
    with transaction():  # the time has come, for what is asked of the page
        db.session.execute(
            sa.update(TrainingSession)
            .where(TrainingSession.id == number)
            .values(promotion_ends_at=soon)
        )

    preview = main_of(staff.get(f"/staff/sessions/{number}/reopen"))
    staff.fill(f"/staff/sessions/{number}/reopen")

    assert "offered a seat" not in preview
    assert "2 people wait again, in the same places in line." in preview
    assert standing(number)["Bo"] == "waitlisted"
