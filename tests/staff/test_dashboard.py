"""Where staff begin: today, what needs somebody and how it goes away, what fills, who came."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.attendance.sheets import mark, record, running
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import (
    Delivery,
    HoldPlan,
    Promotion,
    SeatRules,
    SessionStatus,
)
from training.staff import dashboard_rules
from training.staff.dashboard_queries import near

TODAY = "/staff/"
Counted = Callable[[], AbstractContextManager[list[str]]]
#: What a session has that needs nobody, but for its people.
LINK = "https://meet.example.org/room"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def _plain(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _lines(staff: IsolatedClient, key: str, path: str = TODAY) -> list[tuple[str, str]]:
    """Return the lines of a list: what each says, and where its act leads."""
    _queued_just_now()
    section = staff.page(path).root.find(f".//section[@aria-labelledby='list-{key}']")
    assert section is not None
    return [
        (
            " ".join(_plain(line[0]).split()),
            str(line.find(".//div[@class='line__act']/a").get("href")),  # type: ignore[union-attr]  # each has one
        )
        for line in section.iter("li")
    ]


def _needs(staff: IsolatedClient) -> list[str]:
    """Return what needs somebody, by its badge or its words."""
    _queued_just_now()
    found = staff.page(TODAY).root.find(".//section[@aria-labelledby='list-needs']")
    assert found is not None
    badges = []
    for line in found.iter("li"):
        badge = line.find(".//span[@class]")
        title = line.find(".//p[@class='line__title']")
        is_badge = badge is not None and str(badge.get("class")).startswith("badge")
        badges.append(_plain(badge if is_badge else title))
    return badges


def _ready(make: Make, **fields: Any) -> TrainingSession:
    """Make a session to which nothing is missing but people."""
    starts_at = fields.pop("starts_at", NOW + 10 * DAY)
    trainer = make.trainer()
    plan = make.meeting_plan(starts_at, join_url=LINK)
    return make.training_session(
        **{"trainer_ids": (trainer.person_id,), "meetings": (plan,), **fields}
    )


def _queued_just_now() -> None:
    """Let what was queued as of when this file was read in, which may be long ago, be fresh."""
    with transaction():
        fresh = sa.update(Message).where(Message.queued_at == NOW)
        db.session.execute(fresh.values(queued_at=utc_now()))


def _have_sent() -> None:
    """Let every mail have left, of however long ago it is."""
    with transaction():
        db.session.execute(sa.update(Message).values(status="sent", ended_at=NOW))


def test_a_new_place_is_calm(staff: IsolatedClient) -> None:
    page = staff.page(TODAY)

    assert [_plain(one) for one in page.root.iter("h2")][:4] == [
        "Today",
        "Needs you",
        "Filling",
        "Done lately",
    ]
    assert "Nothing needs you." in page.text()
    assert "Nothing is held today." in page.text()
    navigation = [_plain(link) for link in page.root.findall(".//nav//ul[@id='ways']//a")]
    assert navigation[:2] == ["Today", "Schedule"]


def test_a_session_that_has_everything_needs_nobody(staff: IsolatedClient, make: Make) -> None:
    _ready(make)

    assert _needs(staff) == []


def test_a_missing_trainer_link_or_room_is_settled_on_the_form(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha")
    online = make.training_session(title="Online", starts_at=NOW + 2 * DAY)
    there = _ready(make, title="There", delivery=Delivery.IN_PERSON)

    before = _lines(staff, "needs")
    edit = f"/staff/sessions/{online.id}/edit"
    answers = [
        staff.fill(edit, {"trainer_ids": [str(asha.person_id)], "meetings-0-join_url": LINK}),
        staff.fill(
            f"/staff/sessions/{there.id}/edit",
            {"meetings-0-venue": "Town hall", "meetings-0-room": "Blue room"},
        ),
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [(words.split(" Online")[0].split(" There")[0], url) for words, url in before] == [
        ("No trainer", f"/staff/sessions/{online.id}/edit#trainers"),
        ("No join link", f"/staff/sessions/{online.id}/edit#when"),
        ("Few registered", f"/staff/sessions/{online.id}/people/add"),
        ("No room", f"/staff/sessions/{there.id}/edit#when"),
    ]
    assert _needs(staff) == ["Few registered"]


def test_a_clash_of_either_side_goes_when_one_of_them_does(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer()
    one, other = (
        _ready(make, title=title, trainer_ids=(asha.person_id,)).id for title in ("One", "Other")
    )

    before = _lines(staff, "needs")
    with transaction():
        sessions.cancel(other, actor_id=None, now=NOW)

    assert [url for _words, url in before] == [
        f"/staff/sessions/{id_}#clashes" for id_ in (one, other)
    ]
    assert all(words.startswith("Clash") for words, _url in before)
    assert _needs(staff) == []


def test_a_draft_near_its_date_goes_when_it_is_published(staff: IsolatedClient, make: Make) -> None:
    near_by = _ready(make, status=SessionStatus.DRAFT)
    _ready(make, status=SessionStatus.DRAFT, starts_at=NOW + 20 * DAY)

    before = _lines(staff, "needs")
    [(words, url)] = before
    staff.fill(url, action="/publish")

    assert (words.split()[0], url) == ("Draft", f"/staff/sessions/{near_by.id}")
    assert _needs(staff) == []


def test_a_minimum_that_is_not_reached_goes_when_it_is_decided(
    staff: IsolatedClient, make: Make
) -> None:
    session = _ready(make, starts_at=NOW + 3 * DAY)
    rules = SeatRules(minimum=6, decide=wall(NOW + 2 * DAY).replace(second=0, microsecond=0))
    with transaction():
        seats.change_rules(session.id, rules, actor_id=None, now=NOW)

    [(words, url)] = _lines(staff, "needs")
    staff.fill(url, action="/takes-place")

    assert "0 of 6 people needed by" in words
    # Decided: and still few are registered, which is another matter.
    assert _needs(staff) == ["Few registered"]


def test_few_near_the_date_are_enough_from_a_quarter_of_the_seats_on(
    staff: IsolatedClient, make: Make
) -> None:
    session = _ready(make, starts_at=NOW + 3 * DAY, capacity=8)
    make.registration(session)

    before = _lines(staff, "needs")
    make.registration(session)

    assert [url for _words, url in before] == [f"/staff/sessions/{session.id}/people/add"]
    assert "1 of 8 seats taken" in before[0][0]
    assert _needs(staff) == []


def test_people_who_wait_beside_held_seats_get_them_when_these_are_released(
    staff: IsolatedClient, make: Make
) -> None:
    session, aid = _ready(make, capacity=1), make.organization()
    with transaction():
        plan = HoldPlan(seats=1)
        seats.set_hold(session.id, aid.id, plan, expected=None, actor_id=None, now=NOW)
    make.registration(session)

    [(words, url)] = _lines(staff, "needs")
    staff.fill(f"{url}/{aid.id}/release")

    assert words.startswith("Held while people wait")
    assert _needs(staff) == []


def test_missing_marks_go_with_the_last_mark(staff: IsolatedClient, make: Make) -> None:
    sheet = running(make, people=2, starts_at=NOW - DAY)
    first, second = sheet.registration_ids
    _have_sent()

    before = _lines(staff, "needs")
    record(sheet, mark(first))
    between = _needs(staff)
    record(sheet, mark(second))

    assert [url for _words, url in before] == [sheet.path]
    assert between == ["Marks missing"]
    assert _needs(staff) == []
    [(words, url)] = _lines(staff, "done")
    assert words.endswith("2 of 2 people came")
    assert url == sheet.path


def test_marks_of_long_ago_and_of_what_runs_are_not_missed(
    staff: IsolatedClient, make: Make
) -> None:
    running(make, people=1, starts_at=NOW - 15 * DAY)
    sheet = running(make, people=1, starts_at=NOW - HOUR / 2)
    _have_sent()

    assert _needs(staff) == []
    assert [url for _words, url in _lines(staff, "today")] == [sheet.path]


def test_requests_are_one_line_until_they_are_decided(staff: IsolatedClient, make: Make) -> None:
    session = _ready(make)
    with transaction():
        seats.change_rules(session.id, SeatRules(needs_approval=True), actor_id=None, now=NOW)
    for name in ("Amara", "Bilal"):
        make.registration(session, name=name)

    [(words, url)] = _lines(staff, "needs")
    ids = list(db.session.scalars(sa.select(Registration.id).order_by(Registration.id)))
    answer = staff.fill(url, {"people": [str(id_) for id_ in ids]}, action="/approve")

    assert words.startswith("2 people ask for a seat")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/requests")
    assert _needs(staff) == []


def test_an_offer_that_runs_out_goes_when_it_is_answered(staff: IsolatedClient, make: Make) -> None:
    session = _ready(make, capacity=1)
    rules = SeatRules(promotion=Promotion.OFFER, offer_hours=5)
    with transaction():
        seats.change_rules(session.id, rules, actor_id=None, now=NOW)
    first, second = make.registration(session).id, make.registration(session, name="Bo").id
    with transaction():
        seats.cancel(first, because=CancelledBecause.PERSON, actor_id=None, now=utc_now())

    [(words, url)] = _lines(staff, "needs")
    listed = staff.page(url).text()
    with transaction():
        seats.accept(second, actor_id=None, now=utc_now())

    assert words.startswith("1 offered seat runs out soon")
    assert "Bo" in listed
    assert _needs(staff) == []


def test_mail_that_did_not_arrive_goes_when_the_address_is_corrected(
    staff: IsolatedClient, make: Make
) -> None:
    person_id = make.registration(_ready(make), name="Amara").person_id
    with transaction():
        db.session.execute(
            sa.update(Message).values(status="dead", reason="no such mailbox", ended_at=NOW)
        )

    [(words, url)] = _lines(staff, "needs")
    page = staff.page(url)
    links = [str(link.get("href")) for link in page.root.iter("a")]
    edit = f"/staff/people/{person_id}/edit"
    changed = staff.fill(edit, {"email": "amara@right.example.org"})

    assert words.startswith("1 mail did not arrive")
    assert "no such mailbox" in page.text()
    assert edit in links
    assert changed.status_code == 303
    assert _needs(staff) == []
    assert "All mail arrived" in staff.page(url).text()
    with transaction():  # nothing is left to say to the new address
        db.session.execute(
            sa.update(Message).values(status="dead", reason="no such mailbox", ended_at=NOW)
        )
    assert _needs(staff) == []


def test_what_was_not_to_be_sent_is_no_trouble(staff: IsolatedClient, make: Make) -> None:
    make.registration(_ready(make))
    reasons = (
        "no longer true when it was to be sent",
        "nobody to tell: there is no e-mail address",
    )
    for reason in reasons:
        with transaction():
            db.session.execute(
                sa.update(Message).values(status="dead", reason=reason, ended_at=NOW)
            )
        assert _needs(staff) == [], reason


def test_mail_that_waits_for_long_goes_when_it_is_sent(staff: IsolatedClient, make: Make) -> None:
    make.registration(_ready(make))
    fresh = _needs(staff)
    with transaction():
        db.session.execute(sa.update(Message).values(queued_at=NOW - HOUR))

    [(words, url)] = _lines(staff, "needs")
    why = staff.page(url).text()
    _have_sent()

    assert fresh == []
    assert words.startswith("1 mail is not sent yet")
    assert "Mails wait since" in why
    assert _needs(staff) == []


def test_what_is_near_stands_first_and_the_rest_on_a_page_of_its_own(
    staff: IsolatedClient, make: Make
) -> None:
    for days in range(12, 0, -1):
        make.training_session(title=f"In {days}", starts_at=NOW + days * DAY + HOUR)

    page, lines = staff.page(TODAY), _lines(staff, "needs")
    whole = _lines(staff, "needs", TODAY + "?all=needs")
    more = [_plain(link) for link in page.root.iter("a") if "all=needs" in str(link.get("href"))]

    # Seven have no link near enough to matter, and few people; all twelve have no trainer.
    assert len(lines) == 8
    assert "In 1 " in lines[0][0]
    assert len(whole) == 12 + 6 + 6
    assert more == [f"and {len(whole) - 8} more : Needs you"]


def test_today_is_the_readers_and_says_where_and_who(client: IsolatedClient, make: Make) -> None:
    cora = make.coordinator()
    with transaction():
        db.session.execute(
            sa.update(Person).where(Person.id == cora.person_id).values(timezone="Asia/Tokyo")
        )
    client.sign_in(cora)
    asha = make.trainer(name="Asha")
    room = make.room("Blue room")
    sheet = running(make, people=1, trainer=asha, title="Now", starts_at=NOW - HOUR / 12)
    with transaction():
        db.session.execute(sa.text("UPDATE meeting SET room_id = :id"), {"id": room.id})

    [(words, url)] = _lines(client, "today")

    assert "Blue room" in words
    assert words.endswith("Asha")
    assert " Nairobi" in words
    assert url == sheet.path


def test_sessions_fill_from_half_of_their_seats_on(staff: IsolatedClient, make: Make) -> None:
    half, full = _ready(make, title="Half", capacity=2), _ready(make, title="Full", capacity=1)
    _ready(make, title="Empty", capacity=2)
    make.registration(half)
    for _number in range(2):
        make.registration(full)

    lines = _lines(staff, "filling")

    assert [url for _words, url in lines] == [
        f"/staff/sessions/{half.id}",
        f"/staff/sessions/{full.id}/seats",
    ]
    assert "1 of 1 seat taken · 1 waiting" in lines[1][0]


def test_a_running_campaign_has_a_line(staff: IsolatedClient, make: Make) -> None:
    month = make.campaign("Month", goal=40)
    make.campaign("Later", starts_on=NOW.date() + 3 * DAY)
    make.registration(_ready(make, campaign_id=month.id))

    page = staff.page(TODAY)
    section = page.root.find(".//section[@aria-labelledby='campaigns']")

    assert section is not None
    assert _plain(section) == (
        "Campaigns that run Month 1 session · 1 to come · 1 registered, goal 40"
        " See what is missing : Month"
    )


def test_perf_the_page_takes_six_statements_whatever_there_is(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    """The number of statements hangs on nothing, and nobody is counted among registrations."""
    asha, month = make.trainer(), make.campaign(goal=3)

    def fill(number: int) -> None:
        for place in range(number):
            session = make.training_session(
                starts_at=NOW + DAY + place * HOUR,
                trainer_ids=(asha.person_id,),
                campaign_id=month.id,
            )
            if place % 5 == 0:
                make.registration(session)

    def sent() -> list[str]:
        with statements() as found:
            staff.page(TODAY)
        return [one for one in found if "sign_in" not in one]

    running(make, people=1, starts_at=NOW - DAY, trainer=asha)
    fill(4)
    few = sent()
    fill(12)
    many = sent()

    assert len(few) <= 6
    assert len(many) == len(few)
    counting = [one for one in many if "count(" in one.lower() and "registration" in one]
    assert [one for one in counting if "FROM registration" in one.partition("count(")[2][:60]] == []


# PostgreSQL plans by how many rows there are.
@pytest.mark.parametrize("engine", ["sqlite"])
def test_perf_nothing_is_read_through(app: Flask, make: Make) -> None:
    """Of meetings, registrations, marks and mails only what an index finds is looked at."""
    running(make, people=1, starts_at=NOW - DAY)
    _ready(make)
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    near(day=NOW.date(), done=8, now=NOW)
    sa.event.remove(db.engine, "before_cursor_execute", note)

    plans = [row.detail for statement, values in sent for row in _plan(statement, values)]
    # A name that the statement gives a part of itself is no table, nor is a table's index.
    tables = set(db.metadata.tables) - {"campaign", "unavailability"}
    scanned = [
        plan
        for plan in plans
        if plan.startswith("SCAN") and plan.split()[1] in tables and "INDEX" not in plan
    ]
    assert len(sent) == 6
    assert scanned == []


def _plan(statement: str, values: Any) -> Any:
    """Return how SQLite reads, with the values that decide whether a partial index fits."""
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()


def test_a_meeting_that_ends_at_midnight_is_not_held_on_the_day_after(
    app: Flask, make: Make
) -> None:
    """Of three in a row, the reader's day has those that share a moment with it."""
    zone_day = wall(NOW).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = NOW - (wall(NOW) - zone_day)
    for title, start in (
        ("Before", begins - HOUR),
        ("Across", begins - HOUR / 2),
        ("Within", begins + 12 * HOUR),
        ("After", begins + DAY),
    ):
        make.training_session(
            title=title,
            meetings=(make.meeting_plan(start, hours=1),),
            now=begins - 9 * DAY,
        )

    found = near(day=zone_day.date(), done=0, now=NOW)
    titles = [one.title for one in dashboard_rules.today(found, NAIROBI, NOW)]

    assert titles == ["Across", "Within"]
