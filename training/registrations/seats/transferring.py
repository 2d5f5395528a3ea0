"""Registrations that pass from one organization to another, or are vouched for, by staff."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.registrations.errors import (
    NotRegisteredError,
    SeatOfNobodyError,
    TransferRefusedError,
)
from training.registrations.models import Registration
from training.registrations.seats.books import Row
from training.registrations.seats.holds import recount_holds
from training.registrations.seats.locking import lock_registration
from training.registrations.seats.reading import seats_of
from training.registrations.seats.waitlist import fill
from training.registrations.values import LIVE, SEATED, Claim, Obstacle
from training.sessions.values import LockedSession

#: Of somebody who has a seat: that none is free is no reason.
_AGAINST = frozenset({Obstacle.HELD, Obstacle.LIMIT, Obstacle.ALLOTMENT})


def transfer(
    registration_id: int,
    organization_id: int | None,
    *,
    reason: str | None = None,
    actor_id: int,
    now: datetime,
) -> bool:
    """Count somebody among another organization's people, or among nobody's; staff vouch for it.

    They keep seat, ticket and place in line. What the organization that they leave holds becomes
    free for its other people, and what is free then goes to whoever waits.

    :param organization_id: the one they named themselves, too: so its claim is settled.
    :param reason: why it is all right although the organization may have no more seats.
    :return: whether anything changed.
    :raise NotFoundError: there is no such registration or organization.
    :raise NotRegisteredError: they are not registered any more.
    :raise SeatOfNobodyError: somebody is to be named for it, and no organization would do it.
    :raise TransferRefusedError: a seat that they have is not one the organization may have.
    """
    locked, row = lock_registration(registration_id)
    if row.status not in LIVE:
        raise NotRegisteredError((0,))
    if organization_id is not None and db.session.get(Organization, organization_id) is None:
        raise NotFoundError
    if row.is_placeholder and organization_id is None:
        raise SeatOfNobodyError
    before = _standing(registration_id)
    claim = Claim.STATED if organization_id is None else Claim.STAFF
    is_theirs = before.claim is not Claim.STATED
    if before.organization_id == organization_id and (organization_id is None or is_theirs):
        return False
    obstacle = _obstacle(locked, row, organization_id, now=now)
    if obstacle is not None and not reason:
        raise TransferRefusedError(obstacle)
    _write(registration_id, organization_id, claim)
    if locked.hold_count:
        recount_holds(locked.id)
    after: dict[str, Any] = {"organization_id": organization_id, "claim": claim}
    entry_id = record_act(
        Act(
            action="registration.transfer",
            subject_kind="registration",
            subject_id=registration_id,
            training_session_id=locked.id,
            before={"organization_id": before.organization_id, "claim": before.claim},
            after={**after, "reason": reason} if obstacle is not None else after,
        ),
        actor_id=actor_id,
        now=now,
    )
    # One organization may have a seat more, and who waits may be of another one.
    fill(locked.id, because_id=entry_id, now=now)
    return True


def _obstacle(
    locked: LockedSession, row: Row, organization_id: int | None, *, now: datetime
) -> Obstacle | None:
    if row.status not in SEATED or row.organization_id == organization_id:
        return None
    seats = seats_of(locked, [row.organization_id, organization_id], now=now)
    without = seats.taken_by(row.organization_id, people=-1)
    obstacle = without.obstacle(organization_id)
    return obstacle if obstacle in _AGAINST else None


def _standing(registration_id: int) -> Any:
    return db.session.execute(
        sa.select(Registration.organization_id, Registration.claim).where(
            Registration.id == registration_id
        )
    ).one()


def _write(registration_id: int, organization_id: int | None, claim: Claim) -> None:
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id == registration_id)
        .values(organization_id=organization_id, claim=claim, code_id=None)
        .execution_options(synchronize_session=False)
    )
