"""Deciding about people who asked for a seat, where staff decide."""

from datetime import datetime

from training.registrations import messages
from training.registrations.errors import NotRequestedError
from training.registrations.models import Registration
from training.registrations.rules import place
from training.registrations.seats.books import assign, count, turn_down
from training.registrations.seats.locking import lock_registration
from training.registrations.seats.reading import seats_of
from training.registrations.seats.taking import refuse_if_over
from training.registrations.seats.telling import tell
from training.registrations.values import DeclinedBecause, RegistrationStatus


def approve(registration_id: int, *, actor_id: int, now: datetime) -> RegistrationStatus:
    """Give who asked a seat, or their place in line: with the ticket of when they asked.

    :return: confirmed or waitlisted.
    :raise NotFoundError: there is no such registration.
    :raise NotRequestedError: it was decided already, withdrawn, or it lapsed.
    :raise RegistrationClosedError: the session is over, or not published.
    :raise SessionFullError: no seat is free and the waitlist has no room; they stay as they are.
    """
    locked, row = lock_registration(registration_id)
    refuse_if_over(locked, now)
    if row.status is not RegistrationStatus.REQUESTED:
        raise NotRequestedError
    seats = seats_of(locked, [row.organization_id], now=now)
    status = place(seats, row.organization_id, ticket=row.ticket)
    assign([row], {Registration.status: status}, now=now)
    count(locked, {status: +1})
    tell(messages.APPROVE, [row], status, actor_id=actor_id, now=now)
    return status


def refuse(registration_id: int, *, actor_id: int, now: datetime) -> bool:
    """Decide against a request.

    :return: whether this did it; False: it was refused before, or lapsed.
    :raise NotFoundError: there is no such registration.
    :raise NotRequestedError: it was approved, or withdrawn.
    """
    _locked, row = lock_registration(registration_id)
    if row.status is RegistrationStatus.DECLINED:
        return False
    if row.status is not RegistrationStatus.REQUESTED:
        raise NotRequestedError
    turn_down([row], because=DeclinedBecause.STAFF, now=now)
    tell(messages.REFUSE, [row], RegistrationStatus.DECLINED, actor_id=actor_id, now=now)
    return True
