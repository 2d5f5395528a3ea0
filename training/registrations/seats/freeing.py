"""Giving up seats, and giving them on: by people, by staff, and with a whole session."""

from datetime import datetime

import sqlalchemy as sa

from training.db import db
from training.registrations import messages
from training.registrations.errors import (
    NoFreeSeatError,
    NotWaitingError,
    SessionOverError,
    TooLateToCancelError,
)
from training.registrations.models import Registration
from training.registrations.seats.books import (
    ROW_COLUMNS,
    Row,
    assign,
    count,
    lock_registration,
    tally,
    tell,
)
from training.registrations.seats.waitlist import fill, seats_of
from training.registrations.values import (
    LIVE,
    SEATED,
    CancelledBecause,
    RegistrationStatus,
)
from training.sessions.changes import SessionCancelled, SessionRevised
from training.sessions.service import lock_training_session
from training.sessions.values import SessionStatus


def cancel(
    registration_id: int, *, because: CancelledBecause, actor_id: int | None, now: datetime
) -> bool:
    """Give up a seat or a place in line; whoever waits longest moves up.

    :return: whether this did it; False: it was given up before, and nothing changed.
    :raise NotFoundError: there is no such registration.
    :raise TooLateToCancelError: the participant's own time to cancel is over.
    """
    locked, row = lock_registration(registration_id)
    if row.status not in LIVE:
        return False
    if because is CancelledBecause.PERSON and now >= locked.starts_at:
        raise TooLateToCancelError
    assign(
        [row],
        {
            Registration.status: RegistrationStatus.CANCELLED,
            Registration.cancelled_because: because,
        },
    )
    count(locked, {row.status: -1})
    entries = tell(
        messages.cancelled(because),
        [row],
        RegistrationStatus.CANCELLED,
        actor_id=actor_id,
        now=now,
    )
    if row.status in SEATED:
        fill(row.training_session_id, because_id=entries[row.id], now=now)
    return True


def promote(
    registration_id: int, *, overbook: str | None = None, actor_id: int, now: datetime
) -> None:
    """Give somebody who waits a seat, by the hand of staff, out of turn if they want it so.

    :param overbook: why somebody is to have a seat that is not there; None: only a free one.
    :raise NotFoundError: there is no such registration.
    :raise SessionOverError: the last meeting has ended, or the session is not published.
    :raise NotWaitingError: they do not wait (any more).
    :raise NoFreeSeatError: no seat is free, and nobody said to overbook.
    """
    locked, row = lock_registration(registration_id)
    if locked.status is not SessionStatus.PUBLISHED or now >= locked.ends_at:
        raise SessionOverError
    if row.status is not RegistrationStatus.WAITLISTED:
        raise NotWaitingError
    free = seats_of(locked).free_for(None)
    is_overbooked = free == 0
    if is_overbooked and not overbook:
        raise NoFreeSeatError
    assign([row], {Registration.status: RegistrationStatus.CONFIRMED})
    count(
        locked,
        {RegistrationStatus.WAITLISTED: -1, RegistrationStatus.CONFIRMED: +1},
        overbook=int(is_overbooked),
    )
    tell(
        "registration.promote",
        [row],
        RegistrationStatus.CONFIRMED,
        actor_id=actor_id,
        now=now,
        note={"overbooked": overbook} if is_overbooked else {},
    )


def answer_revised_session(change: SessionRevised) -> None:
    """Promote where a moved session may promote again."""
    lock_training_session(change.training_session_id)
    fill(change.training_session_id, because_id=change.audit_entry_id, now=change.now)


def answer_cancelled_session(change: SessionCancelled) -> None:
    """Cancel everybody's registration with the session, keeping state and ticket, and tell them."""
    locked = lock_training_session(change.training_session_id)
    found = db.session.execute(
        sa.select(*ROW_COLUMNS)
        .where(
            Registration.training_session_id == change.training_session_id,
            Registration.status.in_(LIVE),
        )
        .order_by(Registration.ticket)
    )
    rows = [Row(**row._mapping) for row in found]  # noqa: SLF001 -- the public name for a mapping
    if not rows:
        return
    assign(
        rows,
        {
            Registration.before_cancel: Registration.status,
            Registration.status: RegistrationStatus.CANCELLED,
            Registration.cancelled_because: CancelledBecause.SESSION,
        },
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
