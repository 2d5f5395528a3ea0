"""The people of an organization, by the names that it gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.attendance.values import AttendanceStatus
from training.db import UtcDateTime, db
from training.errors import NotFoundError
from training.organizations.models import Membership
from training.organizations.queries import IS_CURRENT
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.rank_columns import RANK
from training.registrations.values import LIVE, RegistrationStatus
from training.representatives.queries.ours import IS_LIVE, IS_OURS, registration
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus
from training.text import search_key

#: People on one page.
PAGE = 50

_session, _meeting = TrainingSession.__table__.c, Meeting.__table__.c
_attendance = Attendance.__table__.c


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnMember:
    """Somebody who belongs to the organization now."""

    membership_id: int
    person_id: int
    #: As the organization calls them.
    name: str
    email: str | None
    role: MembershipRole

    @property
    def is_representative(self) -> bool:
        return self.role is MembershipRole.REPRESENTATIVE

    @property
    def label(self) -> str:
        """Name and address, to tell people of one name apart."""
        return f"{self.name} ({self.email})" if self.email else self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedMember:
    """A member as the list shows them."""

    member: OwnMember
    #: Sessions that they are registered for and that are not over.
    coming: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberList:
    """A page of members."""

    members: tuple[ListedMember, ...]
    #: Of all that were found.
    total: int
    has_more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingAttendance:
    """How somebody stands at one meeting."""

    starts_at: datetime
    status: AttendanceStatus | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRegistration:
    """A registration on the page of a person."""

    id: int
    training_session_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    status: RegistrationStatus
    rank: int | None
    is_session_cancelled: bool
    #: Of the meetings that have begun, in order.
    attendance: tuple[MeetingAttendance, ...]

    def is_coming(self, now: datetime) -> bool:
        return self.status in LIVE and now < self.ends_at


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPerson:
    """Somebody who is or was one of the organization's people."""

    person_id: int
    name: str
    #: As long as they belong to it.
    member: OwnMember | None
    #: When they left, if they did.
    left_on: date | None
    registrations: tuple[PersonRegistration, ...]

    def coming(self, now: datetime) -> list[PersonRegistration]:
        """Return what they are registered for, the soonest first."""
        return [one for one in reversed(self.registrations) if one.is_coming(now)]

    def past(self, now: datetime) -> list[PersonRegistration]:
        """Return what is over or was cancelled, the last first."""
        return [one for one in self.registrations if not one.is_coming(now)]


_NAME = sa.func.coalesce(Membership.name, Person.name).label("name")
_MEMBERSHIPS = (
    sa.select(
        Membership.id.label("membership_id"),
        Membership.person_id,
        _NAME,
        Person.email,
        Membership.role,
    )
    .join(Person, Person.id == Membership.person_id)
    .where(
        Membership.organization_id == sa.bindparam("organization_id"),
        Person.erased_at.is_(None),
    )
)
_MEMBERS = _MEMBERSHIPS.where(IS_CURRENT)
_MEMBER = _MEMBERS.where(Membership.person_id == sa.bindparam("person_id"))
_HELD = (
    sa.select(Membership.person_id)
    .where(
        Membership.organization_id == sa.bindparam("organization_id"),
        Membership.person_id.in_(sa.bindparam("people", expanding=True)),
        IS_CURRENT,
    )
    .order_by(Membership.id)
    .with_for_update(read=True)
)
_LATEST = (
    _MEMBERSHIPS.add_columns(Membership.until)
    .where(Membership.person_id == sa.bindparam("person_id"))
    .order_by(IS_CURRENT.desc(), Membership.id.desc())
    .limit(1)
)
_COMING = (
    sa.select(registration.person_id, sa.func.count().label("coming"))
    .join_from(
        Registration.__table__,
        TrainingSession.__table__,
        _session.id == registration.training_session_id,
    )
    .where(
        IS_OURS,
        IS_LIVE,
        _session.ends_at > sa.bindparam("now", type_=UtcDateTime()),
        registration.person_id.in_(sa.bindparam("people", expanding=True)),
    )
    .group_by(registration.person_id)
)
_REGISTRATIONS = (
    sa.select(
        registration.id,
        registration.training_session_id,
        registration.name,
        registration.status,
        RANK,
        _session.title,
        _session.starts_at,
        _session.ends_at,
        _session.timezone,
        _session.status.label("session_status"),
    )
    .join_from(
        Registration.__table__,
        TrainingSession.__table__,
        _session.id == registration.training_session_id,
    )
    .where(
        IS_OURS,
        registration.person_id == sa.bindparam("person_id"),
        sa.not_(registration.is_placeholder),
        _session.status != SessionStatus.DRAFT,
    )
    .order_by(_session.starts_at.desc(), registration.id.desc())
)
_STANDING = (
    sa.select(registration.id, _meeting.starts_at, _attendance.status)
    .select_from(
        Registration.__table__.join(
            Meeting.__table__, _meeting.training_session_id == registration.training_session_id
        ).outerjoin(
            Attendance.__table__,
            sa.and_(
                _attendance.registration_id == registration.id,
                _attendance.meeting_id == _meeting.id,
            ),
        )
    )
    .where(
        IS_OURS,
        registration.person_id == sa.bindparam("person_id"),
        registration.status == RegistrationStatus.CONFIRMED,
        _meeting.cancelled_at.is_(None),
        _meeting.starts_at <= sa.bindparam("now", type_=UtcDateTime()),
    )
    .order_by(_meeting.starts_at, _meeting.id)
)


def all_members(organization_id: int) -> list[OwnMember]:
    """Return who belongs to the organization now, by name."""
    found = db.session.execute(_MEMBERS, {"organization_id": organization_id})
    return sorted(
        (OwnMember(**row._mapping) for row in found),  # noqa: SLF001 -- the public name for a mapping
        key=lambda one: (search_key(one.name), one.person_id),
    )


def hold_members(organization_id: int, person_ids: Sequence[int]) -> set[int]:
    """Return who of these belongs to the organization, and does until this transaction ends."""
    bound = {"organization_id": organization_id, "people": list(person_ids)}
    return set(db.session.scalars(_HELD, bound))


def list_members(organization_id: int, q: str, page: int, *, now: datetime) -> MemberList:
    """Return a page of members whose name or address has all the words, in two statements.

    What the organization calls somebody has no search key of its own, so it is compared here.

    :param page: from 1.
    """
    words = search_key(q).split()
    found = [
        one
        for one in all_members(organization_id)
        if all(word in search_key(one.name, one.email) for word in words)
    ]
    shown = found[(page - 1) * PAGE : page * PAGE]
    coming = _coming_of(organization_id, [one.person_id for one in shown], now=now)
    return MemberList(
        members=tuple(
            ListedMember(member=one, coming=coming.get(one.person_id, 0)) for one in shown
        ),
        total=len(found),
        has_more=len(found) > page * PAGE,
    )


def find_member(organization_id: int, person_id: int) -> OwnMember | None:
    """Return somebody who belongs to the organization now, or None."""
    bound = {"organization_id": organization_id, "person_id": person_id}
    row = db.session.execute(_MEMBER, bound).one_or_none()
    return None if row is None else OwnMember(**row._mapping)  # noqa: SLF001 -- as above


def get_person(organization_id: int, person_id: int, *, now: datetime) -> OwnPerson:
    """Return somebody who is or was of the organization, with what they did for it, and no more.

    :raise NotFoundError: there is nobody, or they never were one of its people.
    """
    bound = {"organization_id": organization_id, "person_id": person_id, "now": now}
    membership = db.session.execute(_LATEST, bound).one_or_none()
    rows = db.session.execute(_REGISTRATIONS, bound).all()
    if membership is None and not rows:
        raise NotFoundError
    standing: dict[int, list[MeetingAttendance]] = {}
    for registration_id, starts_at, status in db.session.execute(_STANDING, bound):
        marked = None if status is AttendanceStatus.CLEARED else status
        standing.setdefault(registration_id, []).append(
            MeetingAttendance(starts_at=starts_at, status=marked)
        )
    is_member = membership is not None and membership.until is None
    return OwnPerson(
        person_id=person_id,
        name=membership.name if membership is not None else rows[0].name,
        member=_member(membership) if is_member else None,
        left_on=membership.until if membership is not None else None,
        registrations=tuple(
            PersonRegistration(
                id=row.id,
                training_session_id=row.training_session_id,
                title=row.title,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                timezone=row.timezone,
                status=row.status,
                rank=row.rank,
                is_session_cancelled=row.session_status is SessionStatus.CANCELLED,
                attendance=tuple(standing.get(row.id, ())),
            )
            for row in rows
        ),
    )


def _member(row: Any) -> OwnMember:
    return OwnMember(
        membership_id=row.membership_id,
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        role=row.role,
    )


def _coming_of(organization_id: int, people: list[int], *, now: datetime) -> dict[int, int]:
    bound = {"organization_id": organization_id, "people": people, "now": now}
    found = db.session.execute(_COMING, bound)
    return {row.person_id: row.coming for row in found}
