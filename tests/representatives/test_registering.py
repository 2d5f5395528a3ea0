"""Registering several of an organization's people at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.filling import counts, errors, main_of, typed
from tests.representatives.partners import base, members_of, register, rows_in
from tests.times import DAY, HOUR, NOW
from training.accounts.models import Account
from training.checks.service import audit
from training.db import db, transaction
from training.notifications.models import Message
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations.models import Registration
from training.sessions.models import TrainingSession
from training.sessions.values import Audience

Statements = Callable[[], AbstractContextManager[list[str]]]


def with_people(
    client: IsolatedClient, make: Make, *names: str
) -> tuple[Organization, Account, list[Person]]:
    """Sign in who acts for an organization with these people."""
    organization = make.organization()
    account = make.representative(organization, name="Rita", email="rita@example.org")
    people = [make.person(name, f"{name.lower()}@example.org") for name in names]
    for person in people:
        make.member(organization, person)
    client.sign_in(account)
    return organization, account, people


def path_to(organization: Organization, session: TrainingSession) -> str:
    return f"{base(organization)}/sessions/{session.id}/register"


def chosen(*people: Person, **fields: Any) -> dict[str, Any]:
    return {"members": [str(one.id) for one in people], "consent": "y"} | fields


def row(number: int, name: str, email: str = "") -> dict[str, str]:
    return {f"people-{number}-name": name, f"people-{number}-email": email}


def test_members_and_new_people_are_registered_in_one_form(
    client: IsolatedClient, make: Make
) -> None:
    """A session for partners, which a stated claim does not open."""
    organization, account, [ada, _bob] = with_people(client, make, "Ada", "Bob")
    session = make.training_session(audience=Audience.PARTNERS)
    path = path_to(organization, session)

    answer = client.fill(
        path, chosen(ada) | row(0, "Cyd", "cyd@example.org") | row(1, "Dan") | row(2, "")
    )

    assert answer.headers["Location"] == f"{base(organization)}/sessions/{session.id}"
    ours = ("confirmed", "representative", organization.id)
    assert rows_in(session) == [("Ada", *ours), ("Cyd", *ours), ("Dan", *ours)]
    assert members_of(organization)[3:] == [("Cyd", "cyd@example.org"), ("Dan", None)]
    shown = client.page(answer.headers["Location"]).text()
    assert "3 people have a seat. Everybody is told by mail; for who has no address" in shown
    told = db.session.execute(
        sa.select(Person.name, Message.kind)
        .join(Message, Message.recipient_id == Person.id)
        .order_by(Message.id)
    )
    kind = "registration.confirmed"
    assert [tuple(one) for one in told] == [("Ada", kind), ("Cyd", kind), ("Rita", kind)]
    stored = db.session.scalars(sa.select(Registration.registered_by).distinct()).all()
    assert stored == [account.person_id]
    offered = [choice.get("value") for choice in boxes(client.page(path))]
    assert str(ada.id) not in offered
    assert audit(now=NOW) == []


def boxes(page: Page) -> list[Any]:
    return [one for one in page.root.iter("input") if one.get("name") == "members"]


def test_seat_06_a_group_that_does_not_fit_is_told_how_many_seats_are_free(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-06: all or nothing by default, 409 with what was typed; or what fits, in order."""
    names = ("Ada", "Bob", "Cyd", "Dan")
    organization, _account, people = with_people(client, make, *names)
    session = make.training_session(capacity=3)
    path = path_to(organization, session)
    group = chosen(*people) | row(0, "Eve", "eve@example.org")
    before = counts()

    refused = client.fill(path, group)
    unchanged = counts()
    taken = client.fill(path, group | {"fit": "y"})

    assert (refused.status_code, unchanged) == (409, before)
    assert errors(refused) == [
        (
            "Not all of you fit. People in this form: 5; free seats: 3. Nobody was registered yet. "
            "Register fewer people, or choose to take what fits."
        )
    ]
    kept = typed(refused)
    assert kept["members"] == [str(one.id) for one in people]
    assert (kept["people-0-name"], kept["people-0-email"]) == (["Eve"], ["eve@example.org"])
    assert taken.status_code == 303
    assert [(name, status) for name, status, _claim, _id in rows_in(session)] == [
        ("Ada", "confirmed"),
        ("Bob", "confirmed"),
        ("Cyd", "confirmed"),
        ("Dan", "waitlisted"),
        ("Eve", "waitlisted"),
    ]
    assert "3 people have a seat. 2 people wait." in client.page(taken.headers["Location"]).text()


def test_seat_07_the_same_form_sent_twice_registers_once(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-07: a double click, people without an address too; the second answer is the first."""
    organization, _account, [ada] = with_people(client, make, "Ada")
    session = make.training_session()
    path = path_to(organization, session)
    form = client.page(path).form()
    sent = values_of(form) | chosen(ada) | row(0, "Dan")

    first = client.post(path, data=sent)
    shown = client.page(first.headers["Location"]).text()
    before = counts()
    second = client.post(path, data=sent)
    shown_again = client.page(second.headers["Location"]).text()
    other = client.post(path, data=sent | {"members": []} | row(0, "Eve"))

    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert shown_again == shown
    assert counts() == before
    assert other.status_code == 422
    assert errors(other)[0].startswith("This form was sent already, with other content.")
    assert typed(other)["key"] != sent["key"]


def test_seat_08_two_tabs_register_the_same_people_once(client: IsolatedClient, make: Make) -> None:
    """SEAT-08 and SEAT-18: another form with the same people, some of them new in the first."""
    organization, _account, [ada, bob] = with_people(client, make, "Ada", "Bob")
    session = make.training_session()
    path = path_to(organization, session)
    first, second = (values_of(client.page(path).form()) for _tab in range(2))
    group = chosen(ada, bob) | row(0, "Cyd", "cyd@example.org") | row(1, "Dan")

    assert client.post(path, data=first | group).status_code == 303
    before = counts()
    answer = client.post(path, data=second | group)

    assert (answer.status_code, counts()) == (422, before)
    assert errors(answer) == [
        (
            "Row 2: Somebody of this name is among your people. Choose them there; if this is "
            "somebody else, type their e-mail address or something that tells them apart."
        )
    ]
    without_dan = client.post(path, data=second | group | row(1, ""))
    assert (without_dan.status_code, counts()) == (422, before)
    assert errors(without_dan) == [
        "Ada (ada@example.org) is registered for this session already.",
        "Bob (bob@example.org) is registered for this session already.",
        "Row 1: This person is registered for this session already.",
    ]
    assert audit(now=NOW) == []


def test_seat_18_who_is_meant_twice_or_waits_already_is_told_beside_the_row(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-18: by address in other case, with a space at its end, chosen and typed, waiting."""
    organization, _account, [ada, bob] = with_people(client, make, "Ada", "Bob")
    session = make.training_session(capacity=1)
    register(make, session, organization, make.person(), bob)
    path = path_to(organization, session)
    before = counts()
    twice = "This person is chosen above already."
    there = "This person is registered for this session already."

    for group, told in (
        (chosen(ada) | row(0, "Ada", "ADA@example.org "), [f"Row 1: {twice}"]),
        (
            chosen() | row(0, "X", "x@example.org") | row(1, "Y", "X@EXAMPLE.ORG"),
            [f"Row 2: {twice}"],
        ),
        (chosen() | row(0, "") | row(1, "Bob", "Bob@Example.org"), [f"Row 2: {there}"]),
    ):
        answer = client.fill(path, group)
        assert (answer.status_code, errors(answer)) == (422, told)
    assert counts() == before


def test_a_form_that_lacks_something_is_shown_again_with_what_was_typed(
    client: IsolatedClient, make: Make
) -> None:
    organization, _account, [ada] = with_people(client, make, "Ada")
    session = make.training_session()
    path = path_to(organization, session)
    before = counts()

    for fields, told in (
        ({"consent": "y"}, ["Choose somebody of your people, or type a name."]),
        (chosen(ada, consent=None), ["Without this agreement nobody can be registered."]),
        (
            chosen() | row(0, "", "only@example.org"),
            ["Row 1: Type the name of this person."],
        ),
        (
            chosen() | row(0, "Eve", "no address"),
            ["Row 1: This is not an e-mail address. One looks like ana@example.org."],
        ),
        (
            chosen(ada, key="made-up"),
            ["This form was damaged on its way. Please send it again."],
        ),
        (
            chosen() | {f"people-{n}-name": f"P{n}" for n in range(31)},
            ["At most 100 people can be registered at once."],
        ),
    ):
        answer = client.fill(path, fields)
        assert (answer.status_code, errors(answer)) == (422, told)
    more = client.fill(path, chosen(ada) | row(0, "Eve") | {"add": "1"})
    assert more.status_code == 200
    assert (typed(more)["members"], typed(more)["people-0-name"]) == ([str(ada.id)], ["Eve"])
    assert typed(more)["people-1-name"] == [""]
    assert counts() == before


def test_seat_11_a_session_that_closed_meanwhile_keeps_what_was_typed(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-11; also over, full, and one that is by invitation."""
    organization, _account, [ada] = with_people(client, make, "Ada")
    closed = make.training_session()
    full = make.training_session(capacity=1, waitlist_capacity=0)
    make.registration(full)
    invited = path_to(organization, make.training_session(audience=Audience.INVITED))
    opened_before = values_of(client.page(path_to(organization, closed)).form())
    with transaction():
        db.session.get_one(TrainingSession, closed.id).registration_closes_at = NOW - HOUR
    before = counts()

    late = client.post(path_to(organization, closed), data=opened_before | chosen(ada))
    no_room = client.fill(path_to(organization, full), chosen(ada))

    assert (late.status_code, errors(late)) == (409, ["Registration for this session is closed."])
    assert typed(late)["members"] == [str(ada.id)]
    assert (no_room.status_code, errors(no_room)) == (409, ["This session is full."])
    assert client.get(invited).status_code == 404
    assert "Nobody can be registered for this session at the moment." in main_of(late)
    assert counts() == before


def test_somebody_who_left_meanwhile_is_not_registered(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    organization, _account, [ada] = with_people(client, make, "Ada")
    session = make.training_session()
    path = path_to(organization, session)
    sent = values_of(client.page(path).form()) | chosen(ada)
    client.fill(f"{base(organization)}/people/{ada.id}/leave")

    answer = client.post(path, data=sent)

    assert answer.status_code == 422
    assert "Somebody you chose is not in this list any more. Please look again." in answer.text
    assert rows_in(session) == []


def test_who_acts_and_who_is_chosen_stay_so_until_the_people_are_registered(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    """Else a partnership or a membership could end between the look and the seat."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    organization, _account, [ada] = with_people(client, make, "Ada")
    session = make.training_session()
    path = path_to(organization, session)
    form = values_of(client.page(path).form()) | chosen(ada)

    with statements() as sent:
        answer = client.post(path, data=form)

    kept = [number for number, one in enumerate(sent) if one.endswith("FOR SHARE")]
    locked = [
        number for number, one in enumerate(sent) if one.startswith("UPDATE training_session")
    ]
    assert answer.status_code == 303
    assert len(kept) == 2
    assert "FROM organization JOIN membership" in sent[kept[0]]
    assert max(kept) < min(locked)  # sessions come last


def test_the_form_takes_few_statements_whatever_the_number_of_people(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    counted = []
    for number in (2, 30):
        names = [f"P{n}" for n in range(number)]
        organization = make.organization()
        client.sign_in(make.representative(organization))
        for name in names:
            make.member(organization, make.person(name))
        session = make.training_session(starts_at=NOW + 2 * DAY)
        with statements() as sent:
            client.page(path_to(organization, session))
        counted.append(len(sent))

    assert counted[0] == counted[1] <= 8
