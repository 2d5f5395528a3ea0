"""Parts of what is public: a campaign, a course, a language, a way to hold a session."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.calendars.entries import properties
from tests.calendars.feeds import titles
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import NOW
from training.campaigns.models import Campaign, CampaignStatus
from training.db import db, transaction
from training.sessions import service as sessions
from training.sessions.models import Meeting
from training.sessions.values import Audience, Delivery, SessionPlan

Statements = Callable[[], AbstractContextManager[list[str]]]

FEED = "/calendar/sessions.ics"


def get(client: IsolatedClient, query: str) -> list[str]:
    response = client.get(f"{FEED}?{query}")
    assert response.status_code == 200, query
    return titles(response.data)


def name_of(client: IsolatedClient, query: str) -> str:
    return dict(properties(client.get(f"{FEED}?{query}").data))["NAME"]


def test_part_has_what_was_asked_for_and_says_so(client: IsolatedClient, make: Make) -> None:
    campaign, course = make.campaign(name="Awareness; Month"), make.course(title="Listening")
    make.training_session(title="One", campaign_id=campaign.id, language="es")
    make.training_session(title="Two", course_id=course.id, campaign_id=campaign.id)
    make.training_session(title="Three", language="es", delivery=Delivery.IN_PERSON)
    make.training_session(title="Hidden", campaign_id=campaign.id, audience=Audience.INVITED)

    month, listening = f"campaign={campaign.slug}", f"course={course.slug}"

    assert sorted(get(client, month)) == ["One", "Two"]
    assert get(client, listening) == ["Two"]
    assert sorted(get(client, "language=es")) == ["One", "Three"]
    assert get(client, "delivery=in_person") == ["Three"]
    assert get(client, f"{month}&language=es&course=") == ["One"]
    assert get(client, f"{month}&delivery=in_person") == []
    assert sorted(get(client, "")) == ["One", "Three", "Two"]
    assert name_of(client, month) == "Training: Awareness; Month"
    assert name_of(client, f"language=es&{listening}") == "Training: Listening, Spanish"
    assert name_of(client, "delivery=in_person") == "Training: In person"


@pytest.mark.parametrize(
    "query",
    [
        "campaign=no-such",
        "campaign=draft-of-a-campaign",
        "campaign=%00",
        "campaign=%27%20OR%201=1",
        "campaign=" + "a" * 10_000,
        "course=no-such",
        "course=%C3%A4",
        "language=xx-YY-zz-nonsense",
        "language=%0d%0aX-Injected:%201",
        "delivery=by-pigeon",
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_part_that_cannot_be_is_not_found_and_not_shown_again(
    client: IsolatedClient, make: Make, query: str
) -> None:
    """The name of a campaign that is a draft shows nowhere."""
    make.campaign(name="Not yet", slug="draft-of-a-campaign", status=CampaignStatus.DRAFT)

    response = client.get(f"{FEED}?{query}")

    assert (response.status_code, response.data) == (
        404,
        b"There is no calendar at this address.\n",
    )
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_part_is_known_again_by_one_statement_until_something_changes(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    campaign = make.campaign()
    make.training_session(title="One", campaign_id=campaign.id)
    path = f"{FEED}?campaign={campaign.slug}&language=en"
    with statements() as cold:
        first = client.get(path)
    with statements() as warm:
        client.get(path)
    known = {"If-None-Match": first.headers["ETag"]}
    with statements() as unchanged:
        again = client.get(path, headers=known)
    by_date = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})

    assert (again.status_code, by_date.status_code) == (304, 304)
    assert (len(cold), len(warm), len(unchanged)) == (2, 1, 1)
    assert first.headers["Cache-Control"] == "public, no-cache"

    make.training_session(title="Two", campaign_id=campaign.id)
    assert client.get(path, headers=known).status_code == 200


def test_renamed_campaign_is_another_state(client: IsolatedClient, make: Make) -> None:
    campaign = make.campaign(name="Before")
    path = f"{FEED}?campaign={campaign.slug}"
    renamed = sa.update(Campaign).where(Campaign.id == campaign.id).values(name="After")
    before = client.get(path)
    with transaction():
        db.session.execute(renamed)

    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    assert dict(properties(after.data))["NAME"] == "Training: After"


def test_part_of_what_was_never_published_is_empty(client: IsolatedClient, make: Make) -> None:
    campaign = make.campaign(starts_on=NOW.date())

    response = client.get(f"{FEED}?campaign={campaign.slug}")

    assert (response.status_code, titles(response.data)) == (200, [])


def test_subscribe_page_offers_the_parts(client: IsolatedClient, make: Make, app: Flask) -> None:
    campaign = make.campaign(name="Awareness Month")
    draft = make.campaign(name="Not yet", status=CampaignStatus.DRAFT)
    make.training_session(campaign_id=campaign.id, language="es")
    make.training_session(campaign_id=draft.id)

    page = client.page(f"/calendar/?campaign={campaign.slug}&language=es&delivery=")
    other = client.page(f"/calendar/?campaign={draft.slug}&course=<b>")

    [copied] = [field for field in page.root.iter("input") if field.get("readonly") is not None]
    address = copied.get("value") or ""
    assert address == f"http://127.0.0.1:8000{FEED}?campaign={campaign.slug}&language=es"
    assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert "Awareness Month" in page.text()
    assert "Spanish" in page.text()
    assert "Not yet" not in other.text()
    assert f"{FEED}?gzip=no" in other.text()


def test_session_that_comes_and_goes_is_another_state_of_its_parts(
    client: IsolatedClient, make: Make
) -> None:
    """CALENDAR rows 35, 36: no text in the entries tells that it belongs to another campaign."""
    here, there = make.campaign(name="Here"), make.campaign(name="There")
    old, new = (make.course(title="Listening") for _ in range(2))
    session = make.training_session(title="One", campaign_id=here.id, course_id=old.id)
    for course in (old, new):
        make.training_session(title="Stays", course_id=course.id)
    paths = [
        f"{FEED}?{name}={part.slug}"
        for name, both in (("campaign", (here, there)), ("course", (old, new)))
        for part in both
    ]
    before = [client.get(path) for path in paths]
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == session.id)
    ).one()

    def plan(campaign_id: int, course_id: int) -> SessionPlan:
        return make.session_plan(
            title="One",
            campaign_id=campaign_id,
            course_id=course_id,
            meetings=(make.meeting_plan(meeting_id=meeting_id),),
        )

    for moved, changed in (
        (plan(there.id, old.id), (paths[0], paths[1])),
        (plan(there.id, new.id), (paths[2], paths[3])),
    ):
        with transaction():
            sessions.revise(session.id, moved, expected_revision=None, actor_id=None, now=NOW)
        for path, known in zip(paths, before, strict=True):
            by_etag = client.get(path, headers={"If-None-Match": known.headers["ETag"]})
            modified = known.headers["Last-Modified"]
            by_date = client.get(path, headers={"If-Modified-Since": modified})
            if path in changed:
                assert (by_etag.status_code, by_date.status_code) == (200, 200), path
                assert titles(by_etag.data) != titles(known.data)
