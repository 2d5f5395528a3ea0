"""Making the demo's data: through the services, so that counters, audit and messages are right."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from training.accounts.models import StaffRole
from training.accounts.service import create_account
from training.campaigns.models import Campaign, CampaignPartner, CampaignStatus
from training.clock import find_zone, midnight_before, utc_to_wall
from training.db import db
from training.demo import scenario
from training.demo.errors import NotFreshError
from training.demo.values import Colleague, Partner, SessionText
from training.imports import eventbrite
from training.imports.service import bring_in
from training.imports.values import ImportedSession
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.organizations.models import Membership, MembershipRole, Organization
from training.people.models import Person
from training.people.service import find_or_make_people
from training.people.values import email_key
from training.registrations import service as registrations
from training.registrations.seats import Group
from training.registrations.values import CONSENT_VERSION, Claim, Fit, Participant
from training.sessions import service as sessions
from training.sessions.models import Course
from training.sessions.values import Delivery, MeetingPlan, SeatPlan, SessionPlan, SessionStatus
from training.strict_json import JsonValue
from training.text import slug

#: Real events of a real organization; see the licence beside them.
EVENTS = Path(__file__).parent / "data" / "events.json"

#: The past of the demo: sessions were published, then people registered until the day before
#: yesterday.
_PUBLISHED_DAYS_AGO = 21
_REGISTERED_DAYS = 18
_NEVER_SENT = "demo data: of the past, so it was never sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Member:
    """One of a partner's people."""

    person_id: int
    representative_id: int
    participant: Participant


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cast:
    """Everybody and everything that sessions need, by id."""

    now: datetime
    coordinator_id: int
    trainer_ids: tuple[int, ...]
    campaign_id: int
    courses: Mapping[str, Course]
    members: tuple[tuple[_Member, ...], ...]

    @property
    def published_at(self) -> datetime:
        return midnight_before(self.now, days=_PUBLISHED_DAYS_AGO)


def refuse_unless_fresh() -> None:
    """Refuse an instance that knows anybody.

    :raise NotFreshError: there is a person.
    """
    if db.session.scalar(sa.select(Person.id).limit(1)) is not None:
        raise NotFreshError


def make_demo(hash_of: Mapping[str, str], *, now: datetime) -> None:
    """Make everything, in one transaction of the caller's. On one day it makes the same again.

    :param hash_of: e-mail of a colleague → hash of the password.
    :raise NotFreshError: somebody uses this instance already.
    """
    refuse_unless_fresh()
    cast = _make_cast(hash_of, now=now)
    for item in eventbrite.read_events(_events(), file=EVENTS.name):
        assert isinstance(item, ImportedSession)
        bring_in(item, now=cast.published_at)
    for number, text in enumerate(scenario.SESSIONS):
        _make_session(text, number, cast)
    _send_nothing_of_the_past(now)


def _events() -> Sequence[JsonValue]:
    return eventbrite.events_of(json.loads(EVENTS.read_text(encoding="utf-8")))


def _make_cast(hash_of: Mapping[str, str], *, now: datetime) -> _Cast:
    staff_ids = [_make_colleague(one, hash_of[one.email], now=now) for one in scenario.COLLEAGUES]
    trainer_ids = [_make_colleague(one, hash_of[one.email], now=now) for one in scenario.TRAINERS]
    campaign = Campaign(
        name=scenario.CAMPAIGN_NAME,
        slug=scenario.CAMPAIGN_SLUG,
        hashtag=scenario.CAMPAIGN_HASHTAG,
        starts_on=now.date() - timedelta(days=7),
        ends_on=now.date() + timedelta(days=30),
        status=CampaignStatus.PUBLISHED,
    )
    courses = {
        text.slug: Course(
            slug=text.slug, title=text.title, summary=text.summary, description=text.description
        )
        for text in scenario.COURSES
    }
    db.session.add_all([campaign, *courses.values()])
    db.session.flush()
    return _Cast(
        now=now,
        coordinator_id=staff_ids[-1],
        trainer_ids=tuple(trainer_ids),
        campaign_id=campaign.id,
        courses=courses,
        members=tuple(
            _make_partner(partner, campaign.id, now=now) for partner in scenario.PARTNERS
        ),
    )


def _make_colleague(colleague: Colleague, password_hash: str, *, now: datetime) -> int:
    [person_id] = find_or_make_people({colleague.email: colleague.name}).values()
    db.session.get_one(Person, person_id).timezone = colleague.timezone
    create_account(
        person_id,
        password_hash=password_hash,
        staff_role=None if colleague.role == "trainer" else StaffRole(colleague.role),
        now=now,
    )
    return person_id


def _make_partner(partner: Partner, campaign_id: int, *, now: datetime) -> tuple[_Member, ...]:
    host = f"{partner.domain}.example.org"
    organization = Organization(
        name=partner.name,
        slug=slug(partner.name, default=partner.domain),
        domains=[host],
        country=partner.country,
        timezone=partner.timezone,
    )
    db.session.add(organization)
    db.session.flush()
    db.session.add(CampaignPartner(campaign_id=campaign_id, organization_id=organization.id))
    name_of = {
        f"{slug(name, default='somebody').replace('-', '.')}@{host}": name
        for name in partner.people
    }
    ids = find_or_make_people(name_of)
    members = [ids[email_key(email)] for email in name_of]
    db.session.add_all(
        Membership(
            person_id=person_id,
            organization_id=organization.id,
            role=MembershipRole.REPRESENTATIVE
            if person_id == members[0]
            else MembershipRole.MEMBER,
            since=now.date() - timedelta(days=365),
        )
        for person_id in members
    )
    return tuple(
        _Member(
            person_id=ids[email_key(email)],
            representative_id=members[0],
            participant=Participant(name=name, email=email, organization_id=organization.id),
        )
        for email, name in name_of.items()
    )


def _make_session(text: SessionText, number: int, cast: _Cast) -> None:
    training_session_id = sessions.schedule(
        _plan(text, cast),
        SeatPlan(capacity=text.capacity, waitlist_capacity=text.waitlist_capacity),
        external=None,
        actor_id=cast.coordinator_id,
        now=cast.published_at,
    )
    if text.status is SessionStatus.DRAFT:
        return
    sessions.publish(training_session_id, actor_id=cast.coordinator_id, now=cast.published_at)
    forms = list(_forms(text, number, cast))
    for position, form in enumerate(forms, start=1):
        is_today = position > len(forms) - text.alone_today
        passed = timedelta(days=_REGISTERED_DAYS) * position / (len(forms) + 1)
        at = cast.now if is_today else (cast.published_at + passed).replace(microsecond=0)
        registrations.register(training_session_id, form, now=at)
    if text.status is SessionStatus.CANCELLED:
        sessions.cancel(training_session_id, actor_id=cast.coordinator_id, now=cast.now)


def _plan(text: SessionText, cast: _Cast) -> SessionPlan:
    course = cast.courses[text.course]
    opens = text.opens_on_day
    return SessionPlan(
        title=text.title,
        description=text.description or course.description,
        language=text.language,
        delivery=text.delivery,
        audience=text.audience,
        timezone=text.timezone,
        meetings=tuple(_meetings(text, cast.now)),
        course_id=course.id,
        campaign_id=cast.campaign_id,
        registration_opens=None if opens is None else _wall(cast.now.date(), opens, "09:00"),
        trainer_ids=(cast.trainer_ids[text.trainer],),
    )


def _meetings(text: SessionText, now: datetime) -> Iterator[MeetingPlan]:
    if text.sittings is None:
        hour_before = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        start, _ = utc_to_wall(hour_before, find_zone(text.timezone))
        spans = [(start, timedelta(minutes=90))]
    else:
        spans = [
            (_wall(now.date(), sitting.day, sitting.time), timedelta(minutes=sitting.minutes))
            for sitting in text.sittings
        ]
    is_online = text.delivery is not Delivery.IN_PERSON
    for start, length in spans:
        yield MeetingPlan(
            wall_start=start,
            wall_end=start + length,
            timezone=text.timezone,
            venue=text.venue,
            room=text.room,
            join_url=f"https://video.example.org/{text.course}" if is_online else None,
        )


def _wall(today: date, working_days: int, at: str) -> datetime:
    """Return a wall time so many working days after today."""
    day = today
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5  # noqa: PLR2004 -- Monday to Friday
    return datetime.combine(day, time.fromisoformat(at))


def _forms(text: SessionText, number: int, cast: _Cast) -> Iterator[Group]:
    """Yield who registers, form by form: first representatives for several, then people alone."""
    partners = len(cast.members)
    taken: set[int] = set()
    for position, size in enumerate(text.groups):
        members = cast.members[(number + position) % partners][:size]
        taken.update(member.person_id for member in members)
        yield Group(
            participants=tuple(_claimed(member) for member in members),
            fit=Fit.WHAT_FITS,
            actor_id=members[0].representative_id,
        )
    # One of each partner in turn, so that every session has people from several.
    everybody = [member for rank in zip(*cast.members, strict=True) for member in rank]
    first = number * 5 % len(everybody)
    free = [
        member
        for member in [*everybody[first:], *everybody[:first]]
        if member.person_id not in taken
    ]
    for member in free[: text.alone + text.alone_today]:
        yield Group(participants=(member.participant,), consent=CONSENT_VERSION)


def _claimed(member: _Member) -> Participant:
    stated = member.participant
    return Participant(
        name=stated.name,
        email=stated.email,
        organization_id=stated.organization_id,
        claim=Claim.REPRESENTATIVE,
    )


def _send_nothing_of_the_past(now: datetime) -> None:
    """End the messages of the demo's past without sending them.

    A visitor's first minute would else bring some eighty mails of the last weeks. What happens
    today stays queued, and shows what mails look like.
    """
    db.session.execute(
        sa.update(Message)
        .where(Message.status == MessageStatus.QUEUED, Message.queued_at < now)
        .values(status=MessageStatus.DEAD, ended_at=now, reason=_NEVER_SENT)
        .execution_options(synchronize_session=False)
    )
