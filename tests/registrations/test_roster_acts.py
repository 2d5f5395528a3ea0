"""What staff do to a session's people and seats: SEAT-11, SEAT-16, SEAT-17, SEAT-18."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NOW, wall
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.errors import BusyError
from training.notifications.models import Message
from training.organizations.values import OrganizationStatus
from training.people.models import Person
from training.registrations import seats, service
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions.models import TrainingSession
from training.sessions.values import SessionStatus


@pytest.fixture
def mina(make: Make) -> Account:
    """A coordinator."""
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """The coordinator's browser."""
    client.sign_in(mina)
    return client


def _person(number: int, name: str, email: str) -> dict[str, str]:
    return {f"people-{number}-name": name, f"people-{number}-email": email}


ADA, BOB = _person(0, "Ada", "ada@example.org"), _person(1, "Bob", "bob@example.org")


def _add(training_session: TrainingSession) -> str:
    return f"/staff/sessions/{training_session.id}/people/add"


def _statuses(training_session_id: int) -> list[tuple[str, str]]:
    found = db.session.execute(
        sa.select(Registration.name, Registration.status)
        .where(Registration.training_session_id == training_session_id)
        .order_by(Registration.ticket)
    )
    return [(name, str(status)) for name, status in found]


def _stored(training_session_id: int) -> TrainingSession:
    return db.session.get_one(TrainingSession, training_session_id, populate_existing=True)


def _world() -> tuple[Any, ...]:
    """Return what an answer that changes nothing leaves as it is."""
    counts = tuple(
        db.session.scalar(sa.select(sa.func.count()).select_from(model))
        for model in (Registration, AuditEntry, Message)
    )
    held = db.session.execute(
        sa.select(
            TrainingSession.capacity,
            TrainingSession.confirmed_count,
            TrainingSession.waitlisted_count,
            TrainingSession.overbooked_by,
        ).order_by(TrainingSession.id)
    ).all()
    return (*counts, *held)


def test_people_are_added_and_told(staff: IsolatedClient, mina: Account, make: Make) -> None:
    organization = make.organization("Crisis Line")
    session = make.training_session(capacity=5)

    response = staff.fill(_add(session), {**ADA, **BOB, "organization_id": str(organization.id)})

    rows = db.session.execute(
        sa.select(
            Registration.name,
            Registration.status,
            Registration.organization_id,
            Registration.claim,
            Registration.registered_by,
        ).order_by(Registration.ticket)
    ).all()
    assert response.status_code == 303
    assert rows == [
        ("Ada", "confirmed", organization.id, "staff", mina.person_id),
        ("Bob", "confirmed", organization.id, "staff", mina.person_id),
    ]
    assert db.session.scalars(sa.select(Message.kind)).all() == ["registration.confirmed"] * 2
    roster = staff.page(response.headers["Location"]).text()
    assert "2 people have a seat. They are told by mail." in roster


def test_people_without_an_address_are_added_and_their_mails_come_to_who_did_it(
    staff: IsolatedClient, mina: Account, make: Make
) -> None:
    session = make.training_session(capacity=5)

    said = staff.page(_add(session)).text()
    response = staff.fill(_add(session), {**ADA, **_person(1, "Nameless", "")})

    told = "Left empty, you get the mails about this person, as long as the session has not begun."
    rows = db.session.execute(
        sa.select(Registration.name, Person.email, Message.recipient_id == mina.person_id)
        .join(Person, Person.id == Registration.person_id)
        .join(Message, Message.registration_id == Registration.id)
        .order_by(Registration.ticket)
    ).all()
    assert told in said
    assert response.status_code == 303
    assert rows == [("Ada", "ada@example.org", False), ("Nameless", None, True)]
    flashed = staff.page(response.headers["Location"]).text()
    assert "2 people have a seat. Whoever has an address is told by mail." in flashed


def test_staff_add_people_after_registration_has_closed(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(registration_closes=wall(NOW - HOUR))

    response = staff.fill(_add(session), ADA)

    assert response.status_code == 303
    assert _statuses(session.id) == [("Ada", "confirmed")]


@pytest.mark.parametrize("kind", ["draft", "cancelled", "over"])
def test_seat_11_nobody_is_added_where_nobody_can_come(
    staff: IsolatedClient, make: Make, kind: str
) -> None:
    session = {
        "draft": lambda: make.training_session(status=SessionStatus.DRAFT),
        "cancelled": lambda: make.training_session(status=SessionStatus.CANCELLED),
        "over": lambda: make.training_session(starts_at=NOW - 2 * DAY),
    }[kind]()
    before = _world()

    response = staff.fill(_add(session), ADA)

    assert response.status_code == 409
    assert "Registration for this session is closed." in response.text
    assert values_of(Page(response.text).form())["people-0-name"] == ["Ada"]
    assert _world() == before


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("ada@example.org", id="the same"),
        pytest.param("ADA@Example.ORG", id="other case"),
        pytest.param("ada@example.org ", id="a space behind"),
    ],
)
@pytest.mark.parametrize("status", ["confirmed", "waitlisted"])
def test_seat_18_who_is_registered_is_refused_on_the_row(
    staff: IsolatedClient, make: Make, typed: str, status: str
) -> None:
    session = make.training_session(capacity=1)
    if status == "waitlisted":
        make.registration(session)
    make.registration(session, name="Ada", email="ada@example.org")
    before = _world()

    response = staff.fill(
        _add(session),
        {
            **_person(0, "Bob", "bob@example.org"),
            **_person(1, "Ada", typed),
            "take_what_fits": "y",
        },
    )

    page = Page(response.text)
    error = page.root.find(".//p[@id='people-1-email-error']")
    assert response.status_code == 422
    assert error is not None
    assert error.text == "This person is registered for this session already."
    assert page.root.find(".//p[@id='people-0-email-error']") is None
    assert _world() == before


@pytest.mark.parametrize("typed", ["ada@example.org", "Ada@EXAMPLE.org", " ada@example.org "])
def test_seat_18_the_same_person_twice_in_one_form_is_refused_on_the_row(
    staff: IsolatedClient, make: Make, typed: str
) -> None:
    session = make.training_session()
    before = _world()

    response = staff.fill(_add(session), {**ADA, **_person(1, "Ada again", typed)})

    assert response.status_code == 422
    assert "This address stands in a row above, too." in response.text
    assert _world() == before


def test_seat_18_who_cancelled_may_be_added_again_at_the_end(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=1)
    first = make.registration(session, name="Ada", email="ada@example.org")
    make.registration(session, name="Bob", email="bob@example.org")
    with transaction():
        seats.cancel(first.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    response = staff.fill(_add(session), ADA)

    assert response.status_code == 303
    assert _statuses(session.id) == [
        ("Ada", "cancelled"),
        ("Bob", "confirmed"),
        ("Ada", "waitlisted"),
    ]


def test_a_group_that_does_not_fit_is_refused_and_kept_on_the_page(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=1)
    before = _world()

    response = staff.fill(_add(session), {**ADA, **BOB})

    values = values_of(Page(response.text).form())
    assert response.status_code == 409
    assert "Not all of you fit. People in this form: 2; free seats: 1." in response.text
    assert (values["people-0-name"], values["people-1-name"]) == (["Ada"], ["Bob"])
    assert "Change the number of seats" in response.text
    assert _world() == before


def test_take_what_fits_confirms_in_the_order_of_the_form(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=1)

    response = staff.fill(_add(session), {**ADA, **BOB, "take_what_fits": "y"})

    assert response.status_code == 303
    assert _statuses(session.id) == [("Ada", "confirmed"), ("Bob", "waitlisted")]
    roster = staff.page(response.headers["Location"]).text()
    assert "1 person has a seat. 1 person waits. They are told by mail." in roster


def test_a_full_session_without_room_to_wait_is_409(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=0, waitlist_capacity=0)

    response = staff.fill(_add(session), ADA)

    assert response.status_code == 409
    assert "This session is full." in response.text
    assert 'value="ada@example.org"' in response.text


def test_seat_07_the_same_form_sent_twice_adds_once(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    values = {**values_of(staff.page(_add(session)).form()), **ADA}

    first = staff.post(_add(session), data=values)
    second = staff.post(_add(session), data=values)

    assert (first.status_code, second.status_code) == (303, 303)
    assert _statuses(session.id) == [("Ada", "confirmed")]


def test_the_same_form_with_another_person_is_another_form(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    values = {**values_of(staff.page(_add(session)).form()), **ADA}
    staff.post(_add(session), data=values)

    changed = staff.post(_add(session), data={**values, **_person(0, "Bob", "bob@example.org")})
    again = staff.post(_add(session), data=values_of(Page(changed.text).form()))

    assert (changed.status_code, again.status_code) == (422, 303)
    assert "please send it again" in Page(changed.text).text()
    assert _statuses(session.id) == [("Ada", "confirmed"), ("Bob", "confirmed")]


def test_a_key_that_was_used_for_another_session_is_replaced(
    staff: IsolatedClient, make: Make
) -> None:
    first, second = (make.training_session(starts_at=NOW + days * DAY) for days in (1, 2))
    values = {**values_of(staff.page(_add(first)).form()), **ADA}
    staff.post(_add(first), data=values)

    refused = staff.post(_add(second), data=values)
    again = staff.post(_add(second), data=values_of(Page(refused.text).form()))

    assert (refused.status_code, again.status_code) == (422, 303)
    assert "please send it again" in Page(refused.text).text()
    assert _statuses(second.id) == [("Ada", "confirmed")]


def test_busy_database_keeps_what_was_typed(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make.training_session()
    form = {**values_of(staff.page(_add(session)).form()), **ADA, **BOB}

    def busy(*_args: Any, **_fields: Any) -> None:
        raise BusyError

    with monkeypatch.context() as patched:
        patched.setattr(service, "register", busy)
        response = staff.post(_add(session), data=form)
    typed = values_of(Page(response.text).form())
    again = staff.post(_add(session), data=typed)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert "The server is busy. Nothing was changed; please try again." in response.text
    assert typed["key"] == form["key"]
    assert (typed["people-0-name"], typed["people-1-name"]) == (["Ada"], ["Bob"])
    assert again.status_code == 303
    assert _statuses(session.id) == [("Ada", "confirmed"), ("Bob", "confirmed")]


def test_rows_are_added_and_removed_without_script(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session()

    more = staff.fill(_add(session), {**ADA, "add": "1"})
    fewer = staff.post(
        _add(session), data={**values_of(Page(more.text).form()), **BOB, "remove": "0"}
    )

    assert values_of(Page(more.text).form())["people-1-name"] == [""]
    assert values_of(Page(fewer.text).form())["people-0-name"] == ["Bob"]
    assert _statuses(session.id) == []


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        pytest.param(_person(0, "", "ada@example.org"), "people-0-name", id="no name"),
        pytest.param(_person(0, "a" * 201, "ada@example.org"), "people-0-name", id="long name"),
        pytest.param(_person(0, "A\x00b", "ada@example.org"), "people-0-name", id="NUL"),
        pytest.param(_person(0, "Ada", "ada"), "people-0-email", id="no address"),
        pytest.param(_person(0, "Ada", "a\x1b@example.org"), "people-0-email", id="escape"),
        pytest.param(
            _person(0, "Ada", f"{'a' * 65}@example.org"), "people-0-email", id="long before the @"
        ),
        pytest.param({**ADA, "organization_id": "999"}, "organization_id", id="no organization"),
        pytest.param({**ADA, "organization_id": "\x00"}, "organization_id", id="NUL as a key"),
    ],
)
def test_inp_01_05_what_is_wrong_is_said_beside_its_field(
    staff: IsolatedClient, make: Make, fields: dict[str, str], target: str
) -> None:
    session = make.training_session()
    before = _world()

    response = staff.fill(_add(session), fields)

    assert response.status_code == 422
    assert Page(response.text).root.find(f".//p[@id='{target}-error']") is not None
    assert _world() == before


def test_inp_03_row_numbers_break_nothing(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    many: dict[str, str] = {}
    for number in range(60):
        many |= _person(number, "Ada", f"ada{number}@example.org")

    odd = staff.fill(_add(session), {**ADA, "people-²-name": "x", f"people-{'9' * 5000}-name": "x"})
    too_many = staff.fill(_add(session), many)

    assert odd.status_code == 303
    assert too_many.status_code == 422
    assert "At most 50 people can be registered at once." in too_many.text
    assert _statuses(session.id) == [("Ada", "confirmed")]


def test_people_of_a_suspended_partner_are_not_offered(staff: IsolatedClient, make: Make) -> None:
    suspended = make.organization("Harbour", status=OrganizationStatus.SUSPENDED)
    session = make.training_session()

    response = staff.fill(_add(session), {**ADA, "organization_id": str(suspended.id)})

    assert response.status_code == 422
    assert _statuses(session.id) == []


def test_cancelling_somebody_says_first_who_moves_up(staff: IsolatedClient, make: Make) -> None:
    suspended = make.organization("Harbour", status=OrganizationStatus.SUSPENDED)
    session = make.training_session(capacity=1)
    ada = make.registration(session, name="Ada")
    make.registration(session, name="Dina", organization_id=suspended.id)
    make.registration(session, name="Bob")
    address = f"/staff/registrations/{ada.id}/cancel"

    page = staff.page(address).text()
    response = staff.fill(address)

    assert "Ada gives up the seat and is told by mail." in page
    assert "1 person moves up from the waitlist and is told by mail: Bob." in page
    assert response.status_code == 303
    assert _statuses(session.id) == [
        ("Ada", "cancelled"),
        ("Dina", "waitlisted"),
        ("Bob", "confirmed"),
    ]


def test_cancelling_twice_changes_nothing_more(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    ada = make.registration(session, name="Ada")
    address = f"/staff/registrations/{ada.id}/cancel"
    values = values_of(staff.page(address).form())
    staff.post(address, data=values)
    before = _world()

    again = staff.post(address, data=values)
    opened = staff.get(address)

    assert (again.status_code, opened.status_code) == (303, 303)
    assert (
        "Ada was cancelled before. Nothing was changed."
        in staff.get(f"/staff/sessions/{session.id}").text
    )
    assert _world() == before


def test_cancelling_who_waits_leaves_the_seats(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1)
    make.registration(session, name="Ada")
    bob = make.registration(session, name="Bob")
    address = f"/staff/registrations/{bob.id}/cancel"

    page = staff.page(address).text()
    staff.fill(address)

    assert "Bob leaves the waitlist and is told by mail." in page
    assert _statuses(session.id) == [("Ada", "confirmed"), ("Bob", "cancelled")]


def test_promoting_without_a_free_seat_asks_why(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1)
    make.registration(session, name="Ada")
    make.registration(session, name="Bob")
    caro = make.registration(session, name="Caro")
    address = f"/staff/registrations/{caro.id}/promote"

    page = staff.page(address)
    without = staff.fill(address, {"reason": " "})
    before = _statuses(session.id)
    given = staff.fill(address, {"reason": "She interprets"})

    stored = _stored(session.id)
    note = db.session.scalars(
        sa.select(AuditEntry.after).where(AuditEntry.action == "registration.promote")
    ).one()
    assert "1 person waits longer and is passed over." in page.text()
    assert "the session then has 1 person more than seats." in page.text()
    assert without.status_code == 422
    assert before == [("Ada", "confirmed"), ("Bob", "waitlisted"), ("Caro", "waitlisted")]
    assert given.status_code == 303
    assert _statuses(session.id)[2] == ("Caro", "confirmed")
    assert (stored.confirmed_count, stored.overbooked_by) == (2, 1)
    assert note is not None
    assert note["overbooked"] == "She interprets"


def test_the_button_on_a_stale_page_is_409_and_asks_why(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1)
    make.registration(session, name="Ada")
    bob = make.registration(session, name="Bob")
    address = f"/staff/registrations/{bob.id}/promote"
    token = values_of(staff.page(address).form())["csrf_token"]
    before = _world()

    response = staff.post(address, data={"csrf_token": token})

    assert response.status_code == 409
    assert "No seat is free." in response.text
    assert "reason" in values_of(Page(response.text).form())
    assert _world() == before


def test_who_was_passed_over_gets_a_free_seat_by_hand(staff: IsolatedClient, make: Make) -> None:
    suspended = make.organization("Harbour", status=OrganizationStatus.SUSPENDED)
    session = make.training_session(capacity=1)
    ada = make.registration(session, name="Ada")
    make.registration(session, name="Dina", organization_id=suspended.id)
    with transaction():
        seats.cancel(ada.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    response = staff.fill(f"/staff/sessions/{session.id}", action="/promote")

    stored = _stored(session.id)
    assert response.status_code == 303
    assert _statuses(session.id) == [("Ada", "cancelled"), ("Dina", "confirmed")]
    assert (stored.confirmed_count, stored.overbooked_by) == (1, 0)


def test_who_does_not_wait_cannot_be_promoted(staff: IsolatedClient, make: Make) -> None:
    ada = make.registration()

    assert staff.get(f"/staff/registrations/{ada.id}/promote").status_code == 409
    assert staff.get("/staff/registrations/999/promote").status_code == 404


def _seats_address(training_session: TrainingSession) -> str:
    return f"/staff/sessions/{training_session.id}/seats"


def test_seat_16_fewer_seats_than_people_are_refused_with_the_number(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=20)
    make.outcome(session, *(make.participant() for _ in range(18)))
    before = _world()

    response = staff.fill(_seats_address(session), {"capacity": "15"})

    assert response.status_code == 422
    assert "Seats that people hold: 18." in response.text
    assert "Keep all 18 people and overbook" in response.text
    assert values_of(Page(response.text).form())["capacity"] == ["15"]
    assert _world() == before


def test_seat_16_people_are_kept_and_nobody_moves_up_until_it_is_made_up_for(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=18)
    kept = make.outcome(session, *(make.participant() for _ in range(18))).registration_ids
    make.registration(session, name="Waits")
    refused = staff.fill(_seats_address(session), {"capacity": "15"})

    accepted = staff.post(
        _seats_address(session), data={**values_of(Page(refused.text).form()), "keep": "y"}
    )
    overbooked = _stored(session.id).overbooked_by
    for registration_id in kept[:3]:
        staff.fill(f"/staff/registrations/{registration_id}/cancel")
    full = _statuses(session.id)[-1]
    staff.fill(f"/staff/registrations/{kept[3]}/cancel")

    assert accepted.status_code == 303
    assert overbooked == 3
    assert full == ("Waits", "waitlisted")
    assert _statuses(session.id)[-1] == ("Waits", "confirmed")


def test_more_seats_go_to_those_who_wait(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1)
    make.outcome(session, *(make.participant(name) for name in ("Ada", "Bob", "Caro", "Dan")))

    page = staff.page(_seats_address(session)).text()
    response = staff.fill(_seats_address(session), {"capacity": "3"})

    assert "3 people wait, and get the free seats at once, in order." in page
    assert [status for _name, status in _statuses(session.id)] == [
        "confirmed",
        "confirmed",
        "confirmed",
        "waitlisted",
    ]
    assert (
        "Seats changed. 2 people moved up from the waitlist and are told by mail."
        in staff.get(response.headers["Location"]).text
    )


def test_no_limit_takes_everybody(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=0)
    make.registration(session)

    response = staff.fill(_seats_address(session), {"capacity": "", "no_limit": "y"})

    assert response.status_code == 303
    assert _stored(session.id).capacity is None
    assert _statuses(session.id)[0][1] == "confirmed"


def test_seat_17_seats_are_a_number_in_plain_digits(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=20)
    before = _world()
    slips = ["-1", str(2**31), "", "1e3", "1_000", "0x1", "²", "\uff11\uff10", "5" * 5000, "1\x00"]

    capacity = {
        typed: staff.fill(_seats_address(session), {"capacity": typed}).status_code
        for typed in slips
    }
    waitlist = {
        typed: staff.fill(_seats_address(session), {"waitlist_capacity": typed}).status_code
        for typed in slips
        if typed
    }

    assert capacity == dict.fromkeys(capacity, 422)
    assert waitlist == dict.fromkeys(waitlist, 422)
    assert _world() == before


def test_seats_that_stay_as_they_are_change_nothing(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=20)
    before = _world()

    response = staff.fill(_seats_address(session))

    assert response.status_code == 303
    assert "Nothing was changed." in staff.get(response.headers["Location"]).text
    assert _world() == before


def test_without_a_token_nothing_changes(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1)
    ada, bob = make.registration(session), make.registration(session)
    paths = [
        _add(session),
        _seats_address(session),
        f"/staff/registrations/{ada.id}/cancel",
        f"/staff/registrations/{bob.id}/promote",
    ]
    before = _world()

    answers = [staff.post(path, data={**ADA, "capacity": "9"}).status_code for path in paths]

    assert answers == [400] * 4
    assert _world() == before


def test_web_04_looking_changes_nothing(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(capacity=1)
    ada, bob = make.registration(session), make.registration(session)
    paths = [
        f"/staff/sessions/{session.id}",
        _add(session),
        _seats_address(session),
        f"/staff/registrations/{ada.id}/cancel",
        f"/staff/registrations/{bob.id}/promote",
    ]
    before = _world()

    answers = [staff.get(path).status_code for path in paths]

    assert answers == [200] * 5
    assert _world() == before


def test_trainers_may_not_and_strangers_sign_in_first(client: IsolatedClient, make: Make) -> None:
    asha = make.trainer()
    session = make.training_session(trainer_ids=(asha.person_id,))
    number = session.id
    ada = make.registration(session).id
    paths = [
        f"/staff/sessions/{number}/people/add",
        f"/staff/sessions/{number}/seats",
        f"/staff/registrations/{ada}/cancel",
        f"/staff/registrations/{ada}/promote",
    ]

    strangers = [client.get(path).status_code for path in paths]
    client.sign_in(asha)
    trainers = [client.get(path).status_code for path in paths]

    assert strangers == [303] * 4
    assert trainers == [403] * 4


def test_seat_21_two_who_change_the_seats_at_once_do_not_undo_each_other(
    client: IsolatedClient, make: Make
) -> None:
    """SEAT-21, on the page of the seats: the second reads what stands, and may save over it."""
    session = make.training_session(capacity=5)
    client.sign_in(make.coordinator())
    path = f"/staff/sessions/{session.id}/seats"
    old = values_of(client.page(path).form())
    assert client.fill(path, {"waitlist_capacity": "10"}).status_code == 303

    second = client.post(path, data={**old, "capacity": "3"})

    assert second.status_code == 409
    assert "Somebody else changed this session" in second.text
    found = db.session.get_one(TrainingSession, session.id, populate_existing=True)
    assert (found.capacity, found.waitlist_capacity) == (5, 10)
    again = values_of(Page(second.text).form())
    assert again["capacity"] == ["3"]
    assert client.post(path, data=again).status_code == 303
