"""Locking sessions, and what is allotted in their campaigns: in one order for everybody."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from training.campaigns.models import Allotment
from training.db import db
from training.errors import NotFoundError
from training.registrations.models import Registration
from training.registrations.seats.books import Row, rows_of
from training.sessions.service import lock_training_session
from training.sessions.values import LockedSession

_LOCK_ALLOTMENTS = (
    sa.select(Allotment.campaign_id)
    .where(Allotment.campaign_id.in_(sa.bindparam("campaign_ids", expanding=True)))
    .order_by(Allotment.campaign_id, Allotment.organization_id)
    .with_for_update()
)
_SESSIONS = sa.select(Registration.id, Registration.training_session_id).where(
    Registration.id.in_(sa.bindparam("registration_ids", expanding=True))
)


def lock_sessions_of(registration_ids: Sequence[int], *others: int) -> dict[int, LockedSession]:
    """Lock the sessions of registrations, and others: see :func:`lock_sessions`.

    :raise NotFoundError: there is no such registration or session.
    """
    found = db.session.execute(_SESSIONS, {"registration_ids": list(registration_ids)})
    session_of = {row.id: row.training_session_id for row in found}
    if len(session_of) < len(set(registration_ids)):
        raise NotFoundError
    return lock_sessions({*session_of.values(), *others})


def lock_sessions(session_ids: Iterable[int]) -> dict[int, LockedSession]:
    """Lock sessions in the order of their ids, then what is allotted in their campaigns.

    In one order for everybody. What is allotted in one session's campaign is locked when it is
    read: mostly nobody asks.

    :raise NotFoundError: there is no such session.
    """
    locked = {one: lock_training_session(one) for one in sorted(set(session_ids))}
    if len(locked) > 1:
        lock_allotments(one.campaign_id for one in locked.values() if one.campaign_id is not None)
    return locked


def lock_allotments(campaign_ids: Iterable[int]) -> None:
    """Lock what is allotted in campaigns, behind the locks of sessions."""
    if ordered := sorted(set(campaign_ids)):
        db.session.execute(_LOCK_ALLOTMENTS, {"campaign_ids": ordered}).all()


def lock_registration(registration_id: int) -> tuple[LockedSession, Row]:
    """Lock a registration's session, then read the registration as committed meanwhile."""
    locked = lock_sessions_of([registration_id])
    [row] = rows_of([registration_id])
    return locked[row.training_session_id], row
