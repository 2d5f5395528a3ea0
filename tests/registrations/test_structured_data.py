"""Sessions and courses by schema.org's words, with what search engines require and recommend."""

import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.public_pages import links, previewed, told
from tests.times import DAY, HOUR, NAIROBI, NOW, TOMORROW, wall
from training.app import STATIC
from training.config import Settings
from training.db import transaction
from training.registrations.views.public import session_path
from training.sessions import service as sessions
from training.sessions.catalogue_queries import get_course
from training.sessions.models import TrainingSession
from training.sessions.queries import get_session
from training.sessions.values import Audience, Delivery, SessionStatus
from training.web.structured_data import data_block

JOIN_URL = "https://video.example.org/j/secret-room"
#: What search engines want of each: required first, then what they recommend.
EVENT = {
    *("@type", "name", "startDate", "location"),
    *("description", "endDate", "eventAttendanceMode", "eventStatus", "image", "inLanguage"),
    *("offers", "organizer", "performer"),
}
COURSE = {"@type", "name", "description", "provider", "hasCourseInstance"}
INSTANCE = {"@type", "courseMode", "startDate", "inLanguage", "url"}


def site_of(client: IsolatedClient) -> str:
    settings: Settings = client.application.extensions["settings"]
    return settings.base_url


def event(client: IsolatedClient, session: TrainingSession) -> dict[str, Any]:
    return told(client.page(session_path(session.id, session.title)))[0]


def test_session_is_an_event_with_all_that_search_engines_want(
    client: IsolatedClient, make: Make
) -> None:
    course, trainer = make.course("First aid", for_whom="Moderators"), make.trainer(name="Tom")
    make.profile(trainer.person_id)
    session = make.training_session(
        title="Safer <livestreams> & more",
        description="Learn:\n- to listen",
        language="sw",
        delivery=Delivery.HYBRID,
        course_id=course.id,
        capacity=3,
        trainer_ids=(trainer.person_id,),
        meetings=(
            make.meeting_plan(TOMORROW, venue="Town hall", room="Room 4", join_url=JOIN_URL),
        ),
    )
    site = site_of(client)
    url = site + session_path(session.id, session.title)

    response = client.get(session_path(session.id, session.title))
    page = Page(response.text)
    found, crumbs = told(page)

    assert set(found) >= EVENT
    start, end = wall(TOMORROW), wall(TOMORROW + timedelta(hours=1.5))
    organizer = {"@type": "Organization", "name": "Training", "url": f"{site}/"}
    [picture] = found.pop("image")
    assert picture == previewed(page)["og:image"]
    assert found == {
        "@type": "EducationEvent",
        "@id": url,
        "url": url,
        "name": "Safer <livestreams> & more",
        "description": "Learn: - to listen",
        "startDate": f"{start:%Y-%m-%dT%H:%M}+03:00",
        "endDate": f"{end:%Y-%m-%dT%H:%M}+03:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {"@type": "Place", "name": "Room 4, Town hall", "address": "Room 4, Town hall"},
            {"@type": "VirtualLocation", "url": url},
        ],
        "inLanguage": "sw",
        "audience": {"@type": "Audience", "audienceType": "Moderators"},
        "organizer": organizer,
        "performer": [{"@type": "Person", "name": "Tom"}],
        "offers": {
            "@type": "Offer",
            "url": url,
            "availability": "https://schema.org/InStock",
            "validThrough": session.starts_at.isoformat(),
        },
        "remainingAttendeeCapacity": 3,
        "superEvent": {
            "@type": "EventSeries",
            "name": "First aid",
            "url": f"{site}/courses/{course.slug}",
        },
    }
    assert [
        (item["position"], item["name"], item["item"]) for item in crumbs["itemListElement"]
    ] == [
        (1, "What’s on", f"{site}/sessions/"),
        (2, "First aid", f"{site}/courses/{course.slug}"),
        (3, "Safer <livestreams> & more", url),
    ]
    assert JOIN_URL not in response.text
    assert "Safer <livestreams>" not in response.text


def test_meetings_of_a_session_are_events_in_it(client: IsolatedClient, make: Make) -> None:
    later = TOMORROW + 7 * DAY
    session = make.training_session(
        delivery=Delivery.IN_PERSON,
        meetings=(
            make.meeting_plan(TOMORROW, venue="Town hall"),
            make.meeting_plan(later, hours=2, venue="Library"),
        ),
    )

    found = event(client, session)

    assert [(one["startDate"], one["location"]["name"]) for one in found["subEvent"]] == [
        (f"{wall(TOMORROW):%Y-%m-%dT%H:%M}+03:00", "Town hall"),
        (f"{wall(later):%Y-%m-%dT%H:%M}+03:00", "Library"),
    ]
    assert found["startDate"] == found["subEvent"][0]["startDate"]
    assert found["endDate"] == found["subEvent"][1]["endDate"]
    assert [place["name"] for place in found["location"]] == ["Town hall", "Library"]
    assert all(set(one) >= {"name", "startDate", "location"} for one in found["subEvent"])


@pytest.mark.parametrize(
    ("fields", "availability"),
    [
        pytest.param({"capacity": None}, "InStock", id="open"),
        pytest.param({"capacity": 2}, "InStock", id="few"),
        pytest.param({"capacity": 0}, "SoldOut", id="waitlist"),
        pytest.param({"capacity": 0, "waitlist_capacity": 0}, "SoldOut", id="full"),
        pytest.param(
            {"starts_at": NOW + 9 * DAY, "registration_opens": wall(NOW + 5 * DAY)},
            "PreOrder",
            id="not yet open",
        ),
        pytest.param({"registration_closes": wall(NOW - HOUR)}, None, id="closed"),
        pytest.param({"starts_at": NOW - HOUR}, None, id="running"),
        pytest.param({"starts_at": NOW - DAY}, None, id="over"),
        pytest.param({"status": SessionStatus.CANCELLED}, None, id="cancelled"),
        pytest.param({"audience": Audience.PARTNERS}, None, id="partners"),
    ],
)
def test_offer_says_whether_there_are_seats(
    client: IsolatedClient, make: Make, fields: Mapping[str, Any], availability: str | None
) -> None:
    session = make.training_session(timezone=NAIROBI, **fields)

    found = event(client, session)

    offered = found.get("offers", {}).get("availability")
    assert offered == (f"https://schema.org/{availability}" if availability else None)
    # A number of seats only where the page says one.
    assert found.get("remainingAttendeeCapacity") == (2 if fields.get("capacity") == 2 else None)
    is_off = fields.get("status") is SessionStatus.CANCELLED
    status = "EventCancelled" if is_off else "EventScheduled"
    assert found["eventStatus"] == f"https://schema.org/{status}"


def test_moved_session_says_so_but_not_a_draft_that_was_moved(
    client: IsolatedClient, make: Make
) -> None:
    for is_public, expected in ((True, "EventRescheduled"), (False, "EventScheduled")):
        session = make.training_session(
            status=SessionStatus.PUBLISHED if is_public else SessionStatus.DRAFT,
            starts_at=TOMORROW,
            delivery=Delivery.ONLINE,
        )
        plan = get_session(session.id, now=NOW).plan
        [meeting] = plan.meetings
        moved = replace(
            meeting, wall_start=meeting.wall_start + 2 * HOUR, wall_end=meeting.wall_end + 2 * HOUR
        )
        with transaction():
            sessions.revise(
                session.id,
                replace(plan, meetings=(moved,)),
                expected_revision=None,
                actor_id=None,
                now=NOW,
            )
        if not is_public:
            with transaction():
                sessions.publish(session.id, actor_id=None, now=NOW + HOUR)

        found = event(client, session)

        assert found["eventStatus"] == f"https://schema.org/{expected}"
        assert found["startDate"] == f"{moved.wall_start:%Y-%m-%dT%H:%M}+03:00"
        assert found["location"] == {"@type": "VirtualLocation", "url": found["url"]}


def test_course_is_told_with_its_next_dates(client: IsolatedClient, make: Make) -> None:
    first = make.course("Basics")
    course = make.course(
        "First aid", summary="In an hour.", language="fr", for_whom="Moderators <3"
    )
    session = make.training_session(
        title="Tuesday", course_id=course.id, delivery=Delivery.ONLINE, starts_at=TOMORROW
    )
    stored = get_course(course.id, now=NOW)
    with transaction():
        sessions.revise_course(
            course.id,
            replace(stored.plan, required_ids=frozenset({first.id})),
            expected_revision=0,
            actor_id=None,
            now=NOW,
        )

    found, crumbs = told(client.page(f"/courses/{course.slug}"))

    assert set(found) >= COURSE
    assert (found["name"], found["description"]) == ("First aid", "In an hour.")
    assert found["coursePrerequisites"] == ["Basics"]
    assert found["audience"]["audienceType"] == "Moderators <3"
    [instance] = found["hasCourseInstance"]
    assert set(instance) >= INSTANCE
    assert instance["courseMode"] == "Online"
    assert instance["startDate"] == f"{wall(TOMORROW):%Y-%m-%dT%H:%M}+03:00"
    assert instance["url"] == site_of(client) + session_path(session.id, session.title)
    assert len(crumbs["itemListElement"]) == 2


def test_data_ends_no_block_and_begins_none() -> None:
    """INP-07."""
    block = str(data_block([{"name": "</script><!--<script>&\u2028", "empty": "", "none": None}]))

    assert block.count("<") == 2
    assert block.count(">") == 2
    assert "\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026\\u2028" in block
    assert "empty" not in block
    assert "none" not in block


def test_public_pages_have_a_preview_and_one_address(client: IsolatedClient, make: Make) -> None:
    course = make.course("First aid", summary="In an hour.")
    session = make.training_session(
        title='Safer "livestreams"',
        description="Listen. " * 100,
        course_id=course.id,
        starts_at=TOMORROW,
    )
    site, path = site_of(client), session_path(session.id, session.title)

    for address, whole, title in (
        ("/", "/", "Trainings for partners"),
        ("/sessions/?q=safer", "/sessions/", "What’s on"),
        (path, path, 'Safer "livestreams"'),
        (f"/courses/{course.slug}", f"/courses/{course.slug}", "First aid"),
    ):
        page = client.page(address)
        shown = previewed(page)
        assert links(page, "canonical") == [site + whole], address
        assert shown["og:url"] == site + whole
        assert shown["og:title"] == title
        assert shown["og:site_name"] == "Training"
        assert shown["og:locale"] == "en"
        assert shown["og:type"] in {"website", "article"}
        assert shown["twitter:card"] == "summary_large_image"
        assert shown["og:description"] == shown["description"] != ""
        assert len(shown["description"]) <= 240
        assert shown["og:image"].startswith(f"{site}/static/")
        with client.get(shown["og:image"].removeprefix(site)) as picture:
            assert picture.mimetype == "image/png"
    assert previewed(client.page(path))["og:description"].endswith("Listen. Listen…")


def test_picture_for_previews_has_the_size_that_networks_want() -> None:
    picture = (STATIC / "img" / "preview.png").read_bytes()

    assert struct.unpack(">II", picture[16:24]) == (1200, 630)
    assert len(picture) <= 60_000
