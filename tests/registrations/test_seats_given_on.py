"""What else frees a seat for somebody, in the same transaction; deadlines that follow a session."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.registrations.test_seat_rules import Room, acts_on, mails, status_of
from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training.checks.service import audit
from training.db import db, transaction
from training.organizations import service as organizations
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations import seats, service
from training.registrations.jobs import settle_due
from training.registrations.models import Registration
from training.registrations.moving_queries import moving_up_after
from training.registrations.seats import Group, settling
from training.registrations.values import (
    CancelledBecause,
    Claim,
    Fit,
    Participant,
    RegistrationStatus,
)
from training.sessions import service as sessions
from training.sessions.models import Hold
from training.sessions.queries import get_session

Statements = Callable[[], AbstractContextManager[list[str]]]
REQUESTED, CONFIRMED, WAITLISTED = (
    RegistrationStatus.REQUESTED,
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
)


def state(organization: Organization, room: Room) -> int:
    """Let somebody register in the public form who says to be with an organization."""
    stated = room.make.participant(organization_id=organization.id)
    with transaction():
        outcome = service.register(room.id, Group(participants=(stated,), consent="1"), now=NOW)
    return outcome.registration_ids[0]


def suspend(organization_id: int, status: OrganizationStatus) -> None:
    with transaction():
        organization = db.session.get_one(Organization, organization_id)
        plan = replace(organizations.plan_of(organization), status=status)
        organizations.revise(organization_id, plan, expected=None, actor_id=None, now=NOW)


def revise(session_id: int, later: timedelta, *, timezone: str = NAIROBI) -> None:
    """Move a session; the zone of its meetings stays."""
    details = get_session(session_id, now=NOW)
    db.session.rollback()
    meetings = tuple(
        replace(one, wall_start=one.wall_start + later, wall_end=one.wall_end + later)
        for one in details.plan.meetings
    )
    moved = replace(details.plan, meetings=meetings, timezone=timezone)
    with transaction():
        sessions.revise(session_id, moved, expected_revision=None, actor_id=None, now=NOW)


def test_who_leaves_a_group_that_waits_makes_it_small_enough(app: Flask, make: Make) -> None:
    """I4: the place in line was one seat too much; the page says who moves up."""
    rooms = [Room(make, 3, groups_wait=True) for _ in range(2)]
    for room in rooms:
        [_first, second, third] = room.come(None, None, None)
        [leaves, *rest] = room.come(None, None, None, fit=Fit.WHOLE)
        room.cancel(second, third)
        assert [status_of(one) for one in rest] == [WAITLISTED] * 2
        assert [one.id for one in moving_up_after(leaves, now=NOW)] == rest
        db.session.rollback()

        if room is rooms[0]:
            room.cancel(leaves)
        else:
            there = make.training_session(capacity=9)
            with transaction():
                seats.move([leaves], there.id, actor_id=room.staff_id, now=NOW)

        assert [status_of(one) for one in rest] == [CONFIRMED] * 2
    assert audit(now=NOW) == []


def test_a_substitute_of_a_partner_uses_its_held_seat_and_frees_another(
    app: Flask, make: Make
) -> None:
    """I1, I4: the counter of kept seats follows a swap across organizations, and so does I4."""
    aid = make.organization()
    room = Room(make, 2)
    room.hold(aid, 1)
    [seated] = room.come(None)
    [waits] = room.come(None)
    assert (room.row.kept_count, status_of(waits)) == (1, WAITLISTED)
    substitute = make.participant(organization_id=aid.id, claim=Claim.STAFF)

    with transaction():
        seats.swap(
            seated,
            substitute,
            actor_id=room.staff_id,
            because=CancelledBecause.STAFF,
            now=NOW,
        )

    assert (room.row.kept_count, status_of(waits)) == (0, CONFIRMED)
    assert audit(now=NOW) == []


def test_a_claim_that_is_refused_ends_what_a_suspended_partner_stood_in_the_way_of(
    app: Flask, make: Make
) -> None:
    """I4: who is not with the suspended organization may have the seat that is free."""
    aid = make.organization()
    room = Room(make, 1)
    [seated] = room.come(None)
    stated = state(aid, room)
    suspend(aid.id, OrganizationStatus.SUSPENDED)
    room.cancel(seated)
    assert status_of(stated) is WAITLISTED

    with transaction():
        service.settle_claim(stated, aid.id, is_theirs=False, actor_id=room.staff_id, now=NOW)

    assert status_of(stated) is CONFIRMED
    assert audit(now=NOW) == []


def test_a_claim_made_in_another_session_while_one_is_settled_waits_for_its_own_answer(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came between looking and locking is not changed outside its session's lock."""
    aid = make.organization()
    room, other = Room(make, 2), make.training_session(capacity=2)
    stated = state(aid, room)
    person_id = db.session.scalars(
        sa.select(Registration.person_id).where(Registration.id == stated)
    ).one()
    db.session.rollback()
    lock = seats.lock_sessions_of
    between: list[int] = []

    def register_and_lock(registration_ids: Sequence[int]) -> object:
        locked = lock(registration_ids)
        if not between:
            group = Group(
                participants=(Participant(name="A", person_id=person_id, organization_id=aid.id),),
                actor_id=room.staff_id,
            )
            between.extend(seats.take(other.id, group, now=NOW).registration_ids)
        return locked

    monkeypatch.setattr(seats, "lock_sessions_of", register_and_lock)
    with transaction():
        service.settle_claim(stated, aid.id, is_theirs=True, actor_id=room.staff_id, now=NOW)

    claims = dict(db.session.execute(sa.select(Registration.id, Registration.claim)).all())
    assert claims == {stated: Claim.REPRESENTATIVE, between[0]: Claim.STATED}
    db.session.rollback()
    assert audit(now=NOW) == []


def test_requests_are_to_be_decided_before_the_new_start(app: Flask, make: Make) -> None:
    """A deadline that was the start moves with it; one of hours does, where it would be later."""
    by_start, by_hours = (
        Room(make, 2, needs_approval=True, approval_hours=hours) for hours in (None, 12)
    )
    asked = [room.come(None)[0] for room in (by_start, by_hours)]
    starts_at = by_start.row.starts_at

    def deadlines() -> list[datetime | None]:
        db.session.rollback()
        found = db.session.execute(
            sa.select(Registration.id, Registration.request_expires_at)
        ).all()
        return [dict(found)[one] for one in asked]

    assert deadlines() == [starts_at, NOW + 12 * HOUR]
    for room in (by_start, by_hours):
        revise(room.id, 3 * DAY)
    assert deadlines() == [starts_at + 3 * DAY, NOW + 12 * HOUR]
    back = NOW + 2 * HOUR - by_start.row.starts_at
    for room in (by_start, by_hours):
        revise(room.id, back)
    assert deadlines() == [NOW + 2 * HOUR] * 2
    assert [status_of(one) for one in asked] == [REQUESTED] * 2


def test_the_date_of_a_decision_follows_zone_and_start(app: Flask, make: Make) -> None:
    room = Room(make, 2, minimum=2, decide=wall(NOW + DAY))
    assert room.row.decide_at == NOW + DAY

    revise(room.id, timedelta(0), timezone="Asia/Tokyo")
    assert room.row.decide_at == NOW + DAY - 6 * HOUR
    revise(room.id, NOW + 3 * HOUR - room.row.starts_at)
    assert room.row.decide_at == NOW + 3 * HOUR


def test_a_date_that_the_new_zones_clocks_skip_is_the_next_they_show(
    app: Flask, make: Make
) -> None:
    """Nobody who moves the session is asked about it."""
    aid = make.organization()
    march = datetime(NOW.year + 1, 3, 31, 1, 30, tzinfo=UTC)
    skipped = march - timedelta(days=march.isoweekday() % 7)  # in the night to its last Sunday
    room = Room(make, 2, starts_at=skipped + 30 * DAY)
    room.hold(aid, 1, skipped.replace(hour=2, tzinfo=ZoneInfo(NAIROBI)))

    revise(room.id, timedelta(0), timezone="Europe/Berlin")

    released = db.session.scalars(sa.select(Hold.release_at)).one()
    assert released == skipped


def test_several_sessions_are_locked_before_what_is_allotted(
    app: Flask, make: Make, statements: Statements
) -> None:
    """Else two who give seats on in two sessions of a campaign could wait for each other."""
    aid, care = make.organization(), make.organization()
    campaign = make.campaign()
    rooms = [Room(make, 1, campaign_id=campaign.id) for _ in range(2)]
    for organization in (care, aid):
        with transaction():
            seats.set_allotment(
                campaign.id, organization.id, 5, expected=None, actor_id=None, now=NOW
            )
    for room in rooms:
        seated = room.come(None)
        room.come(aid)
        suspend(aid.id, OrganizationStatus.SUSPENDED)
        room.cancel(*seated)
        suspend(care.id, OrganizationStatus.SUSPENDED)
    assert [room.statuses[1] for room in rooms] == [WAITLISTED] * 2
    db.session.rollback()

    with statements() as sent:
        suspend(aid.id, OrganizationStatus.ACTIVE)

    locks = [number for number, one in enumerate(sent) if "seat_changes=(" in one]
    allotments = [number for number, one in enumerate(sent) if "FROM allotment" in one]
    assert len(locks) == 2
    assert max(locks) < min(allotments)
    assert [room.statuses[1] for room in rooms] == [CONFIRMED] * 2
    assert audit(now=NOW) == []


def test_a_session_that_cannot_be_settled_keeps_no_other_from_it(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = [Room(make, 1, needs_approval=True, approval_hours=1) for _ in range(2)]
    asked = [room.come(None)[0] for room in rooms]
    settle = settling.settle

    def fail_in_the_first(training_session_id: int, *, now: datetime) -> None:
        if training_session_id == rooms[0].id:
            raise RuntimeError("a mistake of ours")
        settle(training_session_id, now=now)

    monkeypatch.setattr(seats, "settle", fail_in_the_first)

    assert settle_due(now=NOW + 2 * HOUR) == 1
    assert [status_of(one) for one in asked] == [REQUESTED, RegistrationStatus.DECLINED]
    assert mails(asked[1])[-1] == "registration.refused"
    assert acts_on(asked[1])[-1][0] == "registration.lapse"
