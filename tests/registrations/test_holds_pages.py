"""Seats held for organizations, as staff hold and release them."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.filling import errors, main_of, typed
from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.organizations.values import OrganizationStatus
from training.registrations import seats
from training.registrations.models import Registration
from training.sessions.models import Hold, TrainingSession
from training.sessions.values import HoldPlan, SessionStatus
from training.web.filters import date_time

Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def path_of(session_id: int) -> str:
    return f"/staff/sessions/{session_id}/holds"


def hold(session_id: int, organization_id: int, held: int) -> None:
    with transaction():
        seats.set_hold(
            session_id,
            organization_id,
            HoldPlan(seats=held),
            expected=None,
            actor_id=None,
            now=NOW,
        )


def rows_of(text: str) -> list[list[str]]:
    """Return the lines of the table, without what can be done."""
    return [
        [" ".join("".join(cell.itertext()).split()) for cell in row][:5]
        for row in Page(text).root.findall(".//table/tbody/tr")
    ]


def stored(session_id: int) -> list[tuple[int, bool]]:
    """Return what is held, and whether it was released."""
    db.session.rollback()
    found = db.session.scalars(
        sa.select(Hold).where(Hold.training_session_id == session_id).order_by(Hold.id)
    )
    return [(one.seats, one.released_at is not None) for one in found]


def statuses(session_id: int) -> list[str]:
    db.session.rollback()
    return [
        str(status)
        for status in db.session.scalars(
            sa.select(Registration.status)
            .where(Registration.training_session_id == session_id)
            .order_by(Registration.ticket)
        )
    ]


def test_seats_are_held_changed_and_released(staff: IsolatedClient, make: Make) -> None:
    aid, zeal = make.organization("Aid"), make.organization("Zeal")
    names = (aid.name, zeal.name)
    ids = (aid.id, zeal.id)
    make.organization("Harbour", status=OrganizationStatus.SUSPENDED)
    session = make.training_session(capacity=9, starts_at=NOW + 9 * DAY)
    number, starts_at = session.id, session.starts_at
    make.outcome(session, make.participant())
    release = (NOW + 5 * DAY).replace(second=0)
    with staff.application.test_request_context():
        day, start = date_time(release, NAIROBI), date_time(starts_at, NAIROBI)

    empty = staff.page(path_of(number))
    held = staff.fill(
        path_of(number),
        {
            "organization_id": str(ids[1]),
            "seats": "3",
            "release": f"{wall(release):%Y-%m-%dT%H:%M}",
        },
    )
    also = staff.fill(path_of(number), {"organization_id": str(ids[0]), "seats": "2"})
    listed = staff.get(path_of(number)).text
    changed = staff.fill(f"{path_of(number)}/{ids[1]}", {"seats": "4"})
    released = staff.fill(f"{path_of(number)}/{ids[1]}/release")
    after = staff.get(path_of(number)).text

    assert "Harbour" not in empty.text()
    assert [one.status_code for one in (held, also, changed, released)] == [303] * 4
    assert rows_of(listed) == [
        [names[0], "2", "0", "2 left", f"{start} When the session starts"],
        [names[1], "3", "0", "3 left", day],
    ]
    assert stored(number) == [(4, True), (2, False)]
    [first, second] = rows_of(after)
    assert first[0] == names[0]
    assert second[:4] == [names[1], "4", "0", "–"]
    assert second[4].startswith("Released ")
    acts = db.session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.subject_kind == "hold")
        .order_by(AuditEntry.id)
    ).all()
    assert acts == ["hold.set", "hold.set", "hold.set", "hold.release"]
    words = staff.page(f"/staff/sessions/{number}/history").text()
    assert f"Mina released the seats held for {names[1]}." in words
    assert f"Mina held 4 seats for {names[1]} instead of 3, until {day}." in words


def test_what_was_released_is_held_again_and_twice_is_harmless(
    staff: IsolatedClient, make: Make
) -> None:
    aid = make.organization()
    number, organization_id = make.training_session(capacity=5).id, aid.id
    hold(number, organization_id, 2)
    address = f"{path_of(number)}/{organization_id}"
    values = typed(staff.get(f"{address}/release"))

    first = staff.post(f"{address}/release", data=values)
    again = staff.post(f"{address}/release", data=values)
    opened = staff.get(f"{address}/release")
    said = staff.get(path_of(number)).text
    page = staff.page(address).text()
    held = staff.fill(address)

    assert [one.status_code for one in (first, again, opened, held)] == [303] * 4
    assert "These seats were released before. Nothing was changed." in said
    assert "These seats were released. Save, and they are held again." in page
    assert stored(number) == [(2, False)]


def test_seat_17_of_held_seats_and_dates_that_cannot_be(staff: IsolatedClient, make: Make) -> None:
    """SEAT-17, of a hold: what is wrong stands at its field, and what was typed is kept."""
    aid, other = make.organization().id, make.organization().id
    number = make.training_session(capacity=5, starts_at=NOW + 2 * DAY).id
    hold(number, other, 3)
    good = {"organization_id": str(aid), "seats": "1"}
    for wrong in ("", "0", "-1", str(2**31), "1e3", "１０", "1_000"):  # noqa: RUF001 -- the point
        response = staff.fill(path_of(number), {**good, "seats": wrong})
        assert response.status_code == 422, wrong
        assert typed(response)["seats"] == [wrong]
    for field, text, problem in (
        ("seats", "3", "This session has 5 seats, and other organizations hold 3."),
        ("release", f"{wall(NOW + 3 * DAY):%Y-%m-%dT%H:%M}", "must be released before"),
        ("release", f"{wall(NOW - HOUR):%Y-%m-%dT%H:%M}", "must be released before"),
        ("release", "tomorrow", "Type a day and a time"),
        ("organization_id", "", "Choose an organization."),
        ("organization_id", "999999", "not in this list any more"),
    ):
        response = staff.fill(path_of(number), {**good, field: text})
        assert response.status_code == 422, (field, text)
        assert problem in errors(response)[0]

    assert stored(number) == [(3, False)]
    assert staff.get(f"{path_of(number)}/{aid}").status_code == 404


def test_two_who_hold_at_once_see_what_differs(staff: IsolatedClient, make: Make) -> None:
    """SEAT-21, of a hold."""
    aid = make.organization().id
    number = make.training_session(capacity=9).id
    new = {**typed(staff.get(path_of(number))), "organization_id": [str(aid)], "seats": ["2"]}
    hold(number, aid, 4)
    address = f"{path_of(number)}/{aid}"
    mine = {**typed(staff.get(address)), "seats": ["2"]}
    with transaction():
        seats.set_hold(
            number,
            aid,
            HoldPlan(seats=5),
            expected=HoldPlan(seats=4),
            actor_id=None,
            now=NOW,
        )

    added = staff.post(path_of(number), data=new)
    stale = staff.post(address, data=mine)
    over_it = staff.post(address, data=typed(stale))

    assert (added.status_code, stale.status_code, over_it.status_code) == (409, 409, 303)
    assert "Somebody else changed this" in errors(added)[0]
    assert rows_of(stale.text) == [["Seats", "5", "2"]]
    assert stored(number) == [(2, False)]


def test_seat_15_releasing_says_who_moves_up_and_frees_nothing_that_is_not_there(
    staff: IsolatedClient, make: Make
) -> None:
    """SEAT-15: free seats by the formula; at an overbooked session none becomes free."""
    aid = make.organization()
    organization_id = aid.id
    session = make.training_session(capacity=4)
    number = session.id
    make.outcome(session, make.participant(), make.participant())
    hold(number, organization_id, 2)
    session = db.session.get_one(TrainingSession, number)
    make.outcome(session, *(make.participant() for _ in range(3)))
    address = f"{path_of(number)}/{organization_id}/release"
    full = make.training_session(capacity=3)
    full_number = full.id
    kept = make.outcome(full, *(make.participant() for _ in range(3))).registration_ids
    hold(full_number, organization_id, 2)
    make.registration(db.session.get_one(TrainingSession, full_number), name="Waits")
    flies = make.registration(db.session.get_one(TrainingSession, full_number), name="Flies").id
    actor_id = make.coordinator().person_id
    with transaction():
        seats.promote(flies, overbook="They came by plane", actor_id=actor_id, now=NOW)

    preview = main_of(staff.get(address))
    released = main_of(staff.get(staff.fill(address).headers["Location"]))
    overbooked = f"{path_of(full_number)}/{organization_id}/release"
    without = main_of(staff.get(overbooked))
    staff.fill(overbooked)

    assert "2 seats are kept free for them no longer." in preview
    assert "2 people move up from the waitlist and are told by mail." in preview
    assert statuses(number) == ["confirmed"] * 4 + ["waitlisted"]
    assert "Released. 2 people moved up from the waitlist and are told by mail." in released
    assert "Nobody moves up from the waitlist." in without
    assert statuses(full_number) == ["confirmed"] * len(kept) + ["waitlisted", "confirmed"]
    assert audit(now=utc_now()) == []


def test_who_waits_for_held_seats_is_told_so_and_staff_may_go_against_it(
    staff: IsolatedClient, make: Make
) -> None:
    """WAIT-07: the reason stands on the roster, and giving a seat all the same asks why."""
    aid = make.organization()
    session = make.training_session(capacity=2)
    number = session.id
    hold(number, aid.id, 2)
    waits = make.registration(db.session.get_one(TrainingSession, number), name="Bo").id
    address = f"/staff/registrations/{waits}/promote"

    roster = main_of(staff.get(f"/staff/sessions/{number}"))
    page = main_of(staff.get(address))
    given = staff.fill(address, {"reason": "She interprets"})

    assert "1. in line Passed over: the free seats are held for organizations." in roster
    assert "0 of 2 seats taken · 2 held · 1 waiting" in roster
    assert "The seats that are free are held for organizations: one of them gets one fewer." in page
    assert "more than seats" not in page
    assert given.status_code == 303
    assert statuses(number) == ["confirmed"]
    assert db.session.get_one(TrainingSession, number).overbooked_by == 0


def test_four_statements_whatever_the_number_of_holds(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    number = make.training_session(capacity=20).id
    counted = []
    for more in (1, 5):
        for _ in range(more):
            hold(number, make.organization().id, 1)
        with statements() as sent:
            staff.get(path_of(number))
        counted.append(len(sent))

    # Who is signed in, the organizations, three of the session, two of what is held.
    assert counted == [7, 7]


def test_nothing_is_held_in_what_has_begun_or_was_cancelled(
    staff: IsolatedClient, make: Make
) -> None:
    aid = make.organization().id
    begun = make.training_session(starts_at=NOW - HOUR / 2, now=NOW - DAY).id
    cancelled = make.training_session(status=SessionStatus.CANCELLED).id
    values = {"organization_id": str(aid), "seats": "1"}
    token = typed(staff.get(path_of(make.training_session().id)))

    for number, status in ((begun, 422), (cancelled, 409)):
        page = staff.page(path_of(number))
        assert "Seats can be held until the session starts." in page.text()
        refused = staff.post(path_of(number), data={**token, **values})
        assert refused.status_code == status
        assert stored(number) == []
