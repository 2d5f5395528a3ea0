"""What the public page of a session shows, and its meetings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.campaigns.models import Campaign, CampaignStatus
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
    TrainingSession,
    Venue,
)
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

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c
_campaign, _course = Campaign.__table__.c, Course.__table__.c
_room, _venue = Room.__table__.c, Venue.__table__.c
_person, _assignment = Person.__table__.c, Assignment.__table__.c
_registration = Registration.__table__.c
_other = TrainingSession.__table__.alias("other").c


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicSession:
    """A session as everybody may see it: nothing about people but who trains."""

    id: int
    title: str
    description: str
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
    campaign_slug: str | None
    campaign_name: str | None
    trainers: tuple[str, ...]
    #: Titles of courses that people have attended before.
    builds_on: tuple[str, ...]
    #: Stands for all that was read here, and for the dates of the course that follow.
    validator: str

    @property
    def is_cancelled(self) -> bool:
        return self.availability.state is SessionState.CANCELLED

    @property
    def is_for_partners(self) -> bool:
        return self.audience is Audience.PARTNERS

    @property
    def takes_registrations(self) -> bool:
        """Whether somebody who proves nothing may register, be it for the waitlist."""
        return not self.is_for_partners and self.availability.state in TAKES_REGISTRATIONS

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
    is_cancelled: bool
    #: Read for those who have a seat, None for everybody else.
    join_url: str | None = None


_BETWEEN = "\x1f"
_TRAINERS = (
    sa.select(sa.func.aggregate_strings(_person.name, _BETWEEN))
    .select_from(Assignment.__table__.join(Person.__table__, _person.id == _assignment.person_id))
    .where(_assignment.training_session_id == _session.id)
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
_PUBLIC_SESSION = (
    sa.select(
        _session.id,
        _session.title,
        _session.description,
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
        _campaign.slug.label("campaign_slug"),
        _campaign.name.label("campaign_name"),
        _TRAINERS.label("trainers"),
        _BUILDS_ON.label("builds_on"),
        _NEXT_DATE.label("next_date"),
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
    .where(_session.id == sa.bindparam("training_session_id"), IS_LISTED)
)
_OTHER_DATES = (
    sa.select(*CARD_COLUMNS)
    .where(
        _session.course_id == sa.bindparam("course_id"),
        _session.id != sa.bindparam("training_session_id"),
        _session.status == SessionStatus.PUBLISHED,
        _session.starts_at > sa.bindparam("now", type_=UtcDateTime()),
        IS_LISTED,
    )
    .order_by(_session.starts_at, _session.id)
    .limit(OTHER_DATES)
)
_SITTINGS = (
    sa.select(
        _meeting.starts_at,
        _meeting.ends_at,
        _meeting.timezone,
        _meeting.cancelled_at,
        _room.name.label("room"),
        _venue.name.label("venue"),
        _venue.address,
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


def get_public_session(training_session_id: int, *, now: datetime) -> PublicSession:
    """Return a session that everybody may see.

    :raise NotFoundError: there is none, or it is a draft or by invitation.
    """
    row = (
        core()
        .execute(_PUBLIC_SESSION, {"training_session_id": training_session_id, "now": now})
        .one_or_none()
    )
    if row is None:
        raise NotFoundError
    seen = availability_of(row, now)
    trainers, builds_on = _sorted(row.trainers), _sorted(row.builds_on)
    has_begun = now >= row.starts_at
    changing = (row.revision, row.seat_changes, row.version, row.next_date, seen.state, has_begun)
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
        campaign_slug=row.campaign_slug,
        campaign_name=row.campaign_name,
        trainers=trainers,
        builds_on=builds_on,
        validator=repr((changing, names)),
    )


def other_dates(training_session: PublicSession, *, now: datetime) -> list[SessionCard]:
    """Return when else the same course is held, the soonest first."""
    if training_session.course_id is None:
        return []
    found = core().execute(
        _OTHER_DATES,
        {
            "course_id": training_session.course_id,
            "training_session_id": training_session.id,
            "now": now,
        },
    )
    return [card_of(row, now) for row in found]


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
        is_cancelled=row.cancelled_at is not None,
        join_url=join_url,
    )
