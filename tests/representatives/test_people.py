"""An organization's people: adding, finding, renaming them, and letting them leave."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.registrations.filling import errors
from tests.representatives.partners import base, mark, meetings_of, members_of, move, register
from tests.times import DAY, NOW
from training.attendance.values import AttendanceStatus
from training.audit.models import AuditEntry
from training.db import db
from training.people.models import Person

Statements = Callable[[], AbstractContextManager[list[str]]]


def test_people_are_added_with_and_without_an_address(client: IsolatedClient, make: Make) -> None:
    organization = make.organization()
    representative = make.representative(organization, name="Rita", email="rita@example.org")
    client.sign_in(representative)
    add = f"{base(organization)}/people/add"
    known = make.person("Known Otherwise", "known@example.org")

    answers = [
        client.fill(add, {"name": name, "email": email})
        for name, email in (
            ("Ada", "ada@example.org"),
            ("Bob", ""),
            ("As we say", "Known@example.org "),
            ("bób", ""),  # probably Bob
            ("Ada again", "ADA@example.org"),
            ("", "no-name@example.org"),
            ("No mail", "nobody"),
        )
    ]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 422, 422, 422, 422]
    assert [errors(answer) for answer in answers[3:]] == [
        [
            (
                "Somebody of this name is among your people. Choose them there; if this is "
                "somebody else, type their e-mail address or something that tells them apart."
            )
        ],
        ["Somebody with this address is among your people already."],
        ["Type the name of this person."],
        ["This is not an e-mail address. One looks like ana@example.org."],
    ]
    assert 'value="Ada again"' in answers[4].text
    assert members_of(organization) == [
        (None, "rita@example.org"),
        ("Ada", "ada@example.org"),
        ("Bob", None),
        ("As we say", "known@example.org"),
    ]
    assert db.session.get_one(Person, known.id).name == "Known Otherwise"
    assert "Bob No e-mail" in client.page(f"{base(organization)}/people/").text()


def test_people_are_found_by_words_of_name_and_address(client: IsolatedClient, make: Make) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization, name="Rita"))
    session = make.training_session()
    for name, email in (("Zoë Ångström", "z@a.example"), ("Ada Byron", "ada@b.example")):
        make.member(organization, make.person(name, email))
    zoe = db.session.scalars(sa.select(Person).where(Person.name == "Zoë Ångström")).one()
    register(make, session, organization, zoe)
    path = f"{base(organization)}/people/"

    everybody = client.page(path).text()
    found = client.page(f"{path}?q=angstrom ZOE").text()
    by_mail = client.page(f"{path}?q=b.example").text()

    assert everybody.index("Ada Byron") < everybody.index("Rita") < everybody.index("Zoë Ångström")
    assert "Represents you" in everybody
    assert "Zoë Ångström z@a.example 1 session" in found
    assert "Ada" not in found
    assert ("Ada Byron" in by_mail, "Zoë" in by_mail) == (True, False)
    assert client.get(f"{path}?q=%FF").status_code == 400
    assert client.page(f"{path}?page=99").text().count("Nobody yet") == 1


def test_the_list_takes_as_many_statements_for_three_as_for_fifty(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    counted = []

    for number in (3, 60):
        for _ in range(number):
            make.member(organization, make.person())
        with statements() as sent:
            client.page(f"{base(organization)}/people/")
        counted.append(len(sent))
    page = client.page(f"{base(organization)}/people/")

    assert counted == [5, 5]  # who asks, whose organization, its people, what they go to, the ways
    assert "More people" in page.text()
    assert "64 people" in page.text()


def test_a_name_is_changed_for_the_organization_alone(client: IsolatedClient, make: Make) -> None:
    organization = make.organization()
    representative = make.representative(organization)
    client.sign_in(representative)
    person = make.person("Ada", "ada@example.org")
    membership = make.member(organization, person)
    session = make.training_session()
    register(make, session, organization, person)
    path = f"{base(organization)}/people/{person.id}"

    saved = client.fill(f"{path}/edit", {"name": "  Ada Lovelace "})

    assert saved.headers["Location"] == path
    assert members_of(organization)[1:] == [("Ada Lovelace", "ada@example.org")]
    assert db.session.get_one(Person, person.id).name == "Ada"
    [entry] = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "membership.rename")
    )
    assert (entry.actor_id, entry.subject_id) == (representative.person_id, membership.id)
    assert entry.after == {
        "person_id": person.id,
        "organization_id": organization.id,
        "changed": ["name"],
    }
    assert client.fill(f"{path}/edit", {"name": " "}).status_code == 422


def test_a_name_that_a_colleague_changed_meanwhile_is_not_undone_unseen(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    person = make.person("Ada")
    make.member(organization, person)
    path = f"{base(organization)}/people/{person.id}/edit"
    client.fill(path, {"name": "Ada Byron"})

    refused = client.fill(path, {"name": "Ada King", "shown": "Ada"})
    kept = members_of(organization)[1][0]
    again = client.post(path, data={"name": "Ada King", "shown": "Ada Byron"} | token(client, path))

    assert refused.status_code == 409
    assert errors(refused) == [
        "A colleague changed this name to “Ada Byron” meanwhile. Save again to keep what you typed."
    ]
    assert 'value="Ada King"' in refused.text
    assert kept == "Ada Byron"
    assert (again.status_code, members_of(organization)[1][0]) == (303, "Ada King")


def token(client: IsolatedClient, path: str) -> dict[str, str]:
    form = client.page(path).form()
    found = next(one for one in form.iter("input") if one.get("name") == "csrf_token")
    return {"csrf_token": found.get("value") or ""}


def test_who_leaves_keeps_what_they_did(client: IsolatedClient, make: Make) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    person = make.person("Ada")
    make.member(organization, person)
    session = make.training_session(title="To come")
    register(make, session, organization, person)
    path = f"{base(organization)}/people/{person.id}"

    asked = client.page(f"{path}/leave").text()
    left = client.fill(f"{path}/leave")

    assert (
        "Ada stays registered for 1 session to come. Cancel it there if nobody is to go." in asked
    )
    assert left.headers["Location"] == f"{base(organization)}/people/"
    assert len(members_of(organization)) == 1
    after = client.page(path).text()
    assert "Not on your list any more" in after
    assert "To come" in after
    assert "Change the name" not in after
    again = client.get(f"{path}/leave")
    assert (again.status_code, again.headers["Location"]) == (303, path)
    listed = client.page(f"{base(organization)}/sessions/{session.id}/register").text()
    assert "Ada" not in listed


def test_who_represents_the_organization_is_taken_off_by_staff(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    representative = make.representative(organization)
    client.sign_in(representative)
    path = f"{base(organization)}/people/{representative.person_id}"

    response = client.get(f"{path}/leave")

    assert response.status_code == 409
    assert "This person represents your organization. Ask us if that is to end." in response.text
    assert "Take off your list" not in client.page(path).text()


def test_a_person_is_shown_with_what_they_did_for_this_organization_only(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    organization, other = make.organization(), make.organization("Other")
    client.sign_in(make.representative(organization))
    person = make.person("Ada", "ada@example.org")
    make.member(organization, person)
    was, elsewhere, coming, alone = (
        make.training_session(title=title, starts_at=NOW + days * DAY, capacity=1)
        for title, days in (("Was", 1), ("Elsewhere", 1), ("Coming", 3), ("Alone", 4))
    )
    [went] = register(make, was, organization, person)
    register(make, elsewhere, other, person)
    register(make, coming, organization, make.person())
    register(make, coming, organization, person)
    make.registration(alone, name="Ada", email="ada@example.org")
    move(was, -9 * DAY)
    mark(went, meetings_of(was)[0].id, AttendanceStatus.LATE)

    with statements() as sent:
        page = client.page(f"{base(organization)}/people/{person.id}").text()

    assert len(sent) == 6
    assert "ada@example.org" in page
    goes, went_to = page.split("Over, or cancelled")
    assert "Coming" in goes
    assert "1. in line" in goes
    assert "Was" in went_to
    assert went_to.count("Late") == 1
    assert "Elsewhere" not in page
    assert "Alone" not in page
