"""One person and everything that staff may know of them, in few statements."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from training.accounts.models import Account, SignIn, SignInActivity
from training.accounts.values import StaffRole
from training.attendance.models import Attendance
from training.attendance.values import AttendanceStatus
from training.db import db
from training.errors import NotFoundError
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.people.service import plan_of
from training.people.values import PersonPlan
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Assignment, Meeting, TrainingSession
from training.sessions.values import SessionStatus
from training.staff.people_queries import IS_RESERVED_SEAT

#: Of registrations, sessions and messages, the newest that a page shows.
MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountState:
    """How somebody signs in."""

    staff_role: StaffRole | None
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonDetails:
    """Somebody, and their account if they have one."""

    id: int
    plan: PersonPlan
    account: AccountState | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonMembership:
    """An organization that somebody belongs or belonged to."""

    organization_id: int
    organization: str
    role: MembershipRole
    since: date
    until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedSession:
    """A session that somebody delivers."""

    id: int
    title: str
    status: SessionStatus
    starts_at: datetime
    timezone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRegistration:
    """A registration of somebody, with who came of it."""

    id: int
    training_session_id: int
    title: str
    session_status: SessionStatus
    starts_at: datetime
    timezone: str
    name: str
    organization: str | None
    status: RegistrationStatus
    #: One for each meeting that has a mark, in their order.
    attendance: tuple[AttendanceStatus, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonMessage:
    """A mail to somebody."""

    id: int
    kind: str
    subject: str | None
    status: MessageStatus
    queued_at: datetime
    ended_at: datetime | None
    reason: str | None


def get_person(person_id: int) -> PersonDetails:
    """Return somebody who was not erased, in one statement.

    :raise NotFoundError: there is no such person, or not any more.
    """
    last_seen = (
        sa.select(sa.func.max(SignInActivity.last_seen_at))
        .join(SignIn, SignIn.id == SignInActivity.sign_in_id)
        .where(SignIn.account_id == Account.id)
        .scalar_subquery()
    )
    found = db.session.execute(
        sa.select(
            Person,
            Account.id,
            Account.staff_role,
            Account.created_at,
            Account.disabled_at,
            last_seen.label("last_seen_at"),
        )
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id == person_id, Person.erased_at.is_(None), sa.not_(IS_RESERVED_SEAT))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    account = None
    if found.id is not None:
        account = AccountState(
            staff_role=found.staff_role,
            created_at=found.created_at,
            disabled_at=found.disabled_at,
            last_seen_at=found.last_seen_at,
        )
    return PersonDetails(id=person_id, plan=plan_of(found.Person), account=account)


def memberships_of(person_id: int) -> list[PersonMembership]:
    """Return the organizations somebody belongs to, then those they left."""
    rows = db.session.execute(
        sa.select(
            Membership.organization_id,
            Organization.name.label("organization"),
            Membership.role,
            Membership.since,
            Membership.until,
        )
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.until.is_not(None), Organization.name, Membership.id)
    )
    return [PersonMembership(**row._mapping) for row in rows]  # noqa: SLF001 -- the public name for a mapping


def trained_by(person_id: int) -> list[TrainedSession]:
    """Return the sessions that somebody delivers, the last one first."""
    rows = db.session.execute(
        sa.select(
            TrainingSession.id,
            TrainingSession.title,
            TrainingSession.status,
            TrainingSession.starts_at,
            TrainingSession.timezone,
        )
        .join(Assignment, Assignment.training_session_id == TrainingSession.id)
        .where(Assignment.person_id == person_id)
        .order_by(TrainingSession.starts_at.desc(), TrainingSession.id.desc())
        .limit(MOST)
    )
    return [TrainedSession(**row._mapping) for row in rows]  # noqa: SLF001 -- the public name for a mapping


def registrations_of(person_id: int) -> list[PersonRegistration]:
    """Return somebody's registrations with their attendance, in two statements."""
    rows = db.session.execute(
        sa.select(
            Registration.id,
            Registration.training_session_id,
            TrainingSession.title,
            TrainingSession.status.label("session_status"),
            TrainingSession.starts_at,
            TrainingSession.timezone,
            Registration.name,
            Organization.name.label("organization"),
            Registration.status,
        )
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .outerjoin(Organization, Organization.id == Registration.organization_id)
        .where(Registration.person_id == person_id)
        .order_by(TrainingSession.starts_at.desc(), Registration.id.desc())
        .limit(MOST)
    ).all()
    attendance: dict[int, tuple[AttendanceStatus, ...]] = {}
    marks = db.session.execute(
        sa.select(Attendance.registration_id, Attendance.status)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(
            Attendance.registration_id.in_([row.id for row in rows]),
            Attendance.status != AttendanceStatus.CLEARED,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    for registration_id, status in marks:
        attendance[registration_id] = (*attendance.get(registration_id, ()), status)
    return [
        PersonRegistration(**row._mapping, attendance=attendance.get(row.id, ()))  # noqa: SLF001 -- the public name for a mapping
        for row in rows
    ]


def messages_to(person_id: int) -> list[PersonMessage]:
    """Return the newest mails to somebody."""
    rows = db.session.execute(
        sa.select(
            Message.id,
            Message.kind,
            Message.subject,
            Message.status,
            Message.queued_at,
            Message.ended_at,
            Message.reason,
        )
        .where(Message.recipient_id == person_id)
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    return [PersonMessage(**row._mapping) for row in rows]  # noqa: SLF001 -- the public name for a mapping
