"""Giving up seats, and giving them on: by people, by staff, and with a whole session."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from training.registrations import messages
from training.registrations.errors import (
    NoFreeSeatError,
    NotWaitingError,
    SessionOverError,
    TooLateToCancelError,
)
from training.registrations.models import Registration
from training.registrations.seats.books import (
    ROWS,
    Row,
    assign,
    count,
    end,
    rows_found,
    rows_of,
    tally,
)
from training.registrations.seats.locking import lock_registration, lock_sessions_of
from training.registrations.seats.reading import seats_of
from training.registrations.seats.taking import beyond_capacity
from training.registrations.seats.telling import tell
from training.registrations.seats.waitlist import give_on
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    RegistrationStatus,
)
from training.sessions.changes import SessionCancelled
from training.sessions.service import lock_training_session
from training.sessions.values import LockedSession, SessionStatus

_LIVE_ROWS = ROWS.where(
    Registration.training_session_id == sa.bindparam("training_session_id"),
    Registration.status.in_(LIVE),
).order_by(Registration.ticket)


def cancel(
    registration_id: int, *, because: CancelledBecause, actor_id: int | None, now: datetime
) -> bool:
    """Give up a seat or a place in line; whoever waits longest moves up.

    :return: whether this did it; False: it was given up before, and nothing changed.
    :raise NotFoundError: there is no such registration.
    :raise TooLateToCancelError: the participant's own time to cancel is over.
    """
    return bool(cancel_several([registration_id], because=because, actor_id=actor_id, now=now))


def cancel_several(
    registration_ids: Sequence[int],
    *,
    because: CancelledBecause,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Give up several seats or places in line, all or none; whoever waits longest moves up.

    :param because: ``PERSON`` also for a representative, who acts for their people.
    :return: how many this gave up; the others were given up before.
    :raise NotFoundError: there is no such registration.
    :raise TooLateToCancelError: a session has started, and this is not done by staff.
    """
    locked = lock_sessions_of(registration_ids)
    rows = [row for row in rows_of(registration_ids) if row.status in LIVE]
    for session_id in sorted({row.training_session_id for row in rows}):
        if because is CancelledBecause.PERSON and now >= locked[session_id].starts_at:
            raise TooLateToCancelError
        _cancel(
            locked[session_id],
            [row for row in rows if row.training_session_id == session_id],
            because=because,
            actor_id=actor_id,
            now=now,
        )
    return len(rows)


def _cancel(
    locked: LockedSession,
    rows: Sequence[Row],
    *,
    because: CancelledBecause,
    actor_id: int | None,
    now: datetime,
) -> None:
    end(rows, because=because, actor_id=actor_id, now=now)
    count(locked, {status: -n for status, n in tally(row.status for row in rows).items()})
    entries = tell(
        messages.cancelled(because),
        rows,
        RegistrationStatus.CANCELLED,
        actor_id=actor_id,
        now=now,
    )
    give_on(locked.id, rows, entries, now=now)


def promote(
    registration_id: int,
    *,
    overbook: str | None = None,
    is_walk_in: bool = False,
    actor_id: int,
    now: datetime,
) -> None:
    """Give somebody who waits a seat, by the hand of staff, out of turn if they want it so.

    :param overbook: why somebody is to have a seat that is not there; None: only a free one.
    :param is_walk_in: they were at the door, as in :class:`training.registrations.seats.Group`.
    :raise NotFoundError: there is no such registration.
    :raise SessionOverError: the last meeting has ended, or the session is not published.
    :raise NotWaitingError: they do not wait (any more).
    :raise NoFreeSeatError: no seat is free, and nobody said to overbook.
    """
    locked, row = lock_registration(registration_id)
    is_over = now >= locked.ends_at and not is_walk_in
    if locked.status is not SessionStatus.PUBLISHED or is_over:
        raise SessionOverError
    if row.status is not RegistrationStatus.WAITLISTED:
        raise NotWaitingError
    seats = seats_of(locked, [row.organization_id], now=now)
    is_overbooked = seats.obstacle(row.organization_id) is not None
    if is_overbooked and not overbook:
        raise NoFreeSeatError
    beyond = beyond_capacity(locked, 1)
    assign([row], {Registration.status: RegistrationStatus.CONFIRMED}, now=now)
    count(
        locked,
        {RegistrationStatus.WAITLISTED: -1, RegistrationStatus.CONFIRMED: +1},
        overbook=beyond,
    )
    tell(
        messages.PROMOTE,
        [row],
        RegistrationStatus.CONFIRMED,
        actor_id=actor_id,
        now=now,
        note={"overbooked": overbook} if is_overbooked else {},
    )


def answer_cancelled_session(change: SessionCancelled) -> None:
    """Cancel everybody's registration with the session, keeping state and ticket, and tell them."""
    locked = lock_training_session(change.training_session_id)
    rows = rows_found(_LIVE_ROWS, training_session_id=change.training_session_id)
    if not rows:
        return
    end(
        rows,
        because=CancelledBecause.SESSION,
        actor_id=change.actor_id,
        also={Registration.before_cancel: Registration.status},
        now=change.now,
    )
    count(locked, {status: -n for status, n in tally(row.status for row in rows).items()})
    tell(
        messages.cancelled(CancelledBecause.SESSION),
        rows,
        RegistrationStatus.CANCELLED,
        actor_id=change.actor_id,
        now=change.now,
        because_id=change.audit_entry_id,
    )
