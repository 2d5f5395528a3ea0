"""Who waits, and giving free seats to them."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_acts
from training.db import db
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE, IS_ACTIVE_OR_NONE
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.rules import Seats, Waiting, choose
from training.registrations.seats.books import (
    LOCKED_AGAIN,
    assign,
    count,
    rows_of,
    tell,
)
from training.registrations.values import RegistrationStatus
from training.sessions.rules import promotes
from training.sessions.values import LockedSession

_WAITING = (
    sa.select(Registration.id, Registration.ticket, Registration.organization_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status == RegistrationStatus.WAITLISTED,
        IS_ACTIVE_OR_NONE,
    )
    .order_by(Registration.ticket)
    .limit(sa.bindparam("limit"))
)


_PASSED_OVER = (
    sa.select(Registration.id)
    .join(Organization, Organization.id == Registration.organization_id)
    .where(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status == RegistrationStatus.WAITLISTED,
        Registration.ticket < sa.bindparam("before_ticket"),
        sa.not_(IS_ACTIVE),
    )
    .order_by(Registration.ticket)
)


def seats_of(locked: LockedSession) -> Seats:
    """Return what the rules need to know of a locked session's seats."""
    seats = _counted(locked)
    if locked.waitlisted_count == 0 or seats.free_for(None) == 0:
        return seats
    # Rare: a free seat beside somebody who waits, because promotion has ended or passed them over.
    return replace(seats, is_awaited=bool(_waiting(locked.id, limit=1)))


def _counted(locked: LockedSession) -> Seats:
    """Return the seats as the counters have them, without a look at who waits."""
    return Seats(
        capacity=locked.capacity,
        confirmed=locked.confirmed_count,
        offered=locked.offered_count,
        waitlist_capacity=locked.waitlist_capacity,
        waitlisted=locked.waitlisted_count,
        is_awaited=False,
    )


def _waiting(training_session_id: int, *, limit: int) -> list[Waiting]:
    """Return who waits longest, without those of suspended organizations."""
    found = db.session.execute(
        _WAITING, {"training_session_id": training_session_id, "limit": limit}
    )
    return [
        Waiting(registration_id=registration_id, ticket=ticket, organization_id=organization_id)
        for registration_id, ticket, organization_id in found
    ]


def fill(training_session_id: int, *, because_id: int, now: datetime) -> None:
    """Give the free seats to those who wait longest, in this same transaction."""
    found = db.session.execute(LOCKED_AGAIN, {"training_session_id": training_session_id}).one()
    locked = LockedSession(**found._mapping)  # noqa: SLF001 -- the public name for a mapping
    if locked.waitlisted_count == 0 or not promotes(locked.clock, now):
        return
    seats = _counted(locked)
    free = seats.free_for(None)
    if free == 0:
        return
    waiting = _waiting(training_session_id, limit=locked.waitlisted_count if free is None else free)
    chosen = choose(seats, waiting)
    if not chosen:
        return
    rows = rows_of([one.registration_id for one in chosen])
    assign(rows, {Registration.status: RegistrationStatus.CONFIRMED})
    count(
        locked,
        {
            RegistrationStatus.WAITLISTED: -len(rows),
            RegistrationStatus.CONFIRMED: len(rows),
        },
    )
    tell(
        "registration.promote",
        rows,
        RegistrationStatus.CONFIRMED,
        actor_id=None,
        now=now,
        because_id=because_id,
    )
    if len(rows) < locked.waitlisted_count:
        _record_passing_over(training_session_id, rows[-1].ticket, because_id=because_id, now=now)


def _record_passing_over(
    training_session_id: int, before_ticket: int, *, because_id: int, now: datetime
) -> None:
    """Leave word with those who waited longer, and got nothing because of their organization."""
    passed_over = db.session.scalars(
        _PASSED_OVER,
        {"training_session_id": training_session_id, "before_ticket": before_ticket},
    )
    record_acts(
        [
            Act(
                action=messages.PASSED_BY,
                subject_kind="registration",
                subject_id=registration_id,
                training_session_id=training_session_id,
                because_id=because_id,
            )
            for registration_id in passed_over
        ],
        actor_id=None,
        now=now,
    )
