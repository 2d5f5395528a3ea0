"""What staff see of a session's people, in few statements whatever their number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.db import db
from training.errors import NotFoundError
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE_OR_NONE
from training.people.models import Person
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.rank_columns import WAIT_LONGER
from training.registrations.seats.books import VOUCHED_ORGANIZATION
from training.registrations.values import (
    CancelledBecause,
    Claim,
    DeclinedBecause,
    RegistrationStatus,
)
from training.sessions.models import TrainingSession
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
    #: How many wait together and get seats together; 1: they wait alone, or do not wait.
    group_size: int
    #: Until when an offered seat waits for an answer; after it ended, until when it did.
    offer_expires_at: datetime | None
    #: The mail with the offer could not be delivered: it stands until its end all the same.
    is_offer_undelivered: bool
    #: When a request lapses.
    request_expires_at: datetime | None
    cancelled_because: CancelledBecause | None
    declined_because: DeclinedBecause | None
    #: Given up by a representative of theirs.
    is_cancelled_by_organization: bool
    #: What came in its place, if anything did.
    successor: "Successor | None"
    #: An organization that was named, and said that they are not with it.
    refused_by: str | None


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

    #: Who asked for a seat and has no answer yet, in order.
    requested: tuple[RosterRow, ...]
    #: Also those who have been offered one.
    seated: tuple[RosterRow, ...]
    waiting: tuple[RosterRow, ...]
    ended: tuple[RosterRow, ...]
    #: How many asked for a seat, whoever is shown.
    open_requests: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationFacts:
    """One registration, with what decides about its seat."""

    id: int
    training_session_id: int
    name: str
    status: RegistrationStatus
    organization_id: int | None
    organization: str | None
    #: Of which somebody vouched that they are with it.
    vouched_organization_id: int | None
    #: The organization is not active, so nobody of it moves up by itself.
    is_suspended: bool
    title: str
    capacity: int | None
    held: int
    overbooked_by: int
    #: How many wait longer than this one.
    waiting_longer: int


_successor = sa.orm.aliased(Registration)
_successor_session = sa.orm.aliased(TrainingSession)
_refused_by = sa.orm.aliased(Organization)
_IS_OFFER_UNDELIVERED = (
    sa.select(Message.id)
    .where(
        Message.registration_id == Registration.id,
        Message.kind == messages.OFFERED,
        Message.status == MessageStatus.DEAD,
        Registration.status == RegistrationStatus.OFFERED,
    )
    .correlate(Registration)
    .exists()
)
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
        Registration.group.label("group_number"),
        Registration.offer_expires_at,
        _IS_OFFER_UNDELIVERED.label("is_offer_undelivered"),
        Registration.request_expires_at,
        Registration.cancelled_because,
        Registration.declined_because,
        sa.and_(
            Registration.cancelled_because == CancelledBecause.PERSON,
            Registration.cancelled_by != Registration.person_id,
        ).label("is_cancelled_by_organization"),
        _successor.name.label("successor_name"),
        _successor_session.id.label("successor_session_id"),
        _successor_session.title.label("successor_title"),
        (_successor.person_id == Registration.person_id).label("is_moved"),
        _refused_by.name.label("refused_by"),
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
    requested: list[RosterRow] = []
    seated: list[RosterRow] = []
    waiting: list[RosterRow] = []
    ended: list[RosterRow] = []
    rank = 0
    rows = db.session.execute(_ROWS, {"training_session_id": training_session_id}).all()
    sizes = Counter(row.group_number for row in rows if row.status is RegistrationStatus.WAITLISTED)
    for row in rows:
        is_waiting = row.status is RegistrationStatus.WAITLISTED
        is_together = is_waiting and row.group_number is not None
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
            group_size=sizes[row.group_number] if is_together else 1,
            offer_expires_at=row.offer_expires_at,
            is_offer_undelivered=row.is_offer_undelivered,
            request_expires_at=row.request_expires_at,
            cancelled_because=row.cancelled_because,
            declined_because=row.declined_because,
            is_cancelled_by_organization=bool(row.is_cancelled_by_organization),
            successor=_successor_of(row),
            refused_by=row.refused_by,
        )
        rank += is_waiting
        if words and not _has(one, words):
            continue
        if is_waiting:
            waiting.append(one)
        elif row.status is RegistrationStatus.REQUESTED:
            requested.append(one)
        elif row.status in _ENDED:
            ended.append(one)
        else:
            seated.append(one)
    return Roster(
        requested=tuple(requested),
        seated=tuple(sorted(seated, key=lambda one: (one.name.casefold(), one.id))),
        waiting=tuple(waiting),
        ended=tuple(reversed(ended)),
        open_requests=sum(row.status is RegistrationStatus.REQUESTED for row in rows),
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
    """Return a registration with what decides about its seat, in one statement.

    :raise NotFoundError: there is no such registration.
    """
    found = db.session.execute(
        sa.select(
            Registration.id,
            Registration.training_session_id,
            Registration.name,
            Registration.status.label("registration_status"),
            Registration.organization_id,
            Organization.name.label("organization"),
            VOUCHED_ORGANIZATION.label("vouched_organization_id"),
            sa.not_(IS_ACTIVE_OR_NONE).label("is_suspended"),
            TrainingSession.title,
            TrainingSession.capacity,
            (TrainingSession.confirmed_count + TrainingSession.offered_count).label("held"),
            TrainingSession.overbooked_by,
            WAIT_LONGER.label("waiting_longer"),
        )
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .outerjoin(Organization, Organization.id == Registration.organization_id)
        .where(Registration.id == registration_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return RegistrationFacts(
        id=found.id,
        training_session_id=found.training_session_id,
        name=found.name,
        status=found.registration_status,
        organization_id=found.organization_id,
        organization=found.organization,
        vouched_organization_id=found.vouched_organization_id,
        is_suspended=bool(found.is_suspended),
        title=found.title,
        capacity=found.capacity,
        held=found.held,
        overbooked_by=found.overbooked_by,
        waiting_longer=found.waiting_longer,
    )
