"""ICS-12: what every kind of feed says after every kind of change, and that nothing else is one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask
from werkzeug.http import parse_date

from tests.calendars.feeds import events, make_token, path_of, settle
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, NOW
from training.calendars import service
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.registrations import seats
from training.registrations import service as registrations
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim
from training.sessions import service as sessions
from training.sessions.models import Meeting
from training.sessions.values import Promotion, SeatPlan, SeatRules

MINUTE = timedelta(minutes=1)
#: When the story begins: every version has its second before the tests run.
BEGIN = NOW - DAY

EVERY = {"public", "part", "staff", "trainer", "organization", "person"}
ON = ("CONFIRMED", None)
OFF = ("CANCELLED", "TRANSPARENT")
WAITING = ("TENTATIVE", None)


class Step(NamedTuple):
    """One change, and what it is to subscribers."""

    act: Callable[["Story"], object]
    #: Feeds in which it is seen; all others answer 304.
    seen_in: set[str]
    #: What the session's first meeting is called and is from then on, in every feed but the next.
    title: str
    state: tuple[str, str | None]
    #: The same in the feed of a person.
    own_title: str
    own_state: tuple[str, str | None]


class Story:
    """A session of two seats, and a person who is registered for it."""

    def __init__(self, make: Make) -> None:
        self.make, self.now = make, BEGIN
        self.trainer, self.other_trainer = make.trainer(), make.trainer()
        ours = make.organization("Ours")
        self.me = make.participant("Ana", organization_id=ours.id, claim=Claim.STAFF)
        self.plan: dict[str, Any] = {
            "title": "Talks",
            "trainer_ids": (self.trainer.person_id,),
        }
        self.starts_at, self.count = NOW + DAY, 1
        self.place: dict[str, Any] = {}
        self.id = make.training_session(
            **self.plan, starts_at=self.starts_at, capacity=2, now=BEGIN
        ).id
        self.register()
        representative = make.representative(ours)
        owners: dict[FeedKind, tuple[int, int | None]] = {
            FeedKind.STAFF: (make.coordinator().person_id, None),
            FeedKind.TRAINER: (self.trainer.person_id, None),
            FeedKind.ORGANIZATION: (representative.person_id, ours.id),
            FeedKind.PERSON: (self.of("Ana").person_id, None),
        }
        self.tokens = {kind: make_token(kind, *owner) for kind, owner in owners.items()}
        self.paths = {
            "public": "/calendar/sessions.ics",
            "part": "/calendar/sessions.ics?language=en",
            **{str(kind): path_of(token) for kind, token in self.tokens.items()},
        }

    def of(self, name: str) -> Registration:
        """Return somebody's newest registration."""
        return db.session.scalars(
            sa.select(Registration)
            .where(Registration.training_session_id == self.id, Registration.name == name)
            .order_by(Registration.id.desc())
            .limit(1)
        ).one()

    def register(self, *others: str) -> None:
        people = [self.make.participant(name) for name in others] or [self.me]
        group = seats.Group(participants=tuple(people), consent="1")
        with transaction():
            registrations.register(self.id, group, now=self.now)

    def withdraw(self, name: str = "Ana") -> None:
        id_ = self.of(name).id
        with transaction():
            seats.cancel(id_, because=CancelledBecause.PERSON, actor_id=None, now=self.now)

    def offer(self) -> None:
        rules = SeatRules(promotion=Promotion.OFFER)
        with transaction():
            seats.change_rules(self.id, rules, actor_id=None, now=self.now)
        self.withdraw("Cy")

    def accept(self) -> None:
        id_ = self.of("Ana").id
        with transaction():
            seats.accept(id_, actor_id=None, now=self.now)

    def enlarge(self) -> None:
        with transaction():
            seats.change_capacity(
                self.id, SeatPlan(capacity=9), keep=False, actor_id=None, now=self.now
            )

    def revise(self, **fields: Any) -> None:
        self.plan |= fields
        ids: list[int | None] = list(
            db.session.scalars(
                sa.select(Meeting.id)
                .where(Meeting.training_session_id == self.id, Meeting.cancelled_at.is_(None))
                .order_by(Meeting.starts_at)
            )
        )
        meetings = tuple(
            self.make.meeting_plan(self.starts_at + number * DAY, meeting_id=id_, **self.place)
            for number, id_ in zip(range(self.count), [*ids, None], strict=False)
        )
        plan = self.make.session_plan(**self.plan, meetings=meetings)
        with transaction():
            sessions.revise(self.id, plan, expected_revision=None, actor_id=None, now=self.now)

    def move(self) -> None:
        self.starts_at += DAY
        self.revise()

    def change_room(self) -> None:
        self.place = {"venue": "Hall", "room": "4"}
        self.revise()

    def hold(self, count: int) -> None:
        self.count = count
        self.revise()

    def call_off(self) -> None:
        with transaction():
            sessions.cancel(self.id, actor_id=None, now=self.now)

    def reopen(self) -> None:
        with transaction():
            sessions.reopen(self.id, restores=True, actor_id=None, now=self.now)


OWN = {"person"}
PEOPLE = {"organization", "person"}
STORY = {
    "nothing": Step(lambda story: story.revise(), set(), "Talks", ON, "Talks", ON),
    "moved": Step(lambda story: story.move(), EVERY, "Talks", ON, "Talks", ON),
    "renamed": Step(lambda story: story.revise(title="Calls"), EVERY, "Calls", ON, "Calls", ON),
    "re-roomed": Step(lambda story: story.change_room(), EVERY, "Calls", ON, "Calls", ON),
    "a meeting more": Step(
        lambda story: story.hold(2), EVERY, "Calls (1/2)", ON, "Calls (1/2)", ON
    ),
    "a meeting less": Step(lambda story: story.hold(1), EVERY, "Calls", ON, "Calls", ON),
    "another trainer": Step(
        lambda story: story.revise(trainer_ids=(story.other_trainer.person_id,)),
        {"trainer"},
        "Calls",
        ON,
        "Calls",
        ON,
    ),
    "the trainer again": Step(
        lambda story: story.revise(trainer_ids=(story.trainer.person_id,)),
        {"trainer"},
        "Calls",
        ON,
        "Calls",
        ON,
    ),
    "called off": Step(
        lambda story: story.call_off(), EVERY, "Cancelled: Calls", OFF, "Cancelled: Calls", OFF
    ),
    "re-opened": Step(lambda story: story.reopen(), EVERY, "Calls", ON, "Calls", ON),
    "a stranger comes": Step(lambda story: story.register("Cy"), set(), "Calls", ON, "Calls", ON),
    "withdrawn": Step(lambda story: story.withdraw(), PEOPLE, "Calls", ON, "Cancelled: Calls", OFF),
    "the seat is taken": Step(
        lambda story: story.register("Di"), set(), "Calls", ON, "Cancelled: Calls", OFF
    ),
    "registered anew": Step(
        lambda story: story.register(), PEOPLE, "Calls", ON, "Waitlist: Calls", WAITING
    ),
    "offered": Step(lambda story: story.offer(), OWN, "Calls", ON, "Seat offered: Calls", WAITING),
    "accepted": Step(lambda story: story.accept(), OWN, "Calls", ON, "Calls", ON),
    "more seats": Step(lambda story: story.enlarge(), set(), "Calls", ON, "Calls", ON),
}


class Known(NamedTuple):
    """What a program has of a feed."""

    etag: str
    modified_at: datetime | None
    entry: dict[str, str] | None


def test_every_change_is_seen_in_the_feeds_that_it_is_about_and_in_no_other(
    client: IsolatedClient, make: Make
) -> None:
    """CALENDAR rows 13 to 17, 35, 36."""
    story = Story(make)
    known = {name: read(client, path) for name, path in story.paths.items()}
    first_entry = known["person"].entry
    assert first_entry is not None
    uid = first_entry["UID"]
    last = {name: one.entry for name, one in known.items() if one.entry}
    for number, (what, step) in enumerate(STORY.items(), start=1):
        story.now = BEGIN + number * MINUTE
        step.act(story)
        for name, path in story.paths.items():
            where = f"{what}: {name}"
            before = known[name]
            response = client.get(path, headers={"If-None-Match": before.etag})
            settle()
            assert response.status_code == (200 if name in step.seen_in else 304), where
            if name not in step.seen_in:
                assert response.headers["ETag"] == before.etag, where
                continue
            after = known[name] = read(client, path, uid)
            assert after.etag != before.etag, where
            if before.modified_at and after.modified_at:
                assert after.modified_at - before.modified_at >= timedelta(seconds=1), where
            if after.entry is None:
                assert (what, name) in GONE
                continue
            earlier, last[name] = last[name], after.entry
            mine = name == "person"
            assert after.entry["SUMMARY"] == (step.own_title if mine else step.title), where
            state = after.entry["STATUS"], after.entry.get("TRANSP")
            assert state == (step.own_state if mine else step.state), where
            assert after.entry["LAST-MODIFIED"] == after.entry["DTSTAMP"], where
            if (what, name) in SAME_AGAIN:
                assert after.entry == earlier
                continue
            assert int(after.entry["SEQUENCE"]) > int(earlier["SEQUENCE"]), where
            assert after.entry["DTSTAMP"] == f"{story.now:%Y%m%dT%H%M%SZ}" > earlier["DTSTAMP"]
    settle()


#: Who no longer trains, or is no longer there, loses the session: it is called off for nobody.
GONE = {("another trainer", "trainer"), ("withdrawn", "organization")}
#: And gets it back as it was.
SAME_AGAIN = {("the trainer again", "trainer"), ("registered anew", "organization")}


def read(client: IsolatedClient, path: str, uid: str | None = None) -> Known:
    """Read a feed, and of it one meeting: the first, unless it is said which."""
    response = client.get(path)
    settle()
    found = [one for one in events(response.data) if uid in {None, one["UID"]}]
    return Known(
        etag=response.headers["ETag"],
        modified_at=parse_date(response.headers.get("Last-Modified")),
        entry=found[0] if found else None,
    )


def test_what_was_called_off_stays_for_a_year_and_then_leaves_everywhere(
    client: IsolatedClient, make: Make, app: Flask
) -> None:
    """ICS-12: 30 days at least. Each feed tells that it left, by another ETag."""
    story = Story(make)
    story.call_off()

    def bodies(now: datetime) -> dict[str, tuple[str, bool]]:
        states = {"public": service.public_feed_state(name="Training", now=now)}
        for kind, token in story.tokens.items():
            found = service.find_feed(token)
            assert found is not None
            states[kind] = service.secret_feed_state(found, name="Training", now=now)
        return {
            name: (state.etag, b"STATUS:CANCELLED" in state.read())
            for name, state in states.items()
        }

    first = bodies(NOW)
    stays = {name: (etag, True) for name, (etag, _) in first.items()}
    assert first == stays
    assert bodies(story.starts_at + 31 * DAY) == stays
    assert bodies(story.starts_at + 365 * DAY) == stays
    gone = bodies(story.starts_at + 367 * DAY)
    assert {name: is_there for name, (_, is_there) in gone.items()} == dict.fromkeys(first, False)
    assert {name for name, (etag, _) in gone.items() if etag == first[name][0]} == set()
