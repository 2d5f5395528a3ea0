"""A site that lives: made through the services, so that its books are right to the last row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.site import Site
from training.accounts import service as accounts
from training.accounts.values import StaffRole
from training.calendars.service import make_feed
from training.calendars.values import FeedKind
from training.campaigns.models import Campaign, CampaignStatus
from training.clock import utc_now
from training.db import db, transaction
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole
from training.people.service import find_or_make_people
from training.people.values import email_key
from training.registrations import service as registrations
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import Claim, Participant
from training.sessions import service as sessions
from training.sessions.entries import session_slug
from training.sessions.models import Course, Meeting, TrainingSession
from training.sessions.values import Audience, Delivery, MeetingPlan, SeatPlan, SessionPlan

PASSWORD = "correct horse battery staple"
COORDINATOR = "coordinator@example.org"
ZONES = ("Africa/Nairobi", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Tokyo")
LANGUAGES = ("en", "de", "fr", "sw")
TITLES = (
    "Safer livestreams for young audiences",
    "Answering messages from people in crisis",
    "Plain language in campaigns",
    "Short videos that are seen and understood",
    "Moderating comments on hard topics",
)
DESCRIPTION = """\
How to prepare, announce and hold a livestream on a topic that touches people, what to do when
somebody in the chat says that they are not safe, and whom to call in.

We look at three recorded examples, practise in groups of four, and write the first page of your own
plan. You need no experience and no equipment beyond a phone.

Bring a question from your own work. Afterwards you get the slides, the checklist and a list of
helplines by country, which you may pass on to your colleagues."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much there is."""

    #: Sessions to come, all public.
    sessions: int = 200
    #: People who go to so many of them, each with an organization of their own.
    subscribers: int = 8
    subscribed: int = 200
    #: Sessions that are held right now, with two trainers.
    classes: int = 4
    #: People in each of these.
    people: int = 200
    #: Sessions for one storm each.
    storms: int = 12
    storm_seats: int = 300
    #: People who can sign in with the same password.
    accounts: int = 64


class Page(NamedTuple):
    """A session and its page."""

    training_session_id: int
    path: str


class ClassRoom(NamedTuple):
    """A meeting that is held right now, and who is there."""

    training_session_id: int
    meeting_id: int
    registration_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class World:
    """What there is to be asked for."""

    pages: tuple[Page, ...]
    classes: tuple[ClassRoom, ...]
    storms: tuple[int, ...]
    #: Addresses of whoever trains in the classes.
    trainers: tuple[str, ...]
    accounts: tuple[str, ...]
    #: Secret addresses of calendars with all sessions to come.
    person_feeds: tuple[str, ...]
    organization_feeds: tuple[str, ...]


def build(site: Site, scale: Scale) -> World:
    """Fill an empty site."""
    with site.app.app_context():
        world = _Builder(scale).world()
        db.session.commit()
        if site.engine == "postgresql":  # which does it by itself before long; SQLite never does
            db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return world


class _Builder:
    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self._now = utc_now()
        self._before = self._now - timedelta(days=14)
        self._hash = accounts.hash_password(PASSWORD)
        self._staff_id = self._person(COORDINATOR)
        self._account(self._staff_id, StaffRole.COORDINATOR)

    def world(self) -> World:
        scale = self._scale
        self._campaign_id, self._course_id = self._catalogue()
        trainers = [f"trainer{number}@example.org" for number in range(2)]
        trainer_ids = [self._person(email) for email in trainers]
        for person_id in trainer_ids:
            self._account(person_id, None)
        others = [f"colleague{number}@example.org" for number in range(scale.accounts)]
        for email in others:
            self._account(self._person(email), None)
        ids = [
            self._session(number, self._now + timedelta(hours=24 + number), capacity=100_000)
            for number in range(scale.sessions)
        ]
        person_feeds, organization_feeds = self._subscribers(ids[: scale.subscribed])
        return World(
            pages=tuple(self._page(id_) for id_ in ids),
            classes=tuple(self._class(number, trainer_ids) for number in range(scale.classes)),
            # After all others, so that the list of the first 200 does not show them.
            storms=tuple(
                self._session(
                    number, self._now + timedelta(days=60 + number), capacity=scale.storm_seats
                )
                for number in range(scale.storms)
            ),
            trainers=tuple(trainers),
            accounts=tuple(others),
            person_feeds=tuple(person_feeds),
            organization_feeds=tuple(organization_feeds),
        )

    def _catalogue(self) -> tuple[int, int]:
        today = self._now.date()
        campaign = Campaign(
            name="Mental Health Awareness Month",
            slug="awareness-month",
            starts_on=today,
            ends_on=today + timedelta(days=90),
            status=CampaignStatus.PUBLISHED,
        )
        course = Course(title="Safer livestreams", slug="safer-livestreams")
        with transaction():
            db.session.add_all([campaign, course])
        return campaign.id, course.id

    def _person(self, email: str) -> int:
        name = email.partition("@")[0].title()
        with transaction():
            return find_or_make_people({email: name})[email_key(email)]

    def _account(self, person_id: int, role: StaffRole | None) -> None:
        with transaction():
            accounts.create_account(
                person_id, password_hash=self._hash, staff_role=role, now=self._before
            )

    def _session(
        self,
        number: int,
        starts_at: datetime,
        *,
        capacity: int,
        hours: float = 1.5,
        trainer_ids: Sequence[int] = (),
    ) -> int:
        zone = ZONES[number % len(ZONES)]
        meeting = MeetingPlan(
            wall_start=_wall(starts_at, zone),
            wall_end=_wall(starts_at + timedelta(hours=hours), zone),
            timezone=zone,
            join_url="https://meet.example.org/room",
        )
        plan = SessionPlan(
            title=f"{TITLES[number % len(TITLES)]} {number + 1}",
            description=DESCRIPTION,
            language=LANGUAGES[number % len(LANGUAGES)],
            delivery=Delivery.ONLINE,
            audience=Audience.PUBLIC,
            timezone=zone,
            meetings=(meeting,),
            course_id=self._course_id,
            campaign_id=self._campaign_id,
            trainer_ids=tuple(trainer_ids),
        )
        with transaction():
            training_session_id = sessions.schedule(
                plan, SeatPlan(capacity=capacity), actor_id=self._staff_id, now=self._before
            )
        with transaction():
            sessions.publish(training_session_id, actor_id=self._staff_id, now=self._before)
        return training_session_id

    def _page(self, training_session_id: int) -> Page:
        title = db.session.get_one(TrainingSession, training_session_id).title
        return Page(training_session_id, f"/sessions/{training_session_id}-{session_slug(title)}")

    def _class(self, number: int, trainer_ids: Sequence[int]) -> ClassRoom:
        people = self._scale.people
        training_session_id = self._session(
            number,
            (self._now - timedelta(minutes=20)).replace(second=0, microsecond=0),
            capacity=people,
            hours=5,
            trainer_ids=trainer_ids,
        )
        self._register(
            training_session_id,
            [
                Participant(name=f"Ada Learner {one}", email=f"learner{one}@example.net")
                for one in range(people)
            ],
        )
        meeting_id = db.session.scalars(
            sa.select(Meeting.id).where(Meeting.training_session_id == training_session_id)
        ).one()
        ids = db.session.scalars(
            sa.select(Registration.id)
            .where(Registration.training_session_id == training_session_id)
            .order_by(Registration.id)
        )
        return ClassRoom(training_session_id, meeting_id, tuple(ids))

    def _subscribers(self, session_ids: Sequence[int]) -> tuple[list[str], list[str]]:
        participants = [self._subscriber(number) for number in range(self._scale.subscribers)]
        for training_session_id in session_ids:
            self._register(training_session_id, participants)
        person_feeds, organization_feeds = [], []
        for participant in participants:
            person_id = self._person(str(participant.email))
            person_feeds.append(self._feed(FeedKind.PERSON, person_id, None))
            organization_feeds.append(
                self._feed(FeedKind.ORGANIZATION, person_id, participant.organization_id)
            )
        return person_feeds, organization_feeds

    def _subscriber(self, number: int) -> Participant:
        email = f"subscriber{number}@example.org"
        person_id = self._person(email)
        self._account(person_id, None)
        organization = Organization(name=f"Aid {number}", slug=f"aid-{number}", domains=[])
        with transaction():
            db.session.add(organization)
            db.session.flush()
            organization_id = organization.id
            db.session.add(
                Membership(
                    person_id=person_id,
                    organization_id=organization_id,
                    role=MembershipRole.REPRESENTATIVE,
                    since=date(2026, 1, 1),
                )
            )
        return Participant(
            name=f"Subscriber {number}",
            email=email,
            organization_id=organization_id,
            claim=Claim.STAFF,
        )

    def _feed(self, kind: FeedKind, owner_id: int, organization_id: int | None) -> str:
        with transaction():
            token = make_feed(
                kind,
                owner_id=owner_id,
                organization_id=organization_id,
                name="Phone",
                now=self._now,
            )
        return f"/calendar/{token}.ics"

    def _register(self, training_session_id: int, participants: Sequence[Participant]) -> None:
        left = iter(participants)
        while some := tuple(islice(left, 50)):
            with transaction():
                registrations.register(
                    training_session_id,
                    Group(participants=some, actor_id=self._staff_id, by_staff=True),
                    now=self._before,
                )


def _wall(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
