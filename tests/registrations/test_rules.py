"""Who gets a seat and who waits: the pure rule."""

from dataclasses import replace

import pytest

from training.registrations.errors import (
    DoesNotFitError,
    MoveDoesNotFitError,
    NoFreeSeatError,
    SessionFullError,
)
from training.registrations.rules import (
    Choice,
    Hold,
    Seats,
    Waiting,
    choose,
    lacking,
    overbooked_after,
    overbooked_by,
    place,
    place_group,
    place_moved,
)
from training.registrations.values import Fit, Obstacle, RegistrationStatus

C, W = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED


def seats(
    capacity: int | None,
    confirmed: int = 0,
    *,
    offered: int = 0,
    room: int | None = None,
    waiting: int = 0,
    holds: tuple[Hold, ...] = (),
    used: dict[int, int] | None = None,
) -> Seats:
    return Seats(
        capacity=capacity,
        confirmed=confirmed,
        offered=offered,
        waitlist_capacity=room,
        waitlisted=waiting,
        waiting=tuple(in_line(*[None] * waiting)),
        holds=holds,
        used=used or {},
    )


def in_line(*organizations: int | None) -> list[Waiting]:
    """Return people who wait, with the tickets 1, 2, 3 ..."""
    return [
        Waiting(registration_id=number, ticket=number, organization_id=organization)
        for number, organization in enumerate(organizations, start=1)
    ]


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
    [seats(1, 1, room=0), seats(1, 1, room=2, waiting=2), seats(1, 1, room=2, waiting=3)],
    ids=["no waitlist", "it is full", "more wait than may"],
)
def test_place_refuses(given: Seats) -> None:
    with pytest.raises(SessionFullError):
        place(given)


def test_a_newcomer_comes_behind_everybody_who_waits() -> None:
    [waiting] = in_line(None)
    there = replace(seats(2, 1), waitlisted=1, waiting=(replace(waiting, ticket=2**31 - 1),))

    assert place(there) is W


def test_seats_need_not_be_bounded() -> None:
    there = Seats(capacity=None, confirmed=0, offered=0, waitlist_capacity=None, waitlisted=0)

    assert place_group(there, [A, None], Fit.ALL) == [C, C]


def test_a_free_seat_is_a_newcomers_if_nobody_who_waits_may_have_it() -> None:
    [suspended] = in_line(7)
    passed_over = replace(seats(2, 1, waiting=1), waiting=(replace(suspended, is_suspended=True),))

    assert place(passed_over) is C


@pytest.mark.parametrize(
    ("organization", "expected"),
    [pytest.param(1, C, id="its own hold"), pytest.param(2, W, id="others'")],
)
def test_held_seats_are_for_their_organization(
    organization: int, expected: RegistrationStatus
) -> None:
    held = seats(5, 3, holds=(Hold(organization_id=1, seats=3),), used={1: 1})

    assert place(held, organization) is expected


def test_an_organization_uses_its_own_hold_first() -> None:
    held = seats(3, holds=(Hold(organization_id=1, seats=2),))

    assert place_group(held, [1, 1, 1, 2], Fit.WHAT_FITS) == [C, C, C, W]


def test_a_hold_that_is_used_up_keeps_nothing() -> None:
    held = seats(3, 2, holds=(Hold(organization_id=1, seats=2),), used={1: 2})

    assert place(held, None) is C


@pytest.mark.parametrize(
    ("given", "people", "fit", "expected"),
    [
        pytest.param(seats(3), 3, Fit.ALL, [C, C, C], id="all fit"),
        pytest.param(seats(2), 3, Fit.WHAT_FITS, [C, C, W], id="what fits"),
        pytest.param(seats(2, 2), 2, Fit.WHAT_FITS, [W, W], id="all wait"),
        pytest.param(seats(1, 1), 1, Fit.ALL, [W], id="one alone waits"),
        pytest.param(seats(None), 3, Fit.ALL, [C, C, C], id="no limit"),
        pytest.param(seats(4, 2, waiting=2), 2, Fit.WHAT_FITS, [W, W], id="behind who waits"),
        pytest.param(seats(1, 1, room=2), 2, Fit.WHAT_FITS, [W, W], id="just room to wait"),
        pytest.param(seats(1, 1), 0, Fit.SEATS, [], id="nobody"),
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
        pytest.param(seats(2, 2), 2, Fit.SEATS, 0, id="waiting is of no use to them"),
        pytest.param(seats(2, room=1), 4, Fit.WHAT_FITS, 2, id="not even all may wait"),
        pytest.param(
            seats(1, 1, room=2, waiting=1), 2, Fit.WHAT_FITS, 0, id="others wait there already"
        ),
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


def test_free_seats_go_to_the_lowest_tickets() -> None:
    in_some_order = list(reversed(in_line(None, None, None)))

    chosen = choose(seats(3, 1, waiting=3), in_some_order).chosen

    assert [one.ticket for one in chosen] == [1, 2]


def test_who_may_not_have_a_held_seat_is_passed_over() -> None:
    held = seats(2, 1, waiting=2, holds=(Hold(organization_id=7, seats=1),))

    assert [one.ticket for one in choose(held, in_line(None, 7)).chosen] == [2]


def test_nobody_is_chosen_where_people_were_overbooked() -> None:
    assert choose(seats(2, 4, waiting=1), in_line(None)).chosen == ()


def test_no_limit_chooses_everybody() -> None:
    assert len(choose(seats(None, 9, waiting=3), in_line(None, 1, 2)).chosen) == 3


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
    [(None, 9, 9, 0), (5, 3, 1, 0), (5, 3, 2, 0), (5, 4, 2, 1), (5, 7, 1, 3)],
)
def test_overbooked_by_counts_who_sits_beside_the_seats(
    capacity: int | None, held: int, more: int, beyond: int
) -> None:
    assert overbooked_by(capacity=capacity, held=held, more=more) == beyond


A, B = 1, 2  # organizations


def group(number: int, *tickets: int, organization: int | None = None) -> list[Waiting]:
    """Return people who wait as a whole."""
    return [
        Waiting(registration_id=ticket, ticket=ticket, organization_id=organization, group=number)
        for ticket in tickets
    ]


def tickets(choice: Choice) -> list[int]:
    return [one.ticket for one in choice.chosen]


def reasons(choice: Choice) -> dict[int, Obstacle]:
    return {one.ticket: obstacle for one, obstacle in choice.passed_over}


@pytest.mark.parametrize(
    ("given", "organization", "obstacle", "free"),
    [
        pytest.param(seats(3, 2), None, None, 1, id="a free seat"),
        pytest.param(seats(3, 3), None, Obstacle.FULL, 0, id="none free"),
        pytest.param(seats(3, 2, offered=1), A, Obstacle.FULL, 0, id="offered"),
        pytest.param(seats(2, 5), A, Obstacle.FULL, 0, id="overbooked"),
        pytest.param(seats(None, 5), A, None, None, id="no limit"),
        pytest.param(
            seats(3, 1, holds=(Hold(organization_id=A, seats=2),)),
            None,
            Obstacle.HELD,
            0,
            id="what is free is held",
        ),
        pytest.param(
            seats(3, 1, holds=(Hold(organization_id=A, seats=2),)),
            B,
            Obstacle.HELD,
            0,
            id="held for another",
        ),
        pytest.param(
            seats(3, 1, holds=(Hold(organization_id=A, seats=2),)), A, None, 2, id="own hold"
        ),
        pytest.param(
            seats(3, 2, holds=(Hold(organization_id=A, seats=2),), used={A: 1}),
            None,
            Obstacle.HELD,
            0,
            id="half used",
        ),
        pytest.param(
            seats(3, 2, holds=(Hold(organization_id=A, seats=2),), used={A: 3}),
            None,
            None,
            1,
            id="used beyond the hold",
        ),
        pytest.param(
            seats(3, 2, holds=(Hold(organization_id=A, seats=5),)),
            None,
            Obstacle.HELD,
            0,
            id="more held than free",
        ),
        pytest.param(
            replace(seats(9, used={A: 2}), organization_limit=2), A, Obstacle.LIMIT, 0, id="limit"
        ),
        pytest.param(
            replace(seats(9, used={A: 1}), organization_limit=2), A, None, 1, id="below the limit"
        ),
        pytest.param(
            replace(seats(9, used={A: 3}), organization_limit=2),
            A,
            Obstacle.LIMIT,
            0,
            id="beyond the limit",
        ),
        pytest.param(
            replace(seats(9), organization_limit=2), A, None, 2, id="the first of an organization"
        ),
        pytest.param(
            replace(seats(9), organization_limit=0),
            A,
            Obstacle.LIMIT,
            0,
            id="none of organizations",
        ),
        pytest.param(
            replace(seats(None), organization_limit=0), None, None, None, id="no organization"
        ),
        pytest.param(replace(seats(9), balances={A: 0}), A, Obstacle.ALLOTMENT, 0, id="used up"),
        pytest.param(replace(seats(9), balances={A: -3}), A, Obstacle.ALLOTMENT, 0, id="overused"),
        pytest.param(replace(seats(9), balances={A: 1}), A, None, 1, id="one left"),
        pytest.param(replace(seats(9), balances={A: 0}), B, None, 9, id="another's allotment"),
        pytest.param(replace(seats(0), balances={A: 0}), A, Obstacle.ALLOTMENT, 0, id="and full"),
    ],
)
def test_what_stands_between_somebody_and_a_seat(
    given: Seats, organization: int | None, obstacle: Obstacle | None, free: int | None
) -> None:
    assert given.obstacle(organization) is obstacle
    assert given.free_for(organization) == free


def test_each_seat_counts_against_hold_limit_and_allotment() -> None:
    before = replace(
        seats(5, holds=(Hold(organization_id=A, seats=2),), used={B: 1}),
        organization_limit=3,
        balances={A: 2, B: 1},
    )

    after = before.after(C, A)

    assert before.kept() == 2
    assert (after.confirmed, after.used, after.balances) == (1, {A: 1, B: 1}, {A: 1, B: 1})
    assert after.kept() == 1
    assert after.kept(besides=A) == 0
    assert after.without(C, A) == replace(before, used={A: 0, B: 1})
    assert before.after(C).without(C) == before
    assert before.without(W, A) == before
    assert place_group(before, [A, A, A], Fit.WHAT_FITS) == [C, C, W]


def test_who_waits_comes_behind_the_others() -> None:
    before = seats(1, 1, waiting=2)

    after = before.after(W, B)

    assert after.waitlisted == 3
    assert [one.organization_id for one in after.waiting] == [None, None, B]
    assert after.waiting[:2] == before.waiting


def test_an_offered_seat_that_is_given_up_is_free() -> None:
    offered = seats(2, 1, offered=1)

    assert offered.without(RegistrationStatus.OFFERED).free_for(None) == 1


def test_who_may_not_have_a_seat_is_passed_over_with_the_reason() -> None:
    bounded = replace(
        seats(9, 5, holds=(Hold(organization_id=7, seats=2),)),
        organization_limit=1,
        balances={B: 0},
        used={A: 1},
    )
    line = in_line(A, B, None, 7, None, None)
    line[2] = replace(line[2], is_suspended=True)

    choice = choose(bounded, line)

    assert tickets(choice) == [4, 5, 6]
    assert reasons(choice) == {
        1: Obstacle.LIMIT,
        2: Obstacle.ALLOTMENT,
        3: Obstacle.SUSPENDED,
    }


def test_who_comes_behind_the_last_that_is_chosen_was_not_passed_over() -> None:
    choice = choose(seats(3, 2), in_line(None, None))

    assert tickets(choice) == [1]
    assert choice.passed_over == ()
    assert [(one.ticket, why) for one, why in choice.refused] == [(2, Obstacle.FULL)]
    assert choose(seats(1, 1), in_line(None)).passed_over == ()


def test_who_comes_between_two_that_are_chosen_was_passed_over() -> None:
    choice = choose(replace(seats(9), balances={A: 0}), in_line(None, A, None, A))

    assert tickets(choice) == [1, 3]
    assert reasons(choice) == {2: Obstacle.ALLOTMENT}


def test_a_group_is_promoted_as_a_whole_or_passed() -> None:
    line = [*group(1, 1, 2, 3), *in_line(*[None] * 4)[3:]]

    assert tickets(choose(seats(3), line)) == [1, 2, 3]
    passed = choose(seats(2), line)
    assert tickets(passed) == [4]
    assert reasons(passed) == dict.fromkeys([1, 2, 3], Obstacle.GROUP)
    assert tickets(choose(seats(4), line)) == [1, 2, 3, 4]


def test_each_group_gets_seats_of_its_own() -> None:
    two = [*group(1, 1, 2), *group(2, 3, 4)]

    assert tickets(choose(seats(2), two)) == [1, 2]
    assert tickets(choose(seats(3), [*group(1, 1, 2, 3, 4), *group(2, 5, 6)])) == [5, 6]
    strict = choose(replace(seats(1), fills_gaps=False), two)
    assert [why for _, why in strict.refused] == [
        Obstacle.GROUP,
        Obstacle.GROUP,
        Obstacle.BEHIND_GROUP,
        Obstacle.BEHIND_GROUP,
    ]


def test_nobody_passes_a_group_where_gaps_are_not_filled() -> None:
    waits = [*group(1, 1, 2), *in_line(None, None, None, A)[2:]]
    strict = replace(seats(1), fills_gaps=False)

    behind = choose(strict, waits)
    own = choose(replace(strict, capacity=2, holds=(Hold(organization_id=A, seats=1),)), waits)

    assert tickets(behind) == []
    assert [why for _, why in behind.refused] == [
        Obstacle.GROUP,
        Obstacle.GROUP,
        Obstacle.BEHIND_GROUP,
        Obstacle.BEHIND_GROUP,
    ]
    assert tickets(own) == [4]
    with pytest.raises(SessionFullError):
        place(replace(strict, waiting=tuple(waits), waitlist_capacity=0))


def test_a_group_that_may_not_come_for_another_reason_blocks_nobody() -> None:
    waits = [*group(1, 1, 2, organization=A), *in_line(None, None, None)[2:]]
    suspended = [replace(one, is_suspended=one.group is not None) for one in waits]
    strict = replace(seats(5), fills_gaps=False)

    limited = choose(replace(strict, organization_limit=1), waits)
    used_up = choose(replace(strict, balances={A: 1}), waits)

    assert reasons(limited) == {1: Obstacle.LIMIT, 2: Obstacle.LIMIT}
    assert tickets(limited) == [3]
    assert reasons(used_up) == {1: Obstacle.ALLOTMENT, 2: Obstacle.ALLOTMENT}
    assert tickets(used_up) == [3]
    assert reasons(choose(strict, suspended)) == dict.fromkeys([1, 2], Obstacle.SUSPENDED)


def test_one_left_of_a_group_is_somebody_alone() -> None:
    choice = choose(replace(seats(1, 1), fills_gaps=False), group(5, 8))

    assert choice.refused[0][1] is Obstacle.FULL


def test_the_members_of_a_group_stand_where_its_first_stands() -> None:
    line = [*group(1, 1, 4), *in_line(None, None, None)[1:]]

    assert tickets(choose(seats(2), line)) == [1, 4]
    assert tickets(choose(seats(3), list(reversed(line)))) == [1, 4, 2]


def test_people_who_asked_early_stand_before_those_who_wait() -> None:
    free = replace(seats(2, 1), waitlisted=1, waiting=tuple(in_line(None, None)[1:]))

    assert place(free) is W
    assert place(free, ticket=1) is C


def test_a_group_waits_as_a_whole() -> None:
    assert place_group(seats(3), [None] * 3, Fit.WHOLE) == [C, C, C]
    assert place_group(seats(3, 1), [None] * 3, Fit.WHOLE) == [W, W, W]
    assert place_group(seats(3, 2, room=3), [None] * 3, Fit.WHOLE) == [W, W, W]
    assert place_group(seats(1, 1), [None], Fit.WHOLE) == [W]
    held = seats(4, 1, holds=(Hold(organization_id=B, seats=4),), used={B: 1})
    assert place_group(held, [A, A], Fit.WHOLE) == [W, W]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(seats(3, 1, offered=2), id="seats that are offered"),
        pytest.param(replace(seats(9, used={A: 1}), organization_limit=3), id="others' seats"),
        pytest.param(replace(seats(9), balances={A: 2}), id="an allotment that is used up"),
        pytest.param(seats(3, 1, room=9), id="seats that are taken, with room to spare"),
    ],
)
def test_a_group_waits_for_what_may_become_free(given: Seats) -> None:
    assert place_group(given, [A] * 3, Fit.WHOLE) == [W, W, W]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(seats(2), id="more than there are seats"),
        pytest.param(seats(3, 1, room=2), id="no room to wait"),
        pytest.param(
            replace(seats(3, 1), waitlisted=1, waitlist_capacity=3), id="others wait there already"
        ),
        pytest.param(replace(seats(9), organization_limit=2), id="more than may come"),
    ],
)
def test_a_group_does_not_wait_for_what_never_comes(given: Seats) -> None:
    with pytest.raises(DoesNotFitError) as refused:
        place_group(given, [A] * 3, Fit.WHOLE)

    assert (refused.value.free, refused.value.wanted) == (2, 3)


def test_newcomers_who_wait_do_not_keep_out_others_of_their_form() -> None:
    limited = replace(seats(5), organization_limit=1)

    assert place_group(limited, [A, A, A, B, None], Fit.WHAT_FITS) == [C, W, W, C, C]


def test_courses_that_were_not_attended_are_lacking() -> None:
    assert lacking({1, 2}, {2, 3}) == {1}
    assert lacking({1}, {1}) == frozenset()


def test_where_more_is_held_than_there_is_who_holds_comes_in_turn() -> None:
    held = (Hold(organization_id=A, seats=2), Hold(organization_id=B, seats=2))
    full = seats(4, 3, holds=held)

    assert tickets(choose(full, in_line(None, B, A))) == [2]
    assert [full.free_for(one) for one in (None, A, B)] == [0, 1, 1]
    assert tickets(choose(replace(full, confirmed=1), in_line(None, B, A, B, A, A))) == [2, 3, 4]
    assert tickets(choose(replace(full, used={A: 2, B: 1}), in_line(A, None, B))) == [3]
