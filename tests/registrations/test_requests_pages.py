"""People who ask for a seat: what staff see of them, and deciding."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.filling import errors, main_of, typed
from tests.times import HOUR, NOW
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim
from training.sessions.models import Prerequisite, TrainingSession
from training.sessions.values import SeatRules

Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def asked(
    make: Make, *names: str, capacity: int | None, waitlist_capacity: int | None = None
) -> tuple[int, tuple[int, ...]]:
    """Make a session where staff decide, in which these people asked for a seat.

    :return: its id, and theirs.
    """
    session = make.training_session(capacity=capacity, waitlist_capacity=waitlist_capacity)
    number = session.id
    with transaction():
        seats.change_rules(number, SeatRules(needs_approval=True), actor_id=None, now=NOW)
    ids = tuple(
        make.registration(db.session.get_one(TrainingSession, number), name=name).id
        for name in names
    )
    return number, ids


def path_of(session_id: int) -> str:
    return f"/staff/sessions/{session_id}/requests"


def statuses(session_id: int) -> list[tuple[str, str]]:
    db.session.rollback()
    found = db.session.execute(
        sa.select(Registration.name, Registration.status)
        .where(Registration.training_session_id == session_id)
        .order_by(Registration.ticket)
    )
    return [(row.name, str(row.status)) for row in found]


def names_in(text: str) -> list[str]:
    """Return who stands in the list, in its order."""
    return [
        " ".join("".join(head.itertext()).split())
        for head in Page(text).root.findall(".//table/tbody/tr/th")
    ]


def test_who_asks_is_listed_with_what_there_is_to_know(staff: IsolatedClient, make: Make) -> None:
    aid = make.organization("Aid")
    aid_name = aid.name
    session = make.training_session(capacity=9)
    number = session.id
    with transaction():
        rules = SeatRules(needs_approval=True, approval_hours=3)
        seats.change_rules(number, rules, actor_id=None, now=NOW)
    session = db.session.get_one(TrainingSession, number)
    make.registration(session, name="Bo", email="bo@example.org")
    session = db.session.get_one(TrainingSession, number)
    make.outcome(
        session,
        make.participant(
            "Ada", email="ada@example.org", organization_id=aid.id, claim=Claim.REPRESENTATIVE
        ),
        actor_id=make.representative(aid).person_id,
    )

    text = staff.get(path_of(number)).text
    roster = main_of(staff.get(f"/staff/sessions/{number}"))

    assert names_in(text) == ["Bo bo@example.org", "Ada ada@example.org"]
    assert f"{aid_name} registered by its representative" in Page(text).text()
    lapses = {
        time.get("datetime")
        for cell in Page(text).root.iter("td")
        if cell.get("data-label") == "Lapses"
        for time in cell.iter("time")
    }
    assert lapses == {(NOW + 3 * HOUR).isoformat()}
    assert "2 people ask for a seat: decide" in roster
    assert roster.count("Requested Lapses") == 2
    empty = make.training_session().id
    assert "Nobody asks for a seat" in staff.page(path_of(empty)).text()


def test_approving_gives_a_seat_or_a_place_in_line_and_twice_is_harmless(
    staff: IsolatedClient, make: Make
) -> None:
    number, (ada, bo, cy) = asked(make, "Ada", "Bo", "Cy", capacity=1)

    first = staff.fill(path_of(number), action=f"/{ada}/approve")
    told = main_of(staff.get(path_of(number)))
    staff.fill(path_of(number), action=f"/{bo}/approve")
    values = typed(staff.get(f"/staff/registrations/{cy}/refuse"))
    again = staff.post(f"/staff/registrations/{ada}/approve", data=values)
    harmless = staff.page(path_of(number)).text()
    refused = staff.fill(f"/staff/registrations/{cy}/refuse")
    twice = staff.post(f"/staff/registrations/{cy}/refuse", data=values)
    too_late = staff.post(f"/staff/registrations/{cy}/approve", data=values)
    of_approved = staff.post(f"/staff/registrations/{ada}/refuse", data=values)

    assert [one.status_code for one in (first, again, refused, twice)] == [303] * 4
    assert "Ada has a seat, and is told by mail." in told
    assert "Ada was approved before. Nothing was changed." in harmless
    assert (too_late.status_code, of_approved.status_code) == (409, 409)
    assert errors(too_late) == ["This request was decided already, or withdrawn."]
    assert statuses(number) == [
        ("Ada", "confirmed"),
        ("Bo", "waitlisted"),
        ("Cy", "declined"),
    ]
    acts = db.session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.action.in_(("registration.approve", "registration.refuse")))
        .order_by(AuditEntry.id)
    ).all()
    assert acts == ["registration.approve", "registration.approve", "registration.refuse"]
    kinds = db.session.scalars(
        sa.select(Message.kind).where(Message.kind != "registration.requested").order_by(Message.id)
    ).all()
    assert kinds == [
        "registration.confirmed",
        "registration.waitlisted",
        "registration.refused",
    ]
    ended = main_of(staff.get(f"/staff/sessions/{number}"))
    assert "Declined Refused by staff" in ended
    assert staff.get(f"/staff/registrations/{cy}/refuse").status_code == 409


def test_seat_09_of_two_requests_for_the_last_seat_one_stays_open(
    staff: IsolatedClient, make: Make
) -> None:
    """SEAT-09: approved one after the other with nobody allowed to wait: 409, and still open."""
    number, (ada, bo) = asked(make, "Ada", "Bo", capacity=1, waitlist_capacity=0)
    values = typed(staff.get(f"/staff/registrations/{ada}/refuse"))

    staff.post(f"/staff/registrations/{ada}/approve", data=values)
    full = staff.post(f"/staff/registrations/{bo}/approve", data=values)

    assert full.status_code == 409
    assert errors(full) == ["This session is full."]
    assert names_in(full.text)[0].startswith("Bo ")
    assert statuses(number) == [("Ada", "confirmed"), ("Bo", "requested")]
    assert audit(now=utc_now()) == []


def test_seat_14_several_are_approved_in_their_order_and_each_is_told_of(
    staff: IsolatedClient, make: Make
) -> None:
    """SEAT-14: who is approved without a free seat waits; without room to wait, stays open."""
    number, ids = asked(make, "Ada", "Bo", "Cy", "Di", "Ed", "Flo", capacity=2, waitlist_capacity=1)
    with transaction():
        seats.cancel(ids[1], because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    nobody = staff.fill(path_of(number), action="/requests/approve")
    several = staff.fill(
        path_of(number),
        {"people": [str(one) for one in (*ids[:5], 999999)][::-1]},
        action="/requests/approve",
    )
    told = main_of(staff.get(path_of(number)))

    assert nobody.status_code == 422
    assert errors(nobody) == ["Tick at least one person."]
    assert several.status_code == 303
    assert statuses(number) == [
        ("Ada", "confirmed"),
        ("Bo", "cancelled"),
        ("Cy", "confirmed"),
        ("Di", "waitlisted"),
        ("Ed", "requested"),
        ("Flo", "requested"),
    ]
    assert (
        "2 people have a seat. 1 person waits in line: no seat is free. "
        "1 request stays open: session and waitlist are full. "
        "2 requests were decided before, or withdrawn."
    ) in told
    assert audit(now=utc_now()) == []


def test_what_somebody_lacks_stands_beside_them(staff: IsolatedClient, make: Make) -> None:
    basics, course = make.course("Basics <b>"), make.course("More")
    with transaction():
        db.session.add(Prerequisite(course_id=course.id, required_course_id=basics.id))
    session = make.training_session(course_id=course.id)
    number = session.id
    with transaction():
        seats.change_rules(number, SeatRules(needs_approval=True), actor_id=None, now=NOW)
    make.registration(db.session.get_one(TrainingSession, number), name="Ada")

    page = staff.page(path_of(number))

    lacks = [
        "".join(cell.itertext())
        for cell in page.root.iter("td")
        if cell.get("data-label") == "Lacks"
    ]
    assert lacks == ["Basics <b>"]


def test_statements_stay_few_whatever_the_number_of_requests(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    number, _ids = asked(make, "Ada", capacity=9)
    counted = []
    for more in (0, 5):
        for _ in range(more):
            make.registration(db.session.get_one(TrainingSession, number))
        with statements() as sent:
            staff.get(path_of(number))
        counted.append(len(sent))

    # Who is signed in, three of the session, who asked, and what the session builds on.
    assert counted == [6, 6]


def test_people_who_ask_can_be_cancelled_and_are_told_so(staff: IsolatedClient, make: Make) -> None:
    number, (ada, bo) = asked(make, "Ada", "Bo", capacity=9)

    one = main_of(staff.get(f"/staff/registrations/{ada}/cancel"))
    several = main_of(staff.get(f"/staff/sessions/{number}/people/cancel?people={ada}&people={bo}"))
    session = main_of(staff.get(f"/staff/sessions/{number}/cancel"))
    staff.fill(f"/staff/registrations/{ada}/cancel")

    assert "The request of Ada ends, and they are told by mail." in one
    assert "The requests of 2 people end, and they are told by mail." in several
    assert "waitlist and are told" not in several
    assert "2 people who asked for a seat are told by mail." in session
    assert "Cancel session and tell 2 people" in session
    assert statuses(number) == [("Ada", "cancelled"), ("Bo", "requested")]
