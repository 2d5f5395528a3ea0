"""What staff see of a session's people, in few statements whatever their number."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import IntEnum
from typing import Any

import sqlalchemy as sa

from training.clock import find_zone
from training.db import db
from training.errors import NotFoundError
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE_OR_NONE
from training.people.models import Person
from training.registrations import messages
from training.registrations.answer_queries import Answers
from training.registrations.attending import Marks
from training.registrations.models import Note, Registration
from training.registrations.rank_columns import WAIT_LONGER
from training.registrations.roster_filters import (
    Beside,
    RosterFilters,
    RosterView,
    Sort,
    chooser,
)
from training.registrations.seats.books import VOUCHED_ORGANIZATION
from training.registrations.values import (
    SEATED,
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
    person_id: int
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
    #: A seat for somebody whom the organization names later.
    is_placeholder: bool
    #: How many notes of staff there are.
    notes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Successor:
    """A registration that came in the place of another one."""

    name: str
    training_session_id: int
    title: str
    #: The same person, moved to another session.
    is_moved: bool


class Part(IntEnum):
    """The lists of a session's people, in their order on the page."""

    REQUESTED = 0
    SEATED = 1
    WAITING = 2
    ENDED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a page of people begins: after somebody, or it ends right before them."""

    registration_id: int
    is_backwards: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """A page of a session's people, list by list.

    Unless somebody asks for another order: who has a seat by name, who asks or waits in the order
    of their tickets, of those who gave up the last first.
    """

    #: Who asked for a seat and has no answer yet, in order.
    requested: tuple[RosterRow, ...]
    #: Also those who have been offered one.
    seated: tuple[RosterRow, ...]
    waiting: tuple[RosterRow, ...]
    ended: tuple[RosterRow, ...]
    #: How many asked for a seat, whoever is shown.
    open_requests: int
    #: How many of each list are asked for, on this page or another one.
    found: Mapping[Part, int]
    #: Everybody who is or was registered.
    everybody: int
    #: Of all of them, by name: id and name.
    organizations: tuple[tuple[int, str], ...]
    has_placeholders: bool
    has_notes: bool
    #: Everybody who has a seat or was offered one, whoever is shown.
    seated_ids: frozenset[int]
    #: The first and the last on this page; None: nobody is.
    first: int | None
    last: int | None
    has_earlier: bool
    has_later: bool

    @property
    def rows(self) -> tuple[RosterRow, ...]:
        return (*self.seated, *self.requested, *self.waiting, *self.ended)


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
_NOTES = (
    sa.select(sa.func.count())
    .where(Note.registration_id == Registration.id)
    .correlate(Registration)
    .scalar_subquery()
)
_ROWS = (
    sa.select(
        Registration.id,
        Registration.person_id,
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
        Registration.is_placeholder,
        _NOTES.label("notes"),
    )
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .outerjoin(_successor, _successor.id == Registration.successor_id)
    .outerjoin(_successor_session, _successor_session.id == _successor.training_session_id)
    .outerjoin(_refused_by, _refused_by.id == Registration.refused_organization_id)
    .where(Registration.id.in_(sa.bindparam("ids", expanding=True)))
)
#: Keys in one statement; a page has far fewer, a file of everybody may have more.
_MOST_KEYS = 5_000
#: What decides who is shown, and in which order: of everybody, so as little as that takes.
_INDEX = (
    sa.select(
        Registration.id,
        Registration.name,
        Person.email,
        Registration.organization_id,
        Organization.name.label("organization"),
        Registration.status,
        Registration.ticket,
        Registration.group.label("group_number"),
        Registration.registered_at,
        Registration.is_placeholder,
        sa.exists().where(Note.registration_id == Registration.id).label("notes"),
    )
    .join(Person, Person.id == Registration.person_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(Registration.training_session_id == sa.bindparam("training_session_id"))
    .order_by(Registration.ticket)
)
_PART_OF = {
    RegistrationStatus.REQUESTED: Part.REQUESTED,
    RegistrationStatus.WAITLISTED: Part.WAITING,
    RegistrationStatus.CANCELLED: Part.ENDED,
    RegistrationStatus.DECLINED: Part.ENDED,
}
#: People on one page.
PAGE = 100


def roster(
    training_session_id: int,
    view: RosterView | None = None,
    *,
    beside: Beside | None = None,
    place: Place | None = None,
    most: int | None = None,
) -> Roster:
    """Return people who are or were registered for a session, in two statements.

    :param view: who of them, in which order; None: all.
    :param beside: what its filters ask for that is no business of registrations.
    :param place: where the page begins or ends; of somebody who is not there, the first is shown.
    :param most: people on a page; None: all are.
    """
    view, beside = view or RosterView(), beside or Beside()
    index = db.session.execute(_INDEX, {"training_session_id": training_session_id}).all()
    is_asked_for = chooser(view.filters, beside)
    key = _order(view.sort)
    found = sorted((row for row in index if is_asked_for(row)), key=key)
    begins, ends = _bounds(found, index, key, place, most)
    shown = found[begins:ends]
    parts = _parts([row.id for row in shown], _lines(index))
    return Roster(
        requested=tuple(parts[Part.REQUESTED]),
        seated=tuple(parts[Part.SEATED]),
        waiting=tuple(parts[Part.WAITING]),
        ended=tuple(parts[Part.ENDED]),
        open_requests=sum(row.status is RegistrationStatus.REQUESTED for row in index),
        found=Counter(_part(row) for row in found),
        everybody=len(index),
        organizations=_organizations(index),
        has_placeholders=any(row.is_placeholder for row in index),
        has_notes=any(row.notes for row in index),
        seated_ids=frozenset(row.id for row in index if row.status in SEATED),
        first=shown[0].id if shown else None,
        last=shown[-1].id if shown else None,
        has_earlier=begins > 0,
        has_later=ends < len(found),
    )


def beside_of(
    filters: RosterFilters,
    *,
    answers: Answers,
    marks: Marks,
    meeting_ids: Sequence[int],
    timezone: str,
) -> Beside:
    """Return what filters ask for that is known elsewhere.

    :param meeting_ids: the session's meetings that were not cancelled, in their order.
    :param timezone: the session's.
    """
    said = {id_: one.answer for id_, several in answers.items() for one in several if one.counts}
    day = filters.since
    zone = find_zone(timezone)
    return Beside(
        answers=said,
        marks=marks,
        meeting_id=dict(enumerate(meeting_ids, start=1)).get(filters.meeting),
        since=datetime.combine(day, time(), zone).astimezone(UTC) if day else None,
    )


def _part(row: Any) -> Part:
    return _PART_OF.get(row.status, Part.SEATED)


def _order(sort: Sort | None) -> Callable[[Any], tuple[Any, ...]]:
    """Return the key that rows of the index are sorted by: list by list."""
    if sort is Sort.NAME:
        return lambda row: (_part(row), search_key(row.name), row.id)
    if sort is Sort.ORGANIZATION:
        return lambda row: (
            _part(row),
            row.organization is None,
            search_key(row.organization),
            search_key(row.name),
            row.id,
        )
    if sort is Sort.REGISTERED:
        return lambda row: (_part(row), row.registered_at, row.ticket)
    return _usual_order


def _usual_order(row: Any) -> tuple[Any, ...]:
    part = _part(row)
    if part is Part.SEATED:
        return (part, row.name.casefold(), row.id)
    return (part, -row.ticket if part is Part.ENDED else row.ticket)


def _bounds(
    found: Sequence[Any],
    index: Sequence[Any],
    key: Callable[[Any], tuple[Any, ...]],
    place: Place | None,
    most: int | None,
) -> tuple[int, int]:
    """Return where a page begins and ends among those who are asked for.

    By the key of whom it follows, who need not be among them any more.
    """
    if most is None:
        return 0, len(found)
    begins = 0
    beside = None
    if place is not None:
        beside = next((row for row in index if row.id == place.registration_id), None)
    if place is not None and beside is not None:
        if place.is_backwards:
            begins = max(0, bisect_left(found, key(beside), key=key) - most)
        else:
            begins = bisect_right(found, key(beside), key=key)
    if begins >= len(found):  # nobody comes after them any more
        begins = max(0, len(found) - most)
    return begins, min(begins + most, len(found))


def _lines(index: Sequence[Any]) -> dict[int, tuple[int, int]]:
    """Return how each who waits stands in line: their place, from 1, and how many wait together."""
    waiting = [row for row in index if row.status is RegistrationStatus.WAITLISTED]
    sizes = Counter(row.group_number for row in waiting)
    return {
        row.id: (rank, 1 if row.group_number is None else sizes[row.group_number])
        for rank, row in enumerate(waiting, start=1)
    }


def _organizations(index: Sequence[Any]) -> tuple[tuple[int, str], ...]:
    named = {row.organization_id: row.organization for row in index if row.organization_id}
    return tuple(sorted(named.items(), key=lambda one: (search_key(one[1]), one[0])))


def _parts(ids: Sequence[int], lines: Mapping[int, tuple[int, int]]) -> dict[Part, list[RosterRow]]:
    """Return whole rows of some people, list by list, each in the order of the ids."""
    parts: dict[Part, list[RosterRow]] = {part: [] for part in Part}
    read = {
        row.id: row for some in _batches(ids) for row in db.session.execute(_ROWS, {"ids": some})
    }
    for id_ in ids:
        row = read[id_]
        rank, group_size = lines.get(id_, (None, 1))
        parts[_part(row)].append(
            RosterRow(
                id=row.id,
                person_id=row.person_id,
                name=row.name,
                email=row.email,
                organization=row.organization,
                claim=row.claim,
                status=row.status,
                ticket=row.ticket,
                rank=rank,
                registered_at=row.registered_at,
                group_size=group_size,
                offer_expires_at=row.offer_expires_at,
                is_offer_undelivered=row.is_offer_undelivered,
                request_expires_at=row.request_expires_at,
                cancelled_because=row.cancelled_because,
                declined_because=row.declined_because,
                is_cancelled_by_organization=bool(row.is_cancelled_by_organization),
                successor=_successor_of(row),
                refused_by=row.refused_by,
                is_placeholder=row.is_placeholder,
                notes=row.notes,
            )
        )
    return parts


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Yield keys, no more at once than a statement takes."""
    for begins in range(0, len(ids), _MOST_KEYS):
        yield ids[begins : begins + _MOST_KEYS]


def _successor_of(row: Any) -> Successor | None:
    if row.successor_name is None:
        return None
    return Successor(
        name=row.successor_name,
        training_session_id=row.successor_session_id,
        title=row.successor_title,
        is_moved=row.is_moved,
    )


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
