"""Filters of the schedule and its pages, against an independent filter over all rows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, NOW, TOMORROW
from training.db import db, transaction
from training.sessions import schedule_queries
from training.sessions.clash_queries import clashing
from training.sessions.models import Assignment, Meeting, Room, TrainingSession
from training.sessions.schedule_filters import Attention, Filters, Period
from training.sessions.schedule_queries import Place, ids_that_fit, schedule_page
from training.sessions.values import Delivery, SessionStatus

Counted = Callable[[], AbstractContextManager[list[str]]]
ZONE = "America/Sao_Paulo"
SCHEDULE = "/staff/schedule/"


def _world(make: Make) -> dict[str, list[int]]:
    """Make sessions of every kind; returns the keys that filters choose from."""
    random = Random(6)  # noqa: S311 -- the same each time
    trainers = [make.trainer().person_id for _ in range(3)]
    courses = [make.course().id for _ in range(2)]
    campaigns = [make.campaign(f"Campaign {number}").id for number in range(2)]
    statuses = [SessionStatus.PUBLISHED, *SessionStatus]
    for number in range(28):
        venue, room = random.choice([("", ""), ("Campus", ""), ("Campus", "1")])
        at = TOMORROW + random.randint(-6, 8) * DAY
        make.training_session(
            title=f"{random.choice(['Basics', 'Élan vital'])} {number}",
            status=random.choice(statuses),
            delivery=random.choice(list(Delivery)),
            language=random.choice(["en", "fr", "sw"]),
            course_id=random.choice([None, *courses]),
            campaign_id=random.choice([None, *campaigns]),
            trainer_ids=tuple(random.sample(trainers, random.randint(0, 2))),
            meetings=tuple(
                make.meeting_plan(
                    at + days * DAY,
                    join_url=random.choice([None, "https://meet.example.org/a"]),
                    venue=venue,
                    room=room,
                )
                for days in range(random.randint(1, 2))
            ),
        )
    with transaction():
        some = sa.update(TrainingSession).where(TrainingSession.id % 5 == 0)
        db.session.execute(some.values(minimum=4, decide_at=NOW + DAY))
        other = sa.update(TrainingSession).where(TrainingSession.id % 7 == 0)
        db.session.execute(other.values(kept_count=1, waitlisted_count=2))
    rooms = list(db.session.scalars(sa.select(Room.id).order_by(Room.id)))
    venues = list(db.session.scalars(sa.select(Room.venue_id).distinct()))
    return {
        "trainer_id": trainers,
        "course_id": courses,
        "campaign_id": campaigns,
        "room_id": rooms,
        "venue_id": venues,
    }


def _all() -> list[TrainingSession]:
    options = sa.orm.selectinload(TrainingSession.meetings).selectinload(Meeting.room)
    return list(
        db.session.scalars(sa.select(TrainingSession).options(options).order_by(TrainingSession.id))
    )


def _expected(filters: Filters, everything: list[TrainingSession]) -> list[int]:
    """Return what fits, sorted, by looking at every session."""
    assigned: dict[int, set[int]] = {}
    for assignment in db.session.scalars(sa.select(Assignment).order_by(Assignment.person_id)):
        assigned.setdefault(assignment.training_session_id, set()).add(assignment.person_id)
    in_clash = clashing([one.id for one in everything])
    found = [
        one
        for one in everything
        if _fits(one, filters, assigned.get(one.id, set()), clashes=one.id in in_clash)
    ]
    found.sort(key=lambda one: (one.starts_at, one.id), reverse=filters.period is Period.PAST)
    return [one.id for one in found]


def _fits(one: TrainingSession, filters: Filters, trainers: set[int], *, clashes: bool) -> bool:
    day = one.starts_at.astimezone(ZoneInfo(filters.timezone)).date()
    is_on = one.status != "cancelled"
    held = [meeting for meeting in one.meetings if not is_on or meeting.cancelled_at is None]
    reasons = {
        None: True,
        Attention.NO_TRAINER: is_on and not trainers,
        Attention.NO_ROOM: is_on
        and one.delivery != "online"
        and any(meeting.room is None for meeting in held),
        Attention.NO_LINK: is_on
        and one.delivery != "in_person"
        and any(not meeting.join_url for meeting in held),
        Attention.CLASH: is_on and clashes,
        Attention.FEW: one.status == "published"
        and one.minimum is not None
        and one.decide_at is not None
        and one.confirmed_count < one.minimum
        and one.starts_at > NOW,
        Attention.KEPT: is_on and one.waitlisted_count > 0 and one.kept_count > 0,
        Attention.DRAFT: one.status == "draft",
    }
    return (
        {
            Period.COMING: one.ends_at > NOW,
            Period.PAST: one.ends_at <= NOW,
            Period.ALL: True,
        }[filters.period]
        and (filters.since is None or day >= filters.since)
        and (filters.until is None or day <= filters.until)
        and filters.status in {None, one.status}
        and (filters.trainer_id is None or filters.trainer_id in trainers)
        and filters.course_id in {None, one.course_id}
        and filters.campaign_id in {None, one.campaign_id}
        and filters.delivery in {None, one.delivery}
        and filters.language in {"", one.language}
        and (filters.room_id is None or any(meeting.room_id == filters.room_id for meeting in held))
        and (
            filters.venue_id is None
            or any(meeting.room and meeting.room.venue_id == filters.venue_id for meeting in held)
        )
        and (not filters.text or "elan" in one.search_key)
        and reasons[filters.attention]
    )


def _combinations(world: dict[str, list[int]]) -> Iterator[Filters]:
    """Yield each filter alone, and many together."""
    random = Random(7)  # noqa: S311 -- as above
    today = NOW.astimezone(ZoneInfo(ZONE)).date()
    values: dict[str, list[Any]] = {
        "status": list(SessionStatus),
        "delivery": list(Delivery),
        "language": ["en", "fr"],
        "attention": list(Attention),
        "text": ["ÉLAN", "elan vital"],
        "since": [today - 2 * DAY, today + DAY],
        "until": [today + 3 * DAY, today],
        **world,
    }
    for name, choices in values.items():
        for choice in choices:
            # A room and a link may be missing in what is over, too.
            yield Filters(period=Period.ALL, timezone=ZONE, **{name: choice})
    for _number in range(60):
        chosen = random.sample(sorted(values), 2)
        yield Filters(
            period=random.choice(list(Period)),
            timezone=ZONE,
            **{name: random.choice(values[name]) for name in chosen},
        )


def _paged(filters: Filters, person_id: int) -> list[int]:
    """Return what all pages show, one after the other, forth; asserts that they lead back too."""
    seen: list[list[int]] = []
    places: list[Place | None] = [None]
    while True:
        page = schedule_page(filters, places[-1], person_id=person_id, now=NOW)
        seen.append([one.id for one in page.sessions])
        if page.later is None:
            break
        places.append(page.later)
    back = page.earlier
    for ids in reversed(seen[:-1]):
        assert back is not None
        page = schedule_page(filters, back, person_id=person_id, now=NOW)
        if filters.attention is not Attention.CLASH:
            assert [one.id for one in page.sessions] == ids
        back = page.earlier
    assert back is None
    return [id_ for ids in seen for id_ in ids]


def test_pages_show_just_what_fits_in_order(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    world, person_id = _world(make), make.coordinator().person_id
    everything = _all()
    monkeypatch.setattr(schedule_queries, "PAGE", 5)
    monkeypatch.setattr(schedule_queries, "LOOKED_AT", 9)
    found = 0

    for filters in _combinations(world):
        expected = _expected(filters, everything)
        assert _paged(filters, person_id) == expected, filters
        found += len(expected)
        if filters.attention is not Attention.CLASH:
            assert ids_that_fit(filters, 4, now=NOW) == (expected[:4], len(expected) > 4)

    assert found > 300
    db.session.rollback()


# PostgreSQL plans by how many rows there are.
@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_page_reads_all_that_is_over(
    client: IsolatedClient, make: Make, statements: Counted
) -> None:
    make.training_session(trainer_ids=(make.trainer().person_id,))
    client.sign_in(make.coordinator())
    queries = ["trainer=1&q=a", "place=room-1", "view=week", "view=month&by=room&needs=clash"]

    for query in [*queries, *(f"needs={one}" for one in Attention)]:
        with statements() as sent:
            assert client.get(f"{SCHEDULE}?{query}").status_code == 200
        for statement in sent:
            plan = _plan(statement)
            wrong = [step for step in plan if step.startswith(("SCAN training_s", "SCAN meeting"))]
            assert wrong == [], (query, statement)


def _plan(statement: str) -> list[str]:
    """Return how SQLite reads, with any value for each parameter."""
    values = ("x",) * statement.count("?")
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row.detail for row in rows]


def test_filters_stay_in_the_address_of_every_link(
    client: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(make.coordinator())
    monkeypatch.setattr(schedule_queries, "PAGE", 1)
    asha = make.trainer(name="Asha")
    for number in range(2):
        make.training_session(title=f"Café {number}", trainer_ids=(asha.person_id,))
    asked = f"?trainer={asha.person_id}&q=caf%C3%A9&delivery=online&nonsense=1&status=nonsense"

    page = client.page(SCHEDULE + asked)

    kept = ("delivery=online", f"trainer={asha.person_id}", "caf")
    links = [
        str(link.get("href"))
        for link in page.root.findall(".//main//a")
        if "delivery" in str(link.get("href"))
    ]
    assert len(links) == 5  # list, week, month, keep this view, later
    assert [link for link in links if not all(part in unquote(link) for part in kept)] == []
    assert "nonsense" not in "".join(links)
    hidden = {
        str(field.get("name")): field.get("value")
        for field in page.root.findall(".//input[@form='chosen'][@type='hidden']")
    }
    assert hidden == {"trainer": str(asha.person_id), "q": "café", "delivery": "online"}


def test_dates_are_days_on_the_readers_clocks(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())
    # Half past eleven at night in UTC: the next day already in Nairobi.
    late = TOMORROW.replace(hour=23, minute=30)
    make.training_session(title="Late", starts_at=late)
    day = late.date()
    following = day + timedelta(days=1)

    def titles(zone: str, first: object, last: object) -> list[str]:
        page = client.page(f"{SCHEDULE}?zone={zone}&from={first}&to={last}")
        return ["".join(row.itertext()) for row in page.root.findall(".//th[@scope='row']")]

    assert titles("UTC", day, day) == ["Late"]
    assert titles("UTC", following, following) == []
    assert titles("Africa/Nairobi", day, day) == []
    assert titles("Africa/Nairobi", following, following) == ["Late"]
    assert titles("Africa/Nairobi", "2026-02-31", following) == ["Late"]


def test_each_filter_alone_takes_the_same_statements(
    client: IsolatedClient, make: Make, statements: Counted
) -> None:
    client.sign_in(make.coordinator())
    for number in range(3):
        make.training_session(
            starts_at=TOMORROW + number * DAY, trainer_ids=(make.trainer().person_id,)
        )
    counted = {}
    for query in ("", "?needs=clash", "?trainer=1", "?view=week", "?view=month&by=room"):
        with statements() as sent:
            client.get(SCHEDULE + query)
        counted[query] = len(sent)

    assert max(counted.values()) == 6, counted
