"""What the public page of a session shows, and its meetings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.campaigns.models import Campaign, CampaignStatus
from training.clock import midnight_before
from training.db import UtcDateTime, core
from training.errors import NotFoundError
from training.people.models import Person
from training.registrations.cards import (
    CARD_COLUMNS,
    IS_LISTED,
    SessionCard,
    availability_of,
    card_of,
)
from training.registrations.listings import PUBLIC_VERSION
from training.registrations.models import Registration
from training.registrations.values import (
    LIVE,
    Claim,
)
from training.sessions.availability_columns import AVAILABILITY_COLUMNS
from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import (
    Assignment,
    Course,
    Meeting,
    Prerequisite,
    Room,
    TrainerProfile,
    TrainingSession,
    Venue,
)
from training.sessions.question_queries import asks
from training.sessions.values import (
    TAKES_REGISTRATIONS,
    Audience,
    Availability,
    Delivery,
    Promotion,
    SessionState,
    SessionStatus,
)
from training.text import joined

#: Other dates of a course that a page offers.
OTHER_DATES = 5
#: And other sessions of the campaign.
OF_CAMPAIGN = 3

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c
_campaign, _course = Campaign.__table__.c, Course.__table__.c
_room, _venue = Room.__table__.c, Venue.__table__.c
_person, _assignment = Person.__table__.c, Assignment.__table__.c
_profile = TrainerProfile.__table__.c
_registration = Registration.__table__.c
_other = TrainingSession.__table__.alias("other").c


class PublicTrainer(NamedTuple):
    """Somebody who trains, and agreed that everybody may know."""

    name: str
    about: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicSession:
    """A session as everybody may see it: nothing about people but who trains and agreed to that."""

    id: int
    title: str
    #: Its own, or else its course's; so for whom it is.
    description: str
    for_whom: str
    #: What people with disabilities find, but for what the venue offers.
    accessibility: str
    language: str
    delivery: Delivery
    audience: Audience
    timezone: str
    starts_at: datetime
    #: End of the first meeting; the session may have more.
    first_ends_at: datetime
    ends_at: datetime
    meetings: int
    availability: Availability
    #: Whether staff decide about everybody who registers.
    needs_approval: bool
    #: Whether a group may wait as a whole.
    groups_wait: bool
    #: Hours in which somebody who waited answers whether they take a seat; None: it is theirs.
    offer_hours: int | None
    #: So many people are needed, or staff decide by then whether it takes place; None: it does.
    minimum: int | None
    decide_at: datetime | None
    course_id: int | None
    course_slug: str | None
    course_title: str | None
    campaign_id: int | None
    campaign_slug: str | None
    campaign_name: str | None
    trainers: tuple[PublicTrainer, ...]
    #: Titles of courses that people have attended before.
    builds_on: tuple[str, ...]
    #: When it first became public; None: it is a draft, which nobody but its staff sees.
    published_at: datetime | None
    #: Whether those who register answer questions.
    asks_questions: bool
    #: Stands for all that was read here, for its places, and for the other dates that follow.
    validator: str
    #: Whoever asks came by a code that vouches for them.
    is_invited: bool = False

    @property
    def is_cancelled(self) -> bool:
        return self.availability.state is SessionState.CANCELLED

    @property
    def is_for_partners(self) -> bool:
        return self.audience is Audience.PARTNERS

    @property
    def takes_registrations(self) -> bool:
        """Whether whoever asks may register, be it for the waitlist."""
        is_for_them = self.is_invited or not self.is_for_partners
        return is_for_them and self.availability.state in TAKES_REGISTRATIONS

    @property
    def has_page(self) -> bool:
        """Whether everybody finds it."""
        return self.audience is not Audience.INVITED

    @property
    def is_on_request(self) -> bool:
        """Whether somebody who proves nothing asks for a seat, and staff decide."""
        return self.needs_approval or bool(self.builds_on)

    @property
    def is_full(self) -> bool:
        return self.availability.state in {SessionState.WAITLIST, SessionState.FULL}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """One meeting of a session."""

    starts_at: datetime
    ends_at: datetime
    timezone: str
    #: Room and venue; "" where nobody said yet, or it is online.
    place: str
    address: str
    #: What the venue offers people with disabilities.
    accessibility: str
    is_cancelled: bool
    #: When its time last changed; None: it is as it was planned.
    rescheduled_at: datetime | None
    #: Read for those who have a seat, None for everybody else.
    join_url: str | None = None


class Related(NamedTuple):
    """What else somebody may like to come to who looks at a session, the soonest first."""

    dates: list[SessionCard]
    of_campaign: list[SessionCard]


_BETWEEN, _WITHIN = "\x1f", "\x1e"
_TRAINERS = (
    sa.select(
        sa.func.aggregate_strings(_person.name.concat(_WITHIN).concat(_profile.about), _BETWEEN)
    )
    .select_from(
        Assignment.__table__.join(Person.__table__, _person.id == _assignment.person_id).join(
            TrainerProfile.__table__, _profile.person_id == _person.id
        )
    )
    .where(
        _assignment.training_session_id == _session.id,
        _profile.is_public,
        _person.erased_at.is_(None),
    )
    .correlate(TrainingSession.__table__)
    .scalar_subquery()
)
_required = Course.__table__.alias("required").c
_BUILDS_ON = (
    sa.select(sa.func.aggregate_strings(_required.title, _BETWEEN))
    .join(
        Prerequisite.__table__,
        Prerequisite.__table__.c.required_course_id == _required.id,
    )
    .where(Prerequisite.__table__.c.course_id == _session.course_id)
    .correlate(TrainingSession.__table__)
    .scalar_subquery()
)
#: Each change of a venue raises its revision; where a meeting is, is the session's own.
_VENUES = (
    sa.select(sa.func.sum(_venue.revision))
    .select_from(
        Meeting.__table__.join(Room.__table__, _room.id == _meeting.room_id).join(
            Venue.__table__, _venue.id == _room.venue_id
        )
    )
    .where(_meeting.training_session_id == _session.id)
    .correlate(TrainingSession.__table__)
    .scalar_subquery()
)
_IS_OTHER_DATE = sa.and_(
    _other.course_id == _session.course_id,
    _other.id != _session.id,
    _other.status == SessionStatus.PUBLISHED,
    _other.audience.in_((Audience.PUBLIC, Audience.PARTNERS)),
    _other.starts_at > sa.bindparam("now", type_=UtcDateTime()),
)
#: When the first of the course's other dates begins: then the page shows the next ones.
_NEXT_DATE = (
    sa.select(sa.func.min(_other.starts_at))
    .where(_IS_OTHER_DATE)
    .correlate(TrainingSession.__table__)
    .scalar_subquery()
)
_SESSION = (
    sa.select(
        _session.id,
        _session.title,
        sa.func.coalesce(sa.func.nullif(_session.description, ""), _course.description, "").label(
            "description"
        ),
        sa.func.coalesce(sa.func.nullif(_session.for_whom, ""), _course.for_whom, "").label(
            "for_whom"
        ),
        _session.accessibility,
        _session.published_at,
        _session.language,
        _session.delivery,
        _session.audience,
        _session.timezone,
        _session.revision,
        _session.seat_changes,
        _session.course_id,
        _session.needs_approval,
        _session.groups_wait,
        _session.promotion,
        _session.offer_hours,
        _session.minimum,
        _session.decide_at,
        _session.settled_at,
        *MEETING_COLUMNS,
        *AVAILABILITY_COLUMNS,
        _course.slug.label("course_slug"),
        _course.title.label("course_title"),
        _course.revision.label("course_revision"),
        _campaign.id.label("campaign_id"),
        _campaign.slug.label("campaign_slug"),
        _campaign.name.label("campaign_name"),
        _TRAINERS.label("trainers"),
        _BUILDS_ON.label("builds_on"),
        _VENUES.label("venues"),
        _NEXT_DATE.label("next_date"),
        asks(_session.id, _session.course_id).label("asks_questions"),
        PUBLIC_VERSION.label("version"),
    )
    .select_from(
        TrainingSession.__table__.outerjoin(
            Course.__table__, _course.id == _session.course_id
        ).outerjoin(
            Campaign.__table__,
            sa.and_(_campaign.id == _session.campaign_id, _campaign.status != CampaignStatus.DRAFT),
        )
    )
    .where(_session.id == sa.bindparam("training_session_id"))
)
_PUBLIC_SESSION = _SESSION.where(IS_LISTED)
#: For whoever was invited to it.
_OPENED_SESSION = _SESSION.where(_session.published_at.is_not(None))
_IS_TO_COME = sa.and_(
    _session.id != sa.bindparam("training_session_id"),
    _session.status == SessionStatus.PUBLISHED,
    IS_LISTED,
)
_OTHER_DATES = (
    sa.select(_session.id)
    .where(
        _IS_TO_COME,
        _session.course_id == sa.bindparam("course_id", type_=sa.Integer()),
        _session.starts_at > sa.bindparam("now", type_=UtcDateTime()),
    )
    .order_by(_session.starts_at, _session.id)
    .limit(OTHER_DATES)
    .subquery()
)
#: From the next day on (in UTC): the page is another on each day anyway, and so never too old.
_OF_CAMPAIGN = (
    sa.select(_session.id)
    .where(
        _IS_TO_COME,
        _session.campaign_id == sa.bindparam("campaign_id", type_=sa.Integer()),
        _session.course_id.is_distinct_from(sa.bindparam("course_id", type_=sa.Integer())),
        _session.starts_at > sa.bindparam("tomorrow", type_=UtcDateTime()),
    )
    .order_by(_session.starts_at, _session.id)
    .limit(OF_CAMPAIGN)
    .subquery()
)
_RELATED = (
    sa.select(*CARD_COLUMNS, _session.course_id)
    .where(
        _session.id.in_(sa.union_all(sa.select(_OTHER_DATES.c.id), sa.select(_OF_CAMPAIGN.c.id)))
    )
    .order_by(_session.starts_at, _session.id)
)
_SITTINGS = (
    sa.select(
        _meeting.starts_at,
        _meeting.ends_at,
        _meeting.timezone,
        _meeting.cancelled_at,
        _meeting.rescheduled_at,
        _room.name.label("room"),
        _venue.name.label("venue"),
        _venue.address,
        _venue.accessibility,
    )
    .select_from(
        Meeting.__table__.outerjoin(Room.__table__, _room.id == _meeting.room_id).outerjoin(
            Venue.__table__, _venue.id == _room.venue_id
        )
    )
    .where(_meeting.training_session_id == sa.bindparam("training_session_id"))
    .order_by(_meeting.starts_at, _meeting.id)
)
_SITTINGS_WITH_LINKS = _SITTINGS.add_columns(_meeting.join_url)


def get_public_session(
    training_session_id: int, *, is_invited: bool = False, now: datetime
) -> PublicSession:
    """Return a session that everybody may see, or whoever asks was invited to.

    :param is_invited: they came by a code that is good for it.
    :raise NotFoundError: there is none, or it is a draft or by invitation.
    """
    statement = _OPENED_SESSION if is_invited else _PUBLIC_SESSION
    row = (
        core()
        .execute(statement, {"training_session_id": training_session_id, "now": now})
        .one_or_none()
    )
    if row is None:
        raise NotFoundError
    seen = availability_of(row, now)
    trainers = tuple(PublicTrainer(*one.split(_WITHIN)) for one in _sorted(row.trainers))
    builds_on = _sorted(row.builds_on)
    has_begun = now >= row.starts_at
    changing = (
        row.revision,
        row.seat_changes,
        row.version,
        row.next_date,
        row.course_revision,
        row.venues,
        seen.state,
        has_begun,
    )
    names = (
        row.course_slug,
        row.course_title,
        row.campaign_slug,
        row.campaign_name,
        trainers,
        builds_on,
    )
    return PublicSession(
        id=row.id,
        title=row.title,
        description=row.description,
        for_whom=row.for_whom,
        accessibility=row.accessibility,
        language=row.language,
        delivery=row.delivery,
        audience=row.audience,
        timezone=row.timezone,
        starts_at=row.starts_at,
        first_ends_at=row.first_ends_at,
        ends_at=row.ends_at,
        meetings=row.meetings,
        availability=seen,
        needs_approval=row.needs_approval,
        groups_wait=row.groups_wait,
        offer_hours=row.offer_hours if row.promotion is Promotion.OFFER else None,
        minimum=None if row.settled_at or has_begun else row.minimum,
        decide_at=row.decide_at,
        course_id=row.course_id,
        course_slug=row.course_slug,
        course_title=row.course_title,
        campaign_id=row.campaign_id,
        campaign_slug=row.campaign_slug,
        campaign_name=row.campaign_name,
        trainers=trainers,
        builds_on=builds_on,
        published_at=row.published_at,
        asks_questions=row.asks_questions,
        validator=repr((changing, names)),
        is_invited=is_invited,
    )


def related_to(training_session: PublicSession, *, now: datetime) -> Related:
    """Return when else the same course is held, and what else the campaign has to come."""
    course_id, campaign_id = training_session.course_id, training_session.campaign_id
    if course_id is None and campaign_id is None:
        return Related([], [])
    found = core().execute(
        _RELATED,
        {
            "course_id": course_id,
            "campaign_id": campaign_id,
            "training_session_id": training_session.id,
            "now": now,
            "tomorrow": midnight_before(now, days=-1),
        },
    )
    related = Related([], [])
    for row in found:
        is_of_course = course_id is not None and row.course_id == course_id
        (related.dates if is_of_course else related.of_campaign).append(card_of(row, now))
    return related


def sittings_of(training_session_id: int) -> list[Sitting]:
    """Return the meetings of a session as everybody may see them."""
    found = core().execute(_SITTINGS, {"training_session_id": training_session_id})
    return [_sitting(row) for row in found]


def sittings_with_links_of(training_session_id: int) -> list[Sitting]:
    """Return the meetings of a session with their join links: for those who have a seat."""
    found = core().execute(_SITTINGS_WITH_LINKS, {"training_session_id": training_session_id})
    return [_sitting(row, join_url=row.join_url) for row in found]


def offered_claims(organization_id: int) -> sa.ColumnElement[bool]:
    """Return which registrations an organization is asked about: "says they are with you".

    Whom it refused once it is not asked about again.
    """
    refused = Registration.__table__.alias("refused").c
    return sa.and_(
        Registration.organization_id == organization_id,
        Registration.claim == Claim.STATED,
        Registration.status.in_(LIVE),
        ~sa.exists().where(
            refused.person_id == Registration.person_id,
            refused.refused_organization_id == organization_id,
        ),
    )


def _sorted(names: str | None) -> tuple[str, ...]:
    return tuple(sorted(names.split(_BETWEEN))) if names else ()


def _sitting(row: Any, *, join_url: str | None = None) -> Sitting:
    return Sitting(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        timezone=row.timezone,
        place=joined(row.room, row.venue),
        address=row.address or "",
        accessibility=row.accessibility or "",
        is_cancelled=row.cancelled_at is not None,
        rescheduled_at=row.rescheduled_at,
        join_url=join_url,
    )
