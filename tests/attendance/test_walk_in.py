"""Adding somebody at the door, on both engines."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.attendance.sheets import PRESENT, Running, current, history, meeting_of, running
from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import Claim, RegistrationStatus
from training.sessions import service as sessions
from training.sessions.models import TrainingSession

FULL = "No seat is free. Raise the number of seats, or overbook on purpose."


def path_of(sheet: Running) -> str:
    return f"{sheet.path}/walk-in"


def add(client: IsolatedClient, sheet: Running, **fields: Any) -> TestResponse:
    """Open the page of the door, fill it in and send it."""
    return client.fill(path_of(sheet), {"name": "Dana Door", **fields}, action="")


def people() -> list[tuple[str, RegistrationStatus]]:
    """Return who is registered, in the order in which they came."""
    return [
        (name, status)
        for name, status in db.session.execute(
            sa.select(Registration.name, Registration.status).order_by(Registration.id)
        )
    ]


def full(make: Make, *, waiting: int = 0) -> Running:
    """Make a session that begins in an hour, whose one seat is taken."""
    trainer = make.trainer(name="Tom")
    session = make.training_session(
        starts_at=NOW + HOUR, capacity=1, trainer_ids=(trainer.person_id,)
    )
    ids = [make.registration(session, name=f"Ada {n}").id for n in range(1 + waiting)]
    return Running(trainer, session.id, meeting_of(session.id), tuple(ids))


def test_whoever_comes_to_the_door_gets_a_free_seat_and_is_marked_present(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet, aid = running(make, people=1, capacity=2), make.organization("Aid")
    client.sign_in(sheet.trainer)

    answer = add(
        client, sheet, email="dana@example.org", organization_id=str(aid.id), overbook=None
    )

    row = db.session.scalars(sa.select(Registration).order_by(Registration.id.desc())).first()
    assert row is not None
    assert (answer.status_code, answer.headers["Location"]) == (303, sheet.path)
    assert (row.name, row.organization_id, row.claim, row.registered_by) == (
        "Dana Door",
        aid.id,
        Claim.STATED,
        sheet.trainer.person_id,
    )
    assert row.status is RegistrationStatus.CONFIRMED
    assert current() == {row.id: PRESENT}
    text = client.page(sheet.path).text()
    assert "Added, and marked present." in text
    assert "1 of 2 marked" in text


def test_somebody_without_an_address_can_be_added_too(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=0)
    client.sign_in(sheet.trainer)

    add(client, sheet)
    add(client, sheet)

    emails = db.session.scalars(sa.select(Person.email).where(Person.name == "Dana Door")).all()
    assert emails == [None, None]
    assert list(current().values()) == [PRESENT, PRESENT]


def test_a_form_sent_twice_adds_one_person(app: Flask, make: Make, client: IsolatedClient) -> None:
    """Also of people without an address, whom nothing else tells apart."""
    sheet = running(make, people=0)
    client.sign_in(sheet.trainer)
    form = {**values_of(client.page(path_of(sheet)).form("")), "name": "Dana Door"}

    answers = [client.post(path_of(sheet), data=form) for _ in range(2)]
    other = client.post(path_of(sheet), data={**form, "name": "Somebody else"})

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [
        (303, sheet.path)
    ] * 2
    assert other.status_code == 422
    assert people() == [("Dana Door", RegistrationStatus.CONFIRMED)]
    assert len(history()) == 1
    assert db.session.scalar(sa.select(sa.func.count(Person.id)).where(Person.name == "Dana Door"))


def test_without_a_free_seat_nobody_is_added_unless_it_is_said_why(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = full(make)
    client.sign_in(sheet.trainer)

    offered = client.page(path_of(sheet)).text()
    refused = add(client, sheet)
    without_reason = add(client, sheet, overbook="y")
    before = people()
    done = add(client, sheet, overbook="y", reason="The room has one more chair")

    session = db.session.get_one(TrainingSession, sheet.training_session_id)
    act = db.session.scalars(
        sa.select(AuditEntry.after)
        .where(AuditEntry.action == "registration.register")
        .order_by(AuditEntry.id.desc())
    ).first()
    assert "1 of 1 seat is taken." in offered
    assert refused.status_code == 409
    assert FULL in Page(refused.text).text()
    assert 'value="Dana Door"' in refused.text
    assert without_reason.status_code == 422
    assert "Say why: it stands in the history of this session." in without_reason.text
    assert before == [("Ada 0", RegistrationStatus.CONFIRMED)]
    assert done.status_code == 303
    assert people()[1:] == [("Dana Door", RegistrationStatus.CONFIRMED)]
    assert (session.confirmed_count, session.overbooked_by) == (2, 1)
    assert act is not None
    assert act["overbooked"] == "The room has one more chair"


def test_who_waits_is_let_in_from_the_waitlist_and_keeps_the_registration(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = full(make, waiting=2)
    _ada, ben, cleo = sheet.registration_ids
    client.sign_in(sheet.trainer)

    page = client.page(path_of(sheet))
    refused = add(client, sheet, waiting_id=str(cleo), name="")
    done = add(client, sheet, waiting_id=str(cleo), name="", overbook="y", reason="A chair")

    select = page.root.find(".//select[@name='waiting_id']")
    assert select is not None
    assert [option.text for option in select.iter("option")] == [
        "Somebody else",
        "1. Ada 1",
        "2. Ada 2",
    ]
    assert (refused.status_code, done.status_code) == (409, 303)
    assert current() == {cleo: PRESENT}
    assert dict(people()) == {
        "Ada 0": RegistrationStatus.CONFIRMED,
        "Ada 1": RegistrationStatus.WAITLISTED,
        "Ada 2": RegistrationStatus.CONFIRMED,
    }
    again = add(client, sheet, waiting_id=str(ben), name="", overbook="y", reason="A chair")
    assert again.status_code == 303


def test_a_free_seat_is_not_taken_from_whoever_waits_by_somebody_new(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """While somebody waits, no seat is free for whoever just comes."""
    sheet = full(make, waiting=1)
    client.sign_in(sheet.trainer)

    assert add(client, sheet).status_code == 409
    assert current() == {}


def test_somebody_registered_already_is_not_added_again(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    trainer = make.trainer()
    session = make.training_session(starts_at=NOW + HOUR, trainer_ids=(trainer.person_id,))
    make.registration(session, name="Ada", email="ada@example.org")
    sheet = Running(trainer, session.id, meeting_of(session.id), ())
    client.sign_in(trainer)

    answer = add(client, sheet, email="ADA@example.org")

    assert answer.status_code == 409
    assert "registered" in Page(answer.text).text()
    assert people() == [("Ada", RegistrationStatus.CONFIRMED)]
    assert history() == []


def test_bad_input_is_told_beside_its_field_and_adds_nobody(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=0)
    client.sign_in(sheet.trainer)
    wrong = [
        ({"name": ""}, "Type the name of this person."),
        ({"name": "\u200b"}, "Type the name of this person."),
        ({"name": "x" * 201}, "Field cannot be longer"),
        ({"name": "a\x00b"}, "cannot be stored"),
        ({"email": "ada@"}, "This is not an e-mail address."),
        ({"organization_id": "999"}, "Not a valid choice."),
        ({"waiting_id": "999"}, "Not a valid choice."),
        ({"overbook": "y"}, "Say why: it stands in the history of this session."),
    ]

    answers = [(add(client, sheet, **fields), sentence) for fields, sentence in wrong]

    assert [one.status_code for one, _sentence in answers] == [422] * len(wrong)
    assert [says for one, says in answers if says not in Page(one.text).text()] == []
    assert people() == []


def test_who_waits_for_another_session_cannot_be_let_in_here(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet, elsewhere = full(make, waiting=1), full(make, waiting=1)
    client.sign_in(sheet.trainer)

    answer = add(client, sheet, waiting_id=str(elsewhere.registration_ids[1]), overbook="y")

    assert answer.status_code == 422
    assert current() == {}


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        pytest.param(3 * DAY, "It is too early to mark attendance", id="too early"),
        pytest.param(-30 * DAY, "Marking has closed for this meeting.", id="long over"),
    ],
)
def test_before_and_after_nobody_can_be_added_and_the_page_says_why(
    app: Flask, make: Make, client: IsolatedClient, when: Any, sentence: str
) -> None:
    sheet, now = running(make, people=1, starts_at=NOW + when), running(make, people=1)
    client.sign_in(now.trainer)
    form = {**values_of(client.page(path_of(now)).form("")), "name": "Dana Door"}
    client.sign_in(sheet.trainer)

    text = client.page(path_of(sheet)).text()
    token = values_of(client.page("/trainer/").forms()[0])["csrf_token"]
    answer = client.post(path_of(sheet), data={**form, "csrf_token": token})

    assert sentence in text
    assert answer.status_code == 409
    assert sentence in Page(answer.text).text()
    assert len(people()) == 2


def test_the_door_is_open_as_long_as_marking_is(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """Who came is often noted when it is over: by a trainer for a week, and without a mail."""
    sheet = running(make, people=2, capacity=1, starts_at=NOW - 2 * DAY)
    client.sign_in(sheet.trainer)

    refused = add(client, sheet)
    chair = {"overbook": "y", "reason": "They stood at the wall"}
    done = add(client, sheet, **chair)
    waited = add(client, sheet, waiting_id=str(sheet.registration_ids[1]), name="", **chair)

    assert [one.status_code for one in (refused, done, waited)] == [409, 303, 303]
    assert people() == [
        ("Ada 000", RegistrationStatus.CONFIRMED),
        ("Ada 001", RegistrationStatus.CONFIRMED),
        ("Dana Door", RegistrationStatus.CONFIRMED),
    ]
    assert list(current().values()) == [PRESENT, PRESENT]
    assert audit(now=NOW) == []


def test_to_a_session_that_was_cancelled_meanwhile_nobody_is_added(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=0)
    client.sign_in(sheet.trainer)
    form = {**values_of(client.page(path_of(sheet)).form("")), "name": "Dana Door"}
    with transaction():
        sessions.cancel(sheet.training_session_id, actor_id=None, now=NOW)

    answer = client.post(path_of(sheet), data=form)

    assert answer.status_code == 409
    assert people() == []


def test_att_10_the_door_of_another_trainers_meeting_is_missing(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-10: told alike for what is filled in right and what is not."""
    sheet, own = running(make, people=0), running(make, people=0)
    client.sign_in(own.trainer)
    form = {**values_of(client.page(path_of(own)).form("")), "name": "Dana Door"}

    shown = client.get(path_of(sheet))
    missing = client.get("/trainer/meetings/999999/walk-in")
    sent = [client.post(path_of(sheet), data=one) for one in (form, {**form, "name": ""})]

    assert [one.status_code for one in (shown, missing, *sent)] == [404] * 4
    assert shown.data == missing.data
    assert people() == []
