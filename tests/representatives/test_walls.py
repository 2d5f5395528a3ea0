"""I8, AUTHZ-02, AUTHZ-04: no answer to one organization holds anything of another's people."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.architecture.world import rows_of_everything
from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.representatives.partners import (
    MARKERS,
    Partners,
    base,
    make_partners,
    mark,
    meetings_of,
    move,
    register,
    without_secrets,
)
from tests.times import DAY, HOUR
from training.attendance.values import AttendanceStatus
from training.db import db, transaction
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole, OrganizationStatus
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import Claim


@pytest.fixture
def partners(make: Make) -> Partners:
    return make_partners(make)


def pages(partners: Partners, organization: Organization, registration_id: int) -> list[str]:
    """Return every page of an organization that has something of a person in it."""
    person_id = (partners.marked if organization is partners.ours else partners.person).id
    root = base(organization)
    session = f"{root}/sessions/{partners.shared.id}"
    return [
        f"{root}/",
        f"{root}/people/",
        f"{root}/people/?q={MARKERS[0]}",
        f"{root}/people/add",
        f"{root}/people/{person_id}",
        f"{root}/people/{person_id}/edit",
        f"{root}/people/{person_id}/leave",
        f"{root}/sessions/",
        f"{root}/sessions/?q={MARKERS[2]}",
        f"{root}/sessions/past",
        session,
        f"{root}/sessions/{partners.past.id}",
        f"{session}/register",
        f"{session}/cancel?registration={registration_id}",
        f"{root}/registrations/{registration_id}/swap",
        f"{root}/attendance/",
        f"{root}/attendance/?from=2000-01-01",
    ]


def read(client: IsolatedClient, paths: list[str]) -> dict[str, str]:
    found = {}
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        found[path] = without_secrets(response.text)
    return found


def exports(client: IsolatedClient, organization: Organization) -> str:
    """Take everything home as a file."""
    path = f"{base(organization)}/attendance/?from=2000-01-01"
    response = client.fill(path, action="attendance.csv?from=2000-01-01")
    assert response.status_code == 200
    return response.text


def suspend(organization: Organization, status: OrganizationStatus) -> None:
    with transaction():
        db.session.get_one(Organization, organization.id).status = status


def test_i8_the_rival_finds_no_trace_of_ours_on_any_page(
    client: IsolatedClient, partners: Partners
) -> None:
    """AUTHZ-02: names, addresses, titles and the organization itself; each is on our own pages."""
    traces = (*MARKERS, partners.ours.name, partners.ours.slug)
    ours = pages(partners, partners.ours, partners.registration_id)
    theirs = pages(partners, partners.theirs, partners.their_registration_id)

    client.sign_in(partners.representative)
    own_pages = "".join([*read(client, ours).values(), exports(client, partners.ours)])
    client.sign_in(partners.rival)
    answered = {**read(client, theirs), "export": exports(client, partners.theirs)}

    assert [trace for trace in traces if trace not in own_pages] == []
    found = [
        (path, trace)
        for path, text in answered.items()
        for trace in traces
        # What was searched for stands in the field, whether there is any or not.
        if trace.lower() in text.replace(f'value="{trace}"', "").lower()
    ]
    assert found == []


def test_i8_what_our_people_do_changes_nothing_that_the_rival_reads(
    client: IsolatedClient, make: Make, partners: Partners
) -> None:
    """No count, no total, no rank and no time: every page is the same before and after."""
    theirs = pages(partners, partners.theirs, partners.their_registration_id)
    of_both = make.person("Of both")
    make.member(partners.ours, of_both)
    make.member(partners.theirs, of_both)
    running = make.training_session(capacity=None, campaign_id=make.campaign().id)
    move(running, -DAY - HOUR / 2)
    client.sign_in(partners.rival)
    before = {**read(client, theirs), "export": exports(client, partners.theirs)}

    newcomers = [make.person() for _ in range(3)]
    for person in newcomers:
        make.member(partners.ours, person)
    register(make, partners.shared, partners.ours, *newcomers, of_both)
    registered = register(make, running, partners.ours, *newcomers, of_both)
    [meeting] = meetings_of(running)
    register(make, partners.secret, partners.ours, newcomers[0])
    make.registration(partners.shared, organization_id=partners.ours.id, claim=Claim.STATED)
    mark(registered[0], meeting.id, AttendanceStatus.LATE)

    assert {**read(client, theirs), "export": exports(client, partners.theirs)} == before


def test_what_is_outside_ones_own_is_answered_as_what_is_missing(
    client: IsolatedClient, partners: Partners
) -> None:
    """AUTHZ-02, byte for byte: another organization, and others' ids under one's own address."""
    client.sign_in(partners.rival)
    root = base(partners.theirs)
    missing = client.get("/organization/nobody-has-this/")
    wrong = []

    for path in (
        *pages(partners, partners.ours, partners.registration_id),
        f"{root}/people/{partners.marked.id}",
        f"{root}/people/{partners.marked.id}/edit",
        f"{root}/people/{partners.marked.id}/leave",
        f"{root}/people/2147483647",
        f"{root}/sessions/{partners.secret.id}",
        f"{root}/sessions/{partners.secret.id}/register",
        f"{root}/sessions/2147483647",
        f"{root}/sessions/{partners.shared.id}/cancel?registration={partners.registration_id}",
        f"{root}/sessions/{partners.shared.id}/cancel?registration=2147483647",
        f"{root}/registrations/{partners.registration_id}/swap",
        f"{root}/registrations/2147483647/swap",
        "/organization/%00/",
        f"/organization/{'a' * 300}/",
    ):
        response = client.get(path)
        if (response.status_code, response.data) != (404, missing.data):
            wrong.append(f"{path}: {response.status_code}")

    assert wrong == []


def test_authz_04_ids_of_others_in_a_form_change_nothing(
    app: Flask, client: IsolatedClient, partners: Partners
) -> None:
    """AUTHZ-04: 404 or 422, and every row of every table as it was."""
    app.config["WTF_CSRF_ENABLED"] = False
    client.sign_in(partners.rival)
    root, shared = base(partners.theirs), partners.shared.id
    claim_on_ours = db.session.scalars(
        sa.select(Registration.id).where(
            Registration.organization_id == partners.ours.id, Registration.claim == Claim.STATED
        )
    ).one()
    before = rows_of_everything()

    answers = [
        client.post(f"{root}/sessions/{shared}/cancel", data={"registration": ids}).status_code
        for ids in (
            [partners.registration_id],
            [partners.their_registration_id, partners.registration_id],
            ["2147483648"],
            ["1e3"],
            ["²"],
        )
    ]
    answers += [
        client.post(f"{root}/claims", data=data).status_code
        for data in (
            {"confirm": claim_on_ours},
            {"refuse": "", "registration": [claim_on_ours]},
            {"refuse": "-1"},
            {"refuse": ""},
            {},
        )
    ]
    chosen = {"members": [partners.marked.id], "consent": "y"}
    answers.append(client.fill(f"{root}/sessions/{shared}/register", chosen).status_code)
    answers.append(
        client.fill(
            f"{root}/registrations/{partners.their_registration_id}/swap",
            {"member": partners.marked.id, "consent": "y"},
        ).status_code
    )
    answers += [
        client.post(path, data={"name": "Taken", "shown": f"{MARKERS[0]} A"}).status_code
        for path in (
            f"{root}/people/{partners.marked.id}/edit",
            f"{root}/people/{partners.marked.id}/leave",
            f"{base(partners.ours)}/people/{partners.marked.id}/leave",
            f"{base(partners.ours)}/people/add",
            f"{base(partners.ours)}/attendance/attendance.csv",
        )
    ]

    assert answers == [404] * 5 + [422] * 7 + [404] * 5
    assert rows_of_everything() == before


def test_a_known_address_shows_nothing_of_who_is_behind_it(
    client: IsolatedClient, partners: Partners
) -> None:
    """The rival adds the very address of ours: they see what they typed, and find only that."""
    client.sign_in(partners.rival)
    root = base(partners.theirs)

    added = client.fill(f"{root}/people/add", {"name": "Guessed", "email": MARKERS[1]})
    again = client.fill(f"{root}/people/add", {"name": "Guessed", "email": MARKERS[1].upper()})

    page = client.page(added.headers["Location"]).text()
    assert (added.status_code, again.status_code) == (303, 422)
    assert "Guessed" in page
    assert MARKERS[0] not in page
    assert "Past" not in page  # what they did for ours
    assert "Nobody fits" in client.page(f"{root}/people/?q={MARKERS[0]}").text()
    assert db.session.get_one(Person, partners.marked.id).name == f"{MARKERS[0]} A"


def test_each_organization_has_names_of_its_own(
    client: IsolatedClient, make: Make, partners: Partners
) -> None:
    make.member(partners.theirs, partners.marked)
    path = f"/people/{partners.marked.id}"

    client.sign_in(partners.rival)
    client.fill(f"{base(partners.theirs)}{path}/edit", {"name": "As they say"})
    renamed = client.page(base(partners.theirs) + path).text()
    client.sign_in(partners.representative)
    ours = client.page(base(partners.ours) + path).text()

    assert "As they say" in renamed
    assert "As they say" not in ours
    assert f"{MARKERS[0]} A" in ours


def test_a_suspended_partnership_can_be_read_and_nothing_is_changed(
    app: Flask, client: IsolatedClient, partners: Partners
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    suspend(partners.ours, OrganizationStatus.SUSPENDED)
    client.sign_in(partners.representative)
    root = base(partners.ours)
    readable = [
        f"{root}/",
        f"{root}/people/",
        f"{root}/people/{partners.marked.id}",
        f"{root}/sessions/",
        f"{root}/sessions/past",
        f"{root}/sessions/{partners.shared.id}",
        f"{root}/attendance/",
    ]
    changing = [
        f"{root}/people/add",
        f"{root}/people/{partners.marked.id}/edit",
        f"{root}/people/{partners.marked.id}/leave",
        f"{root}/sessions/{partners.shared.id}/register",
        f"{root}/sessions/{partners.shared.id}/cancel",
        f"{root}/registrations/{partners.registration_id}/swap",
        f"{root}/claims",
    ]
    before = rows_of_everything()

    texts = [client.page(path) for path in readable]
    answers = {path: client.post(path, data={"name": "New"}).status_code for path in changing}

    assert answers == dict.fromkeys(changing, 403)
    assert rows_of_everything() == before
    for page in texts:
        assert "The partnership rests at the moment" in page.text()
        links = {link.get("href") or "" for link in page.root.iter("a")}
        assert not {link for link in links if link.partition("?")[0] in changing}


def test_who_acts_for_several_organizations_has_a_way_to_each(
    client: IsolatedClient, make: Make, partners: Partners
) -> None:
    person = db.session.get_one(Person, partners.representative.person_id)
    make.member(partners.theirs, person, MembershipRole.REPRESENTATIVE)
    suspend(partners.theirs, OrganizationStatus.SUSPENDED)
    make.member(make.organization("Elsewhere"), person)  # belongs to it, does not act for it
    client.sign_in(partners.representative)

    page = client.page(base(partners.ours) + "/")
    home = client.get("/account/")
    other = client.page(base(partners.theirs) + "/").text()

    ways = [
        (link.text, link.get("aria-current"))
        for link in next(page.root.iter("nav")).iter("a")
        if "/organization/" in (link.get("href") or "")
    ]
    assert ways == [(partners.ours.name, "page"), (partners.theirs.name, None)]
    assert home.headers["Location"] == base(partners.ours) + "/"
    assert "Bob" in other
    assert MARKERS[0] not in other


@pytest.mark.parametrize("how", ["left", "member", "closed"])
def test_authz_15_and_17_the_next_request_of_who_acts_no_more_finds_nothing(
    client: IsolatedClient, partners: Partners, how: str
) -> None:
    """AUTHZ-15, AUTHZ-17."""
    client.sign_in(partners.representative)
    path = f"{base(partners.ours)}/"
    assert client.get(path).status_code == 200
    of_theirs = Membership.person_id == partners.representative.person_id
    with transaction():
        if how == "closed":
            db.session.get_one(Organization, partners.ours.id).status = OrganizationStatus.CLOSED
        else:
            value = (
                {"until": sa.func.current_date()}
                if how == "left"
                else {"role": MembershipRole.MEMBER}
            )
            db.session.execute(sa.update(Membership).where(of_theirs).values(value))

    response = client.get(path)

    assert (response.status_code, response.data) == (404, client.get("/organization/x/").data)
    assert partners.ours.name not in Page(client.get("/trainer/").text).text()


def test_staff_act_for_every_organization(
    client: IsolatedClient, make: Make, partners: Partners
) -> None:
    client.sign_in(make.coordinator())

    for organization in (partners.ours, partners.theirs):
        assert client.get(f"{base(organization)}/").status_code == 200
    suspend(partners.ours, OrganizationStatus.CLOSED)
    assert client.get(f"{base(partners.ours)}/people/").status_code == 200
    assert client.get(f"{base(partners.ours)}/people/add").status_code == 403
