"""Offered seats, as who is offered one sees them: the page, the answer, the calendar, the mail."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.answers import assert_personal
from tests.registrations.filling import main_of, registrations
from tests.registrations.links import manage_path
from tests.registrations.test_letters import change
from tests.times import DAY, HOUR, NOW
from training.audit.models import AuditEntry
from training.calendars.sources import Owner
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import entries, seats
from training.registrations.jobs import settle_due
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.registrations.views import answering
from training.sessions import service as sessions
from training.sessions.values import Promotion, SeatRules

RULES = SeatRules(promotion=Promotion.OFFER, offer_hours=5)


class Offered:
    """A session of one seat, which is offered to Bo; Cy waits next."""

    def __init__(self, make: Make) -> None:
        session = make.training_session(capacity=1, title="Safer streams")
        self.session_id = session.id
        with transaction():
            seats.change_rules(self.session_id, RULES, expected=None, actor_id=None, now=NOW)
        ana, bo, _cy = (make.registration(session, name=name) for name in ("Ana", "Bo", "Cy"))
        self.bo_id, self.person_id = bo.id, bo.person_id
        self.path = manage_path(bo)
        with transaction():
            seats.cancel(ana.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    @property
    def until(self) -> datetime:
        at = db.session.get_one(Registration, self.bo_id).offer_expires_at
        assert at is not None
        return at


@pytest.fixture
def offered(make: Make) -> Offered:
    return Offered(make)


def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Let whoever answers an offer do so at that moment."""
    monkeypatch.setattr(answering, "utc_now", lambda: now)


def counted() -> tuple[int, int]:
    """Count what is written down and mailed."""
    return tuple(  # type: ignore[return-value]  # two numbers
        db.session.scalar(sa.select(sa.func.count()).select_from(kind))
        for kind in (AuditEntry, Message)
    )


def labels_of(page: Page) -> set[str]:
    return {" ".join(" ".join(link.itertext()).split()) for link in page.root.iter("a")}


def test_an_offer_says_until_when_and_opening_it_changes_nothing(
    client: IsolatedClient, offered: Offered
) -> None:
    """WAIT-06: only a POST answers, so that a mail scanner answers nothing."""
    before = counted()

    page = client.get(offered.path)
    client.head(offered.path)
    answers = [client.get(f"{offered.path}/{act}").status_code for act in ("accept", "decline")]

    assert_personal(page)
    local = offered.until + 3 * HOUR  # Nairobi's clocks never change
    day = f"{local:%a} {local.day} {local:%b}"
    assert f"Kept for you until {day}, {local:%H:%M} Nairobi time." in main_of(page)
    assert answers == [405, 405]
    assert counted() == before
    assert registrations()[1:] == [("Bo", "offered"), ("Cy", "waitlisted")]
    # The seat is not theirs yet.
    assert "You have a seat" not in main_of(page)
    assert "The link to join appears here as soon as you have a seat." in main_of(page)


def test_accepting_twice_shows_the_same_page_once_it_is_done(
    client: IsolatedClient, offered: Offered
) -> None:
    """WAIT-06: accepted twice."""
    form = values_of(client.page(offered.path).form("/accept"))

    first = client.post(f"{offered.path}/accept", data=form)
    after, page = counted(), client.page(first.location)
    second = client.post(f"{offered.path}/accept", data=form)

    assert [(one.status_code, one.location) for one in (first, second)] == [(303, offered.path)] * 2
    assert counted() == after
    assert registrations()[1:] == [("Bo", "confirmed"), ("Cy", "waitlisted")]
    assert "The seat is yours. We confirm it by mail." in page.text()
    assert "You have a seat." in page.text()
    assert f"/calendar/sessions/{offered.session_id}.ics" in {
        link.get("href") for link in page.root.iter("a")
    }
    # A page that was open meanwhile: the seat is theirs, and cancelling is how to give it up.
    late = client.post(f"{offered.path}/decline", data=form)
    assert late.status_code == 409
    assert "No seat is offered to this person now." in main_of(late)


@pytest.mark.parametrize("by", ["", "/cancel"], ids=["own page", "page of cancelling"])
def test_declining_gives_the_seat_on_and_twice_is_once(
    client: IsolatedClient, offered: Offered, by: str
) -> None:
    """WAIT-06: declined."""
    said = client.page(offered.path + by).text()
    form = values_of(client.page(offered.path + by).form("/decline"))

    first = client.post(f"{offered.path}/decline", data=form)
    after, page = counted(), client.page(first.location)
    second = client.post(f"{offered.path}/decline", data=form)
    accepted = client.post(f"{offered.path}/accept", data=form)

    assert ("Decline the seat?" in said) is (by == "/cancel")
    assert [(one.status_code, one.location) for one in (first, second)] == [(303, offered.path)] * 2
    assert accepted.status_code == 410
    assert counted() == after
    assert registrations()[1:] == [("Bo", "declined"), ("Cy", "offered")]
    assert "You have declined the seat. Thank you for telling us." in page.text()
    assert "is declined, and goes to somebody else" in page.text()
    assert "Register again" in labels_of(page)
    assert "cancelled" not in page.text()
    assert "has ended already" in client.page(f"{offered.path}/cancel").text()


@pytest.mark.parametrize(
    ("late", "status", "became"),
    [
        pytest.param(timedelta(0), 303, "confirmed", id="at the deadline"),
        pytest.param(timedelta(microseconds=1), 410, "offered", id="after it, not settled yet"),
    ],
)
def test_the_moment_of_the_deadline_is_in_time_and_no_later_one(
    client: IsolatedClient,
    offered: Offered,
    monkeypatch: pytest.MonkeyPatch,
    late: timedelta,
    status: int,
    became: str,
) -> None:
    """WAIT-06: accepted at the deadline second, and after it."""
    form = values_of(client.page(offered.path).form("/accept"))
    before = counted()
    at(monkeypatch, offered.until + late)

    response = client.post(f"{offered.path}/accept", data=form)

    assert response.status_code == status
    assert registrations()[1:] == [("Bo", became), ("Cy", "waitlisted")]
    assert (counted() == before) is (status == 410)


def test_who_comes_too_late_is_offered_to_register_again(
    client: IsolatedClient, offered: Offered
) -> None:
    """WAIT-06: accepted after expiry, 410 with "rejoin"."""
    form = values_of(client.page(offered.path).form("/accept"))
    change(Registration, offered.bo_id, offer_expires_at=NOW - HOUR)

    unsettled = client.post(f"{offered.path}/accept", data=form)
    settle_due(now=NOW)
    after = counted()
    settled = client.post(f"{offered.path}/accept", data=form)
    declined = client.post(f"{offered.path}/decline", data=form)

    for response in (unsettled, settled):
        assert response.status_code == 410
        assert_personal(response)
        page = Page(response.text)
        assert "Nobody accepted it by then, so it goes to somebody else." in page.text()
        assert "Offer ended" in page.text()
        again = {link.get("href") for link in page.root.iter("a")}
        assert f"/sessions/{offered.session_id}/register" in again
        assert page.forms() == []
    assert main_of(unsettled) == main_of(settled) == main_of(client.get(offered.path))
    assert (declined.status_code, counted()) == (303, after)
    assert registrations()[1:] == [("Bo", "declined"), ("Cy", "offered")]


def test_a_session_that_is_called_off_takes_the_offer_with_it_and_gives_it_back(
    client: IsolatedClient, offered: Offered
) -> None:
    form = values_of(client.page(offered.path).form("/accept"))
    with transaction():
        sessions.cancel(offered.session_id, actor_id=None, now=NOW)

    refused = client.post(f"{offered.path}/accept", data=form)
    off = client.page(offered.path).text()
    with transaction():
        sessions.reopen(offered.session_id, restores=True, actor_id=None, now=NOW)
    again = client.page(offered.path)

    assert refused.status_code == 409
    assert "No seat is offered to this person now." in main_of(refused)
    assert "The session was cancelled. You need to do nothing." in off
    assert "A seat is kept for you" in again.text()
    assert [form.get("action") for form in again.forms()] == [
        f"{offered.path}/accept",
        f"{offered.path}/decline",
    ]


@pytest.mark.parametrize("act", ["accept", "decline"])
def test_answering_needs_the_token_of_the_page(
    client: IsolatedClient, offered: Offered, act: str
) -> None:
    """WEB-01; and a link that nobody made is not found."""
    assert client.post(f"{offered.path}/{act}", data={"csrf_token": "x"}).status_code == 400
    form = values_of(client.page(offered.path).form("/accept"))
    assert client.post(f"{offered.path}x/{act}", data=form).status_code == 404
    assert registrations()[1:] == [("Bo", "offered"), ("Cy", "waitlisted")]


def test_an_offer_is_tentative_in_ones_calendar_and_cancelled_once_declined(
    offered: Offered,
) -> None:
    def entry() -> bytes:
        owner = Owner(person_id=offered.person_id, organization_id=None)
        found = entries.PERSON.entries(owner, since=NOW - DAY)
        db.session.rollback()
        return found

    kept = entry()
    with transaction():
        seats.decline(offered.bo_id, actor_id=None, now=NOW)
    declined = entry()

    assert b"\r\nSTATUS:TENTATIVE\r\n" in kept
    assert b"\r\nSUMMARY:Seat offered: Safer streams\r\n" in kept
    assert b"\r\nSTATUS:CANCELLED\r\n" in declined
    assert b"\r\nSUMMARY:Cancelled: Safer streams\r\n" in declined
    numbers = [
        int(text.partition(b"\r\nSEQUENCE:")[2].partition(b"\r\n")[0]) for text in (kept, declined)
    ]
    assert numbers[0] < numbers[1]


def test_the_mail_of_an_offer_is_dropped_when_it_has_ended(offered: Offered) -> None:
    message = db.session.scalars(
        sa.select(Message).where(Message.kind == "registration.offered")
    ).one()

    assert message.valid_until == offered.until == NOW + 5 * HOUR
