"""Who gets a seat: the pure rule, holds included, though their pages come later."""

import pytest

from training.registrations.errors import (
    DoesNotFitError,
    MoveDoesNotFitError,
    NoFreeSeatError,
    SessionFullError,
)
from training.registrations.rules import (
    Hold,
    Seats,
    Waiting,
    choose,
    overbooked_after,
    overbooked_by,
    place,
    place_group,
    place_moved,
)
from training.registrations.values import Fit, RegistrationStatus

C, W = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED


def seats(
    capacity: int | None,
    confirmed: int = 0,
    *,
    offered: int = 0,
    room: int | None = None,
    waiting: int = 0,
    holds: tuple[Hold, ...] = (),
) -> Seats:
    return Seats(
        capacity=capacity,
        confirmed=confirmed,
        offered=offered,
        waitlist_capacity=room,
        waitlisted=waiting,
        is_awaited=waiting > 0,
        holds=holds,
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(seats(1), C, id="last seat"),
        pytest.param(seats(1, 1, room=5), W, id="full, room to wait"),
        pytest.param(seats(1, 0, offered=1), W, id="the last seat is offered"),
        pytest.param(seats(2, 1, waiting=1), W, id="free seat, but others wait"),
        pytest.param(seats(1, 3), W, id="overbooked"),
        pytest.param(seats(None, 900), C, id="no limit"),
        pytest.param(seats(0), W, id="no seat at all"),
    ],
)
def test_place_gives(given: Seats, expected: RegistrationStatus) -> None:
    assert place(given) is expected


@pytest.mark.parametrize(
    "given",
    [seats(1, 1, room=0), seats(1, 1, room=2, waiting=2)],
    ids=["no waitlist", "it is full"],
)
def test_place_refuses(given: Seats) -> None:
    with pytest.raises(SessionFullError):
        place(given)


def test_a_free_seat_is_a_newcomers_if_nobody_who_waits_may_have_it() -> None:
    passed_over = Seats(
        capacity=2, confirmed=1, offered=0, waitlist_capacity=None, waitlisted=1, is_awaited=False
    )

    assert place(passed_over) is C


@pytest.mark.parametrize(
    ("organization", "expected"),
    [pytest.param(1, C, id="its own hold"), pytest.param(2, W, id="others'")],
)
def test_held_seats_are_for_their_organization(
    organization: int, expected: RegistrationStatus
) -> None:
    held = seats(5, 3, holds=(Hold(organization_id=1, seats=3, used=1),))

    assert place(held, organization) is expected


def test_an_organization_uses_its_own_hold_first() -> None:
    held = seats(3, holds=(Hold(organization_id=1, seats=2, used=0),))

    assert place_group(held, [1, 1, 1, 2], Fit.WHAT_FITS) == [C, C, C, W]


def test_a_hold_that_is_used_up_keeps_nothing() -> None:
    held = seats(3, 2, holds=(Hold(organization_id=1, seats=2, used=2),))

    assert place(held, None) is C


@pytest.mark.parametrize(
    ("given", "people", "fit", "expected"),
    [
        pytest.param(seats(3), 3, Fit.ALL, [C, C, C], id="all fit"),
        pytest.param(seats(2), 3, Fit.WHAT_FITS, [C, C, W], id="what fits"),
        pytest.param(seats(2, 2), 2, Fit.WHAT_FITS, [W, W], id="all wait"),
        pytest.param(seats(1, 1), 1, Fit.ALL, [W], id="one alone waits"),
        pytest.param(seats(None), 3, Fit.ALL, [C, C, C], id="no limit"),
    ],
)
def test_place_group_gives(
    given: Seats, people: int, fit: Fit, expected: list[RegistrationStatus]
) -> None:
    assert place_group(given, [None] * people, fit) == expected


@pytest.mark.parametrize(
    ("given", "people", "fit", "free"),
    [
        pytest.param(seats(3), 5, Fit.ALL, 3, id="as a whole"),
        pytest.param(seats(2, 2), 2, Fit.ALL, 0, id="as a whole, none free"),
        pytest.param(seats(2, room=1), 4, Fit.WHAT_FITS, 2, id="not even all may wait"),
    ],
)
def test_a_group_that_does_not_fit_is_told_the_free_seats(
    given: Seats, people: int, fit: Fit, free: int
) -> None:
    with pytest.raises(DoesNotFitError) as refused:
        place_group(given, [None] * people, fit)

    assert (refused.value.free, refused.value.wanted) == (free, people)


def test_a_group_finds_a_full_session_full() -> None:
    with pytest.raises(SessionFullError):
        place_group(seats(1, 1, room=0), [None, None], Fit.WHAT_FITS)


def waiting(*organizations: int | None) -> list[Waiting]:
    return [
        Waiting(registration_id=number, ticket=number, organization_id=organization)
        for number, organization in enumerate(organizations, start=1)
    ]


def test_free_seats_go_to_the_lowest_tickets() -> None:
    in_some_order = list(reversed(waiting(None, None, None)))

    chosen = choose(seats(3, 1, waiting=3), in_some_order)

    assert [one.ticket for one in chosen] == [1, 2]


def test_who_may_not_have_a_held_seat_is_passed_over() -> None:
    held = seats(2, 1, waiting=2, holds=(Hold(organization_id=7, seats=1, used=0),))

    assert [one.ticket for one in choose(held, waiting(None, 7))] == [2]


def test_nobody_is_chosen_where_people_were_overbooked() -> None:
    assert choose(seats(2, 4, waiting=1), waiting(None)) == []


def test_no_limit_chooses_everybody() -> None:
    assert len(choose(seats(None, 9, waiting=3), waiting(None, 1, 2))) == 3


@pytest.mark.parametrize(("by", "freed", "left"), [(3, 1, 2), (1, 1, 0), (1, 5, 0), (0, 1, 0)])
def test_a_freed_seat_pays_back_an_overbooking(by: int, freed: int, left: int) -> None:
    assert overbooked_after(overbooked_by=by, freed=freed) == left


def test_whom_only_a_seat_is_of_use_does_not_wait() -> None:
    assert place_group(seats(1), [None], Fit.SEATS) == [C]
    assert place_group(seats(1, 1), [None], Fit.ALL) == [W]
    with pytest.raises(NoFreeSeatError):
        place_group(seats(1, 1), [None], Fit.SEATS)
    with pytest.raises(NoFreeSeatError):
        place_group(seats(2, 1, waiting=1), [None], Fit.SEATS)
    with pytest.raises(DoesNotFitError):
        place_group(seats(2, 1), [None, None], Fit.SEATS)


def test_who_is_moved_gets_a_seat_unless_they_may_wait() -> None:
    assert place_moved(seats(3, 1), [None, None], Fit.SEATS) == [C, C]
    assert place_moved(seats(2, 1), [None, None], Fit.WHAT_FITS) == [C, W]
    for there, fit, free in (
        (seats(2, 1), Fit.SEATS, 1),
        (seats(2, 1), Fit.ALL, 1),
        (seats(2, 1, waiting=1), Fit.SEATS, 0),
        (seats(1, 1, room=0), Fit.SEATS, 0),
        (seats(2, 1, room=0), Fit.WHAT_FITS, 1),
    ):
        with pytest.raises(MoveDoesNotFitError) as refused:
            place_moved(there, [None, None], fit)
        assert (refused.value.free, refused.value.wanted) == (free, 2)


@pytest.mark.parametrize(
    ("capacity", "held", "more", "beyond"),
    [(None, 9, 9, 0), (5, 3, 2, 0), (5, 4, 2, 1), (5, 7, 1, 3)],
)
def test_overbooked_by_counts_who_sits_beside_the_seats(
    capacity: int | None, held: int, more: int, beyond: int
) -> None:
    assert overbooked_by(capacity=capacity, held=held, more=more) == beyond
