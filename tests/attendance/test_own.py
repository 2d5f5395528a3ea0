"""What somebody trains: the list of meetings, and one session with its people, on both engines."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.attendance.sheets import ABSENT, OF_EACH_PAGE, PRESENT, Statements, mark, record, running
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.db import db, transaction
from training.registrations import seats
from training.registrations.values import CancelledBecause, Claim
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import Promotion, SeatRules, SessionStatus


def test_my_sessions_begin_with_those_of_today_then_what_is_left_to_do(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    trainer = make.trainer()
    own: dict[str, Any] = {"people": 1, "trainer": trainer}
    running(make, title="In three days", starts_at=NOW + 3 * DAY, **own)
    running(make, title="Forgotten", starts_at=NOW - 3 * DAY, **own)
    remembered = running(make, title="Remembered", starts_at=NOW - 2 * DAY, **own)
    record(remembered, mark(remembered.registration_ids[0]), now=NOW - 2 * DAY)
    running(make, title="Running now", starts_at=NOW, **own)
    client.sign_in(trainer)

    text = client.page("/trainer/").text()

    words = ["Today", "Running now", "Marks missing", "Forgotten"]
    words += ["Coming", "In three days", "Done", "Remembered"]
    places = [text.index(word) for word in words]
    assert places == sorted(places)


def test_authz_08_a_trainer_sees_names_and_organizations_and_no_addresses(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """AUTHZ-08."""
    trainer, aid = make.trainer(), make.organization("Aid")
    session = make.training_session(
        starts_at=NOW + HOUR, capacity=1, trainer_ids=(trainer.person_id,)
    )
    make.registration(
        session,
        name="Ada Seated",
        email="ada.seated@example.org",
        organization_id=aid.id,
        claim=Claim.STATED,
    )
    make.registration(session, name="Ben Waiting", email="ben.waiting@example.org")
    client.sign_in(trainer)

    page = client.get(f"/trainer/sessions/{session.id}")

    assert page.status_code == 200
    assert [
        word
        for word in ("Ada Seated", aid.name, "Ben Waiting", "1. in line", "Attendance sheet")
        if word not in page.text
    ] == []
    assert "@example.org" not in page.text


def test_the_page_of_a_session_says_how_far_its_meetings_are_marked(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=3)
    record(sheet, mark(sheet.registration_ids[0], PRESENT), mark(sheet.registration_ids[1], ABSENT))
    client.sign_in(sheet.trainer)

    text = client.page(f"/trainer/sessions/{sheet.training_session_id}").text()

    assert "2 of 3 marked" in text


def test_att_10_the_session_of_another_trainer_is_missing(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-10."""
    sheet, neighbour = running(make), running(make)
    client.sign_in(neighbour.trainer)

    theirs = client.get(f"/trainer/sessions/{sheet.training_session_id}")
    missing = client.get("/trainer/sessions/999999")

    assert (theirs.status_code, theirs.data) == (404, missing.data)


def test_a_draft_and_a_cancelled_session_say_so(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    trainer = make.trainer()
    fields: dict[str, Any] = {"trainer_ids": (trainer.person_id,)}
    draft = make.training_session(status=SessionStatus.DRAFT, **fields)
    cancelled = make.training_session(status=SessionStatus.CANCELLED, **fields)
    client.sign_in(trainer)

    texts = [client.page(f"/trainer/sessions/{one.id}").text() for one in (draft, cancelled)]

    assert "This session is not published yet." in texts[0]
    assert "This session was cancelled." in texts[1]


def test_the_page_of_a_session_takes_the_same_few_statements_for_2_and_for_40_people(
    app: Flask, make: Make, client: IsolatedClient, statements: Statements
) -> None:
    counted = []
    for people in (2, 40):
        sheet = running(make, people=people)
        client.sign_in(sheet.trainer)
        with statements() as sent:
            client.page(f"/trainer/sessions/{sheet.training_session_id}")
        counted.append(len(sent))

    assert counted == [OF_EACH_PAGE + 4] * 2


def test_who_was_offered_a_seat_stands_apart_and_not_on_the_sheet(
    make: Make, client: IsolatedClient
) -> None:
    """They hold a seat and are not expected; who asks for one is not listed at all."""
    trainer = make.trainer()
    session = make.training_session(
        starts_at=NOW + HOUR, capacity=2, trainer_ids=(trainer.person_id,)
    )
    number = session.id
    rules = SeatRules(promotion=Promotion.OFFER)
    with transaction():
        seats.change_rules(number, rules, actor_id=None, now=NOW)
    first, *_others = make.outcome(
        db.session.get_one(TrainingSession, number),
        *(make.participant(name) for name in ("Gone", "Ada", "Bo", "Cy")),
    ).registration_ids
    with transaction():
        seats.cancel(first, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    with transaction():
        asks = replace(rules, needs_approval=True)
        seats.change_rules(number, asks, actor_id=None, now=NOW)
    make.registration(db.session.get_one(TrainingSession, number), name="Di")
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == number)
    ).one()
    client.sign_in(trainer)

    page = client.page(f"/trainer/sessions/{number}")
    sheet = client.page(f"/trainer/meetings/{meeting_id}").text()

    tables = {
        "".join(table.findall("caption")[0].itertext()): [
            "".join(head.itertext()) for head in table.findall("tbody/tr/th")
        ]
        for table in page.root.iter("table")
    }
    assert tables == {
        "Who has a seat": ["Ada"],
        "Who was offered a seat": ["Bo"],
        "Who waits, in order": ["Cy"],
    }
    assert "Di" not in page.text()
    assert "Ada" in sheet
    assert [name for name in ("Bo", "Cy", "Di") if f" {name} " in sheet] == []
