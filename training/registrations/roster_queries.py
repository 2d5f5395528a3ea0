"""What staff see of a session's people, in few statements whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.models import AuditEntry
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE_OR_NONE
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import SEATED, CancelledBecause, Claim, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.rules import promotes
from training.sessions.values import SessionClock
from training.text import search_key


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterRow:
    """One registration as staff see it."""

    id: int
    name: str
    email: str | None
    organization: str | None
    claim: Claim
    status: RegistrationStatus
    ticket: int
    #: Place in line, from 1; None for who does not wait.
    rank: int | None
    registered_at: datetime
    cancelled_because: CancelledBecause | None
    #: Given up by a representative of theirs.
    is_cancelled_by_organization: bool
    #: What came in its place, if anything did.
    successor: "Successor | None"
    #: An organization that was named, and said that they are not with it.
    refused_by: str | None
    #: Waits, and is passed over: the organization is not active.
    is_passed_over: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Successor:
    """A registration that came in the place of another one."""

    name: str
    training_session_id: int
    title: str
    #: The same person, moved to another session.
    is_moved: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """A session's people: who has a seat by name, who waits in order, who gave up newest first."""

    seated: tuple[RosterRow, ...]
    waiting: tuple[RosterRow, ...]
    ended: tuple[RosterRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationFacts:
    """One registration, with what decides about its seat."""

    id: int
    training_session_id: int
    name: str
    status: RegistrationStatus
    organization_id: int | None
    organization: str | None
    is_passed_over: bool
    title: str
    timezone: str
    capacity: int | None
    held: int
    overbooked_by: int
    clock: SessionClock
    #: Of those who wait and may have a seat, who waits longest; this one does not count.
    next_in_line: "InLine | None"
    #: How many wait longer than this one.
    waiting_longer: int

    @property
    def is_seat_free(self) -> bool:
        return self.capacity is None or self.held < self.capacity

    def moves_up(self, now: datetime) -> "InLine | None":
        """Return who gets the seat if this registration is cancelled, or None."""
        if self.status not in SEATED or self.overbooked_by or not promotes(self.clock, now):
            return None
        return self.next_in_line


@dataclass(frozen=True, kw_only=True, slots=True)
class InLine:
    """Somebody who waits."""

    id: int
    name: str


_successor = sa.orm.aliased(Registration)
_successor_session = sa.orm.aliased(TrainingSession)
_refused_by = sa.orm.aliased(Organization)
_ROWS = (
    sa.select(
        Registration.id,
        Registration.name,
        Person.email,
        Organization.name.label("organization"),
        Registration.claim,
        Registration.status,
        Registration.ticket,
        Registration.registered_at,
        Registration.cancelled_because,
        sa.and_(
            Registration.cancelled_because == CancelledBecause.PERSON,
            Registration.cancelled_by != Registration.person_id,
        ).label("is_cancelled_by_organization"),
        _successor.name.label("successor_name"),
        _successor_session.id.label("successor_session_id"),
        _successor_session.title.label("successor_title"),
        (_successor.person_id == Registration.person_id).label("is_moved"),
        _refused_by.name.label("refused_by"),
        sa.not_(IS_ACTIVE_OR_NONE).label("is_suspended"),
    )
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .outerjoin(_successor, _successor.id == Registration.successor_id)
    .outerjoin(_successor_session, _successor_session.id == _successor.training_session_id)
    .outerjoin(_refused_by, _refused_by.id == Registration.refused_organization_id)
    .where(Registration.training_session_id == sa.bindparam("training_session_id"))
    .order_by(Registration.ticket)
)
_ENDED = frozenset({RegistrationStatus.CANCELLED, RegistrationStatus.DECLINED})


def roster(training_session_id: int, *, q: str = "") -> Roster:
    """Return everybody who is or was registered for a session, in one statement.

    :param q: only those in whose name, address or organization all of its words are.
    """
    words = search_key(q).split()
    seated: list[RosterRow] = []
    waiting: list[RosterRow] = []
    ended: list[RosterRow] = []
    rank = 0
    for row in db.session.execute(_ROWS, {"training_session_id": training_session_id}):
        is_waiting = row.status is RegistrationStatus.WAITLISTED
        one = RosterRow(
            id=row.id,
            name=row.name,
            email=row.email,
            organization=row.organization,
            claim=row.claim,
            status=row.status,
            ticket=row.ticket,
            rank=rank + 1 if is_waiting else None,
            registered_at=row.registered_at,
            cancelled_because=row.cancelled_because,
            is_cancelled_by_organization=bool(row.is_cancelled_by_organization),
            successor=_successor_of(row),
            refused_by=row.refused_by,
            is_passed_over=is_waiting and row.is_suspended,
        )
        rank += is_waiting
        if words and not _has(one, words):
            continue
        if is_waiting:
            waiting.append(one)
        elif row.status in _ENDED:
            ended.append(one)
        else:
            seated.append(one)
    return Roster(
        seated=tuple(sorted(seated, key=lambda one: (one.name.casefold(), one.id))),
        waiting=tuple(waiting),
        ended=tuple(reversed(ended)),
    )


def _successor_of(row: Any) -> Successor | None:
    if row.successor_name is None:
        return None
    return Successor(
        name=row.successor_name,
        training_session_id=row.successor_session_id,
        title=row.successor_title,
        is_moved=row.is_moved,
    )


def _has(one: RosterRow, words: Sequence[str]) -> bool:
    key = search_key(one.name, one.email, one.organization)
    return all(word in key for word in words)


def get_registration(registration_id: int) -> RegistrationFacts:
    """Return a registration with what decides about its seat, in three statements.

    :raise NotFoundError: there is no such registration.
    """
    clock_names = tuple(SessionClock.__dataclass_fields__)
    found = db.session.execute(
        sa.select(
            Registration.id,
            Registration.training_session_id,
            Registration.name,
            Registration.status.label("registration_status"),
            Registration.ticket,
            Registration.organization_id,
            Organization.name.label("organization"),
            sa.not_(IS_ACTIVE_OR_NONE).label("is_suspended"),
            TrainingSession.title,
            TrainingSession.timezone,
            TrainingSession.capacity,
            (TrainingSession.confirmed_count + TrainingSession.offered_count).label("held"),
            TrainingSession.overbooked_by,
            *(getattr(TrainingSession, name) for name in clock_names),
        )
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .outerjoin(Organization, Organization.id == Registration.organization_id)
        .where(Registration.id == registration_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    is_waiting = sa.and_(
        Registration.training_session_id == found.training_session_id,
        Registration.status == RegistrationStatus.WAITLISTED,
    )
    in_line = db.session.execute(
        sa.select(Registration.id, Registration.name)
        .outerjoin(Organization, Organization.id == Registration.organization_id)
        .where(is_waiting, IS_ACTIVE_OR_NONE, Registration.id != registration_id)
        .order_by(Registration.ticket)
        .limit(1)
    ).one_or_none()
    waiting_longer = db.session.scalar(
        sa.select(sa.func.count()).where(is_waiting, Registration.ticket < found.ticket)
    )
    return RegistrationFacts(
        id=found.id,
        training_session_id=found.training_session_id,
        name=found.name,
        status=found.registration_status,
        organization_id=found.organization_id,
        organization=found.organization,
        is_passed_over=bool(found.is_suspended),
        title=found.title,
        timezone=found.timezone,
        capacity=found.capacity,
        held=found.held,
        overbooked_by=found.overbooked_by,
        clock=SessionClock(**{name: getattr(found, name) for name in clock_names}),
        next_in_line=InLine(id=in_line.id, name=in_line.name) if in_line else None,
        waiting_longer=waiting_longer or 0,
    )


def promoted_by_change_of_seats(training_session_id: int, *, actor_id: int) -> int:
    """Return how many moved up because of the last change of seats that somebody made."""
    last = (
        sa.select(sa.func.max(AuditEntry.id))
        .where(
            AuditEntry.training_session_id == training_session_id,
            AuditEntry.action == "session.change_capacity",
            AuditEntry.actor_id == actor_id,
        )
        .scalar_subquery()
    )
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                AuditEntry.training_session_id == training_session_id,
                AuditEntry.because_id == last,
                AuditEntry.action == "registration.promote",
            )
        )
        or 0
    )
