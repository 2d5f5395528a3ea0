"""Asking for a seat where staff decide, and waiting as a whole: what the public form says of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.registrations.answers import assert_personal, assert_shared
from tests.registrations.filling import (
    ADA,
    BOB,
    CYD,
    counts,
    errors,
    main_of,
    path_to,
    people,
    registrations,
    typed,
)
from tests.registrations.links import manage_path
from tests.times import HOUR, NOW
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import seats
from training.registrations.jobs import settle_due
from training.registrations.models import Registration
from training.registrations.views import registering
from training.sessions.models import TrainingSession
from training.sessions.values import Promotion, SeatRules

Statements = Callable[[], AbstractContextManager[list[str]]]
ON_REQUEST = SeatRules(needs_approval=True, approval_hours=6)
GROUPS = SeatRules(groups_wait=True)


def session_with(make: Make, rules: SeatRules, **fields: object) -> int:
    session_id = make.training_session(**fields).id  # type: ignore[arg-type]  # what a session has
    with transaction():
        seats.change_rules(session_id, rules, expected=None, actor_id=None, now=NOW)
    return session_id


def newest() -> Registration:
    return db.session.scalars(
        sa.select(Registration).order_by(Registration.id.desc()).limit(1)
    ).one()


def told() -> list[str]:
    return list(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))


def clock_of(at: datetime) -> str:
    return f"{at + 3 * HOUR:%H:%M} (Nairobi)"  # its clocks never change


def test_where_staff_decide_people_ask_for_a_seat_and_read_until_when(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    session_id = session_with(make, ON_REQUEST, title="Safer streams")

    listed = client.get("/sessions/")
    detail = client.get(f"/sessions/{session_id}-safer-streams")
    with statements() as sent:
        form = client.get(path_to(session_id))
    values = typed(form)
    with statements() as written:
        answer = client.post(path_to(session_id), data=values | people(ADA, BOB))
    page = client.get(answer.location)

    assert_shared(detail)
    assert "On request" in main_of(listed)
    for words in (main_of(detail), main_of(form)):
        assert "On request" in words
        assert "Ask for" in words
    assert "If not all fit" not in main_of(form)
    assert len(sent) <= 3
    assert len(written) <= 9  # one of them outside the transaction: what the session builds on
    assert registrations() == [("Ada", "requested"), ("Bob", "requested")]
    assert told() == ["registration.requested"] * 2
    until = newest().request_expires_at
    assert until is not None
    words = main_of(page)
    assert_personal(page)
    assert "2 requests are sent" in words
    assert "Staff decide about each person by " in words
    assert clock_of(until) in words
    assert "You have" not in words


def test_answer_where_staff_decide_is_alike_for_known_and_new_addresses(
    client: IsolatedClient,
    make: Make,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DESIGN 8: in words and in work, whatever the known one has by now."""
    on_request, ordinary = session_with(make, ON_REQUEST, capacity=5), make.training_session().id
    emails = [f"{name}@example.org" for name in ("asked", "seated", "refused", "new")]
    known_ids = [
        make.registration(db.session.get_one(TrainingSession, on_request), name="K", email=email).id
        for email in emails[:3]
    ]
    make.registration(db.session.get_one(TrainingSession, ordinary), name="K", email=emails[0])
    actor = make.coordinator().person_id
    with transaction():
        seats.approve(known_ids[1], actor_id=actor, now=NOW)
    with transaction():
        seats.refuse(known_ids[2], actor_id=actor, now=NOW)
    now = utc_now()
    monkeypatch.setattr(registering, "utc_now", lambda: now)

    def ask(session_id: int, email: str) -> tuple[str, int]:
        form = values_of(client.page(path_to(session_id)).form())
        with statements() as sent:
            answer = client.post(path_to(session_id), data=form | people(("Ada", email)))
        return main_of(client.get(answer.location)), len(sent)

    asked = [ask(on_request, email) for email in emails]
    registered = [ask(ordinary, emails[0]), ask(ordinary, emails[3])]

    assert len({words for words, _work in asked}) == 1
    assert "Your request is sent" in asked[0][0]
    # Known and new differ by no more work than where nobody decides.
    known, new = (work for _words, work in registered)
    assert [work for _words, work in asked] == [known, known, new, new]
    live = db.session.scalars(
        sa.select(Registration.status)
        .where(Registration.training_session_id == on_request, Registration.status != "declined")
        .order_by(Registration.ticket)
    ).all()
    assert live == ["requested", "confirmed", "requested", "requested"]


def test_full_session_with_approval_gives_who_is_approved_a_place_in_line(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-14: the request goes to waiting, not to confirmed; and the page says each."""
    session_id = session_with(make, ON_REQUEST, capacity=1)
    make.registration(db.session.get_one(TrainingSession, session_id), name="First")
    actor = make.coordinator().person_id
    with transaction():
        seats.approve(newest().id, actor_id=actor, now=NOW)

    client.fill(path_to(session_id), people(ADA))
    ada = newest()
    ada_id, path, until = ada.id, manage_path(ada), ada.request_expires_at
    asked = client.page(path)
    with transaction():
        seats.approve(ada_id, actor_id=actor, now=NOW)
    approved = client.page(path).text()

    assert until is not None
    assert "You asked for a seat, and our staff decide about it." in asked.text()
    assert clock_of(until) in asked.text()
    assert "Withdraw the request" in asked.text()
    assert registrations() == [("First", "confirmed"), ("Ada", "waitlisted")]
    assert "You are number 1 in line." in approved
    assert told()[-1] == "registration.waitlisted"


def test_a_request_is_withdrawn_like_a_registration_is_cancelled(
    client: IsolatedClient, make: Make
) -> None:
    session_id = session_with(make, ON_REQUEST)
    client.fill(path_to(session_id), people(ADA))
    path = manage_path(newest())

    said = client.page(f"{path}/cancel").text()
    answer = client.fill(f"{path}/cancel")

    assert "Withdraw your request?" in said
    assert "Nobody decides about the request of Ada any more." in said
    assert "Your request is withdrawn." in client.page(answer.location).text()
    assert registrations() == [("Ada", "cancelled")]


@pytest.mark.parametrize(
    ("end", "expected"),
    [("refused", "this time we cannot give you one"), ("lapsed", "nobody decided in time")],
)
def test_who_asked_in_vain_reads_so_kindly_and_may_ask_again(
    client: IsolatedClient, make: Make, end: str, expected: str
) -> None:
    session_id, actor = session_with(make, ON_REQUEST), make.coordinator().person_id
    client.fill(path_to(session_id), people(ADA))
    ada_id, path = newest().id, manage_path(newest())
    if end == "refused":
        with transaction():
            seats.refuse(ada_id, actor_id=actor, now=NOW)
    else:
        settle_due(now=utc_now() + timedelta(hours=6, seconds=1))

    page = client.page(path)

    assert registrations() == [("Ada", "declined")]
    assert expected in page.text()
    assert page.forms() == []
    assert path_to(session_id) in {link.get("href") for link in page.root.iter("a")}
    assert told()[-1] == "registration.refused"


def test_a_group_may_wait_as_a_whole_and_reads_its_place(
    client: IsolatedClient, make: Make
) -> None:
    session_id = session_with(make, GROUPS, capacity=4)
    for _number in range(3):
        make.registration(db.session.get_one(TrainingSession, session_id))

    form = client.get(path_to(session_id))
    refused = client.fill(path_to(session_id), people(ADA, BOB, CYD))
    answer = client.fill(path_to(session_id), people(ADA, BOB, CYD, group_fit="whole"))
    again = client.post(answer.location.partition("/registered")[0] + "/register", data={})
    words = main_of(client.get(answer.location))
    own = client.page(manage_path(newest())).text()

    assert again.status_code == 400
    assert "All wait together, until there are seats for everybody" in main_of(form)
    assert typed(form)["group_fit"] == ["all"]
    assert "fit" not in typed(form)
    assert refused.status_code == 409
    assert "free seats: 1" in errors(refused)[0]
    assert typed(refused)["group_fit"] == ["all"]
    assert [status for _name, status in registrations()] == ["confirmed"] * 3 + ["waitlisted"] * 3
    assert "All 3 of you wait together" in words
    assert "in place 1" in words
    assert "You are number 3 in line, and wait together with 2 other people." in own
    groups = db.session.scalars(sa.select(Registration.group).order_by(Registration.ticket)).all()
    assert groups == [None, None, None, 4, 4, 4]


def test_choices_for_groups_are_checked_and_kept(client: IsolatedClient, make: Make) -> None:
    """INP: what the form does not offer is refused; elsewhere groups are refused as a whole."""
    session_id = session_with(make, GROUPS)
    ordinary = make.training_session(capacity=1).id
    before = counts()

    for wrong in ("seats", "", "WHOLE", "x" * 1000):
        response = client.fill(path_to(session_id), people(ADA, BOB, group_fit=wrong))
        assert response.status_code == 422, wrong
    kept = client.fill(path_to(session_id), people(("", ""), group_fit="whole"))
    # A form of another session, or one that was open while the rule was changed.
    whole = client.fill(path_to(ordinary), people(ADA, BOB, group_fit="whole"))

    assert typed(kept)["group_fit"] == ["whole"]
    assert whole.status_code == 409
    assert counts() == before


def test_where_seats_are_offered_who_comes_late_reads_that(
    client: IsolatedClient, make: Make
) -> None:
    rules = SeatRules(promotion=Promotion.OFFER, offer_hours=12)
    session_id = session_with(make, rules, capacity=0, title="Safer streams")

    detail = main_of(client.get(f"/sessions/{session_id}-safer-streams"))
    form = main_of(client.get(path_to(session_id)))
    answer = client.fill(path_to(session_id), people(ADA))
    result = main_of(client.get(answer.location))

    assert "is offered to whoever has waited longest, for 12 hours." in detail
    assert "who has 12 hours to accept it" in form
    assert "who has 12 hours to accept it" in result
