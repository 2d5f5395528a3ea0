"""Answering an offered seat."""

from datetime import datetime

from training.registrations import messages
from training.registrations.errors import NotOfferedError, OfferEndedError, SessionOverError
from training.registrations.models import Registration
from training.registrations.seats.books import Row, assign, count, turn_down
from training.registrations.seats.locking import lock_registration
from training.registrations.seats.telling import tell
from training.registrations.seats.waitlist import fill
from training.registrations.values import DeclinedBecause, RegistrationStatus
from training.sessions.values import LockedSession, SessionStatus


def accept(registration_id: int, *, actor_id: int | None, now: datetime) -> bool:
    """Take a seat that was offered.

    :param now: aware; the moment at which the offer ends is still in time.
    :return: whether this did it; False: it was accepted before, and nothing changed.
    :raise NotFoundError: there is no such registration.
    :raise OfferEndedError: the offer was declined, or not answered in time.
    :raise NotOfferedError: no seat is offered.
    :raise SessionOverError: the last meeting has ended, or the session is not published.
    """
    locked, row = lock_registration(registration_id)
    if row.status is RegistrationStatus.CONFIRMED:
        return False
    _refuse_ended(row)
    if row.offer_expires_at is None or now > row.offer_expires_at:
        raise OfferEndedError
    if locked.status is not SessionStatus.PUBLISHED or now >= locked.ends_at:
        raise SessionOverError
    assign([row], {Registration.status: RegistrationStatus.CONFIRMED}, now=now)
    count(locked, {RegistrationStatus.OFFERED: -1, RegistrationStatus.CONFIRMED: +1})
    tell(messages.ACCEPT, [row], RegistrationStatus.CONFIRMED, actor_id=actor_id, now=now)
    return True


def decline(registration_id: int, *, actor_id: int | None, now: datetime) -> bool:
    """Give an offered seat to whoever waits next.

    :return: whether this did it; False: it was declined, or lost, before.
    :raise NotFoundError: there is no such registration.
    :raise NotOfferedError: no seat is offered, or it was accepted.
    """
    locked, row = lock_registration(registration_id)
    if row.status is RegistrationStatus.DECLINED:
        return False
    if row.status is not RegistrationStatus.OFFERED:
        raise NotOfferedError
    entry_id = end_offers(
        locked, [row], messages.DECLINE, because=DeclinedBecause.PERSON, actor_id=actor_id, now=now
    )
    fill(locked.id, because_id=entry_id, now=now)
    return True


def end_offers(
    locked: LockedSession,
    rows: list[Row],
    action: str,
    *,
    because: DeclinedBecause,
    actor_id: int | None,
    now: datetime,
) -> int:
    """End offers of one session; their seats are the caller's to give on.

    :return: the newest audit entry.
    """
    turn_down(rows, because=because, now=now)
    count(locked, {RegistrationStatus.OFFERED: -len(rows)})
    entries = tell(action, rows, RegistrationStatus.DECLINED, actor_id=actor_id, now=now)
    return max(entries.values())


def _refuse_ended(row: Row) -> None:
    if row.status is RegistrationStatus.DECLINED:
        raise OfferEndedError
    if row.status is not RegistrationStatus.OFFERED:
        raise NotOfferedError
