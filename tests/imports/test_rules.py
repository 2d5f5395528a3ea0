"""What an import takes over from the source, and what stays ours."""

from dataclasses import replace
from datetime import datetime

import pytest

from training.imports.rules import Stored, update
from training.imports.values import ImportedSession
from training.sessions.values import (
    Audience,
    Delivery,
    ExternalKey,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)

PLAN = SessionPlan(
    title="Safer livestreams",
    description="",
    language="en",
    delivery=Delivery.ONLINE,
    audience=Audience.PUBLIC,
    timezone="Africa/Nairobi",
    meetings=(
        MeetingPlan(
            wall_start=datetime(2027, 3, 1, 9),
            wall_end=datetime(2027, 3, 1, 10),
            timezone="Africa/Nairobi",
            start_fold=0,
            end_fold=0,
        ),
    ),
)
SEATS = SeatPlan(capacity=20)
DRAFT, PUBLISHED, CANCELLED = SessionStatus


def stored(status: SessionStatus = PUBLISHED, plan: SessionPlan = PLAN) -> Stored:
    return Stored(id=1, status=status, plan=plan, seats=SEATS)


def imported(status: SessionStatus = PUBLISHED, plan: SessionPlan = PLAN) -> ImportedSession:
    return ImportedSession(
        external=ExternalKey(source="eventbrite", key="1"), plan=plan, seats=SEATS, status=status
    )


@pytest.mark.parametrize(
    ("here", "there", "becomes", "note"),
    [
        (DRAFT, DRAFT, None, None),
        (DRAFT, PUBLISHED, PUBLISHED, None),
        (DRAFT, CANCELLED, CANCELLED, None),
        (PUBLISHED, DRAFT, None, "import-published-here"),
        (PUBLISHED, PUBLISHED, None, None),
        (PUBLISHED, CANCELLED, CANCELLED, None),
        (CANCELLED, DRAFT, None, "import-cancelled-here"),
        (CANCELLED, PUBLISHED, None, "import-cancelled-here"),
        (CANCELLED, CANCELLED, None, None),
    ],
)
def test_status_moves_forward_only(
    here: SessionStatus, there: SessionStatus, becomes: SessionStatus | None, note: str | None
) -> None:
    todo = update(stored(here), imported(there))

    assert todo.status is becomes
    assert todo.changed == (("status",) if becomes else ())
    assert (todo.note.code if todo.note else None) == note
    assert (todo.plan, todo.seats) == (None, None)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (Audience.PUBLIC, Audience.PUBLIC, Audience.PUBLIC),
        (Audience.PUBLIC, Audience.INVITED, Audience.INVITED),
        (Audience.PARTNERS, Audience.PUBLIC, Audience.PARTNERS),
        (Audience.PARTNERS, Audience.INVITED, Audience.INVITED),
        (Audience.INVITED, Audience.PUBLIC, Audience.PUBLIC),
        (Audience.INVITED, Audience.INVITED, Audience.INVITED),
    ],
)
def test_what_is_for_partners_here_does_not_become_public(
    ours: Audience, theirs: Audience, expected: Audience
) -> None:
    todo = update(
        stored(plan=replace(PLAN, audience=ours)), imported(plan=replace(PLAN, audience=theirs))
    )

    assert (todo.plan.audience if todo.plan else ours) is expected
    assert todo.changed == (("audience",) if ours is not expected else ())


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (Delivery.ONLINE, Delivery.IN_PERSON, Delivery.IN_PERSON),
        (Delivery.IN_PERSON, Delivery.ONLINE, Delivery.ONLINE),
        (Delivery.HYBRID, Delivery.ONLINE, Delivery.HYBRID),
        (Delivery.HYBRID, Delivery.IN_PERSON, Delivery.HYBRID),
    ],
)
def test_the_source_cannot_deny_hybrid(
    ours: Delivery, theirs: Delivery, expected: Delivery
) -> None:
    todo = update(
        stored(plan=replace(PLAN, delivery=ours)), imported(plan=replace(PLAN, delivery=theirs))
    )

    assert (todo.plan.delivery if todo.plan else ours) is expected
