"""One registration and everything that staff may know of it, in few statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.attendance.values import AttendanceStatus
from training.db import db
from training.errors import NotFoundError
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations.models import CalendarReply, Registration
from training.registrations.rank_columns import RANK
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    Claim,
    DeclinedBecause,
    RegistrationStatus,
    ReplyAnswer,
)
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus

#: Mails and answers of a calendar that the page shows, the newest.
MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationDetails:
    """One registration, with its session and whoever is behind it."""

    id: int
    name: str
    status: RegistrationStatus
    ticket: int
    #: Place in line, from 1; None for who does not wait.
    rank: int | None
    claim: Claim
    organization_id: int | None
    organization: str | None
    refused_by: str | None
    person_id: int
    #: What the person is called, who may be registered under another name; None: was erased.
    person: str | None
    email: str | None
    registered_at: datetime
    #: None: they themselves, or nobody who was signed in.
    registered_by: str | None
    offer_expires_at: datetime | None
    request_expires_at: datetime | None
    cancelled_because: CancelledBecause | None
    declined_because: DeclinedBecause | None
    is_placeholder: bool
    #: The registration that came in its place.
    successor_id: int | None
    successor: str | None
    successor_title: str | None
    #: The one in whose place this came.
    before_id: int | None
    before: str | None
    training_session_id: int
    title: str
    session_status: SessionStatus
    starts_at: datetime
    ends_at: datetime
    timezone: str

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def takes_changes(self, now: datetime) -> bool:
        """Tell whether people still come to the session."""
        return self.session_status is SessionStatus.PUBLISHED and now < self.ends_at


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedMeeting:
    """A meeting of the session, with how they stand there."""

    id: int
    starts_at: datetime
    timezone: str
    is_cancelled: bool
    #: None: nobody marked them.
    status: AttendanceStatus | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationMessage:
    """A mail about it."""

    id: int
    kind: str
    subject: str | None
    status: MessageStatus
    queued_at: datetime
    ended_at: datetime | None
    reason: str | None
    #: None: somebody who was erased.
    recipient: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What somebody's calendar program answered."""

    answer: ReplyAnswer
    comment: str
    stamped_at: datetime
    is_verified: bool


_registrant, _successor, _before = (
    sa.orm.aliased(Person),
    sa.orm.aliased(Registration),
    sa.orm.aliased(Registration),
)
_successor_session = sa.orm.aliased(TrainingSession)
_refused_by = sa.orm.aliased(Organization)
_DETAILS = (
    sa.select(
        Registration.id,
        Registration.name,
        Registration.status,
        Registration.ticket,
        RANK,
        Registration.claim,
        Registration.organization_id,
        Organization.name.label("organization"),
        _refused_by.name.label("refused_by"),
        Registration.person_id,
        # Nobody stands yet in a seat to be named, of whom there would be a page.
        sa.case(
            (
                sa.and_(Person.erased_at.is_(None), sa.not_(Registration.is_placeholder)),
                Person.name,
            )
        ).label("person"),
        Person.email,
        Registration.registered_at,
        sa.case((_registrant.erased_at.is_(None), _registrant.name)).label("registered_by"),
        Registration.offer_expires_at,
        Registration.request_expires_at,
        Registration.cancelled_because,
        Registration.declined_because,
        Registration.is_placeholder,
        Registration.successor_id,
        _successor.name.label("successor"),
        _successor_session.title.label("successor_title"),
        _before.id.label("before_id"),
        _before.name.label("before"),
        Registration.training_session_id,
        TrainingSession.title,
        TrainingSession.status.label("session_status"),
        TrainingSession.starts_at,
        TrainingSession.ends_at,
        TrainingSession.timezone,
    )
    .join(Person, Person.id == Registration.person_id)
    .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .outerjoin(_refused_by, _refused_by.id == Registration.refused_organization_id)
    .outerjoin(_registrant, _registrant.id == Registration.registered_by)
    .outerjoin(_successor, _successor.id == Registration.successor_id)
    .outerjoin(_successor_session, _successor_session.id == _successor.training_session_id)
    .outerjoin(_before, _before.successor_id == Registration.id)
    .where(Registration.id == sa.bindparam("registration_id"))
)
_MEETINGS = (
    sa.select(
        Meeting.id,
        Meeting.starts_at,
        Meeting.timezone,
        Meeting.cancelled_at.is_not(None).label("is_cancelled"),
        sa.case((Attendance.status != AttendanceStatus.CLEARED, Attendance.status)).label("status"),
    )
    .outerjoin(
        Attendance,
        sa.and_(
            Attendance.meeting_id == Meeting.id,
            Attendance.registration_id == sa.bindparam("registration_id"),
        ),
    )
    .where(Meeting.training_session_id == sa.bindparam("training_session_id"))
    .order_by(Meeting.ordinal, Meeting.id)
)
_MESSAGES = (
    sa.select(
        Message.id,
        Message.kind,
        Message.subject,
        Message.status,
        Message.queued_at,
        Message.ended_at,
        Message.reason,
        sa.case((Person.erased_at.is_(None), Person.name)).label("recipient"),
    )
    .join(Person, Person.id == Message.recipient_id)
    .where(Message.registration_id == sa.bindparam("registration_id"))
    .order_by(Message.id.desc())
    .limit(MOST)
)
_REPLIES = (
    sa.select(
        CalendarReply.answer,
        CalendarReply.comment,
        CalendarReply.stamped_at,
        CalendarReply.is_verified,
    )
    .where(CalendarReply.registration_id == sa.bindparam("registration_id"))
    .order_by(CalendarReply.stamped_at.desc(), CalendarReply.id.desc())
    .limit(MOST)
)


def get_details(registration_id: int) -> RegistrationDetails:
    """Return a registration, in one statement.

    :raise NotFoundError: there is no such registration.
    """
    found = db.session.execute(_DETAILS, {"registration_id": registration_id}).first()
    if found is None:
        raise NotFoundError
    return RegistrationDetails(**_values(found))


def meetings_of(registration: RegistrationDetails) -> list[MarkedMeeting]:
    """Return the meetings of the session, with how somebody stands at each."""
    keys = {
        "registration_id": registration.id,
        "training_session_id": registration.training_session_id,
    }
    return [MarkedMeeting(**_values(row)) for row in db.session.execute(_MEETINGS, keys)]


def messages_about(registration_id: int) -> list[RegistrationMessage]:
    """Return the newest mails about a registration, to whomever they went."""
    found = db.session.execute(_MESSAGES, {"registration_id": registration_id})
    return [RegistrationMessage(**_values(row)) for row in found]


def replies_to(registration_id: int) -> list[Reply]:
    """Return what somebody's calendar program answered, the newest first."""
    found = db.session.execute(_REPLIES, {"registration_id": registration_id})
    return [Reply(**_values(row)) for row in found]


def _values(row: Any) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 -- the public name for a mapping
