"""Staff pages of organizations: the list, one, its form, its people."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import NOW
from training.accounts.models import Account, Invitation
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.notifications.models import Message
from training.organizations import queries, service
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole, OrganizationStatus
from training.people.models import Person

LIST = "/staff/organizations/"
NEW = "/staff/organizations/new"
Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def mina(make: Make) -> Account:
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(mina)
    return client


def _url(organization: Organization, suffix: str = "") -> str:
    return f"{LIST}{organization.id}{suffix}"


def _rows(page: Page) -> list[str]:
    return [" ".join("".join(row.itertext()).split()) for row in page.root.findall(".//tbody/tr")]


def _names(staff: IsolatedClient, query: str = "") -> list[str]:
    links = staff.page(LIST + query).root.findall(".//th[@scope='row']/a")
    return ["".join(link.itertext()) for link in links]


def _save(organization: Organization) -> Organization:
    with transaction():
        db.session.add(organization)
    return organization


def _aid(**fields: object) -> Organization:
    return _save(Organization(**{"name": "Aid", "slug": "aid", "domains": [], **fields}))


def _some() -> None:
    _aid(name="Ökumene Hilfe", slug="oekumene", domains=["xn--bcher-kva.example"])
    _aid(name="aid Nairobi", slug="nairobi", country="KE")
    _aid(name="Zebra", slug="zebra", status=OrganizationStatus.CLOSED)


def test_the_list_is_narrowed(staff: IsolatedClient) -> None:
    _some()
    everybody = ["aid Nairobi", "Ökumene Hilfe", "Zebra"]
    expected = {
        "": everybody,
        "?q=OKUMENE+hilfé": ["Ökumene Hilfe"],
        "?q=bcher": ["Ökumene Hilfe"],
        "?status=closed": ["Zebra"],
        "?status=active&q=zebra": [],
        "?status=nonsense&page=x": everybody,
        "?page=9": [],
    }

    assert {query: _names(staff, query) for query in expected} == expected


def test_a_line_says_where_whether_and_how_many(staff: IsolatedClient, make: Make) -> None:
    _some()
    zebra = db.session.scalars(sa.select(Organization).where(Organization.slug == "zebra")).one()
    make.member(zebra)
    make.member(zebra, role=MembershipRole.REPRESENTATIVE)
    gone = make.member(zebra)
    with transaction():
        service.end_membership(gone.id, actor_id=None, now=NOW)

    assert _rows(staff.page(LIST)) == [
        "aid Nairobi Kenya Active 0 nobody acts for it",
        "Ökumene Hilfe bücher.example – Active 0 nobody acts for it",
        "Zebra – Closed 2 1 representative",
    ]


def test_empty_lists_say_what_to_do(staff: IsolatedClient) -> None:
    assert "No organizations yet" in staff.page(LIST).text()
    assert "No organization fits" in staff.page(LIST + "?q=x").text()
    assert staff.get(LIST + "?q=a%00b").status_code == 400


def test_pages_lead_on_and_back(staff: IsolatedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.organizations.listings.PAGE", 2)
    for number in range(5):
        _aid(name=f"Aid {number}", slug=f"aid-{number}")

    first, last = staff.page(f"{LIST}?q=aid"), staff.page(f"{LIST}?q=aid&page=3")

    assert [len(_rows(page)) for page in (first, last)] == [2, 1]
    links = [
        {link.get("rel"): link.get("href") for link in page.root.findall(".//a[@rel]")}
        for page in (first, last)
    ]
    assert links == [{"next": f"{LIST}?q=aid&page=2"}, {"prev": f"{LIST}?q=aid&page=2"}]


def test_one_and_three_and_many_take_the_same_statements(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    counts = []
    for more in (1, 2, 20):
        for _ in range(more):
            make.member(make.organization())
        with statements() as sent:
            staff.page(LIST)
        counts.append(len(sent))

    assert counts == [3, 3, 3]  # who is signed in, the organizations, their people


def test_an_organization_is_added_as_typed(staff: IsolatedClient, mina: Account) -> None:
    response = staff.fill(
        NEW,
        {
            "name": "  Aïd & Co ",
            "domains": "@Aid.example,  bücher.example\r\naid.example",
            "country": "KE",
            "timezone": "Africa/Nairobi",
        },
    )

    stored = db.session.scalars(sa.select(Organization)).one()
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "organization.create")
    ).one()
    assert (response.status_code, response.headers["Location"]) == (303, _url(stored))
    assert (stored.name, stored.slug, stored.country, stored.timezone) == (
        "Aïd & Co",
        "aid-co",
        "KE",
        "Africa/Nairobi",
    )
    assert stored.domains == ["aid.example", "xn--bcher-kva.example"]
    assert (stored.status, entry.actor_id) == (OrganizationStatus.ACTIVE, mina.person_id)
    page = staff.page(_url(stored)).text()
    assert "Saved. Add its people now, and invite who acts for it." in page
    assert "aid.example, bücher.example" in page


WRONG: list[tuple[dict[str, str], str]] = [
    ({"name": " "}, "Give it a name."),
    ({"name": "a\x00b"}, "This contains a character that cannot be stored."),
    ({"name": "x" * 201}, "Field cannot be longer than 200 characters."),
    ({"slug": "Not good"}, "Use small letters a to z, digits, and single hyphens"),
    ({"slug": "-a"}, "Use small letters a to z, digits, and single hyphens"),
    ({"domains": "ana@example.org"}, "“ana@example.org” is not a mail domain."),
    ({"domains": "gmail.com"}, "Anybody can have an address at gmail.com"),
    ({"domains": "\n".join(f"a{n}.example" for n in range(51))}, "At most 50 mail domains."),
    ({"country": "XX"}, "Not a valid choice."),
    ({"timezone": "Nairobi"}, "The nearest are: Africa/Nairobi"),
    ({"status": "gone"}, "Not a valid choice."),
]


def test_inp_01_what_is_wrong_is_said_and_kept(staff: IsolatedClient) -> None:
    """INP-01: 422, what was typed stays, nothing is stored."""
    for fields, message in WRONG:
        response = staff.fill(NEW, {"name": "Aid", **fields})

        page = Page(response.text)
        assert (response.status_code, message in page.text()) == (422, True), fields
        for name, typed in fields.items():
            if name in {"slug", "domains", "timezone"}:
                assert values_of(page.form())[name] == [typed]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "Aid"}, "There is an organization of this name already."),
        ({"name": "New", "slug": "aid"}, "Another organization has this address."),
    ],
)
def test_what_is_taken_is_a_conflict_beside_its_field(
    staff: IsolatedClient, monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], message: str
) -> None:
    """409 whether the look or the database refuses: a race ends the same way."""
    _aid()
    found = staff.fill(NEW, fields)
    monkeypatch.setattr(service, "_is_taken", lambda *_arguments: False)

    raced = staff.fill(NEW, fields)

    for response in (found, raced):
        page = Page(response.text)
        links = page.root.findall(".//*[@id='errors']//a")
        assert response.status_code == 409
        assert message in page.text()
        assert [link.get("href") for link in links] == [f"#{list(fields)[-1]}"]


def test_saving_what_is_shown_changes_nothing(staff: IsolatedClient) -> None:
    organization = _aid(
        domains=["xn--bcher-kva.example", "aid.example"], country="KE", timezone="Africa/Nairobi"
    )
    # As the form sorts them.
    staff.fill(_url(organization, "/edit"))

    response = staff.fill(_url(organization, "/edit"))

    assert "Nothing was changed." in staff.get(response.headers["Location"]).text


def test_another_status_is_explained_first_and_saved(staff: IsolatedClient, make: Make) -> None:
    organization = _aid()
    make.representative(organization)

    page = staff.page(_url(organization, "/edit")).text()
    response = staff.fill(_url(organization, "/edit"), {"status": "suspended"})

    assert "Suspended or closed: its 1 representative cannot act for it any more." in page
    assert "Those who wait keep their place and are passed over." in page
    assert response.status_code == 303
    assert "Suspended" in staff.page(_url(organization)).text()


def test_the_second_of_two_tabs_is_shown_what_differs(staff: IsolatedClient) -> None:
    organization = _aid()
    edit = _url(organization, "/edit")
    mine = values_of(staff.page(edit).form())
    staff.fill(edit, {"name": "First", "country": "KE"})

    refused = staff.post(edit, data={**mine, "name": "Second", "slug": ""})
    page = Page(refused.text)
    differing = [
        ["".join(cell.itertext()) for cell in row]
        for row in page.root.findall(".//tr[@class='differs']")
    ]
    again = staff.post(edit, data=values_of(page.form()))

    assert (refused.status_code, again.status_code) == (409, 303)
    assert "Somebody else changed this organization while you were editing it." in page.text()
    assert differing == [["Name", "First", "Second"], ["Country", "Kenya", "–"]]
    stored = db.session.get_one(Organization, organization.id)
    assert (stored.name, stored.country, stored.slug) == ("Second", None, "aid")


def test_what_is_not_there_is_missing(staff: IsolatedClient) -> None:
    answers = [
        staff.get(f"/staff/{path}")
        for path in (
            "organizations/999999",
            "organizations/999999/edit",
            "organizations/999999/members/add",
            "memberships/999999/end",
            "organizations/99999999999999999999",
        )
    ]

    assert {(answer.status_code, answer.data) for answer in answers} == {(404, answers[0].data)}


def test_people_are_added_with_and_without_an_address(
    staff: IsolatedClient, make: Make, mina: Account
) -> None:
    organization, known = _aid(), make.person(name="Ada Known", email="ada@example.org")
    add = _url(organization, "/members/add")

    staff.fill(add, {"name": "Ada Typed", "email": "ADA@example.org"})
    staff.fill(add, {"name": "Bo"})
    staff.fill(add, {"name": "Bo"})

    found = queries.members(organization.id).members
    assert [(one.name, one.email) for one in found] == [
        ("Ada Known", "ada@example.org"),
        ("Bo", None),
        ("Bo", None),
    ]
    assert found[0].person_id == known.id
    actors = db.session.scalars(
        sa.select(AuditEntry.actor_id).where(AuditEntry.action == "membership.add")
    )
    assert set(actors) == {mina.person_id}


def test_a_new_representative_is_invited_with_the_same_form(staff: IsolatedClient) -> None:
    organization = _aid()
    add = _url(organization, "/members/add")

    nobody = staff.fill(add, {"name": "Bo", "is_representative": "y"})
    response = staff.fill(
        add, {"name": "Ada", "email": "ada@example.org", "is_representative": "y"}
    )

    invitation = db.session.scalars(sa.select(Invitation)).one()
    message = db.session.scalars(sa.select(Message)).one()
    assert nobody.status_code == 422
    assert "A representative needs an e-mail address of their own." in nobody.text
    assert response.status_code == 303
    assert (invitation.organization_id, message.recipient_id) == (
        organization.id,
        invitation.person_id,
    )
    page = staff.page(_url(organization)).text()
    assert "Ada is added, and invited by mail." in page
    assert "Ada ada@example.org Member" in page  # until the invitation is accepted
    assert "Invited to act for it" in page


def test_who_is_invited_twice_or_has_no_address_is_told(staff: IsolatedClient, make: Make) -> None:
    organization = _aid()
    member = make.member(organization, make.person(name="Ada"))
    invite = f"/staff/memberships/{member.id}/invite"
    staff.fill(_url(organization), action=invite)
    token = values_of(staff.page(NEW).form())["csrf_token"]

    again = staff.post(invite, data={"csrf_token": token})

    assert again.status_code == 303
    assert "This person is invited already." in staff.page(_url(organization)).text()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 1


def test_who_has_an_account_acts_at_once_and_no_longer(staff: IsolatedClient, make: Make) -> None:
    organization = _aid()
    person = db.session.get_one(Person, make.account(name="Ada").person_id)
    member = make.member(organization, person)
    action = f"/staff/memberships/{member.id}/role"

    staff.fill(_url(organization), action=action)
    acting = queries.organizations_of(person.id)
    staff.fill(_url(organization), action=action)
    unknown = staff.fill(_url(organization), {"role": "owner"}, action=action)

    assert [one.id for one in acting] == [organization.id]
    assert queries.organizations_of(person.id) == []
    assert unknown.status_code == 400


def test_a_membership_is_ended_from_a_page_that_says_what_happens(
    staff: IsolatedClient, make: Make
) -> None:
    organization = _aid()
    account = make.representative(organization, name="Ada")
    membership_id = db.session.scalars(sa.select(Membership.id)).one()
    end = f"/staff/memberships/{membership_id}/end"

    page = staff.page(end).text()
    response = staff.fill(end)
    again = staff.get(end)

    told = (
        "Ada cannot act for Aid any more, from the next click on, and the addresses of its "
        "calendar that they made are closed."
    )
    assert told in page
    assert "Registrations and attendance stay as they are, and nobody is told by mail." in page
    assert [answer.status_code for answer in (response, again)] == [303, 303]
    assert queries.organizations_of(account.person_id) == []
    assert "Nobody yet" in staff.page(_url(organization)).text()


def test_authz_09_who_was_erased_is_absent(staff: IsolatedClient, make: Make) -> None:
    """AUTHZ-09."""
    organization = _aid()
    member = make.member(organization, make.person(name="Quagga"))
    make.invitation(db.session.get_one(Person, member.person_id), organization_id=organization.id)
    assert "Quagga" in staff.page(_url(organization)).text()

    with transaction():
        db.session.get_one(Person, member.person_id).erased_at = NOW

    assert "Quagga" not in staff.page(_url(organization)).text()
    assert "0 people belong to it." in staff.page(_url(organization)).text()
    assert staff.get(f"/staff/memberships/{member.id}/end").status_code == 404


def test_the_people_of_an_organization_are_searched_and_counted_in_few_statements(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    organization = _aid()
    counts = []
    for more in (1, 2, 20):
        for _ in range(more):
            make.member(organization, make.person(name="Zoë"))
        with statements() as sent:
            staff.page(_url(organization))
        counts.append(len(sent))
    make.member(organization, make.person(name="Åsa"))

    found = _rows(staff.page(_url(organization) + "?q=asa"))

    assert counts == [5, 5, 5]
    assert len(found) == 1
    assert "Nobody fits" in staff.page(_url(organization) + "?q=nobody").text()
