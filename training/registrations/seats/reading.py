"""A locked session's seats and whoever waits for them, as the rules need to know them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from training.campaigns.models import Allotment
from training.db import core, db
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE, IS_ACTIVE_OR_NONE
from training.registrations.allotment_queries import balances
from training.registrations.models import Registration
from training.registrations.rules import Choice, Hold, Seats, Waiting, choose
from training.registrations.seats.books import VOUCHED_ORGANIZATION, used_seats
from training.registrations.values import RegistrationStatus
from training.sessions import models
from training.sessions.service import LOCKED
from training.sessions.values import LockedSession

_training_session_id: sa.BindParameter[int] = sa.bindparam("training_session_id")
_LOCKED_AGAIN = sa.select(*LOCKED).where(models.TrainingSession.id == _training_session_id)
_WAITS_HERE = sa.and_(
    Registration.training_session_id == _training_session_id,
    Registration.status == RegistrationStatus.WAITLISTED,
)
_WAITING = (
    sa.select(
        Registration.id,
        Registration.ticket,
        VOUCHED_ORGANIZATION.label("organization_id"),
        Registration.group.label("group_number"),
        sa.and_(Organization.id.is_not(None), sa.not_(IS_ACTIVE)).label("is_suspended"),
    )
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(_WAITS_HERE)
    .order_by(Registration.ticket)
)
#: The ticket of the last for whom there is a seat, where every active one may have any.
_LAST_TICKET = sa.select(
    sa.func.max(
        sa.select(Registration.ticket)
        .outerjoin(Organization, Organization.id == Registration.organization_id)
        .where(_WAITS_HERE, IS_ACTIVE_OR_NONE)
        .order_by(Registration.ticket)
        .limit(sa.bindparam("limit"))
        .subquery()
        .c.ticket
    )
).correlate(None)
_FIRST_WAITING = _WAITING.where(Registration.ticket <= _LAST_TICKET.scalar_subquery())
_HOLDS = sa.select(models.Hold.organization_id, models.Hold.seats).where(
    models.Hold.training_session_id == _training_session_id,
    models.Hold.released_at.is_(None),
    models.Hold.release_at > sa.bindparam("now", type_=models.Hold.release_at.type),
)
#: Whether it takes more than tickets to tell who may have a seat.
_HAS_GROUPS = sa.exists().where(_WAITS_HERE, Registration.group.is_not(None))
_HAS_ALLOTMENTS = sa.exists().where(Allotment.campaign_id == sa.bindparam("campaign_id"))
_IS_SPECIAL = sa.select(sa.or_(_HAS_GROUPS, _HAS_ALLOTMENTS))


def read_again(training_session_id: int) -> LockedSession:
    """Return a session as it stands now in this transaction, without a lock of its own."""
    db.session.flush()  # of what only the ORM knows yet
    found = core().execute(_LOCKED_AGAIN, {"training_session_id": training_session_id}).one()
    return LockedSession(**found._mapping)  # noqa: SLF001 -- the public name for a mapping


def seats_of(
    locked: LockedSession,
    organization_ids: Collection[int | None],
    *,
    leaving: Mapping[int, int] | None = None,
    now: datetime,
) -> Seats:
    """Return what the rules need to know to seat people of these organizations.

    :param leaving: organization → seats in the same campaign that these people give up for it.
    """
    seats = _with_balances(_held(locked, now), locked, organization_ids, leaving=leaving)
    may_be_seated = any(seats.obstacle(one) is None for one in set(organization_ids))
    if locked.waitlisted_count == 0 or not may_be_seated:
        return seats
    # Rare: a free seat beside somebody who waits, because promotion has ended or passed them over.
    return _with_waiting(seats, locked, leaving=leaving)


def choice_of(locked: LockedSession, *, now: datetime, is_locked: bool = True) -> Choice:
    """Decide who of those who wait gets the free seats, and why others before them do not.

    :param is_locked: False: only to see whether it is worth locking the session.
    """
    if locked.waitlisted_count == 0:
        return Choice()
    seats = _held(locked, now)
    if seats.free_for(None) == 0 and not seats.holds:
        return Choice()
    seats = _with_waiting(seats, locked, lock=is_locked)
    return choose(seats, seats.waiting)


def seen(
    training_session_id: int, *, leaving: Mapping[int, int] | None = None, now: datetime
) -> Seats:
    """Return a session's seats with everybody who waits, as they stand: for previews.

    Locks nothing, so that it may be different when somebody acts on it.

    :param leaving: as :func:`seats_of`.
    """
    as_it_stands = read_again(training_session_id)
    seats = _with_waiting(
        _held(as_it_stands, now), as_it_stands, leaving=leaving, everybody=True, lock=False
    )
    if as_it_stands.campaign_id is None:
        return seats
    left = {
        one.organization_id: one.left + (leaving or {}).get(one.organization_id, 0)
        for one in balances(as_it_stands.campaign_id)
    }
    return replace(seats, balances=left)


def _held(locked: LockedSession, now: datetime) -> Seats:
    """Return the seats as the counters have them, and what organizations hold and have."""
    holds: tuple[Hold, ...] = ()
    if locked.hold_count:
        found = db.session.execute(_HOLDS, {"training_session_id": locked.id, "now": now})
        holds = tuple(
            Hold(organization_id=organization_id, seats=seats) for organization_id, seats in found
        )
    is_by_organization = bool(holds) or locked.organization_limit is not None
    return Seats(
        capacity=locked.capacity,
        confirmed=locked.confirmed_count,
        offered=locked.offered_count,
        waitlist_capacity=locked.waitlist_capacity,
        waitlisted=locked.waitlisted_count,
        holds=holds,
        used=used_seats(locked.id) if is_by_organization else {},
        organization_limit=locked.organization_limit,
        fills_gaps=locked.fills_gaps,
    )


def _with_waiting(
    seats: Seats,
    locked: LockedSession,
    *,
    leaving: Mapping[int, int] | None = None,
    everybody: bool = False,
    lock: bool = True,
) -> Seats:
    """Return the seats with those who wait; the first of them, where tickets alone decide."""
    keys = {"training_session_id": locked.id, "campaign_id": locked.campaign_id}
    is_special = bool(seats.holds) or locked.organization_limit is not None
    if everybody or is_special or db.session.scalar(_IS_SPECIAL, keys):
        found = db.session.execute(_WAITING, keys)
    else:
        free = seats.free_for(None)
        limit = locked.waitlisted_count if free is None else free
        found = db.session.execute(_FIRST_WAITING, {**keys, "limit": limit})
    waiting = tuple(
        Waiting(
            registration_id=row.id,
            ticket=row.ticket,
            organization_id=row.organization_id,
            group=row.group_number,
            is_suspended=row.is_suspended,
        )
        for row in found
    )
    organization_ids = {one.organization_id for one in waiting}
    return _with_balances(
        replace(seats, waiting=waiting), locked, organization_ids, leaving=leaving, lock=lock
    )


def _with_balances(
    seats: Seats,
    locked: LockedSession,
    organization_ids: Collection[int | None],
    *,
    leaving: Mapping[int, int] | None = None,
    lock: bool = True,
) -> Seats:
    vouched = {one for one in organization_ids if one is not None} - seats.balances.keys()
    if locked.campaign_id is None or not vouched:
        return seats
    left = {
        one.organization_id: one.left + (leaving or {}).get(one.organization_id, 0)
        for one in balances(locked.campaign_id, vouched, lock=lock)
    }
    return replace(seats, balances={**seats.balances, **left})
