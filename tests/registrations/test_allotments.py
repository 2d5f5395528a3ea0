"""Seats of a campaign that its partners may use: the page of staff."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.filling import counts, errors
from tests.times import DAY, NOW
from training.audit.models import AuditEntry
from training.campaigns.models import Allotment, Campaign, CampaignPartner
from training.db import db, transaction
from training.organizations.models import Organization
from training.registrations import seats
from training.registrations.values import Claim
from training.sessions.models import TrainingSession
from training.web.filters import short_date

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def address(campaign: Campaign) -> str:
    return f"/staff/campaigns/{campaign.id}/allotments"


def partners(campaign: Campaign, *organizations: Organization) -> None:
    with transaction():
        db.session.add_all(
            CampaignPartner(campaign_id=campaign.id, organization_id=one.id)
            for one in organizations
        )


def allot(campaign: Campaign, organization: Organization, number: int) -> None:
    with transaction():
        seats.set_allotment(
            campaign.id, organization.id, number, expected=None, actor_id=None, now=NOW
        )


def seat(
    make: Make, session: TrainingSession, organization: Organization, **fields: object
) -> None:
    make.registration(
        session, **{"organization_id": organization.id, "claim": Claim.STAFF, **fields}
    )


def allotted() -> dict[int, int]:
    db.session.rollback()
    found = db.session.execute(sa.select(Allotment.organization_id, Allotment.seats))
    return {row.organization_id: row.seats for row in found}


def fields_of(page: Page, organization: Organization) -> dict[str, list[str]]:
    """Return what the form of one row would send."""
    return next(
        values
        for form in page.root.iter("form")
        if (values := values_of(form)).get("organization_id") == [str(organization.id)]
    )


def words(page: Page) -> dict[str, str]:
    """Return what the page says of each organization, by its name."""
    rows = [
        [" ".join(" ".join(cell.itertext()).split()) for cell in row]
        for row in page.root.findall(".//tbody/tr")
    ]
    return {name: used for name, used, _form in rows}


def test_the_page_shows_what_each_may_use_and_where_they_use_it(
    staff: IsolatedClient, make: Make, statements: Statements
) -> None:
    campaign, other = make.campaign("Awareness Month"), make.campaign("Other")
    ours, beyond, free, left = (make.organization(name) for name in ("A", "B", "C", "D"))
    partners(campaign, ours, beyond, free)
    first = make.training_session(title="First", campaign_id=campaign.id)
    second = make.training_session(
        title="Second", campaign_id=campaign.id, starts_at=NOW + 3 * DAY, capacity=1
    )
    elsewhere = make.training_session(title="Elsewhere", campaign_id=other.id)
    for session, organization, claim in (
        (first, ours, Claim.STAFF),
        (first, ours, Claim.STATED),  # uses none
        (second, ours, Claim.REPRESENTATIVE),
        (second, ours, Claim.STAFF),  # waits
        (elsewhere, ours, Claim.STAFF),
        (first, beyond, Claim.STAFF),
        (first, beyond, Claim.STAFF),
        (first, free, Claim.STAFF),
    ):
        seat(make, session, organization, claim=claim)
    with statements() as few:
        staff.page(address(campaign))
    for organization, number in ((ours, 20), (beyond, 1), (left, 4)):
        allot(campaign, organization, number)

    with statements() as sent:
        page = staff.page(address(campaign))

    assert words(page) == {
        ours.name: "2 of 20 used, 18 left in 2 sessions First , "
        f"{shown(first)}: 1 Second , {shown(second)}: 1",
        beyond.name: f"2 of 1 used, 1 too many in 1 session First , {shown(first)}: 2",
        free.name: f"1 used, no limit in 1 session First , {shown(first)}: 1",
        f"{left.name} does not take part any more": "0 of 4 used, 4 left",
    }
    links = [link.get("href") for link in page.root.iter("a")]
    assert links.count(f"/staff/sessions/{first.id}") == 3
    bad = [one for one in page.root.iter("span") if one.get("class") == "badge is-bad"]
    assert [one.text for one in bad] == ["2 of 1 used, 1 too many"]
    assert len(sent) == len(few)
    edit = staff.page(f"/staff/campaigns/{campaign.id}/edit")
    assert address(campaign) in [link.get("href") for link in edit.root.iter("a")]


def shown(session: TrainingSession) -> str:
    """Return the day of a session as the page says it."""
    return short_date(session.starts_at, session.timezone)


def test_an_allotment_is_set_changed_and_removed_and_who_waits_gets_a_seat(
    staff: IsolatedClient, make: Make
) -> None:
    campaign, ours = make.campaign(), make.organization()
    partners(campaign, ours)
    path = address(campaign)

    def send(**typed: str) -> int:
        return staff.post(path, data=fields_of(staff.page(path), ours) | typed).status_code

    assert (send(seats="0"), allotted()) == (303, {ours.id: 0})
    session = make.training_session(campaign_id=campaign.id)
    seat(make, session, ours)
    waiting = db.session.get_one(TrainingSession, session.id).waitlisted_count
    assert (send(seats="12"), allotted()) == (303, {ours.id: 12})
    assert "may use 12 seats of this campaign." in staff.page(path).text()
    db.session.rollback()
    stored = db.session.get_one(TrainingSession, session.id, populate_existing=True)
    assert (waiting, stored.confirmed_count, stored.waitlisted_count) == (1, 1, 0)
    assert (send(seats="12"), allotted()) == (303, {ours.id: 12})
    assert "Nothing was changed." in staff.page(path).text()
    assert (send(seats="", remove="1"), allotted()) == (303, {})
    assert "may use as many seats as there are." in staff.page(path).text()
    after = db.session.scalars(
        sa.select(AuditEntry.after)
        .where(AuditEntry.action == "allotment.set")
        .order_by(AuditEntry.id)
    )
    assert [(one or {})["seats"] for one in after] == [0, 12, None]


def test_seat_17_only_numbers_in_digits_are_seats(staff: IsolatedClient, make: Make) -> None:
    """SEAT-17: everything else is 422, and stands there as it was typed."""
    campaign, ours = make.campaign(), make.organization()
    partners(campaign, ours)
    allot(campaign, ours, 7)
    fields = fields_of(staff.page(address(campaign)), ours)
    before = counts()

    for number in ("", "-1", str(2**31), "1e3", "\uff11\uff10", "1_000", "+5", "0x10", "7.0"):
        answer = staff.post(address(campaign), data=fields | {"seats": number})
        assert answer.status_code == 422, number
        assert fields_of(Page(answer.text), ours)["seats"] == [number]
        assert len(errors(answer)) == 1
    assert counts() == before
    assert allotted() == {ours.id: 7}


def test_who_saves_over_a_colleague_is_shown_what_stands(staff: IsolatedClient, make: Make) -> None:
    campaign, ours = make.campaign(), make.organization()
    partners(campaign, ours)
    path = address(campaign)
    fields = fields_of(staff.page(path), ours) | {"seats": "5"}
    allot(campaign, ours, 20)

    stale = staff.post(path, data=fields)
    forged = staff.post(path, data=fields | {"shown": "many"})
    stood = allotted()
    again = staff.post(path, data=fields_of(Page(stale.text), ours))

    assert (stale.status_code, forged.status_code, stood) == (409, 409, {ours.id: 20})
    assert "0 of 20 used, 20 left" in Page(stale.text).text()
    assert errors(stale) == [
        (
            "Somebody else changed this while you were editing it. "
            "Your changes are not saved yet: look at what stands now, and save again."
        )
    ]
    assert (again.status_code, allotted()) == (303, {ours.id: 5})


def test_nothing_is_allotted_to_who_takes_no_part(staff: IsolatedClient, make: Make) -> None:
    campaign, ours, stranger = make.campaign(), make.organization(), make.organization()
    nobody = make.campaign("Of nobody")
    partners(campaign, ours)
    empty = staff.page(address(nobody)).text()
    fields = fields_of(staff.page(address(campaign)), ours) | {"seats": "5"}

    answers = [
        staff.post(address(campaign), data=fields | {"organization_id": one}).status_code
        for one in (str(stranger.id), "999999", "x")
    ]

    assert "No organization takes part yet" in empty
    assert answers == [404, 404, 422]
    assert allotted() == {}
