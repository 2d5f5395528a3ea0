"""What the page of one registration shows, to whoever has its link."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.db import db
from training.people.models import Person
from training.registrations.busy_queries import has_seat_elsewhere
from training.registrations.cards import IS_LISTED, availability_of
from training.registrations.models import Registration
from training.registrations.rank_columns import RANK
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    DeclinedBecause,
    RegistrationStatus,
)
from training.sessions.availability_columns import AVAILABILITY_COLUMNS
from training.sessions.meeting_columns import MEETING_COLUMNS
from training.sessions.models import Course, TrainingSession
from training.sessions.question_queries import asks
from training.sessions.values import (
    TAKES_REGISTRATIONS,
    Availability,
    Delivery,
    SessionStatus,
)

# The tables and not the classes: what is read here is not worth an object each.
_session, _course = TrainingSession.__table__.c, Course.__table__.c
_person, _registration = Person.__table__.c, Registration.__table__.c


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedRegistration:
    """A registration with its session, for whoever holds its link."""

    id: int
    person_id: int
    name: str
    status: RegistrationStatus
    #: Place in line, from 1; None for who does not wait.
    rank: int | None
    #: How many others wait with them, to get their seats together.
    others_of_group: int
    request_expires_at: datetime | None
    offer_expires_at: datetime | None
    #: An offered seat can be accepted until its deadline, also before anybody has noted its end.
    is_offer_over: bool
    declined_because: DeclinedBecause | None
    cancelled_because: CancelledBecause | None
    #: Something came in its place: a substitute's, or the same person's in another session.
    has_successor: bool
    link_epoch: int
    #: Whether the person gets their mails themselves; else whoever registered them does.
    has_email: bool
    #: IANA name of the zone that the person reads the clock in, if we know it.
    reader_timezone: str | None
    session_id: int
    title: str
    language: str
    delivery: Delivery
    #: Whether the session has a page that everybody may see.
    is_listed: bool
    session_status: SessionStatus
    timezone: str
    starts_at: datetime
    #: End of the first meeting; the session may have more.
    first_ends_at: datetime
    ends_at: datetime
    meetings: int
    availability: Availability
    course_slug: str | None
    #: Whether the session asks anything.
    asks_questions: bool
    #: Whether the person has a seat in another session at the same time.
    is_busy: bool

    @property
    def has_seat(self) -> bool:
        return self.status is RegistrationStatus.CONFIRMED

    @property
    def is_waiting(self) -> bool:
        return self.status is RegistrationStatus.WAITLISTED

    @property
    def is_requested(self) -> bool:
        return self.status is RegistrationStatus.REQUESTED

    @property
    def is_offered(self) -> bool:
        """Whether a seat is kept for an answer, which may still be given."""
        return self.status is RegistrationStatus.OFFERED and not self.is_offer_over

    @property
    def is_offer_ended(self) -> bool:
        """Whether a seat was kept, and declined or not accepted in time."""
        is_declined = self.status is RegistrationStatus.DECLINED
        return self.is_offer_over or (is_declined and self.offer_expires_at is not None)

    @property
    def is_refused(self) -> bool:
        """Whether they asked for a seat and got none."""
        return self.status is RegistrationStatus.DECLINED and not self.is_offer_ended

    @property
    def is_declined_by_hand(self) -> bool:
        """Whether somebody said no; else nobody answered in time."""
        return self.declined_because in {DeclinedBecause.PERSON, DeclinedBecause.STAFF}

    @property
    def is_cancelled(self) -> bool:
        return self.status is RegistrationStatus.CANCELLED

    @property
    def is_over(self) -> bool:
        """Whether nothing can be done with it any more, whatever became of the session."""
        return self.status not in LIVE or self.is_offer_over

    @property
    def is_session_cancelled(self) -> bool:
        return self.session_status is SessionStatus.CANCELLED

    @property
    def may_register_again(self) -> bool:
        return self.is_listed and self.availability.state in TAKES_REGISTRATIONS

    def may_cancel(self, now: datetime) -> bool:
        """Tell whether the participant may still give it up."""
        return not self.is_over and now < self.starts_at


#: No name or title holds it.
_same_group = Registration.__table__.alias("same_group").c
_OTHERS_OF_GROUP = (
    sa.select(sa.func.count())
    .where(
        _same_group.training_session_id == _registration.training_session_id,
        _same_group.status == RegistrationStatus.WAITLISTED,
        _same_group.group_number == _registration.group_number,
        _same_group.id != _registration.id,
    )
    .correlate(Registration.__table__)
    .scalar_subquery()
)
_MANAGED = (
    sa.select(
        _registration.id,
        _registration.person_id,
        _registration.name,
        _registration.status.label("registration_status"),
        _registration.request_expires_at,
        _registration.offer_expires_at,
        _registration.declined_because,
        _registration.cancelled_because,
        _registration.successor_id.is_not(None).label("has_successor"),
        _registration.link_epoch,
        RANK,
        _OTHERS_OF_GROUP.label("others_of_group"),
        _person.email_key,
        _person.timezone.label("reader_timezone"),
        _session.id.label("session_id"),
        _session.title,
        _session.language,
        _session.delivery,
        IS_LISTED.label("is_listed"),
        _session.timezone,
        *MEETING_COLUMNS,
        *AVAILABILITY_COLUMNS,
        _course.slug.label("course_slug"),
        asks(_session.id, _session.course_id).label("asks_questions"),
        has_seat_elsewhere(_session.id, _registration.person_id).label("is_busy"),
    )
    .select_from(
        Registration.__table__.join(
            TrainingSession.__table__, _session.id == _registration.training_session_id
        )
        .join(Person.__table__, _person.id == _registration.person_id)
        .outerjoin(Course.__table__, _course.id == _session.course_id)
    )
    .where(_registration.public_id == sa.bindparam("public_id"))
)


def find_managed(public_id: str, *, now: datetime) -> ManagedRegistration | None:
    """Return a registration by the id that stands in its link, or None."""
    row = db.session.execute(_MANAGED, {"public_id": public_id}).one_or_none()
    if row is None:
        return None
    is_waiting = row.registration_status is RegistrationStatus.WAITLISTED
    is_offered = row.registration_status is RegistrationStatus.OFFERED
    return ManagedRegistration(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        status=row.registration_status,
        rank=row.rank,
        others_of_group=row.others_of_group if is_waiting else 0,
        request_expires_at=row.request_expires_at,
        offer_expires_at=row.offer_expires_at,
        is_offer_over=is_offered and row.offer_expires_at < now,
        declined_because=row.declined_because,
        cancelled_because=row.cancelled_because,
        has_successor=row.has_successor,
        link_epoch=row.link_epoch,
        has_email=row.email_key is not None,
        reader_timezone=row.reader_timezone,
        session_id=row.session_id,
        title=row.title,
        language=row.language,
        delivery=row.delivery,
        is_listed=row.is_listed,
        session_status=row.status,
        timezone=row.timezone,
        starts_at=row.starts_at,
        first_ends_at=row.first_ends_at,
        ends_at=row.ends_at,
        meetings=row.meetings,
        availability=availability_of(row, now),
        course_slug=row.course_slug,
        asks_questions=row.asks_questions,
        is_busy=row.is_busy,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkParts:
    """What the link of a registration is made from."""

    public_id: str
    link_epoch: int


def find_moved(registration_id: int) -> LinkParts | None:
    """Return where somebody is registered instead who was moved from here, or None.

    A substitute's registration is not theirs, and its link is not for their eyes.
    """
    moved = Registration.__table__.alias("moved").c
    found = db.session.execute(
        sa.select(moved.public_id, moved.link_epoch)
        .join(
            Registration.__table__,
            sa.and_(
                _registration.successor_id == moved.id, _registration.person_id == moved.person_id
            ),
        )
        .where(_registration.id == registration_id)
    ).one_or_none()
    return found and LinkParts(public_id=found.public_id, link_epoch=found.link_epoch)
