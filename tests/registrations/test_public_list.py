"""The list of what is on, as everybody sees it."""

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.answers import assert_guarded, assert_shared
from tests.times import DAY, HOUR, NAIROBI, NOW, TOMORROW
from training.db import db, transaction
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.queries import get_session
from training.sessions.values import Audience, Delivery, SeatPlan, SessionStatus

Statements = Callable[[], AbstractContextManager[list[str]]]


def cards(page: Page) -> list[ET.Element]:
    return [item for item in page.root.iter("li") if "card" in (item.get("class") or "").split()]


def titles(page: Page) -> list[str]:
    return ["".join(next(card.iter("a")).itertext()) for card in cards(page)]


def days(page: Page) -> list[str]:
    return ["".join(head.itertext()) for head in page.root.iter("h2") if head.get("class") == "day"]


def text_of(element: ET.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.mark.parametrize("path", ["/", "/sessions/"])
def test_list_shows_what_everybody_may_see_and_is_not_over(
    client: IsolatedClient, make: Make, path: str
) -> None:
    make.training_session(title="Public", starts_at=NOW + DAY)
    make.training_session(title="Partners", audience=Audience.PARTNERS, starts_at=NOW + 2 * DAY)
    make.training_session(title="Off", status=SessionStatus.CANCELLED, starts_at=NOW + 3 * DAY)
    make.training_session(title="Running", starts_at=NOW - HOUR)
    make.training_session(title="Draft", status=SessionStatus.DRAFT)
    make.training_session(title="Invited", audience=Audience.INVITED)
    make.training_session(title="Over", starts_at=NOW - DAY)

    response = client.get(path)

    assert titles(Page(response.text)) == ["Running", "Public", "Partners", "Off"]
    assert_shared(response)


def test_card_has_every_element(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(
        title="Safer livestreams",
        capacity=3,
        delivery=Delivery.HYBRID,
        language="fr",
        starts_at=TOMORROW,
    )
    make.registration(session)

    [card] = cards(client.page("/sessions/"))

    local = session.starts_at + timedelta(hours=3)  # Nairobi
    end = local + timedelta(hours=1.5)
    assert next(card.iter("a")).get("href") == f"/sessions/{session.id}-safer-livestreams"
    assert next(card.iter("time")).get("datetime") == f"{local:%Y-%m-%dT%H:%M}+03:00"
    words = text_of(card)
    for expected in (
        f"{local:%a} {local.day} {local:%b}",
        "Safer livestreams",
        f"{local:%H:%M}–{end:%H:%M} Nairobi",
        "In person and online · French",
        "2 seats left",
    ):
        assert expected in words


def test_days_are_those_of_each_sessions_own_zone(client: IsolatedClient, make: Make) -> None:
    evening = (NOW + 5 * DAY).replace(hour=22, minute=0, second=0)  # UTC
    make.training_session(title="Auckland", starts_at=evening, timezone="Pacific/Auckland")
    make.training_session(title="Lima", starts_at=evening + HOUR, timezone="America/Lima")

    page = client.page("/sessions/")

    first, second = evening, evening + DAY
    assert days(page) == [
        f"{first:%A}, {first.day} {first:%B %Y}",
        f"{second:%A}, {second.day} {second:%B %Y}",
    ]
    assert titles(page) == ["Lima", "Auckland"]


def test_card_says_for_whom_a_session_is_as_soon_as_that_changes(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session(title="Basics", audience=Audience.PARTNERS)
    partners = client.get("/sessions/")
    plan = get_session(session.id, now=NOW).plan

    with transaction():
        sessions.revise(
            session.id,
            replace(plan, audience=Audience.PUBLIC),
            expected_revision=None,
            actor_id=None,
            now=NOW,
        )
    everybody = client.get("/sessions/", headers={"If-None-Match": partners.headers["ETag"]})

    [before], [after] = cards(Page(partners.text)), cards(Page(everybody.text))
    assert text_of(before).endswith("For partner organizations")
    assert "For partner organizations" not in text_of(after)


def test_session_of_two_meetings_shows_the_first_and_how_many(
    client: IsolatedClient, make: Make
) -> None:
    make.training_session(
        title="Two parts",
        meetings=(make.meeting_plan(TOMORROW), make.meeting_plan(NOW + 8 * DAY)),
    )

    [card] = cards(client.page("/sessions/"))

    assert "Nairobi, first of 2" in text_of(card)
    assert f"{TOMORROW + timedelta(hours=4.5):%H:%M}" in text_of(card)


def test_filters_narrow_the_list(client: IsolatedClient, make: Make) -> None:
    course, campaign = make.course("First aid"), make.campaign("Awareness")
    make.training_session(title="Élan vital", course_id=course.id, starts_at=NOW + DAY)
    make.training_session(
        title="100% safe_streams", campaign_id=campaign.id, language="fr", starts_at=NOW + 2 * DAY
    )
    make.training_session(title="In a room", delivery=Delivery.IN_PERSON, starts_at=NOW + 9 * DAY)
    later = (NOW + 9 * DAY).date()

    for query, expected in {
        "": ["Élan vital", "100% safe_streams", "In a room"],
        f"course={course.slug}": ["Élan vital"],
        f"campaign={campaign.slug}": ["100% safe_streams"],
        "language=fr": ["100% safe_streams"],
        "delivery=in_person": ["In a room"],
        "delivery=online": ["Élan vital", "100% safe_streams"],
        "q=ELAN": ["Élan vital"],
        "q=vital+élan": ["Élan vital"],
        "q=100%25": ["100% safe_streams"],
        "q=e_s": ["100% safe_streams"],
        "q=%25": ["100% safe_streams"],
        "q=%5C": [],
        f"from={later}": ["In a room"],
        "from=0001-01-01": ["Élan vital", "100% safe_streams", "In a room"],
        "from=9999-12-31": [],
        f"language=fr&campaign={campaign.slug}&q=safe": ["100% safe_streams"],
    }.items():
        assert titles(client.page(f"/sessions/?{query}")) == expected, query


def test_filters_offer_what_is_there_and_keep_what_was_chosen(
    client: IsolatedClient, make: Make
) -> None:
    course, draft = make.course("First aid"), make.campaign("Secret", status="draft")
    make.training_session(course_id=course.id, campaign_id=draft.id, language="sw")

    page = client.page(f"/sessions/?course={course.slug}&q=livestreams&from=2020-02-29")

    selects = {select.get("name"): select for select in page.root.iter("select")}
    assert [option.text for option in selects["course"]] == ["All courses", "First aid"]
    assert [option.text for option in selects["language"]] == ["All languages", "Swahili"]
    assert "campaign" not in selects
    assert "Secret" not in page.text()
    assert [
        option.get("value") for option in selects["course"] if option.get("selected") is not None
    ] == [course.slug]
    fields = {field.get("name"): field.get("value") for field in page.root.iter("input")}
    assert fields == {"q": "livestreams", "from": "2020-02-29"}


def test_draft_campaign_opens_nothing(client: IsolatedClient, make: Make) -> None:
    draft = make.campaign("Secret", status="draft")
    make.training_session(campaign_id=draft.id)

    assert titles(client.page(f"/sessions/?campaign={draft.slug}")) == []


#: INP-03.
MEANINGLESS = (
    "delivery=by+pigeon",
    "campaign=none",
    "course=none",
    "language=xx",
    "from=tomorrow",
    "from=2026-02-31",
    "from=2026-W10-1",
    "from=２０２６-０１-０１",  # noqa: RUF001 -- full-width digits are the case
    "after=x",
    "after=-1-1",
    "after=5-99999999999",
    "after=1e3-1",
    "after=５-１",  # noqa: RUF001 -- full-width digits are the case
    f"after={'9' * 190}-1",
    "q=nothing",
)


def test_filter_that_means_nothing_shows_what_to_do_next(
    client: IsolatedClient, make: Make
) -> None:
    make.training_session()

    for query in MEANINGLESS:
        response = client.get(f"/sessions/?{query}")
        assert response.status_code == 200, query
        assert titles(Page(response.text)) == []
        assert 'class="empty"' in response.text
        assert_shared(response)


#: INP-01, INP-02, INP-05. White space at an end is dropped, and some control characters are that.
REFUSED = (
    "%00", "a%00b", "a%1bb", "a%C2%85b", "a%E2%80%A8b", "%FF", "%ED%A0%80", "a" * 201,
)  # fmt: skip


def test_queries_that_nobody_types_are_refused(client: IsolatedClient, make: Make) -> None:

    make.training_session()

    for name in ("q", "campaign", "course", "language", "delivery", "from", "after"):
        for value in REFUSED:
            response = client.get(f"/sessions/?{name}={value}")
            assert response.status_code == 400, (name, value)
            assert_guarded(response)
        assert client.get(f"/sessions/?{name}={'a' * 200}").status_code == 200
        assert client.get(f"/sessions/?{name}={'a' * 10_000_000}").status_code in {400, 414}


def test_empty_lists_say_what_to_do_next(client: IsolatedClient, make: Make) -> None:
    for path in ("/", "/sessions/"):
        assert "Subscribe to the calendar" in client.page(path).text()
    make.training_session()

    page = client.page("/sessions/?q=zzz")

    assert "Nothing fits" in page.text()
    links = {link.get("href") for link in page.root.iter("a")}
    assert "/sessions/" in links


def test_two_hundred_sessions_are_one_small_page_and_the_rest_follows(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    """What keeps the page quick: its weight, and the same statements for 20 and 200 rows."""
    first = make.training_session(
        title="Session 000 that helps moderators", capacity=3, starts_at=NOW + DAY
    )
    copy_sessions(first, 19)
    with statements() as few:
        client.get("/sessions/")
    copy_sessions(first, 182, since=20)
    with statements() as many:
        response = client.get("/sessions/")
    packed = client.get("/sessions/", headers={"Accept-Encoding": "gzip"})

    page = Page(response.text)
    assert len(cards(page)) == 200
    assert len(few) == len(many) == 3
    assert len(response.data) <= 120_000
    assert len(packed.data) <= 12_000
    assert gzip.decompress(packed.data) == response.data
    [later] = [link for link in page.root.iter("a") if link.get("rel") == "next"]
    rest = client.page(later.get("href") or "")
    assert titles(rest) == [
        "Session 200 that helps moderators",
        "Session 201 that helps moderators",
    ]
    assert [link.get("href") for link in rest.root.iter("a") if link.get("rel") == "prev"] == [
        "/sessions/"
    ]
    assert set(titles(page)) & set(titles(rest)) == set()


def copy_sessions(session: TrainingSession, count: int, *, since: int = 1) -> None:
    """Publish more of them, ten an hour: several start at the same second."""
    for number in range(since, since + count):
        with transaction():
            plan = Make().session_plan(
                title=f"Session {number:03} that helps moderators",
                starts_at=session.starts_at + HOUR * (number // 10),
                timezone=NAIROBI,
            )
            session_id = sessions.schedule(
                plan, SeatPlan(capacity=3), actor_id=None, now=NOW - HOUR
            )
        with transaction():
            sessions.publish(session_id, actor_id=None, now=NOW - HOUR)


@pytest.mark.parametrize("path", ["/", "/sessions/", "/sessions/?q=safer"])
def test_unchanged_list_takes_one_statement(
    client: IsolatedClient, make: Make, statements: Statements, path: str
) -> None:
    make.campaign()
    session_id = make.training_session(capacity=3).id
    etag = client.get(path).headers["ETag"]

    with statements() as sent:
        unchanged = client.get(path, headers={"If-None-Match": etag})
    with statements() as kept:
        again = client.get(path)

    assert (unchanged.status_code, unchanged.data, len(sent)) == (304, b"", 1)
    assert (again.status_code, again.headers["ETag"], len(kept)) == (200, etag, 1)
    assert_shared(unchanged)
    make.registration(db.session.get_one(TrainingSession, session_id))
    with statements() as seat:
        changed = client.get(path, headers={"If-None-Match": etag})
    assert (changed.status_code, len(seat)) == (200, 3)
    assert "2 seats left" in changed.text


def test_list_is_another_after_every_change_that_it_shows(
    client: IsolatedClient, make: Make
) -> None:
    seen = [client.get("/sessions/").headers["ETag"]]
    session_id = make.training_session(title="One", capacity=None, starts_at=NOW + DAY).id
    seen.append(client.get("/sessions/").headers["ETag"])
    make.campaign()
    seen.append(client.get("/sessions/").headers["ETag"])
    with transaction():
        sessions.revise(
            session_id,
            make.session_plan(title="Two", starts_at=NOW + DAY),
            expected_revision=None,
            actor_id=None,
            now=NOW,
        )
    seen.append(client.get("/sessions/").headers["ETag"])
    with transaction():
        sessions.cancel(session_id, actor_id=None, now=NOW)
    seen.append(client.get("/sessions/").headers["ETag"])

    assert len(set(seen)) == len(seen)
    assert client.get("/sessions/?q=two").headers["ETag"] not in seen


def test_home_names_the_campaigns_that_run_and_leads_to_all_sessions(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    running = make.campaign("Awareness <Month>")
    make.campaign("Closed", status="closed")
    make.campaign("Past", starts_on=NOW.date() - 9 * DAY, ends_on=NOW.date() - 3 * DAY)
    for number in range(13):
        make.training_session(title=f"Session {number}", starts_at=NOW + number * HOUR + DAY)

    with statements() as sent:
        page = client.page("/")

    assert len(sent) <= 3
    assert len(cards(page)) == 12
    links = {text_of(link): link.get("href") for link in page.root.iter("a")}
    assert links["Awareness <Month>"] == f"/sessions/?campaign={running.slug}"
    assert links["All sessions to come"] == "/sessions/"
    assert "Closed" not in page.text()
    assert "Past" not in page.text()


def test_hostile_titles_are_shown_and_not_obeyed(client: IsolatedClient, make: Make) -> None:
    """MD-10, INP-07."""
    make.training_session(title="<script>x</script> {{7*7}} \u202edesrever & O'Neil")

    response = client.get("/sessions/")

    assert titles(Page(response.text)) == ["<script>x</script> {{7*7}} desrever & O'Neil"]
    assert "<script>x" not in response.text


def test_shared_pages_are_the_same_bytes_for_everybody(
    app: Flask, client: IsolatedClient, make: Make
) -> None:
    """WEB-16, WEB-17."""
    session_id = make.training_session(title="Safer livestreams").id
    staff = app.test_client()
    assert isinstance(staff, IsolatedClient)
    staff.sign_in(make.admin())

    for path in (
        "/",
        "/sessions/",
        "/sessions/?q=safer",
        f"/sessions/{session_id}-safer-livestreams",
    ):
        anonymous, signed_in = client.get(path), staff.get(path)
        assert_shared(signed_in)
        assert (signed_in.data, signed_in.headers["ETag"]) == (
            anonymous.data,
            anonymous.headers["ETag"],
        )


@pytest.mark.parametrize("path", ["/", "/sessions/"])
def test_lists_are_only_read(client: IsolatedClient, path: str) -> None:
    """WEB-04, WEB-10."""
    response = client.post(path)

    assert response.status_code in {400, 405}
    assert_guarded(response)
