"""Who and what the demo's sessions need: colleagues, partners, people, a campaign, courses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from training.accounts.service import create_account
from training.accounts.values import StaffRole
from training.campaigns.models import Campaign, CampaignPartner, CampaignStatus
from training.db import db
from training.demo import scenario
from training.demo.values import Colleague, Partner
from training.organizations import service as organizations
from training.organizations.values import MembershipRole, OrganizationPlan
from training.people.models import Person
from training.people.service import create_person, find_or_make_people
from training.registrations.values import Claim, Participant
from training.sessions import service as sessions
from training.sessions.models import Course
from training.sessions.values import CoursePlan, ProfilePlan
from training.text import slug

#: Long enough for what happened in the demo's past.
_MEMBERS_FOR = timedelta(days=365)
#: So many of each partner's people.
_STRANGERS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One of a partner's people."""

    person_id: int
    representative_id: int
    organization_id: int
    name: str
    email: str | None

    def participant(self, claim: Claim) -> Participant:
        """Return this person as a form has them."""
        return Participant(
            name=self.name,
            email=self.email,
            person_id=self.person_id if self.email is None else None,
            organization_id=self.organization_id,
            claim=claim,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Everybody and everything that sessions need, by id."""

    now: datetime
    coordinator_id: int
    trainer_ids: tuple[int, ...]
    campaign_id: int
    courses: Mapping[str, Course]
    #: Partner's domain → the organization's id.
    organizations: Mapping[str, int]
    #: Partner's domain → seats that its people may use across the campaign.
    allotments: Mapping[str, int]
    #: Of each partner: whom its representative has on the list.
    members: tuple[tuple[Member, ...], ...]
    #: Of each partner: who registers alone, and only says to be with it.
    strangers: tuple[tuple[Member, ...], ...]


def who_signs_in() -> Iterator[Colleague]:
    """Yield who has an account: colleagues, and the representatives of some partners."""
    yield from scenario.COLLEAGUES
    yield from scenario.TRAINERS
    for partner in scenario.PARTNERS:
        if partner.domain in scenario.SIGN_IN:
            yield Colleague(
                role="representative",
                name=partner.people[0],
                email=_address(partner.people[0], partner),
                timezone=partner.timezone,
            )


def make_cast(hash_of: Mapping[str, str], *, now: datetime) -> Cast:
    """Make everybody, and what they teach."""
    id_of = {one.email: _make_account(one, hash_of, now=now) for one in who_signs_in()}
    campaign = Campaign(
        name=scenario.CAMPAIGN_NAME,
        slug=scenario.CAMPAIGN_SLUG,
        hashtag=scenario.CAMPAIGN_HASHTAG,
        goal=scenario.CAMPAIGN_GOAL,
        starts_on=now.date() - timedelta(days=30),
        ends_on=now.date() + timedelta(days=35),
        status=CampaignStatus.PUBLISHED,
    )
    courses = {
        text.slug: Course(
            slug=text.slug,
            title=text.title,
            summary=text.summary,
            description=text.description,
            for_whom=text.for_whom,
        )
        for text in scenario.COURSES
    }
    db.session.add_all([campaign, *courses.values()])
    db.session.flush()
    sessions.add_venue(scenario.VENUE, actor_id=None, now=now - _MEMBERS_FOR)
    for text in scenario.COURSES:
        _build_on(courses[text.slug], [courses[slug] for slug in text.builds_on], now=now)
    people = {
        partner.domain: _make_partner(partner, campaign.id, id_of, now=now)
        for partner in scenario.PARTNERS
    }
    members = {
        partner.domain: tuple(
            one for one in people[partner.domain] if one.name not in _strangers(partner)
        )
        for partner in scenario.PARTNERS
    }
    for domain, other in scenario.ALSO_REPRESENTED_BY.items():
        organizations.add_member(
            members[other][0].person_id,
            members[domain][0].organization_id,
            role=MembershipRole.REPRESENTATIVE,
            actor_id=None,
            now=now - _MEMBERS_FOR,
        )
    return Cast(
        now=now,
        coordinator_id=id_of[scenario.COLLEAGUES[-1].email],
        trainer_ids=tuple(id_of[one.email] for one in scenario.TRAINERS),
        campaign_id=campaign.id,
        courses=courses,
        organizations={domain: group[0].organization_id for domain, group in people.items()},
        allotments=scenario.ALLOTMENTS,
        members=tuple(members.values()),
        strangers=tuple(
            tuple(one for one in people[partner.domain] if one.name in _strangers(partner))
            for partner in scenario.PARTNERS
        ),
    )


def _build_on(course: Course, required: Sequence[Course], *, now: datetime) -> None:
    if not required:
        return
    plan = CoursePlan(
        title=course.title,
        slug=course.slug,
        summary=course.summary,
        description=course.description,
        language=course.language,
        required_ids=frozenset(one.id for one in required),
        for_whom=course.for_whom,
    )
    sessions.revise_course(
        course.id, plan, expected_revision=course.revision, actor_id=None, now=now - _MEMBERS_FOR
    )


def _make_account(colleague: Colleague, hash_of: Mapping[str, str], *, now: datetime) -> int:
    [person_id] = find_or_make_people({colleague.email: colleague.name}).values()
    db.session.get_one(Person, person_id).timezone = colleague.timezone
    is_staff = colleague.role in set(StaffRole)
    create_account(
        person_id,
        password_hash=hash_of[colleague.email],
        staff_role=StaffRole(colleague.role) if is_staff else None,
        now=now,
    )
    if colleague.about:
        sessions.revise_profile(
            person_id,
            ProfilePlan(about=colleague.about, is_public=True),
            expected=None,
            actor_id=person_id,
            now=now,
        )
    return person_id


def _make_partner(
    partner: Partner, campaign_id: int, id_of: Mapping[str, int], *, now: datetime
) -> tuple[Member, ...]:
    joined_at = now - _MEMBERS_FOR
    organization_id = organizations.create(
        OrganizationPlan(
            name=partner.name,
            domains=(_host(partner),),
            country=partner.country,
            timezone=partner.timezone,
        ),
        actor_id=None,
        now=joined_at,
    )
    db.session.add(CampaignPartner(campaign_id=campaign_id, organization_id=organization_id))
    members: list[Member] = []
    for name in (*partner.people, *partner.without_email):
        email = None if name in partner.without_email else _address(name, partner)
        person_id = id_of.get(email or "") or create_person(
            name, email, actor_id=None, now=joined_at
        )
        if name not in _strangers(partner):
            organizations.add_member(
                person_id,
                organization_id,
                role=MembershipRole.MEMBER if members else MembershipRole.REPRESENTATIVE,
                actor_id=None,
                now=joined_at,
            )
        members.append(
            Member(
                person_id=person_id,
                representative_id=members[0].person_id if members else person_id,
                organization_id=organization_id,
                name=name,
                email=email,
            )
        )
    return tuple(members)


def _strangers(partner: Partner) -> tuple[str, ...]:
    """Return which of a partner's people are not on its list yet."""
    return partner.people[-_STRANGERS:]


def _host(partner: Partner) -> str:
    return f"{partner.domain}.example.org"


def _address(name: str, partner: Partner) -> str:
    return f"{slug(name, default='somebody').replace('-', '.')}@{_host(partner)}"
