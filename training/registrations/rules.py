"""Who gets a seat and who waits: values in, answer out. See ADR 0005."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from training.registrations.errors import (
    DoesNotFitError,
    MoveDoesNotFitError,
    NoFreeSeatError,
    SessionFullError,
)
from training.registrations.values import Fit, RegistrationStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Seats kept for one organization, as long as its release date lies ahead."""

    organization_id: int
    seats: int
    #: Seats that its people have already.
    used: int

    @property
    def open(self) -> int:
        return max(0, self.seats - self.used)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seats:
    """How a session's seats are held at one moment, under its lock."""

    capacity: int | None
    confirmed: int
    offered: int
    waitlist_capacity: int | None
    waitlisted: int
    #: Whether somebody waits who may have the next free seat.
    is_awaited: bool
    holds: tuple[Hold, ...] = field(default=())

    def free_for(self, organization_id: int | None) -> int | None:
        """Return the seats that this organization's people may take, or None for no limit.

        What is kept for others is not free; where people were overbooked, nothing is.
        """
        if self.capacity is None:
            return None
        kept = sum(hold.open for hold in self.holds if hold.organization_id != organization_id)
        return max(0, self.capacity - self.confirmed - self.offered - kept)

    def after(self, status: RegistrationStatus, organization_id: int | None = None) -> "Seats":
        """Return the seats after one more registration of that status."""
        if status is RegistrationStatus.WAITLISTED:
            return replace(self, waitlisted=self.waitlisted + 1, is_awaited=True)
        holds = tuple(
            replace(hold, used=hold.used + 1) if hold.organization_id == organization_id else hold
            for hold in self.holds
        )
        return replace(self, confirmed=self.confirmed + 1, holds=holds)

    @property
    def has_room_to_wait(self) -> bool:
        return self.waitlist_capacity is None or self.waitlisted < self.waitlist_capacity


def place(seats: Seats, organization_id: int | None = None) -> RegistrationStatus:
    """Decide what the next participant gets.

    Nobody overtakes the waitlist: while somebody waits who may have the seat, a newcomer waits
    too, even when a cancellation has just freed it.

    :raise SessionFullError: no free seat, and no room to wait.
    """
    if _has_seat(seats, organization_id):
        return RegistrationStatus.CONFIRMED
    if seats.has_room_to_wait:
        return RegistrationStatus.WAITLISTED
    raise SessionFullError


def _has_seat(seats: Seats, organization_id: int | None) -> bool:
    free = seats.free_for(organization_id)
    return (free is None or free > 0) and not seats.is_awaited


def place_group(
    seats: Seats, organization_ids: Sequence[int | None], fit: Fit
) -> list[RegistrationStatus]:
    """Decide what a group gets, in the order of the form.

    One person alone waits where there is room, unless only a seat is of use. Several come as a
    whole, or, if they chose so, whoever fits gets a seat and the rest waits.

    :param organization_ids: one for each person.
    :raise NoFreeSeatError: one person alone, for whom waiting is of no use.
    :raise SessionFullError: nobody of them gets a seat or may wait.
    :raise DoesNotFitError: they want to come as a whole and do not fit, or the rest of them finds
        no room to wait.
    """
    wanted = len(organization_ids)
    if fit is Fit.SEATS and wanted == 1 and not _has_seat(seats, organization_ids[0]):
        raise NoFreeSeatError
    statuses: list[RegistrationStatus] = []
    left = seats
    for organization_id in organization_ids:
        try:
            status = place(left, organization_id)
        except SessionFullError:
            if wanted == 1 or not statuses:
                raise
            raise DoesNotFitError(free=_confirmed(statuses), wanted=wanted) from None
        statuses.append(status)
        left = left.after(status, organization_id)
    if fit is not Fit.WHAT_FITS and wanted > 1 and _confirmed(statuses) < wanted:
        raise DoesNotFitError(free=_confirmed(statuses), wanted=wanted)
    return statuses


def place_moved(
    seats: Seats, organization_ids: Sequence[int | None], fit: Fit
) -> list[RegistrationStatus]:
    """Decide what people get who are moved to a session, in their order.

    Unless they are to take what fits, each gets a seat there: nobody loses one by being moved.

    :raise MoveDoesNotFitError: not all get a seat, or the rest of them finds no room to wait.
    """
    wanted = len(organization_ids)
    try:
        statuses = place_group(seats, organization_ids, Fit.WHAT_FITS)
    except SessionFullError:
        raise MoveDoesNotFitError(free=0, wanted=wanted) from None
    except DoesNotFitError as error:
        raise MoveDoesNotFitError(free=error.free, wanted=wanted) from None
    if fit is not Fit.WHAT_FITS and _confirmed(statuses) < wanted:
        raise MoveDoesNotFitError(free=_confirmed(statuses), wanted=wanted)
    return statuses


def _confirmed(statuses: Sequence[RegistrationStatus]) -> int:
    return statuses.count(RegistrationStatus.CONFIRMED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Somebody who waits and may have a seat."""

    registration_id: int
    ticket: int
    organization_id: int | None


def choose(seats: Seats, waiting: Sequence[Waiting]) -> list[Waiting]:
    """Return who gets the free seats: in the order of the tickets, nobody out of turn.

    Where seats are kept for an organization, whoever may not have them is passed over.
    """
    chosen = []
    left = seats
    for person in sorted(waiting, key=lambda one: one.ticket):
        free = left.free_for(person.organization_id)
        if free is None or free > 0:
            chosen.append(person)
            left = left.after(RegistrationStatus.CONFIRMED, person.organization_id)
    return chosen


def overbooked_by(*, capacity: int | None, held: int, more: int) -> int:
    """Return by how many people a session is overbooked after so many more got a seat."""
    return 0 if capacity is None else max(0, held + more - capacity)


def overbooked_after(*, overbooked_by: int, freed: int) -> int:
    """Return what is left of an overbooking: every freed seat pays it back first."""
    return max(0, overbooked_by - freed)
