"""What organizations have left of the seats that a campaign allots to them."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from training.campaigns.models import Allotment
from training.db import db
from training.registrations.models import Registration
from training.registrations.values import SEATED, Claim
from training.sessions.models import TrainingSession


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """An organization's seats in a campaign's sessions."""

    organization_id: int
    #: Allotted to it.
    seats: int
    #: That its people have, in all sessions of the campaign; who only says so does not count.
    used: int

    @property
    def left(self) -> int:
        """Below zero where staff gave more, or allotted less later."""
        return self.seats - self.used


_ALLOTTED = sa.select(Allotment.organization_id, Allotment.seats).order_by(
    Allotment.organization_id
)
_USED = (
    sa.select(Registration.organization_id, sa.func.count().label("seats"))
    .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
    .where(Registration.status.in_(SEATED), Registration.claim != Claim.STATED)
    .group_by(Registration.organization_id)
)


def balances(
    campaign_id: int, organization_ids: Collection[int] | None = None, *, lock: bool = False
) -> list[Balance]:
    """Return the balances of organizations that have an allotment, by their ids.

    :param organization_ids: None: of all of them.
    :param lock: keep others from using the same seats until the transaction ends, behind the locks
        of sessions. The whole campaign's: whoever asked for one organization's first and for
        another's later could wait in a circle with somebody who asks the other way round.
    """
    allotted = _ALLOTTED.where(Allotment.campaign_id == campaign_id)
    if lock:
        allotted = allotted.with_for_update()  # SQLite has one writer at a time, and ignores it
    elif organization_ids is not None:
        allotted = allotted.where(Allotment.organization_id.in_(organization_ids))
    rows = [
        row
        for row in db.session.execute(allotted)
        if organization_ids is None or row.organization_id in organization_ids
    ]
    if not rows:
        return []
    counted = db.session.execute(
        _USED.where(
            TrainingSession.campaign_id == campaign_id,
            Registration.organization_id.in_([row.organization_id for row in rows]),
        )
    )
    used = {row.organization_id: row.seats for row in counted}
    return [
        Balance(
            organization_id=row.organization_id,
            seats=row.seats,
            used=used.get(row.organization_id, 0),
        )
        for row in rows
    ]
