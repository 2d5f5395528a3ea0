"""Requests and offers of all sessions, by what ends first: a page at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.db import UtcDateTime, core
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.values import Claim, RegistrationStatus
from training.sessions.availability_columns import AVAILABILITY_COLUMNS, seats_of
from training.sessions.models import TrainingSession
from training.sessions.values import SeatCounts

# The tables and not the classes: what is read here is not worth an object each.
_registration, _session, _person, _organization, _message = (
    kind.__table__.c for kind in (Registration, TrainingSession, Person, Organization, Message)
)

#: Rows of one page.
PAGE = 50


class Place(NamedTuple):
    """Where a page begins: behind a row, by what rows are sorted by."""

    at: datetime
    id: int


class Waiting(NamedTuple):
    """Somebody who waits for staff, or whom we wait for."""

    id: int
    person_id: int
    name: str
    email: str | None
    organization: str | None
    claim: Claim
    registered_at: datetime
    #: When the request lapses, or the offer ends.
    ends_at: datetime
    training_session_id: int
    title: str
    timezone: str
    starts_at: datetime
    seats: SeatCounts
    overbooked_by: int
    #: The mail with the offer could not be delivered.
    is_undelivered: bool


class Page(NamedTuple):
    """A page of them, and where the next one begins; None: this is the last."""

    rows: tuple[Waiting, ...]
    following: Place | None


_IS_UNDELIVERED = sa.exists().where(
    _message.registration_id == _registration.id,
    _message.kind == messages.OFFERED,
    _message.status == MessageStatus.DEAD,
)


def _rows(status: RegistrationStatus, ends_at: Any, *, undelivered: Any) -> sa.Select[Any]:
    return (
        sa.select(
            _registration.id,
            _registration.person_id,
            _registration.name,
            _person.email,
            _organization.name.label("organization"),
            _registration.claim,
            _registration.registered_at,
            ends_at.label("row_ends_at"),
            _registration.training_session_id,
            _session.title,
            _session.timezone,
            _session.overbooked_by,
            undelivered.label("is_undelivered"),
            *AVAILABILITY_COLUMNS,
        )
        .select_from(
            Registration.__table__.join(
                TrainingSession.__table__, _session.id == _registration.training_session_id
            )
            .join(Person.__table__, _person.id == _registration.person_id)
            .outerjoin(Organization.__table__, _organization.id == _registration.organization_id)
        )
        .where(_registration.status == status, ends_at >= sa.bindparam("now", type_=UtcDateTime()))
        .order_by(ends_at, _registration.id)
        .limit(PAGE + 1)
    )


_BEHIND = sa.tuple_(
    sa.bindparam("place_at", type_=UtcDateTime()), sa.bindparam("place_id", type_=sa.Integer())
)
_REQUESTS = _rows(
    RegistrationStatus.REQUESTED, _registration.request_expires_at, undelivered=sa.false()
)
_MORE_REQUESTS = _REQUESTS.where(
    sa.tuple_(_registration.request_expires_at, _registration.id) > _BEHIND
)
_OFFERS = _rows(
    RegistrationStatus.OFFERED, _registration.offer_expires_at, undelivered=_IS_UNDELIVERED
)
_MORE_OFFERS = _OFFERS.where(sa.tuple_(_registration.offer_expires_at, _registration.id) > _BEHIND)
_IN_ORDER = (
    sa.select(_registration.id)
    .where(
        _registration.id.in_(sa.bindparam("ids", expanding=True)),
        _registration.status == RegistrationStatus.REQUESTED,
    )
    .order_by(_registration.training_session_id, _registration.ticket)
)


def open_requests(place: Place | None, *, now: datetime) -> Page:
    """Return who asks for a seat in any session, whose request lapses first: in one statement."""
    return _page(_REQUESTS, _MORE_REQUESTS, place, now)


def open_offers(place: Place | None, *, now: datetime) -> Page:
    """Return who was offered a seat and has not answered, whose offer ends first."""
    return _page(_OFFERS, _MORE_OFFERS, place, now)


def in_order(registration_ids: Collection[int]) -> list[int]:
    """Return those of some registrations that are still asked for, by session as they asked."""
    return list(core().execute(_IN_ORDER, {"ids": sorted(registration_ids)}).scalars())


def _page(first: sa.Select[Any], later: sa.Select[Any], place: Place | None, now: datetime) -> Page:
    bound: dict[str, Any] = {"now": now}
    if place is not None:
        bound |= {"place_at": place.at, "place_id": place.id}
    found: Sequence[Any] = core().execute(later if place else first, bound).all()
    rows = tuple(_read(row) for row in found[:PAGE])
    has_more = len(found) > PAGE
    return Page(rows, Place(rows[-1].ends_at, rows[-1].id) if has_more else None)


def _read(row: Any) -> Waiting:
    return Waiting(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        organization=row.organization,
        claim=row.claim,
        registered_at=row.registered_at,
        ends_at=row.row_ends_at,
        training_session_id=row.training_session_id,
        title=row.title,
        timezone=row.timezone,
        starts_at=row.starts_at,
        seats=seats_of(row),
        overbooked_by=row.overbooked_by,
        is_undelivered=bool(row.is_undelivered),
    )
