"""Sessions that fill up, or keep seats not much longer, with seats for an organization."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from training.campaigns.models import Allotment
from training.db import UtcDateTime, db
from training.registrations.cards import CARD_COLUMNS, SessionCard, card_of
from training.representatives.queries.seats import USED_HERE, USED_IN_CAMPAIGN
from training.representatives.queries.sessions import IS_OPEN
from training.sessions.models import Hold, TrainingSession
from training.sessions.rules.seats import FEW_SEATS, FEW_SEATS_PART

#: Kept seats are given on soon.
SOON = timedelta(days=7)
#: Read for each that is shown: an organization may have used what it may, and the next ones count.
_READ_FOR_ONE = 5

_session, _hold, _allotment = (one.__table__.c for one in (TrainingSession, Hold, Allotment))
#: Seats that nobody has and no organization is kept.
_FREE_FOR_ALL = (
    _session.capacity - _session.confirmed_count - _session.offered_count - _session.kept_count
)
_IS_FILLING = sa.or_(
    _FREE_FOR_ALL <= FEW_SEATS, _session.capacity * FEW_SEATS_PART >= _FREE_FOR_ALL
)
_IS_KEPT = _hold.seats.is_not(None)
_FOUND = (
    sa.select(
        *CARD_COLUMNS,
        (_session.capacity - _session.confirmed_count - _session.offered_count).label("unheld"),
        _FREE_FOR_ALL.label("free_for_all"),
        _session.waitlisted_count.label("waiting"),
        _session.organization_limit,
        _hold.seats.label("held"),
        _hold.release_at,
        USED_HERE.label("used"),
        _allotment.seats.label("allotted"),
        sa.case((_allotment.seats.is_not(None), USED_IN_CAMPAIGN)).label("used_in_campaign"),
    )
    .select_from(
        TrainingSession.__table__.outerjoin(
            Hold.__table__,
            sa.and_(
                _hold.training_session_id == _session.id,
                _hold.organization_id == sa.bindparam("organization_id"),
                _hold.released_at.is_(None),
                _hold.release_at > sa.bindparam("now", type_=UtcDateTime()),
            ),
        ).outerjoin(
            Allotment.__table__,
            sa.and_(
                _allotment.campaign_id == _session.campaign_id,
                _allotment.organization_id == sa.bindparam("organization_id"),
            ),
        )
    )
    .where(
        *IS_OPEN,
        _session.capacity.is_not(None),
        _session.confirmed_count + _session.offered_count < _session.capacity,
        sa.or_(
            sa.and_(_IS_FILLING, _IS_KEPT),
            sa.and_(_IS_FILLING, _FREE_FOR_ALL > 0, _session.waitlisted_count == 0),
            _hold.release_at <= sa.bindparam("soon", type_=UtcDateTime()),
        ),
    )
    .order_by(_session.starts_at, _session.id)
    .limit(sa.bindparam("read"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FillingSession:
    """A session with seats for an organization's people, and not for long."""

    card: SessionCard
    #: Seats that its people would get now.
    left: int
    #: Of those, seats that only its people get.
    kept: int
    #: When those are given on; None: none is kept.
    release_at: datetime | None


def filling_sessions(organization_id: int, *, now: datetime, most: int) -> list[FillingSession]:
    """Return what an organization should not wait with, the soonest first, in one statement."""
    bound = {
        "organization_id": organization_id,
        "now": now,
        "soon": now + SOON,
        "read": most * _READ_FOR_ONE,
    }
    found = [_filling(row, now) for row in db.session.execute(_FOUND, bound)]
    return [one for one in found if one.left][:most]


def _filling(row: Any, now: datetime) -> FillingSession:
    own = max(0, (row.held or 0) - row.used)
    kept = min(row.unheld, own)
    # Whoever waits comes first, but not to what is kept for this organization.
    bounds = [kept if row.waiting else max(kept, row.free_for_all + own)]
    if row.organization_limit is not None:
        bounds.append(row.organization_limit - row.used)
    if row.allotted is not None:
        bounds.append(row.allotted - row.used_in_campaign)
    left = max(0, min(bounds))
    return FillingSession(
        card=card_of(row, now),
        left=left,
        kept=min(kept, left),
        release_at=row.release_at if kept else None,
    )
