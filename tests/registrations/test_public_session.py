"""The page of one session, as everybody sees it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.answers import assert_guarded, assert_shared
from tests.times import DAY, HOUR, NAIROBI, NOW, TOMORROW, wall
from training.db import db, transaction
from training.people.models import Person
from training.registrations.views.public import session_path
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, Delivery, SessionStatus

Statements = Callable[[], AbstractContextManager[list[str]]]
JOIN_URL = "https://video.example.org/j/secret-room"


def path_of(session: TrainingSession) -> str:
    return session_path(session.id, session.title)


def links_of(response: TestResponse) -> dict[str, str | None]:
    return {
        " ".join(" ".join(link.itertext()).split()): link.get("href")
        for link in Page(response.text).root.iter("a")
    }


def test_page_shows_what_when_where_and_by_whom(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    course, campaign = make.course("First aid"), make.campaign("Awareness")
    trainer, second = make.trainer(name="Tom <Weaver>"), make.trainer(name="Asha")
    make.profile(trainer.person_id, "Moderates since 2019.")
    make.profile(second.person_id)
    session = make.training_session(
        title="Safer livestreams",
        description="Learn:\n- one\n- <b>two</b>",
        language="fr",
        delivery=Delivery.HYBRID,
        course_id=course.id,
        campaign_id=campaign.id,
        capacity=3,
        trainer_ids=(trainer.person_id, second.person_id),
        meetings=(
            make.meeting_plan(TOMORROW, venue="Town hall", room="Room 4", join_url=JOIN_URL),
            make.meeting_plan(NOW + 8 * DAY, join_url=JOIN_URL),
        ),
    )
    other = make.training_session(
        title="Next time", course_id=course.id, starts_at=NOW + 20 * DAY, language="sw"
    )
    taken = make.registration(session, name="Grace Hopper")

    with statements() as sent:
        response = client.get(path_of(session))

    assert response.status_code == 200
    assert_shared(response)
    assert len(sent) <= 3
    words = Page(response.text).text()
    first = wall(TOMORROW)
    for expected in (
        "Safer livestreams",
        f"{first:%H:%M}–{first + timedelta(hours=1.5):%H:%M}",
        "the first of 2 meetings",
        "Room 4, Town hall",
        "Who trains Asha Tom <Weaver> Moderates since 2019.",
        "French",
        "In person and online",
        "First aid",
        "<b>two</b>",
        "2 seats left",
        "Registration closes tomorrow at",
    ):
        assert expected in words, expected
    assert JOIN_URL not in response.text
    assert taken.name not in response.text
    links = links_of(response)
    assert links["Register"] == f"/sessions/{session.id}/register"
    assert links["Add to calendar"] == f"/calendar/sessions/{session.id}.ics"
    assert links["Subscribe to all sessions"] == "/calendar/"
    assert links["Awareness"] == f"/sessions/?campaign={campaign.slug}"
    assert path_of(other) in links.values()


def test_unchanged_page_takes_one_statement_and_every_change_is_seen(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    course, trainer = make.course(), make.trainer(name="Asha")
    course_id, person_id = course.id, trainer.person_id
    make.profile(person_id)
    session = make.training_session(capacity=3, course_id=course_id, trainer_ids=(person_id,))
    session_id, path = session.id, path_of(session)
    etag = client.get(path).headers["ETag"]

    with statements() as sent:
        unchanged = client.get(path, headers={"If-None-Match": etag})

    assert (unchanged.status_code, unchanged.data, len(sent)) == (304, b"", 1)
    seen = {etag}
    changes: list[Callable[[], object]] = [
        lambda: make.registration(db.session.get_one(TrainingSession, session_id)),
        lambda: make.training_session(course_id=course_id, starts_at=NOW + 9 * DAY),
        lambda: _rename(person_id, "Asha O."),
        lambda: _cancel(session_id),
    ]
    for change in changes:
        change()
        response = client.get(path, headers={"If-None-Match": etag})
        assert response.status_code == 200
        seen.add(response.headers["ETag"])
    assert len(seen) == 1 + len(changes)


def _rename(person_id: int, name: str) -> None:
    with transaction():
        db.session.get_one(Person, person_id).name = name


def _cancel(session_id: int) -> None:
    with transaction():
        sessions.cancel(session_id, actor_id=None, now=NOW)


def test_other_addresses_of_a_session_lead_to_its_page(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(title="Safer livestreams")

    for path in (
        f"/sessions/{session.id}",
        f"/sessions/{session.id}-old-title",
        f"/sessions/{session.id}-%00",
        f"/sessions/{session.id}-%FF%E2%80%A8",
        f"/sessions/{session.id}-{'a' * 10_000}",
    ):
        response = client.get(path)
        assert response.status_code == 308, path
        assert response.location == f"/sessions/{session.id}-safer-livestreams"
        assert response.headers["Cache-Control"] == "no-store"
        assert_guarded(response)
        assert "Set-Cookie" not in response.headers


def test_what_is_not_public_looks_like_what_is_not_there(
    client: IsolatedClient, make: Make
) -> None:
    draft = make.training_session(status=SessionStatus.DRAFT)
    invited = make.training_session(audience=Audience.INVITED)
    key = "k" * 43

    for pattern in (
        "/sessions/{}",
        "/sessions/{}-session",
        "/sessions/{}/register",
        f"/sessions/{{}}/registered/{key}",
    ):
        missing = client.get(pattern.format(9999))
        assert missing.status_code in {404, 410}
        assert_guarded(missing)
        for hidden in (draft, invited):
            response = client.get(pattern.format(hidden.id))
            assert (response.status_code, response.data) == (missing.status_code, missing.data)
    assert client.get("/sessions/9999").status_code == 404


def test_odd_numbers_are_addresses_of_nothing(client: IsolatedClient, make: Make) -> None:
    """INP-03."""
    make.training_session()

    for number in (
        "0", "-1", "+1", " 1", "01", "1_0", "1e3", "0x1", "５", "1.0", "", "9" * 26, "9" * 5000,  # noqa: RUF001 -- full width
        "2147483648", "%00", "1%00",
    ):  # fmt: skip
        for path in (f"/sessions/{number}/register", f"/sessions/{number}-x"):
            response = client.get(path)
            assert response.status_code == 404, path
            assert_guarded(response)


@pytest.mark.parametrize(
    ("fields", "said", "act"),
    [
        pytest.param({"capacity": 0}, "Full, waitlist open", "Join the waitlist", id="waitlist"),
        pytest.param(
            {"capacity": 0, "waitlist_capacity": 0},
            "This session is full, and so is its waitlist.",
            "See other sessions",
            id="full",
        ),
        pytest.param(
            {"registration_closes": wall(NOW - HOUR)},
            "Registration for this session is closed.",
            "See other sessions",
            id="closed",
        ),
        pytest.param(
            {"registration_paused": True},
            "Registration for this session is closed.",
            "See other sessions",
            id="paused",
        ),
        pytest.param(
            {"starts_at": NOW - DAY}, "This session is over.", "See other sessions", id="over"
        ),
        pytest.param(
            {"starts_at": NOW - HOUR},
            "This session has started already.",
            "See other sessions",
            id="running",
        ),
        pytest.param(
            {"status": SessionStatus.CANCELLED},
            "This session is cancelled.",
            "See other sessions",
            id="cancelled",
        ),
        pytest.param(
            {"audience": Audience.PARTNERS},
            "This session is for people of partner organizations: ask yours to register you.",
            "See other sessions",
            id="partners",
        ),
        pytest.param(
            {"starts_at": NOW + 9 * DAY, "registration_opens": wall(NOW + 5 * DAY)},
            "Registration opens on",
            "See other sessions",
            id="not yet open",
        ),
    ],
)
def test_page_says_what_can_be_done_instead(
    client: IsolatedClient, make: Make, fields: dict[str, Any], said: str, act: str
) -> None:
    session = make.training_session(timezone=NAIROBI, **fields)

    response = client.get(path_of(session))
    form = client.get(f"/sessions/{session.id}/register")

    assert said in Page(response.text).text()
    assert act in links_of(response)
    assert (act == "Join the waitlist") == ("/register" in response.text)
    assert (act == "Join the waitlist") == bool(Page(form.text).forms())
    assert form.status_code == 200
    if act != "Join the waitlist":
        assert said in Page(form.text).text()
        assert "Subscribe to new sessions" in links_of(form)


def test_closed_session_leads_to_the_other_dates_of_its_course(
    client: IsolatedClient, make: Make
) -> None:
    course = make.course()
    over = make.training_session(course_id=course.id, starts_at=NOW - DAY)
    coming = make.training_session(course_id=course.id, starts_at=NOW + DAY)
    make.training_session(course_id=course.id, status=SessionStatus.DRAFT)
    hidden = make.training_session(course_id=course.id, audience=Audience.INVITED)

    response = client.get(path_of(over))

    links = links_of(response)
    assert links["Other dates of this course"] == f"/sessions/?course={course.slug}"
    assert path_of(coming) in links.values()
    assert path_of(hidden) not in links.values()


def test_hostile_words_are_shown_and_not_obeyed(client: IsolatedClient, make: Make) -> None:
    """MD-10, INP-07."""
    marker = "<script>x</script>{{7*7}}%s'\"&"
    trainer = make.trainer(name=f"Tom {marker} \u202egib")
    make.profile(trainer.person_id, f"About {marker} \u202egib")
    course = make.course(f"Course {marker}")
    session = make.training_session(
        title=f"Title {marker} \u202egib",
        description=f"Text {marker}",
        for_whom=f"For {marker}",
        accessibility=f"Access {marker}",
        delivery=Delivery.HYBRID,
        course_id=course.id,
        trainer_ids=(trainer.person_id,),
        meetings=(make.meeting_plan(TOMORROW, venue=f"Hall {marker}"),),
    )

    for path in (path_of(session), f"/sessions/{session.id}/register"):
        response = client.get(path)
        assert "<script>x" not in response.text
        assert "\u202e" not in response.text
        assert f"Title {marker} gib" in Page(response.text).text()
    words = client.page(path_of(session)).text()
    for expected in (
        *(f"{word} {marker}" for word in ("Tom", "About", "Course", "Text", "Hall", "For")),
        f"Access {marker}",
    ):
        assert expected in words
