"""Staff pages of people: the list, one, its form."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW
from training.accounts.models import Account
from training.accounts.values import StaffRole
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus, MarkSource
from training.db import db, transaction
from training.organizations.models import Membership
from training.organizations.values import MembershipRole
from training.people import service as people
from training.people.models import Person
from training.sessions.models import Meeting
from training.sessions.values import SessionStatus
from training.staff.words import message_kinds

LIST = "/staff/people/"
NEW = "/staff/people/new"
Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def mina(make: Make) -> Account:
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(mina)
    return client


def _rows(page: Page, caption: str = "People") -> list[str]:
    return [
        " ".join("".join(row.itertext()).split())
        for table in page.root.iter("table")
        if "".join(table.find("caption").itertext()) == caption  # type: ignore[union-attr]  # each has one
        for row in table.findall(".//tbody/tr")
    ]


def _names(staff: IsolatedClient, query: str = "") -> list[str]:
    links = staff.page(LIST + query).root.findall(".//th[@scope='row']/a")
    return ["".join(link.itertext()) for link in links]


def _erase(person_id: int) -> None:
    with transaction():
        db.session.get_one(Person, person_id).erased_at = NOW


def test_the_list_is_narrowed_by_words_and_by_what_people_are(
    staff: IsolatedClient, make: Make
) -> None:
    aid = make.organization("Aid")
    make.member(aid, make.person(name="Zoë", email="zoe@example.org"))
    make.representative(aid, name="Rex")
    tom = make.trainer(name="Tom")
    make.training_session(trainer_ids=(tom.person_id,))
    with transaction():
        people.create_person("Bo", None, actor_id=None, now=NOW)
    gone = make.person(name="Gone")
    make.member(aid, gone)
    _erase(gone.id)

    found = {
        query: _names(staff, query)
        for query in (
            "",
            "?q=ZOÉ+example",
            "?q=gone",
            "?kind=staff",
            "?kind=trainer",
            "?kind=representative",
            "?kind=account",
            "?kind=no_email",
            f"?organization={aid.id}",
            f"?organization={aid.id}&kind=representative&q=rex",
            "?organization=999999",
            "?kind=nonsense&organization=x&page=0",
        )
    }
    assert found == {
        "": ["Bo", "Mina", "Rex", "Tom", "Zoë"],
        "?q=ZOÉ+example": ["Zoë"],
        "?q=gone": [],
        "?kind=staff": ["Mina"],
        "?kind=trainer": ["Tom"],
        "?kind=representative": ["Rex"],
        "?kind=account": ["Mina", "Rex", "Tom"],
        "?kind=no_email": ["Bo"],
        f"?organization={aid.id}": ["Rex", "Zoë"],
        f"?organization={aid.id}&kind=representative&q=rex": ["Rex"],
        "?organization=999999": [],
        "?kind=nonsense&organization=x&page=0": ["Bo", "Mina", "Rex", "Tom", "Zoë"],
    }
    rows = _rows(staff.page(LIST))
    assert rows[0] == "Bo No e-mail – Participant"
    assert rows[1] == "Mina mina@example.org – Coordinator Account"
    assert rows[2].endswith(f"{aid.name} Representative Account")
    assert rows[3].endswith("– Trainer Account")


def test_pages_lead_on_and_empty_ones_say_so(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.staff.people_queries.PAGE", 2)
    for number in range(3):
        make.person(name=f"Ada {number}")

    assert [_names(staff, f"?q=ada&page={number}") for number in (1, 2)] == [
        ["Ada 0", "Ada 1"],
        ["Ada 2"],
    ]
    links = staff.page(f"{LIST}?q=ada").root.findall(".//a[@rel]")
    assert [link.get("href") for link in links] == [f"{LIST}?q=ada&page=2"]
    assert "Nobody fits" in staff.page(f"{LIST}?q=ada&page=3").text()
    assert staff.get(LIST + "?q=a%00b").status_code == 400


def test_many_people_take_as_many_statements_as_one(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    counts = []
    for more in (1, 2, 20):
        for _ in range(more):
            make.member(make.organization())
        with statements() as sent:
            staff.page(LIST)
        counts.append(len(sent))

    assert counts == [4, 4, 4]  # who is signed in, the people, where they belong, what to choose


def _everything(make: Make) -> Person:
    """Make somebody of whom every part of their page shows something."""
    account = make.account(name="Ada", email="ada@example.org")
    person = db.session.get_one(Person, account.person_id)
    member = make.member(make.organization("Aid"), person)
    with transaction():
        row = db.session.get_one(Membership, member.id)
        row.until = NOW.date()
    make.member(make.organization("Harbour"), person, MembershipRole.REPRESENTATIVE)
    make.training_session(title="Own", trainer_ids=(person.id,), status=SessionStatus.DRAFT)
    registration = make.registration(
        make.training_session(title="Basics", starts_at=NOW + DAY),
        name="Ada L.",
        email="ada@example.org",
    )
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == registration.training_session_id)
    ).one()
    with transaction():
        mark = AttendanceMark(
            registration_id=registration.id,
            meeting_id=meeting_id,
            status=AttendanceStatus.PRESENT,
            source=MarkSource.TRAINER,
            nonce="n",
            recorded_at=NOW,
        )
        db.session.add(mark)
        db.session.flush()
        db.session.add(
            Attendance(
                registration_id=registration.id,
                meeting_id=meeting_id,
                status=AttendanceStatus.PRESENT,
                mark_id=mark.id,
            )
        )
    return person


def test_a_person_is_shown_with_all_that_we_know(staff: IsolatedClient, make: Make) -> None:
    person = _everything(make)

    page = staff.page(f"{LIST}{person.id}")

    words = page.text()
    assert "ada@example.org" in words
    current, past = _rows(page, "Organizations")
    assert current.startswith("Harbour")
    assert current.endswith("Now")
    assert past.startswith("Aid")
    assert "Last signed in Never" in words
    assert [row.rpartition(") ")[2] for row in _rows(page, "Sessions they train")] == ["Own Draft"]
    [registered] = _rows(page, "Registrations")
    assert registered.rpartition(") ")[2] == "Basics as Ada L. Confirmed Present"
    [mail] = _rows(page, "Mail to them")
    assert mail.rpartition(") ")[2] == "Seat confirmed To be sent"
    assert "Ada L. registered." in words
    assert "The program made an account for Ada." in words


def test_the_page_of_a_person_takes_few_statements(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    person = _everything(make)
    for _ in range(5):
        make.registration(name="Ada", email="ada@example.org")

    with statements() as sent:
        staff.page(f"{LIST}{person.id}")

    assert len(sent) <= 20


def test_authz_09_who_was_erased_is_missing(staff: IsolatedClient, make: Make) -> None:
    """AUTHZ-09: byte for byte like somebody who never was."""
    person = make.person(name="Quagga")
    _erase(person.id)

    for suffix in ("", "/edit"):
        erased = staff.get(f"{LIST}{person.id}{suffix}")
        missing = staff.get(f"{LIST}999999{suffix}")
        assert (erased.status_code, erased.data) == (404, missing.data)
    assert "Quagga" not in staff.page(LIST).text()


def test_every_kind_of_mail_has_its_words(words: Flask) -> None:
    renderers = words.extensions["renderers"]

    assert set(renderers) <= message_kinds()


def test_somebody_new_is_added_to_an_organization(staff: IsolatedClient, make: Make) -> None:
    aid = make.organization()

    response = staff.fill(
        NEW, {"name": "Zoë", "email": "Zoe@example.org", "organization_id": str(aid.id)}
    )

    person = db.session.scalars(sa.select(Person).where(Person.name == "Zoë")).one()
    assert (response.status_code, response.headers["Location"]) == (303, f"{LIST}{person.id}")
    assert person.email_key == "zoe@example.org"
    assert _names(staff, f"?organization={aid.id}") == ["Zoë"]


def test_inp_01_what_is_wrong_with_somebody_new_is_said(staff: IsolatedClient) -> None:
    """INP-01."""
    wrong: list[tuple[dict[str, str], str]] = [
        ({"name": " "}, "Type the name of this person."),
        ({"name": "a\x01b"}, "This contains a character that cannot be stored."),
        ({"name": "Zoë", "email": "zoe@"}, "This is not an e-mail address."),
        ({"name": "Zoë", "organization_id": "999999"}, "Not a valid choice."),
    ]
    for fields, message in wrong:
        response = staff.fill(NEW, fields)

        assert (response.status_code, message in Page(response.text).text()) == (422, True), fields
    assert _names(staff) == ["Mina"]


def test_a_known_address_is_a_conflict_also_in_a_race(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.person(name="Ada", email="ada@example.org")
    other = make.person(name="Bo")

    def answers() -> list[tuple[int, str]]:
        sent = [
            staff.fill(NEW, {"name": "New", "email": "ADA@example.org"}),
            staff.fill(f"{LIST}{other.id}/edit", {"email": "ADA@example.org"}),
        ]
        return [(one.status_code, values_of(Page(one.text).form())["email"][0]) for one in sent]

    found = answers()
    monkeypatch.setattr(people, "_refuse_taken_email", lambda *_arguments: None)

    assert (found, answers()) == ([(409, "ADA@example.org")] * 2, [(409, "ADA@example.org")] * 2)
    assert _names(staff) == ["Ada", "Bo", "Mina"]


def test_what_is_known_of_somebody_is_changed(staff: IsolatedClient, make: Make) -> None:
    person = make.person(name="Ada", email="ada@example.org")
    edit = f"{LIST}{person.id}/edit"

    same = staff.fill(edit)
    told = staff.get(same.headers["Location"]).text
    response = staff.fill(edit, {"name": "Ada L.", "email": "", "timezone": "Europe/Paris"})

    stored = db.session.get_one(Person, person.id)
    assert "Nothing was changed." in told
    assert response.status_code == 303
    assert (stored.name, stored.email, stored.timezone) == ("Ada L.", None, "Europe/Paris")
    wrong = staff.fill(edit, {"timezone": "Paris", "locale": "xx"})
    assert wrong.status_code == 422
    assert "The nearest are: Europe/Paris" in wrong.text


def test_the_second_of_two_tabs_is_shown_what_differs(staff: IsolatedClient, make: Make) -> None:
    person = make.person(name="Ada", email="ada@example.org")
    edit = f"{LIST}{person.id}/edit"
    mine = values_of(staff.page(edit).form())
    staff.fill(edit, {"name": "First"})

    refused = staff.post(edit, data={**mine, "name": "Second"})
    page = Page(refused.text)
    differing = [
        ["".join(cell.itertext()) for cell in row]
        for row in page.root.findall(".//tr[@class='differs']")
    ]
    again = staff.post(edit, data=values_of(page.form()))

    assert (refused.status_code, again.status_code) == (409, 303)
    assert differing == [["Full name", "First", "Second"]]
    assert db.session.get_one(Person, person.id).name == "Second"


def test_authz_16_a_coordinator_cannot_redirect_an_admins_mail(
    staff: IsolatedClient, client: IsolatedClient, make: Make
) -> None:
    """AUTHZ-16: whoever reads an admin's mail chooses the admin's password."""
    admin_id = make.admin(name="Ines", email="ines@example.org").person_id
    edit = f"{LIST}{admin_id}/edit"

    shown = staff.page(edit).text()
    refused = staff.fill(edit, {"email": "mina+ines@example.org"})
    renamed = staff.fill(edit, {"name": "Ines M."})
    client.sign_in(make.admin())
    allowed = client.fill(edit, {"email": "new@example.org"})

    stored = db.session.get_one(Person, admin_id)
    assert "Only an admin can change the e-mail address of an admin." in shown
    assert [one.status_code for one in (refused, renamed, allowed)] == [403, 303, 303]
    assert (stored.name, stored.email) == ("Ines M.", "new@example.org")


def test_authz_16_nor_that_of_somebody_who_is_invited_as_admin(
    staff: IsolatedClient, make: Make
) -> None:
    """AUTHZ-16: the invitation is mailed to the address that stands there when it is sent."""
    invited = make.person(name="Ines", email="ines@example.org")
    colleague = make.person(name="Omar", email="omar@example.org")
    make.invitation(invited, staff_role=StaffRole.ADMIN)
    make.invitation(colleague, staff_role=StaffRole.COORDINATOR)

    answers = [
        staff.fill(f"{LIST}{one.id}/edit", {"email": f"mina+{one.id}@example.org"}).status_code
        for one in (invited, colleague)
    ]

    assert answers == [403, 303]
    assert db.session.get_one(Person, invited.id).email == "ines@example.org"
