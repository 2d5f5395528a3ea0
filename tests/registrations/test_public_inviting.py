"""What makes people want to come: for whom, by whom, where and how. And what nobody reads."""

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.answers import assert_shared
from tests.times import DAY, HOUR, NOW, TOMORROW
from training.app import STATIC
from training.db import db, transaction
from training.registrations.views.public import session_path
from training.sessions import service as sessions
from training.sessions.catalogue_queries import get_course, get_venue
from training.sessions.models import TrainerProfile, TrainingSession, Venue
from training.sessions.queries import get_session
from training.sessions.values import Audience, Delivery, SessionStatus

Statements = Callable[[], AbstractContextManager[list[str]]]

#: Stands wherever nobody but whoever it is for may read it.
MARKER = "zyxwvut-quagga"


def path_of(session: TrainingSession) -> str:
    return session_path(session.id, session.title)


def weight(client: IsolatedClient, path: str) -> int:
    packed = client.get(path, headers={"Accept-Encoding": "gzip"}).data
    assert gzip.decompress(packed) == client.get(path).data
    return len(packed)


def test_page_says_for_whom_by_whom_where_and_how(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    course, campaign = make.course("First aid"), make.campaign("Awareness")
    trainer = make.trainer(name="Asha Otieno")
    make.profile(trainer.person_id, "Moderates since 2019.\n\nTrains in two languages.")
    session = make.training_session(
        title="Safer livestreams",
        description="Listen well.",
        for_whom="Moderators of live chats",
        accessibility="Live captions.",
        delivery=Delivery.HYBRID,
        course_id=course.id,
        campaign_id=campaign.id,
        trainer_ids=(trainer.person_id,),
        meetings=(make.meeting_plan(TOMORROW, venue="Town hall", room="Room 4"),),
    )
    _place(
        "Town hall", address="1 Main Street, Nairobi & more", accessibility="Lift to all floors."
    )
    soon = make.training_session(
        title="Also soon", campaign_id=campaign.id, starts_at=TOMORROW + 3 * DAY
    )
    make.training_session(
        title="Hidden", campaign_id=campaign.id, audience=Audience.INVITED, starts_at=TOMORROW + DAY
    )
    other = make.training_session(
        title="First aid again", course_id=course.id, starts_at=TOMORROW + 9 * DAY
    )

    with statements() as sent:
        response = client.get(path_of(session))

    assert_shared(response)
    assert len(sent) == 3
    page = Page(response.text)
    words = page.text()
    for expected in (
        "What you will be able to do Listen well.",
        "For whom it is Moderators of live chats",
        "Who trains Asha Otieno Moderates since 2019. Trains in two languages.",
        "Where it is Room 4, Town hall 1 Main Street, Nairobi & more Find it on a map",
        "Lift to all floors.",
        "Accessibility Live captions.",
        "We need a name and an e-mail address",
        "cancel by the link in it",
        "The course First aid Other dates of this course",
        "Also in Awareness Also soon",
    ):
        assert expected in words, expected
    assert "Hidden" not in words
    found = {" ".join("".join(a.itertext()).split()): a for a in page.root.iter("a")}
    assert found["First aid"].get("href") == f"/courses/{course.slug}"
    assert found["Also soon"].get("href") == path_of(soon)
    assert path_of(other) in {a.get("href") for a in page.root.iter("a")}
    chart = found["Find it on a map"]
    assert chart.get("href") == (
        "https://www.openstreetmap.org/search?query=1%20Main%20Street%2C%20Nairobi%20%26%20more"
    )
    assert "noreferrer" in (chart.get("rel") or "").split()


def test_what_a_session_does_not_say_its_course_does(client: IsolatedClient, make: Make) -> None:
    course = make.course("First aid", description="Stay calm.", for_whom="Everybody")
    plain = make.training_session(course_id=course.id)
    special = make.training_session(
        course_id=course.id, description="Stay awake.", for_whom="Night shifts"
    )

    words = client.page(path_of(plain)).text()
    assert "For whom it is Everybody" in words
    assert "What you will be able to do Stay calm." in words
    words = client.page(path_of(special)).text()
    assert "For whom it is Night shifts" in words
    assert "Everybody" not in words
    assert "Stay calm." not in words


def test_page_tells_nothing_that_is_not_for_everybody(client: IsolatedClient, make: Make) -> None:
    """I8, MD-10: neither in what people read nor in what programs do."""
    course, campaign = make.course("First aid"), make.campaign("Awareness")
    silent, agreed_once = make.trainer(name=f"Silent {MARKER}"), make.trainer(name=f"Once {MARKER}")
    make.profile(agreed_once.person_id, f"About {MARKER}", is_public=False)
    erased = make.trainer(name=f"Erased {MARKER}")
    make.profile(erased.person_id, f"About {MARKER}")
    with transaction():
        db.session.execute(
            sa.text("UPDATE person SET erased_at = :now WHERE id = :id").bindparams(
                sa.bindparam("now", NOW, type_=sa.inspect(TrainingSession).c.starts_at.type),
                id=erased.person_id,
            )
        )
    values: dict[str, Any] = {"course_id": course.id, "campaign_id": campaign.id}
    session = make.training_session(
        trainer_ids=(silent.person_id, agreed_once.person_id, erased.person_id),
        delivery=Delivery.HYBRID,
        meetings=(make.meeting_plan(TOMORROW, join_url=f"https://video.example.org/{MARKER}"),),
        **values,
    )
    make.registration(session, name=f"Person {MARKER}")
    later = TOMORROW + 2 * DAY
    make.training_session(
        title=f"D {MARKER}", status=SessionStatus.DRAFT, starts_at=later, **values
    )
    make.training_session(title=f"I {MARKER}", audience=Audience.INVITED, starts_at=later, **values)
    secret = make.course(f"Planned {MARKER}")
    make.training_session(course_id=secret.id, status=SessionStatus.DRAFT)
    make.course(f"Never held {MARKER}")

    for path in (
        path_of(session), f"/courses/{course.slug}", "/", "/sessions/", "/sitemap.xml",
        f"/calendar/sessions/{session.id}.ics", "/calendar/sessions.ics",
    ):  # fmt: skip
        response = client.get(path)
        assert response.status_code == 200, path
        assert MARKER not in response.text, path
        assert "Who trains" not in response.text, path
    missing = client.get("/courses/no-such-course")
    for slug in (secret.slug, "%00", "A", "a" * 65, "%F0%9F%92%A5"):
        hidden = client.get(f"/courses/{slug}")
        assert (hidden.status_code, hidden.data) == (404, missing.data), slug


def test_every_change_of_what_is_shown_is_seen_at_once(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    course, trainer = make.course("First aid"), make.trainer(name="Asha")
    person_id, course_id = trainer.person_id, course.id
    session = make.training_session(
        course_id=course_id,
        trainer_ids=(person_id,),
        delivery=Delivery.IN_PERSON,
        meetings=(make.meeting_plan(TOMORROW, venue="Town hall"),),
    )
    session_id, path = session.id, path_of(session)
    venue_id = db.session.scalars(sa.select(Venue.id)).one()
    etag = client.get(path).headers["ETag"]

    def revise_session(**fields: Any) -> None:
        with transaction():
            sessions.revise(
                session_id,
                replace(get_session(session_id, now=NOW).plan, **fields),
                expected_revision=None,
                actor_id=None,
                now=NOW,
            )

    def revise_venue(**fields: Any) -> None:
        stored = get_venue(venue_id, now=NOW)
        with transaction():
            sessions.revise_venue(
                venue_id,
                replace(stored.plan, **fields),
                expected_revision=stored.revision,
                actor_id=None,
                now=NOW,
            )

    def revise_course(**fields: Any) -> None:
        stored = get_course(course_id, now=NOW)
        with transaction():
            sessions.revise_course(
                course_id,
                replace(stored.plan, **fields),
                expected_revision=stored.revision,
                actor_id=None,
                now=NOW,
            )

    changes: list[tuple[Callable[[], None], str]] = [
        (lambda: make.profile(person_id, "Since 2019."), "Since 2019."),
        (lambda: make.profile(person_id, "Since 2020."), "Since 2020."),
        (lambda: revise_venue(accessibility="A lift."), "A lift."),
        (lambda: revise_venue(accessibility="A lift.", address="1 Main St"), "1 Main St"),
        (lambda: revise_course(for_whom="Everybody"), "Everybody"),
        (lambda: revise_course(for_whom="Everybody", description="Calm."), "Calm."),
        (lambda: revise_session(for_whom="Nobody else"), "Nobody else"),
        (lambda: revise_session(for_whom="Nobody else", accessibility="Captions."), "Captions."),
    ]
    for change, said in changes:
        assert said not in client.get(path).text
        change()
        response = client.get(path, headers={"If-None-Match": etag})
        assert response.status_code == 200, said
        assert said in response.text
        etag = response.headers["ETag"]
    make.profile(person_id, "Since 2020.", is_public=False)
    response = client.get(path, headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert "Asha" not in response.text
    with statements() as sent:
        assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).data == b""
    assert len(sent) == 1


def test_course_has_a_page_with_its_next_dates(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    course = make.course(
        "First aid", summary="In an hour.", description="Stay calm.", for_whom="Everybody"
    )
    for days in (9, 30):
        make.training_session(course_id=course.id, starts_at=NOW - days * DAY)
    path = f"/courses/{course.slug}"

    words = client.page(path).text()
    assert "No date is planned just now" in words
    assert "Held so far 2 times" in words
    empty = client.get(path).headers["ETag"]
    session = make.training_session(
        title="Tuesday", course_id=course.id, capacity=2, starts_at=TOMORROW
    )

    with statements() as sent:
        response = client.get(path, headers={"If-None-Match": empty})

    assert response.status_code == 200
    assert_shared(response)
    assert len(sent) == 3
    page = Page(response.text)
    for expected in (
        "First aid In an hour.",
        "For whom it is Everybody",
        "What you will be able to do Stay calm.",
        "2 seats left",
    ):
        assert expected in page.text(), expected
    hrefs = {a.get("href") for a in page.root.iter("a")}
    assert {path_of(session), f"/calendar/?course={course.slug}"} <= hrefs
    with statements() as sent:
        unchanged = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data, len(sent)) == (304, b"", 2)
    make.registration(db.session.get_one(TrainingSession, session.id))
    assert "1 seat left" in client.page(path).text()


def test_list_says_which_day_is_today_where_the_session_is(
    client: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = (NOW + 5 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)
    at = {"now": noon}
    monkeypatch.setattr("training.registrations.views.public.utc_now", lambda: at["now"])
    for hours, title in ((1, "Today"), (24, "Tomorrow"), (48, "Later")):
        make.training_session(
            title=f"{title} there", starts_at=noon + hours * HOUR, timezone="Africa/Nairobi"
        )

    def heads() -> list[str]:
        page = client.page("/sessions/")
        found = [head for head in page.root.iter("h2") if head.get("class") == "day"]
        return [" ".join("".join(head.itertext()).split()) for head in found]

    days = [noon + timedelta(days=number) for number in range(3)]
    names = [f"{day:%A}, {day.day} {day:%B %Y}" for day in days]
    assert heads() == [f"Today {names[0]}", f"Tomorrow {names[1]}", names[2]]
    etag = client.get("/sessions/").headers["ETag"]
    # In Nairobi the next day begins at 21:00 UTC.
    at["now"] = noon.replace(hour=20, minute=59)
    quiet = client.get("/sessions/").headers["ETag"]
    at["now"] = noon.replace(hour=21)
    assert heads() == [f"Today {names[1]}", f"Tomorrow {names[2]}"]
    assert len({etag, quiet, client.get("/sessions/").headers["ETag"]}) >= 2
    assert client.get("/sessions/", headers={"If-None-Match": quiet}).status_code == 200


def test_day_that_is_today_only_for_some_is_neither(
    client: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = (NOW + 5 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr("training.registrations.views.public.utc_now", lambda: noon)
    # On the wall calendar of each the same day, which is tomorrow in Nairobi and today in Auckland.
    make.training_session(starts_at=noon + 5 * HOUR, timezone="Pacific/Auckland")
    make.training_session(starts_at=noon + 20 * HOUR, timezone="Africa/Nairobi")

    assert 'class="day__hint"' not in client.get("/sessions/").text


def test_sitemap_lists_what_everybody_may_see(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    course = make.course("First aid")
    shown = make.training_session(title="Shown", course_id=course.id)
    over = make.training_session(title="Over", starts_at=NOW - 9 * DAY)
    make.training_session(title="Draft", status=SessionStatus.DRAFT)
    make.training_session(title="Invited", audience=Audience.INVITED)
    make.course("Not held")
    site = client.application.extensions["settings"].base_url

    response = client.get("/sitemap.xml")

    assert_shared(response)
    assert response.mimetype == "application/xml"
    found = [line.removesuffix("</loc></url>") for line in response.text.split("\n")[2:-1]]
    assert found == [
        f"<url><loc>{site}{path}"
        for path in ("/", "/sessions/", f"/courses/{course.slug}", path_of(shown), path_of(over))
    ]
    with statements() as sent:
        again = client.get("/sitemap.xml", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, len(sent)) == (304, 1)
    make.training_session(title="New")
    assert client.get("/sitemap.xml").headers["ETag"] != response.headers["ETag"]
    robots = client.get("/robots.txt")
    assert_shared(robots)
    assert robots.mimetype == "text/plain"
    assert f"Sitemap: {site}/sitemap.xml" in robots.text.splitlines()
    assert {"Disallow: /staff/", "Disallow: /account/"} <= set(robots.text.splitlines())


def test_search_engines_keep_what_is_shared_and_nothing_else(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()

    for path in ("/", "/sessions/", path_of(session), "/calendar/"):
        assert "X-Robots-Tag" not in client.get(path).headers, path
    for path in (f"/sessions/{session.id}/register", "/account/sign-in", "/staff/", "/nothing"):
        assert client.get(path).headers["X-Robots-Tag"] == "noindex", path


def test_public_pages_are_light_enough_for_a_phone(client: IsolatedClient, make: Make) -> None:
    """UI 7: HTML, styles and scripts of a page, compressed."""
    course, campaign = make.course("First aid"), make.campaign("Awareness")
    trainers = [make.trainer(name=f"Trainer {number}") for number in range(3)]
    for number, trainer in enumerate(trainers):
        make.profile(trainer.person_id, f"Moderates since {2001 + number}. " * 25)
    words = " ".join(f"word{number * 7919 % 997}" for number in range(600))
    values: dict[str, Any] = {"course_id": course.id, "campaign_id": campaign.id}
    session = make.training_session(
        description=words,
        for_whom=words[:500],
        accessibility=words[:1000],
        delivery=Delivery.HYBRID,
        trainer_ids=tuple(trainer.person_id for trainer in trainers),
        meetings=tuple(
            make.meeting_plan(TOMORROW + number * DAY, venue=f"Hall {number}")
            for number in range(6)
        ),
        **values,
    )
    for number in range(9):
        make.training_session(starts_at=TOMORROW + (9 + number) * DAY, **values)

    for path in (path_of(session), f"/courses/{course.slug}", "/", "/sessions/"):
        assert weight(client, path) <= 12_000, path
        page = client.page(path)
        styles = [
            link.get("href") for link in page.root.iter("link") if link.get("rel") == "stylesheet"
        ]
        scripts = [one.get("src") for one in page.root.iter("script") if one.get("src")]
        for files, most in ((styles, 15_000), (scripts, 20_000)):
            names = [(name or "").split("/", 3)[3] for name in files]
            assert sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names) <= most


def _place(name: str, **fields: Any) -> None:
    venue_id = db.session.scalars(sa.select(Venue.id).where(Venue.name == name)).one()
    stored = get_venue(venue_id, now=NOW)
    with transaction():
        sessions.revise_venue(
            venue_id,
            replace(stored.plan, **fields),
            expected_revision=stored.revision,
            actor_id=None,
            now=NOW,
        )


def test_first_profile_is_written_once_for_each_person(make: Make) -> None:
    trainer = make.trainer()
    for _time in range(2):
        make.profile(trainer.person_id, "About")

    assert db.session.scalars(sa.select(TrainerProfile.about)).all() == ["About"]
