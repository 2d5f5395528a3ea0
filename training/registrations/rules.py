"""Who gets a seat and who waits: values in, answer out. See ADR 0005 and ADR 0012."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from sys import maxsize

from training.registrations.errors import (
    DoesNotFitError,
    MoveDoesNotFitError,
    NoFreeSeatError,
    SessionFullError,
)
from training.registrations.values import SEATED, Fit, Obstacle, RegistrationStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Seats kept for one organization, as long as its release date lies ahead."""

    organization_id: int
    seats: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Somebody who waits for a seat, or who would if they did not get one at once."""

    registration_id: int
    ticket: int
    #: Whose seats they may use: an organization that somebody vouched for, or none.
    organization_id: int | None
    #: Of a group that waits as a whole.
    group: int | None = None
    is_suspended: bool = False


#: Behind everybody who waits.
LAST = maxsize


@dataclass(frozen=True, kw_only=True, slots=True)
class Seats:
    """How a session's seats are held at one moment, under its lock."""

    capacity: int | None
    confirmed: int
    offered: int
    waitlist_capacity: int | None
    waitlisted: int
    #: Those of them who might get a seat or be passed over; nobody where none is free.
    waiting: tuple[Waiting, ...] = ()
    holds: tuple[Hold, ...] = ()
    #: Organization → seats that its people have here. Of those with a hold, and of all where the
    #: organization's number is limited.
    used: Mapping[int, int] = field(default_factory=dict)
    #: Seats that the people of one organization may have here.
    organization_limit: int | None = None
    #: Organization → what is left of its allotment in the campaign; others have none.
    balances: Mapping[int, int] = field(default_factory=dict)
    #: Whether single people may pass a group that waits for more seats than are free.
    fills_gaps: bool = True

    def free_for(self, organization_id: int | None) -> int | None:
        """Return the seats that this organization's people may take, or None for no limit.

        What is kept for others is not free; where people were overbooked, nothing is. Where more
        is held than there is, whoever comes first uses their own hold.
        """
        bounds = []
        if self.capacity is not None:
            for_all = self._unheld() - self.kept(besides=organization_id)
            of_own = min(self._unheld(), self._own(organization_id))
            bounds.append(max(for_all, of_own))
        if organization_id is not None:
            if self.organization_limit is not None:
                bounds.append(self.organization_limit - self.used.get(organization_id, 0))
            if organization_id in self.balances:
                bounds.append(self.balances[organization_id])
        return max(0, min(bounds)) if bounds else None

    def obstacle(
        self, organization_id: int | None, *, behind_group: bool = False
    ) -> Obstacle | None:
        """Return why this organization's people get no seat, or None: they get the next one.

        :param behind_group: a group waits before them that nobody may pass; what their own
            organization holds is theirs all the same.
        """
        if organization_id is not None:
            if self.balances.get(organization_id, 1) <= 0:
                return Obstacle.ALLOTMENT
            limit = self.organization_limit
            if limit is not None and self.used.get(organization_id, 0) >= limit:
                return Obstacle.LIMIT
        if self.capacity is not None and self._unheld() <= 0:
            return Obstacle.FULL
        if self._own(organization_id):
            return None
        if self.capacity is not None and self._unheld() <= self.kept():
            return Obstacle.HELD
        return Obstacle.BEHIND_GROUP if behind_group else None

    def kept(self, *, besides: int | None = None) -> int:
        """Return the seats that organizations hold and have not used, but for one of them."""
        return sum(self._left_of(hold) for hold in self.holds if hold.organization_id != besides)

    def _own(self, organization_id: int | None) -> int:
        """Return the seats that an organization itself holds and has not used."""
        return sum(
            self._left_of(hold) for hold in self.holds if hold.organization_id == organization_id
        )

    def _left_of(self, hold: Hold) -> int:
        return max(0, hold.seats - self.used.get(hold.organization_id, 0))

    def _unheld(self) -> int:
        assert self.capacity is not None
        return self.capacity - self.confirmed - self.offered

    def after(self, status: RegistrationStatus, organization_id: int | None = None) -> "Seats":
        """Return the seats after one more registration of that status."""
        if status is RegistrationStatus.WAITLISTED:
            one = _newcomer(organization_id)
            return replace(self, waitlisted=self.waitlisted + 1, waiting=(*self.waiting, one))
        return self.taken_by(organization_id)

    def without(self, status: RegistrationStatus, organization_id: int | None = None) -> "Seats":
        """Return the seats after somebody gave up one of that status."""
        return self.taken_by(organization_id, people=-1) if status in SEATED else self

    def taken_by(self, organization_id: int | None, *, people: int = 1) -> "Seats":
        """Return the seats after so many more of this organization's people got one.

        :param people: below zero: so many gave theirs up.
        """
        left = replace(self, confirmed=self.confirmed + people)
        if organization_id is None:
            return left
        used = {**self.used, organization_id: self.used.get(organization_id, 0) + people}
        balances = dict(self.balances)
        if organization_id in balances:
            balances[organization_id] -= people
        return replace(left, used=used, balances=balances)

    @property
    def has_room_to_wait(self) -> bool:
        return self.waitlist_capacity is None or self.waitlisted < self.waitlist_capacity


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Who gets the free seats, and why others who wait do not."""

    chosen: tuple[Waiting, ...] = ()
    refused: tuple[tuple[Waiting, Obstacle], ...] = ()

    @property
    def passed_over(self) -> tuple[tuple[Waiting, Obstacle], ...]:
        """Those who waited longer than somebody who gets a seat."""
        last = max((one.ticket for one in self.chosen), default=0)
        return tuple((one, obstacle) for one, obstacle in self.refused if one.ticket < last)


def choose(seats: Seats, waiting: Sequence[Waiting]) -> Choice:
    """Decide who gets the free seats: in the order of the tickets, each who may have one.

    Who may not is passed over, and keeps the ticket. A group that waits as a whole gets seats for
    all or none; whether others may pass it then, the session says.
    """
    left = seats
    chosen: list[Waiting] = []
    refused: list[tuple[Waiting, Obstacle]] = []
    behind_group = False
    for unit in _units(waiting):
        after, obstacle = _seat(left, unit, behind_group=behind_group)
        if obstacle is None:
            chosen += unit
            left = after
            continue
        waits_for_room = len(unit) > 1 and obstacle in {Obstacle.FULL, Obstacle.HELD}
        behind_group = behind_group or (waits_for_room and not seats.fills_gaps)
        refused += [(one, Obstacle.GROUP if waits_for_room else obstacle) for one in unit]
    return Choice(chosen=tuple(chosen), refused=tuple(refused))


def _units(waiting: Sequence[Waiting]) -> Iterable[list[Waiting]]:
    """Return single people, and groups that wait as a whole, by their first tickets."""
    units: dict[tuple[str, int], list[Waiting]] = {}
    for position, one in enumerate(sorted(waiting, key=lambda one: one.ticket)):
        key = ("alone", position) if one.group is None else ("group", one.group)
        units.setdefault(key, []).append(one)
    return units.values()


def _seat(
    seats: Seats, unit: Sequence[Waiting], *, behind_group: bool
) -> tuple[Seats, Obstacle | None]:
    """Return the seats after all of a unit got one, or why not all do."""
    left = seats
    for one in unit:
        if one.is_suspended:
            return seats, Obstacle.SUSPENDED
        obstacle = left.obstacle(one.organization_id, behind_group=behind_group)
        if obstacle is not None:
            return seats, obstacle
        left = left.taken_by(one.organization_id)
    return left, None


def place(
    seats: Seats, organization_id: int | None = None, *, ticket: int = LAST
) -> RegistrationStatus:
    """Decide what the next participant gets: what they would who waited with that ticket.

    Nobody overtakes the waitlist: while somebody waits who may have the seat, a newcomer waits
    too, even when a cancellation has just freed it.

    :param ticket: given when they asked; without more, they come last.
    :raise SessionFullError: no free seat, and no room to wait.
    """
    if _gets_seat(seats, organization_id, ticket=ticket):
        return RegistrationStatus.CONFIRMED
    if seats.has_room_to_wait:
        return RegistrationStatus.WAITLISTED
    raise SessionFullError


def _gets_seat(seats: Seats, organization_id: int | None, *, ticket: int = LAST) -> bool:
    if seats.obstacle(organization_id) is not None:
        return False  # an import asks for each row: not all who wait are gone through
    newcomer = _newcomer(organization_id, ticket=ticket)
    chosen = choose(seats, [*seats.waiting, newcomer]).chosen
    return any(one is newcomer for one in chosen)  # others of their form may equal them


def _newcomer(organization_id: int | None, *, ticket: int = LAST) -> Waiting:
    """Return somebody who is not registered yet."""
    return Waiting(registration_id=0, ticket=ticket, organization_id=organization_id)


def place_group(
    seats: Seats, organization_ids: Sequence[int | None], fit: Fit
) -> list[RegistrationStatus]:
    """Decide what a group gets, in the order of the form.

    One person alone waits where there is room, unless only a seat is of use. Several come as a
    whole, or, if they chose so, whoever fits gets a seat and the rest waits, or all wait.

    :param organization_ids: one for each person.
    :raise NoFreeSeatError: one person alone, for whom waiting is of no use.
    :raise SessionFullError: nobody of them gets a seat or may wait.
    :raise DoesNotFitError: they want to come as a whole and do not fit, or the rest of them finds
        no room to wait, or all of them would wait for more seats than there ever are.
    """
    wanted = len(organization_ids)
    if fit is Fit.SEATS and wanted == 1 and not _gets_seat(seats, organization_ids[0]):
        raise NoFreeSeatError
    statuses: list[RegistrationStatus] = []
    left = seats
    for organization_id in organization_ids:
        try:
            status = place(left, organization_id)
        except SessionFullError:
            if not statuses:
                raise
            raise DoesNotFitError(free=_confirmed(statuses), wanted=wanted) from None
        statuses.append(status)
        left = left.after(status, organization_id)
    is_split = wanted > 1 and RegistrationStatus.WAITLISTED in statuses
    if is_split and fit is Fit.WHOLE:
        _refuse_endless_wait(seats, organization_ids, free=_confirmed(statuses))
        return [RegistrationStatus.WAITLISTED] * wanted
    if is_split and fit is not Fit.WHAT_FITS:
        raise DoesNotFitError(free=_confirmed(statuses), wanted=wanted)
    return statuses


def _refuse_endless_wait(
    seats: Seats, organization_ids: Sequence[int | None], *, free: int
) -> None:
    """Refuse a group that finds no room to wait as a whole, or would never be seated."""
    wanted = len(organization_ids)
    most = replace(seats, confirmed=0, offered=0, holds=(), used={}, balances={})
    for organization_id in organization_ids:
        if most.obstacle(organization_id) is not None:
            raise DoesNotFitError(free=free, wanted=wanted)
        most = most.taken_by(organization_id)
    room = seats.waitlist_capacity
    if room is not None and seats.waitlisted + wanted > room:
        raise DoesNotFitError(free=free, wanted=wanted)


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
    if fit is not Fit.WHAT_FITS and RegistrationStatus.WAITLISTED in statuses:
        raise MoveDoesNotFitError(free=_confirmed(statuses), wanted=wanted)
    return statuses


def _confirmed(statuses: Sequence[RegistrationStatus]) -> int:
    return statuses.count(RegistrationStatus.CONFIRMED)


def overbooked_by(*, capacity: int | None, held: int, more: int) -> int:
    """Return by how many people a session is overbooked after so many more got a seat."""
    return 0 if capacity is None else max(0, held + more - capacity)


def overbooked_after(*, overbooked_by: int, freed: int) -> int:
    """Return what is left of an overbooking: every freed seat pays it back first."""
    return max(0, overbooked_by - freed)


def lacking(required: AbstractSet[int], attended: AbstractSet[int]) -> frozenset[int]:
    """Return the courses that somebody has to attend before and has not."""
    return frozenset(required - attended)
