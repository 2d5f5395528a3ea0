"""Campaigns: list and form, partners, what sessions start with, two people at once."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW
from training.audit.models import AuditEntry
from training.calendars.models import FeedVersion
from training.campaigns.models import Campaign, CampaignPartner
from training.campaigns.values import CampaignStatus
from training.db import db
from training.sessions.models import TrainingSession

CAMPAIGNS = "/staff/campaigns/"
NEW = "/staff/campaigns/new"
LEAST = {"name": "Mental Health Month", "starts_on": "2027-05-01", "ends_on": "2027-05-31"}


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def _campaign() -> Campaign:
    return db.session.scalars(sa.select(Campaign)).one()


def _partners() -> list[int]:
    found = sa.select(CampaignPartner.organization_id).order_by(CampaignPartner.organization_id)
    return list(db.session.scalars(found))


def _version() -> int:
    return (
        db.session.scalar(sa.select(FeedVersion.version).where(FeedVersion.feed == "public")) or 0
    )


def test_a_campaign_is_made_changed_and_found(staff: IsolatedClient, make: Make) -> None:
    aid, line = make.organization("Aid"), make.organization("Line")

    made = staff.fill(
        NEW, {**LEAST, "hashtag": "#MentalHealth", "partner_ids": [str(aid.id), str(line.id)]}
    )
    before = _campaign()
    address = f"{CAMPAIGNS}{before.id}/edit"
    partners, version = _partners(), _version()
    changed = staff.fill(
        address, {"status": "published", "partner_ids": [str(line.id)]}, action=address
    )
    nothing = staff.fill(address, action=address)

    [row] = [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in staff.page(CAMPAIGNS + "?q=mentalhealth").root.findall(".//tbody/tr")
    ]
    entries = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.subject_kind == "campaign")
        .order_by(AuditEntry.id)
    ).all()
    assert (made.status_code, changed.status_code, nothing.status_code) == (303, 303, 303)
    assert (before.slug, before.hashtag) == ("mental-health-month", "MentalHealth")
    assert partners == sorted([aid.id, line.id])
    assert _partners() == [line.id]
    assert _campaign().status is CampaignStatus.PUBLISHED
    assert row[0] == "Mental Health Month"
    assert row[2:6] == ["Published", "1", "0", "0"]
    assert [action for action, _before, _after in entries] == ["campaign.add", "campaign.revise"]
    assert entries[1][1] == {"status": "draft"}
    assert entries[1][2] == {"changed": ["partners", "status"], "status": "published"}
    assert _version() == version + 1


#: What is typed, the field beside which it is refused, and the status.
WRONG: list[tuple[dict[str, Any], str, int]] = [
    ({"name": "Taken"}, "name", 409),
    ({"slug": "taken"}, "slug", 409),
    ({"slug": "Not small"}, "slug", 422),
    ({"ends_on": "2027-04-30"}, "ends_on", 422),
    ({"ends_on": "soon"}, "ends_on", 422),
    ({"hashtag": "two words"}, "hashtag", 422),
    ({"default_timezone": "Mars/Base"}, "default_timezone", 422),
    ({"default_capacity": "many"}, "default_capacity", 422),
    ({"partner_ids": ["999"]}, "partner_ids", 422),
]


def test_what_cannot_be_is_said_beside_its_field(staff: IsolatedClient, make: Make) -> None:
    make.campaign("Taken", slug="taken")
    make.organization()

    for fields, target, status in WRONG:
        response = staff.fill(NEW, {**LEAST, **fields})
        page = Page(response.text)
        assert (fields, response.status_code) == (fields, status)
        assert page.root.find(f".//p[@id='{target}-error']") is not None, fields
        assert _campaign().name == "Taken"


def test_what_its_sessions_start_with_is_filled_in_without_script(
    staff: IsolatedClient, make: Make
) -> None:
    staff.fill(
        NEW,
        {
            **LEAST,
            "default_timezone": "Asia/Kathmandu",
            "default_language": "ne",
            "default_delivery": "hybrid",
            "default_audience": "partners",
            "default_capacity": "25",
            "default_closes_hours_before": "24",
        },
    )
    campaign = _campaign()
    offered = staff.page("/staff/sessions/new")
    [chooser] = [form for form in offered.root.iter("form") if form.get("method") == "get"]
    # As a browser sends it, with what is chosen in it.
    address = f"{chooser.get('action')}?campaign={values_of(chooser)['campaign'][0]}"

    values = values_of(staff.page(address).form())
    saved = staff.fill(
        address,
        {
            "title": "Basics",
            "meetings-0-day": "2027-05-12",
            "meetings-0-start": "14:00",
            "meetings-0-end": "15:00",
        },
    )

    assert {
        name: values.get(name) for name in ("timezone", "language", "delivery", "audience")
    } == {
        "timezone": ["Asia/Kathmandu"],
        "language": ["ne"],
        "delivery": ["hybrid"],
        "audience": ["partners"],
    }
    assert values["campaign_id"] == [str(campaign.id)]
    stored = db.session.scalars(sa.select(TrainingSession)).one()
    assert saved.status_code == 303
    assert (stored.capacity, stored.campaign_id) == (25, campaign.id)
    assert stored.registration_closes is not None
    assert stored.registration_closes.isoformat() == "2027-05-11T14:00:00"
    assert staff.get("/staff/sessions/new?campaign=999").status_code == 404


def test_two_ways_to_say_when_registration_closes_are_refused(staff: IsolatedClient) -> None:
    response = staff.fill(
        "/staff/sessions/new",
        {
            "title": "Basics",
            "capacity": "9",
            "meetings-0-day": "2027-05-12",
            "meetings-0-start": "14:00",
            "meetings-0-end": "15:00",
            "registration_closes": "2027-05-12T10:00",
            "closes_hours_before": "2",
        },
    )

    assert response.status_code == 422
    assert Page(response.text).root.find(".//p[@id='closes_hours_before-error']") is not None


def test_the_second_of_two_tabs_is_shown_what_differs(staff: IsolatedClient, make: Make) -> None:
    address = f"{CAMPAIGNS}{make.campaign('Month').id}/edit"
    second = values_of(staff.page(address).form(address))
    staff.post(address, data=second | {"name": "First"})

    refused = staff.post(address, data=second | {"name": "Second"})
    again = staff.post(address, data=values_of(Page(refused.text).form(address)))

    assert (refused.status_code, again.status_code) == (409, 303)
    assert "Name First Second" in Page(refused.text).text()
    assert _campaign().name == "Second"


def test_what_is_used_is_archived_and_what_is_not_deleted(
    staff: IsolatedClient, make: Make
) -> None:
    used, unused = make.campaign("Used"), make.campaign("Unused")
    make.training_session(campaign_id=used.id)
    token = values_of(staff.page(f"{CAMPAIGNS}{unused.id}/delete").form())

    refused = staff.post(f"{CAMPAIGNS}{used.id}/delete", data=token)
    archived = staff.fill(f"{CAMPAIGNS}{used.id}/edit", action="/archive")
    deleted = staff.post(f"{CAMPAIGNS}{unused.id}/delete", data=token)

    offered = staff.page("/staff/sessions/new").root
    assert (refused.status_code, archived.status_code, deleted.status_code) == (409, 303, 303)
    assert _campaign().archived_at is not None
    assert [o.get("value") for o in offered.findall(".//select[@id='campaign_id']/option")] == [""]


def test_authz_09_the_name_of_a_draft_shows_nowhere_in_public_while_its_sessions_do(
    staff: IsolatedClient, client: IsolatedClient, make: Make
) -> None:
    """AUTHZ-09: with a twin that is published, whose name does show."""
    draft = make.campaign("Quagga Month", slug="quagga", status=CampaignStatus.DRAFT)
    known = make.campaign("Zebra Month", slug="zebra")
    hidden = make.training_session(title="Of a draft", campaign_id=draft.id, starts_at=NOW + DAY)
    make.training_session(title="Of another", campaign_id=known.id, starts_at=NOW + DAY)
    pages = [
        "/",
        "/sessions/",
        f"/sessions/{hidden.id}-of-a-draft",
        "/calendar/",
        "/calendar/sessions.ics",
    ]
    stranger = client.application.test_client()

    texts = {path: stranger.get(path).text for path in pages}
    asked = stranger.get("/sessions/?campaign=quagga").text

    assert "Of a draft" in texts["/sessions/"]
    assert "Zebra Month" in texts["/sessions/"]
    for path, text in texts.items():
        assert "quagga" not in text.lower(), path
    assert "Quagga Month" not in asked
    assert "Of a draft" not in asked


def test_an_archived_campaign_is_no_longer_on_the_first_page(
    staff: IsolatedClient, client: IsolatedClient, make: Make
) -> None:
    campaign = make.campaign("Zebra Month")
    stranger = client.application.test_client()
    before = stranger.get("/")

    staff.fill(f"{CAMPAIGNS}{campaign.id}/edit", action="/archive")
    after = stranger.get("/", headers={"If-None-Match": before.headers["ETag"]})

    assert "Zebra Month" in before.text
    assert after.status_code == 200
    assert "Zebra Month" not in after.text
