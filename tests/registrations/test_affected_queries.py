"""Who is affected by a change of a session, and where else they are at the new time."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.db import transaction
from training.registrations import seats
from training.registrations.affected_queries import affected
from training.registrations.values import CancelledBecause
from training.sessions import service
from training.sessions.affected import AffectedOrganization, Span

Counted = Callable[[], AbstractContextManager[list[str]]]
AT = NOW + 5 * DAY
SPAN = Span(AT, AT + HOUR)


def test_everybody_is_named_by_seat_and_organization(make: Make, statements: Counted) -> None:
    aid, line = make.organization("Aid"), make.organization("Line")
    session = make.training_session(capacity=3)
    zoe, amy, ben, eve = (make.participant(name) for name in ("zoe", "Amy", "Ben", "Eve"))
    make.outcome(session, make.claimed(zoe, aid), make.claimed(amy, line), ben)
    make.outcome(session, make.claimed(eve, aid))
    gone = make.registration(session, name="Gone")
    with transaction():
        seats.cancel(gone.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    with statements() as sent:
        found = affected(session.id, [SPAN])

    assert [(one.name, one.organization, one.has_seat) for one in found.people] == [
        ("Amy", line.name, True),
        ("Ben", None, True),
        ("zoe", aid.name, True),
        ("Eve", aid.name, False),
    ]
    assert (found.seated, found.waiting, found.busy) == (3, 1, ())
    assert found.organizations == (
        AffectedOrganization(aid.name, 1, 1),
        AffectedOrganization(line.name, 1, 0),
        AffectedOrganization(None, 1, 0),
    )
    assert len(sent) == 2


def test_who_has_a_seat_elsewhere_at_the_new_time_is_named_with_it(make: Make) -> None:
    bea = make.participant("Bea")
    session = make.training_session()
    make.outcome(session, bea)
    others = {
        name: make.training_session(title=name, capacity=capacity, meetings=(plan,))
        for name, capacity, plan in (
            ("during", 9, make.meeting_plan(AT + HOUR / 2, hours=1)),
            ("just before", 9, make.meeting_plan(AT - HOUR, hours=1)),
            ("just after", 9, make.meeting_plan(AT + HOUR, hours=1)),
            ("only waits", 0, make.meeting_plan(AT, hours=1)),
            ("called off", 9, make.meeting_plan(AT, hours=1)),
            ("between two", 9, make.meeting_plan(AT + DAY, hours=1)),
        )
    }
    for other in others.values():
        make.outcome(other, bea)
    with transaction():
        service.cancel(others["called off"].id, actor_id=None, now=NOW)

    found = affected(session.id, [SPAN, Span(AT + 2 * DAY, AT + 3 * DAY)])
    unasked = affected(session.id, [])

    assert [[other.title for other in one.elsewhere] for one in found.people] == [["during"]]
    assert [one.name for one in found.busy] == ["Bea"]
    assert unasked.busy == ()


def test_nobody_is_found_where_nobody_is_registered(make: Make, statements: Counted) -> None:
    session = make.training_session()

    with statements() as sent:
        found = affected(session.id, [SPAN])

    assert (found.people, found.organizations) == ((), ())
    assert len(sent) == 1
