"""What staff see of how seats are given: what is held, who asked, why somebody waits."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from training.audit.models import AuditEntry
from training.db import db
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.rules import choose
from training.registrations.seats.books import used_seats
from training.registrations.seats.reopening import TO_RESTORE
from training.registrations.values import Claim, Obstacle, RegistrationStatus
from training.sessions.models import Hold
from training.sessions.rules import promotes
from training.sessions.values import HoldPlan, SessionClock, SessionStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldSeats:
    """Seats of a session that are, or were, held for an organization."""

    organization_id: int
    organization: str
    plan: HoldPlan
    #: Seats of this session that its people have.
    used: int
    release_at: datetime
    released_at: datetime | None

    @property
    def left(self) -> int:
        """Seats that are kept free for its people."""
        return 0 if self.released_at else max(0, self.plan.seats - self.used)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Somebody who asked for a seat, and waits for an answer."""

    id: int
    person_id: int
    name: str
    email: str | None
    organization: str | None
    claim: Claim
    registered_at: datetime
    #: When it lapses.
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InLine:
    """How somebody who waits stands."""

    #: Why they have no seat; None: they would get the next one, if anybody still moved up.
    obstacle: Obstacle | None
    #: Whether staff can give them a seat without going against any rule but the order.
    is_seat_free: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ToRestore:
    """How many registrations a cancelled session would bring back, and as what."""

    confirmed: int = 0
    offered: int = 0
    waitlisted: int = 0
    requested: int = 0

    @property
    def total(self) -> int:
        return self.confirmed + self.offered + self.waitlisted + self.requested


_HOLDS = (
    sa.select(
        Hold.organization_id,
        Organization.name.label("organization"),
        Hold.seats,
        Hold.release,
        Hold.release_at,
        Hold.released_at,
    )
    .join(Organization, Organization.id == Hold.organization_id)
    .where(Hold.training_session_id == sa.bindparam("training_session_id"))
    .order_by(Hold.released_at.is_not(None), Organization.name, Organization.id)
)
_REQUESTS = (
    sa.select(
        Registration.id,
        Registration.person_id,
        Registration.name,
        Person.email,
        Organization.name.label("organization"),
        Registration.claim,
        Registration.registered_at,
        Registration.request_expires_at.label("expires_at"),
    )
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status == RegistrationStatus.REQUESTED,
    )
    .order_by(Registration.ticket)
)
_TO_RESTORE = (
    sa.select(Registration.before_cancel, sa.func.count().label("number"))
    .where(Registration.training_session_id == sa.bindparam("training_session_id"), *TO_RESTORE)
    .group_by(Registration.before_cancel)
)


def holds_of(training_session_id: int) -> list[HeldSeats]:
    """Return what is held, by name, then what was released; in two statements."""
    found = db.session.execute(_HOLDS, {"training_session_id": training_session_id}).all()
    used = used_seats(training_session_id) if found else {}
    return [
        HeldSeats(
            organization_id=row.organization_id,
            organization=row.organization,
            plan=HoldPlan(seats=row.seats, release=row.release),
            used=used.get(row.organization_id, 0),
            release_at=row.release_at,
            released_at=row.released_at,
        )
        for row in found
    ]


def requests_of(training_session_id: int) -> list[Request]:
    """Return who asked for a seat, in the order in which they did; in one statement."""
    found = db.session.execute(_REQUESTS, {"training_session_id": training_session_id})
    return [Request(**row._mapping) for row in found]  # noqa: SLF001 -- a row as a mapping


def in_line(training_session_id: int, *, now: datetime) -> dict[int, InLine]:
    """Return how each who waits stands: a registration's id → why they have no seat."""
    seen = seats.seen(training_session_id, now=now)
    choice = choose(seen, seen.waiting)
    obstacle_of = {one.registration_id: obstacle for one, obstacle in choice.refused}
    return {
        one.registration_id: InLine(
            obstacle=obstacle_of.get(one.registration_id),
            is_seat_free=seen.obstacle(one.organization_id) is None,
        )
        for one in seen.waiting
    }


def moving_up_by_release(
    training_session_id: int, organization_id: int, clock: SessionClock, *, now: datetime
) -> int:
    """Return how many of those who wait get a seat if an organization's are held no longer."""
    if not promotes(clock, now):
        return 0
    seen = seats.seen(training_session_id, now=now)
    holds = tuple(one for one in seen.holds if one.organization_id != organization_id)
    return len(choose(replace(seen, holds=holds), seen.waiting).chosen)


def to_restore(training_session_id: int, clock: SessionClock, *, now: datetime) -> ToRestore:
    """Return what re-opening a cancelled session would bring back.

    An offer that leaves no time for an answer becomes a place in line.
    """
    found = db.session.execute(_TO_RESTORE, {"training_session_id": training_session_id})
    by_status = Counter({row.before_cancel: row.number for row in found})
    may_answer = promotes(replace(clock, status=SessionStatus.PUBLISHED), now)
    offered = by_status[RegistrationStatus.OFFERED]
    return ToRestore(
        confirmed=by_status[RegistrationStatus.CONFIRMED],
        offered=offered if may_answer else 0,
        waitlisted=by_status[RegistrationStatus.WAITLISTED] + (0 if may_answer else offered),
        requested=by_status[RegistrationStatus.REQUESTED],
    )


def moved_up_by(action: str, training_session_id: int, *, actor_id: int) -> int:
    """Return how many got a seat, or an offer of one, by the last such act of somebody."""
    last = (
        sa.select(sa.func.max(AuditEntry.id))
        .where(
            AuditEntry.training_session_id == training_session_id,
            AuditEntry.action == action,
            AuditEntry.actor_id == actor_id,
        )
        .scalar_subquery()
    )
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                AuditEntry.training_session_id == training_session_id,
                AuditEntry.because_id == last,
                AuditEntry.action.in_(("registration.promote", "registration.offer")),
            )
        )
        or 0
    )
