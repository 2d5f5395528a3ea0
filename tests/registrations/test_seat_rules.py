"""Holds, allotments, limits, approval, offers, groups that wait, and sessions that re-open."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.registrations.attended import build_on
from tests.times import DAY, HOUR, NOW, wall
from training.audit.models import AuditEntry
from training.campaigns.models import Allotment
from training.checks.service import audit
from training.db import db, transaction
from training.errors import NotFoundError
from training.notifications.models import Message
from training.organizations.models import Organization
from training.registrations import seats, service
from training.registrations.allotment_queries import balances
from training.registrations.errors import (
    DoesNotFitError,
    HoldTooLargeError,
    InvalidDecisionError,
    InvalidReleaseError,
    NoFreeSeatError,
    NotOfferedError,
    NotRequestedError,
    OfferEndedError,
    PrerequisiteError,
    SessionFullError,
    StaleSeatsError,
)
from training.registrations.jobs import settle_due
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import (
    CancelledBecause,
    Claim,
    DeclinedBecause,
    Fit,
    Participant,
    RegistrationStatus,
)
from training.sessions import service as sessions
from training.sessions.errors import (
    NotCancelledError,
    NothingToDecideError,
    SessionCancelledError,
    TooLateToReopenError,
)
from training.sessions.models import Hold, Meeting, TrainingSession
from training.sessions.values import HoldPlan, Promotion, SeatPlan, SeatRules, SessionStatus

REQUESTED, CONFIRMED, OFFERED, WAITLISTED, DECLINED, CANCELLED = (
    RegistrationStatus.REQUESTED,
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.OFFERED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.DECLINED,
    RegistrationStatus.CANCELLED,
)


#: What a room's session is made with; its other rules are set as staff set them.
OF_SESSION = ("campaign_id", "course_id", "starts_at")


class Room:
    """A session, and what is done to it."""

    def __init__(self, make: Make, capacity: int | None, **rules: Any) -> None:
        fields = {name: rules.pop(name) for name in OF_SESSION if name in rules}
        self.make = make
        self.staff_id = make.person("Staff").id
        self.id = make.training_session(capacity=capacity, **fields).id
        self.set_rules(**rules)

    def set_rules(self, **rules: Any) -> None:
        with transaction():
            seats.change_rules(self.id, SeatRules(**rules), actor_id=self.staff_id, now=NOW)

    def come(
        self,
        *organizations: Organization | None,
        fit: Fit = Fit.WHAT_FITS,
        now: datetime = NOW,
        **group: Any,
    ) -> list[int]:
        """Register people for whom a representative vouches; ids in their order."""
        people = tuple(
            self.make.participant()
            if one is None
            else self.make.participant(organization_id=one.id, claim=Claim.REPRESENTATIVE)
            for one in organizations
        )
        group = {"actor_id": self.staff_id, **group}
        with transaction():
            outcome = service.register(
                self.id, Group(participants=people, fit=fit, **group), now=now
            )
        return list(outcome.registration_ids)

    def hold(
        self, organization: Organization, number: int, release: datetime | None = None
    ) -> None:
        with transaction():
            seats.set_hold(
                self.id,
                organization.id,
                HoldPlan(seats=number, release=release and wall(release)),
                expected=None,
                actor_id=self.staff_id,
                now=NOW,
            )

    def cancel(self, *registration_ids: int) -> None:
        with transaction():
            seats.cancel_several(
                registration_ids, because=CancelledBecause.STAFF, actor_id=self.staff_id, now=NOW
            )

    @property
    def statuses(self) -> list[RegistrationStatus]:
        """Return everybody's, in the order of the tickets."""
        db.session.rollback()
        return list(
            db.session.scalars(
                sa.select(Registration.status)
                .where(Registration.training_session_id == self.id)
                .order_by(Registration.ticket)
            )
        )

    @property
    def row(self) -> TrainingSession:
        db.session.rollback()
        return db.session.get_one(TrainingSession, self.id, populate_existing=True)


def status_of(registration_id: int) -> RegistrationStatus:
    db.session.rollback()
    return db.session.scalars(
        sa.select(Registration.status).where(Registration.id == registration_id)
    ).one()


def mails(registration_id: int) -> list[str]:
    """Return what somebody was told, in order."""
    return list(
        db.session.scalars(
            sa.select(Message.kind)
            .where(Message.registration_id == registration_id)
            .order_by(Message.id)
        )
    )


def acts_on(registration_id: int) -> list[tuple[str, Any]]:
    """Return what happened to a registration, with what is told of it."""
    return [
        (action, after)
        for action, after in db.session.execute(
            sa.select(AuditEntry.action, AuditEntry.after)
            .where(
                AuditEntry.subject_kind == "registration",
                AuditEntry.subject_id == registration_id,
            )
            .order_by(AuditEntry.id)
        )
    ]


def test_held_seats_wait_for_their_organization(app: Flask, make: Make) -> None:
    aid, care = make.organization(), make.organization()
    room = Room(make, 3)
    room.hold(aid, 2)

    assert (room.row.kept_count, room.row.hold_count) == (2, 1)
    [first] = room.come(care)
    [second] = room.come(care)
    [own] = room.come(aid)
    with transaction():  # who only says so uses none of its seats
        stated = make.participant(organization_id=aid.id)
        service.register(room.id, Group(participants=(stated,), consent="1"), now=NOW)

    assert room.statuses == [CONFIRMED, WAITLISTED, CONFIRMED, WAITLISTED]
    assert room.row.kept_count == 1
    room.cancel(own)
    assert room.row.kept_count == 2
    assert status_of(second) is WAITLISTED
    room.cancel(first)
    assert status_of(second) is CONFIRMED
    assert audit(now=NOW) == []


def test_seat_15_wait_02_released_seats_go_to_whoever_waits(app: Flask, make: Make) -> None:
    """SEAT-15, WAIT-02: by hand and by time; none where people were overbooked."""
    aid = make.organization()
    by_hand, by_time, overbooked = Room(make, 2), Room(make, 2), Room(make, 2)
    for room in (by_hand, by_time, overbooked):
        room.hold(aid, 2, NOW + HOUR)
        room.come(None, None, None)
    room.come(None, None, by_staff=True, overbook="they came a long way")

    with transaction():
        assert seats.release_hold(by_hand.id, aid.id, actor_id=by_hand.staff_id, now=NOW)
    with transaction():
        assert not seats.release_hold(by_hand.id, aid.id, actor_id=by_hand.staff_id, now=NOW)
    with transaction():
        seats.release_hold(overbooked.id, aid.id, actor_id=by_hand.staff_id, now=NOW)
    assert settle_due(now=NOW) == 0
    assert by_time.statuses == [WAITLISTED] * 3
    assert settle_due(now=NOW + HOUR) == 1

    assert by_hand.statuses == [CONFIRMED, CONFIRMED, WAITLISTED]
    assert by_time.statuses == [CONFIRMED, CONFIRMED, WAITLISTED]
    assert overbooked.statuses == [WAITLISTED] * 3 + [CONFIRMED] * 2
    assert [one.row.hold_count for one in (by_hand, by_time, overbooked)] == [0, 0, 0]
    assert audit(now=NOW + HOUR) == []


def test_a_hold_is_checked_before_it_is_set(app: Flask, make: Make) -> None:
    aid, care = make.organization(), make.organization()
    room, off = Room(make, 4), Room(make, 4)
    room.hold(aid, 3)
    with transaction():
        sessions.cancel(off.id, actor_id=None, now=NOW)

    def refused(error: type[Exception], plan: HoldPlan, **values: Any) -> None:
        values = {
            "training_session_id": room.id,
            "organization_id": care.id,
            "expected": None,
            **values,
        }
        with pytest.raises(error), transaction():
            seats.set_hold(plan=plan, actor_id=None, now=NOW, **values)

    start = wall(room.row.starts_at)
    refused(HoldTooLargeError, HoldPlan(seats=2))
    refused(InvalidReleaseError, HoldPlan(seats=1, release=wall(NOW - HOUR)))
    refused(InvalidReleaseError, HoldPlan(seats=1, release=start + timedelta(minutes=1)))
    refused(StaleSeatsError, HoldPlan(seats=1), expected=HoldPlan(seats=2))
    refused(StaleSeatsError, HoldPlan(seats=1), organization_id=aid.id)
    refused(NotFoundError, HoldPlan(seats=1), organization_id=9_999)
    refused(SessionCancelledError, HoldPlan(seats=1), training_session_id=off.id)
    with transaction():
        seen = HoldPlan(seats=3)
        assert seats.set_hold(
            room.id, aid.id, HoldPlan(seats=4, release=start), expected=seen, actor_id=None, now=NOW
        )
    assert room.row.kept_count == 4


def test_held_seats_are_released_with_the_sessions_new_times(app: Flask, make: Make) -> None:
    aid = make.organization()
    room = Room(make, 4)
    room.hold(aid, 1)
    plan = make.session_plan(starts_at=NOW + 3 * HOUR)
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == room.id)
    ).one()
    db.session.rollback()

    with transaction():
        moved = make.meeting_plan(NOW + 3 * HOUR, meeting_id=meeting_id)
        sessions.revise(
            room.id,
            make.session_plan(title=plan.title, meetings=(moved,)),
            expected_revision=None,
            actor_id=None,
            now=NOW,
        )

    hold = db.session.scalars(sa.select(Hold)).one()
    assert hold.release_at == room.row.starts_at


def test_wait_07_an_organizations_number_is_limited(app: Flask, make: Make) -> None:
    """WAIT-07: who is passed over keeps the place, and staff see why."""
    aid, care = make.organization(), make.organization()
    room = Room(make, 3, organization_limit=1)

    [first, second, other] = room.come(aid, aid, care)

    assert room.statuses == [CONFIRMED, WAITLISTED, CONFIRMED]
    room.come(None)
    [late] = room.come(None)
    assert status_of(late) is WAITLISTED
    room.cancel(other)
    assert status_of(late) is CONFIRMED
    assert acts_on(second)[-1] == ("registration.pass_over", {"obstacle": "limit"})
    room.cancel(first)
    assert status_of(second) is CONFIRMED
    assert audit(now=NOW) == []


def test_an_allotment_bounds_an_organization_across_a_campaign(app: Flask, make: Make) -> None:
    aid = make.organization()
    campaign = make.campaign()
    one, two = (Room(make, 5, campaign_id=campaign.id) for _ in range(2))
    with transaction():
        seats.set_allotment(campaign.id, aid.id, 2, expected=None, actor_id=one.staff_id, now=NOW)

    [a, _b] = one.come(aid, aid)
    [waits] = two.come(aid)
    assert status_of(waits) is WAITLISTED
    assert status_of(two.come(None)[0]) is CONFIRMED
    assert [(it.seats, it.used, it.left) for it in balances(campaign.id)] == [(2, 2, 0)]
    one.cancel(a)
    assert {finding.invariant for finding in audit(now=NOW)} == {"I4"}  # until somebody looks
    assert settle_due(now=NOW) == 1
    assert status_of(waits) is CONFIRMED
    [third] = one.come(aid)
    with pytest.raises(StaleSeatsError), transaction():
        seats.set_allotment(campaign.id, aid.id, 9, expected=None, actor_id=None, now=NOW)
    with transaction():
        seats.set_allotment(campaign.id, aid.id, 3, expected=2, actor_id=None, now=NOW)
    assert status_of(third) is CONFIRMED
    [fourth] = one.come(aid)
    with transaction():
        seats.set_allotment(campaign.id, aid.id, None, expected=3, actor_id=None, now=NOW)
    assert status_of(fourth) is CONFIRMED
    assert db.session.scalars(sa.select(Allotment)).all() == []
    db.session.rollback()
    assert audit(now=NOW) == []


def test_moving_within_a_campaign_needs_no_second_seat_of_an_allotment(
    app: Flask, make: Make
) -> None:
    aid = make.organization()
    campaign = make.campaign()
    here, there = (Room(make, 5, campaign_id=campaign.id) for _ in range(2))
    with transaction():
        seats.set_allotment(campaign.id, aid.id, 1, expected=None, actor_id=None, now=NOW)
    [moved] = here.come(aid)

    with transaction():
        outcome = seats.move([moved], there.id, actor_id=here.staff_id, now=NOW)

    assert status_of(outcome.registration_ids[0]) is CONFIRMED
    assert audit(now=NOW) == []


def test_seat_14_staff_decide_about_who_asks(app: Flask, make: Make) -> None:
    """SEAT-14: with a full waitlist session, who is approved waits; with their early ticket."""
    room = Room(make, 1, needs_approval=True, approval_hours=5)
    [first, second, third] = room.come(None, None, None)
    assert room.statuses == [REQUESTED] * 3
    assert (room.row.confirmed_count, room.row.waitlisted_count) == (0, 0)

    with transaction():
        assert seats.approve(third, actor_id=room.staff_id, now=NOW) is CONFIRMED
    with transaction():
        assert seats.approve(second, actor_id=room.staff_id, now=NOW) is WAITLISTED
    with transaction():
        assert seats.refuse(first, actor_id=room.staff_id, now=NOW)
    with transaction():
        assert not seats.refuse(first, actor_id=room.staff_id, now=NOW)
    for ended in (first, second):
        with pytest.raises(NotRequestedError), transaction():
            seats.approve(ended, actor_id=room.staff_id, now=NOW)
    with pytest.raises(NotRequestedError), transaction():
        seats.refuse(second, actor_id=room.staff_id, now=NOW)

    assert [mails(one)[-1] for one in (first, second, third)] == [
        "registration.refused",
        "registration.waitlisted",
        "registration.confirmed",
    ]
    assert mails(first)[0] == "registration.requested"
    assert audit(now=NOW) == []


def test_seat_09_a_request_stays_where_no_seat_is_left(app: Flask, make: Make) -> None:
    """SEAT-09; the race is in tests/races."""
    room = Room(make, 1, needs_approval=True)
    first, second = room.come(None, None)
    with transaction():
        seats.change_capacity(
            room.id,
            SeatPlan(capacity=1, waitlist_capacity=0),
            keep=False,
            actor_id=None,
            now=NOW,
        )
    with transaction():
        seats.approve(first, actor_id=room.staff_id, now=NOW)

    with pytest.raises(SessionFullError), transaction():
        seats.approve(second, actor_id=room.staff_id, now=NOW)

    assert status_of(second) is REQUESTED
    with pytest.raises(SessionFullError):
        room.come(None)  # asking would be of no use
    assert room.come(None, by_staff=True, overbook="promised") != []


def test_a_request_lapses_when_nobody_decides(app: Flask, make: Make) -> None:
    hours, at_start = (
        Room(make, 1, needs_approval=True, approval_hours=5),
        Room(make, 1, needs_approval=True),
    )
    [first], [second] = hours.come(None), at_start.come(None)

    assert settle_due(now=NOW + 5 * HOUR) == 0
    assert settle_due(now=NOW + 6 * HOUR) == 1
    assert settle_due(now=NOW + 2 * DAY) == 1

    for one in (first, second):
        row = db.session.get_one(Registration, one, populate_existing=True)
        assert (row.status, row.declined_because) == (DECLINED, DeclinedBecause.TIME)
        assert mails(one) == ["registration.requested", "registration.refused"]
    db.session.rollback()
    assert audit(now=NOW) == []


def offered(make: Make, **rules: Any) -> tuple[Room, int, int]:
    """Return a session with one seat, offered to the first of two who wait."""
    room = Room(make, 1, promotion=Promotion.OFFER, **rules)
    [seated, first, second] = room.come(None, None, None)
    room.cancel(seated)
    return room, first, second


def test_wait_06_an_offer_is_accepted_until_its_last_moment(app: Flask, make: Make) -> None:
    """WAIT-06: at the deadline's second; twice; and one moment too late."""
    room, first, second = offered(make, offer_hours=2)
    late, too_late, _ = offered(make, offer_hours=2)
    row = db.session.get_one(Registration, first)
    assert (row.status, row.offer_expires_at) == (OFFERED, NOW + 2 * HOUR)

    with transaction():
        assert seats.accept(first, actor_id=None, now=NOW + 2 * HOUR)
    with transaction():
        assert not seats.accept(first, actor_id=None, now=NOW + 3 * HOUR)
    with pytest.raises(OfferEndedError), transaction():
        seats.accept(too_late, actor_id=None, now=NOW + 2 * HOUR + timedelta(seconds=1))

    assert (status_of(first), status_of(second)) == (CONFIRMED, WAITLISTED)
    assert (room.row.confirmed_count, room.row.offered_count) == (1, 0)
    assert (late.row.confirmed_count, late.row.offered_count) == (0, 1)
    assert mails(first) == [
        "registration.waitlisted",
        "registration.offered",
        "registration.confirmed",
    ]
    for act in (seats.accept, seats.decline):
        with pytest.raises(NotOfferedError), transaction():
            act(second, actor_id=None, now=NOW)
    with pytest.raises(NotOfferedError), transaction():
        seats.decline(first, actor_id=None, now=NOW)
    assert audit(now=NOW) == []


def test_wait_06_a_seat_that_is_declined_or_not_answered_is_offered_to_the_next(
    app: Flask, make: Make
) -> None:
    """WAIT-06, WAIT-05: freed once; whoever had it leaves the list, and may come anew."""
    declined, first, second = offered(make, offer_hours=2)
    expired, third, fourth = offered(make, offer_hours=2)

    with transaction():
        assert seats.decline(first, actor_id=None, now=NOW)
    with transaction():
        assert not seats.decline(first, actor_id=None, now=NOW)
    assert settle_due(now=NOW + 2 * HOUR) == 0
    assert settle_due(now=NOW + 2 * HOUR + timedelta(seconds=1)) == 2
    for ended in (first, third):
        with pytest.raises(OfferEndedError), transaction():
            seats.accept(ended, actor_id=None, now=NOW)

    assert [status_of(one) for one in (first, third, fourth)] == [DECLINED, DECLINED, OFFERED]
    assert status_of(second) is DECLINED  # offered at NOW, and nobody answered either
    assert (declined.row.offered_count, expired.row.offered_count) == (0, 1)
    assert mails(third)[-1] == "registration.offer_ended"
    person = db.session.get_one(Registration, third).person_id
    again = Participant(name="Ada", person_id=person)
    with transaction():
        group = Group(participants=(again,), actor_id=expired.staff_id)
        outcome = service.register(expired.id, group, now=NOW + 3 * HOUR)
    assert outcome.placed[0].status is WAITLISTED
    assert audit(now=NOW + 3 * HOUR) == []


def test_an_offer_ends_with_promotion(app: Flask, make: Make) -> None:
    room, first, _ = offered(make, offer_hours=500)

    assert db.session.get_one(Registration, first).offer_expires_at == room.row.starts_at


def test_wait_08_nobody_is_promoted_where_it_is_too_late(app: Flask, make: Make) -> None:
    """WAIT-08: nor told of it."""
    started, off = Room(make, 1), Room(make, 1)
    [_, waits_there], [_, waits] = started.come(None, None), off.come(None, None)
    after_start = started.row.starts_at + timedelta(minutes=1)
    with transaction():
        sessions.cancel(off.id, actor_id=None, now=NOW)
    with transaction():
        seats.change_capacity(
            started.id, SeatPlan(capacity=5), keep=False, actor_id=None, now=after_start
        )

    assert settle_due(now=after_start) == 0

    assert status_of(waits_there) is WAITLISTED
    assert status_of(waits) is CANCELLED
    assert mails(waits_there) == ["registration.waitlisted"]
    assert mails(waits) == ["registration.waitlisted", "registration.session_cancelled"]


def test_wait_09_forty_seats_that_are_freed_at_once_go_to_forty_in_order(
    app: Flask, make: Make
) -> None:
    """WAIT-09."""
    room = Room(make, 40)
    seated = room.come(*[None] * 40)
    waiting = room.come(*[None] * 45)

    room.cancel(*seated)

    assert [status_of(one) for one in waiting] == [CONFIRMED] * 40 + [WAITLISTED] * 5
    assert audit(now=NOW) == []


def test_a_group_waits_whole_and_is_promoted_whole(app: Flask, make: Make) -> None:
    room = Room(make, 3, groups_wait=True)
    seated = room.come(None, None, None)
    three = room.come(None, None, None, fit=Fit.WHOLE)
    [alone] = room.come(None)
    groups = [db.session.get_one(Registration, one).group for one in (*three, alone)]
    db.session.rollback()

    room.cancel(seated[0])
    assert status_of(alone) is CONFIRMED  # single people fill gaps
    assert acts_on(three[0])[-1] == ("registration.pass_over", {"obstacle": "group"})
    room.cancel(seated[1])
    assert [status_of(one) for one in three] == [WAITLISTED] * 3
    room.cancel(seated[2], alone)

    assert [status_of(one) for one in three] == [CONFIRMED] * 3
    assert groups == [4, 4, 4, None]
    assert audit(now=NOW) == []


def test_a_group_is_not_passed_where_gaps_are_not_filled(app: Flask, make: Make) -> None:
    room = Room(make, 2, groups_wait=True, fills_gaps=False)
    seated = room.come(None, None)
    two = room.come(None, None, fit=Fit.WHOLE)
    [alone] = room.come(None)

    room.cancel(seated[0])
    assert status_of(alone) is WAITLISTED
    assert status_of(room.come(None)[0]) is WAITLISTED
    room.cancel(seated[1])

    assert [status_of(one) for one in (*two, alone)] == [CONFIRMED, CONFIRMED, WAITLISTED]
    assert audit(now=NOW) == []


def test_a_group_waits_only_where_the_session_lets_it(app: Flask, make: Make) -> None:
    room = Room(make, 1)

    with pytest.raises(DoesNotFitError):
        room.come(None, None, fit=Fit.WHOLE)

    assert room.statuses == []


def test_what_a_session_builds_on_is_looked_at(app: Flask, make: Make) -> None:
    course, basics = make.course("Advanced"), make.course("Basics")
    build_on(course, basics)
    room, elsewhere = Room(make, 9, course_id=course.id), Room(make, 9, course_id=basics.id)
    ada, ben = (
        make.participant(),
        Participant(name="Ben", email="ben@example.org", attended=frozenset({1, basics.id})),
    )

    def register(*people: Participant, **group: Any) -> None:
        with transaction():
            service.register(
                room.id,
                Group(participants=people, required=frozenset({basics.id}), **group),
                now=NOW,
            )

    with pytest.raises(PrerequisiteError) as refused:
        register(ben, ada, actor_id=room.staff_id)
    assert refused.value.positions == (1,)
    register(ben, actor_id=room.staff_id)
    with pytest.raises(PrerequisiteError):
        register(ada, actor_id=room.staff_id, by_staff=True)
    register(ada, actor_id=room.staff_id, by_staff=True, waives_required=True)
    register(make.participant(), consent="1")  # whoever has only the form proved nothing

    with transaction():
        stranger = Group(participants=(make.participant(),), consent="1")
        service.register(elsewhere.id, stranger, now=NOW)

    assert room.statuses == [CONFIRMED, CONFIRMED, REQUESTED]
    assert elsewhere.statuses == [CONFIRMED]
    entry = db.session.scalars(
        sa.select(AuditEntry.after)
        .where(AuditEntry.action == "registration.register")
        .order_by(AuditEntry.id)
    ).all()[1]
    assert entry is not None
    assert entry["waived"] == [basics.id]
    with pytest.raises(ValueError, match="only staff"):
        Group(participants=(ada,), waives_required=True)


def test_a_session_that_re_opens_restores_state_and_ticket(app: Flask, make: Make) -> None:
    room = Room(make, 1)
    seated, first, second = room.come(None, None, None)
    room.come(None, by_staff=True, overbook="promised")
    tickets = [1, 2, 3, 4]
    with transaction():
        sessions.cancel(room.id, actor_id=None, now=NOW)
    assert room.statuses == [CANCELLED] * 4
    with transaction():
        sessions.reopen(room.id, restores=True, actor_id=room.staff_id, now=NOW)

    assert room.statuses == [CONFIRMED, WAITLISTED, WAITLISTED, CONFIRMED]
    assert room.row.overbooked_by == 1
    assert room.row.status is SessionStatus.PUBLISHED
    assert [db.session.get_one(Registration, one).ticket for one in (seated, first, second)] == (
        tickets[:3]
    )
    assert mails(first)[-2:] == ["registration.session_cancelled", "registration.restored"]
    meeting = db.session.scalars(
        sa.select(Meeting).where(Meeting.training_session_id == room.id)
    ).one()
    assert meeting.cancelled_at is None
    db.session.rollback()
    with pytest.raises(NotCancelledError), transaction():
        sessions.reopen(room.id, restores=True, actor_id=None, now=NOW)
    assert audit(now=NOW) == []


def test_who_was_not_restored_is_not_so_the_next_time_either(app: Flask, make: Make) -> None:
    room = Room(make, 5)
    [left_out] = room.come(None)
    with transaction():
        sessions.cancel(room.id, actor_id=None, now=NOW)
    with transaction():
        sessions.reopen(room.id, restores=False, actor_id=None, now=NOW)
    [came] = room.come(None)
    with transaction():
        sessions.cancel(room.id, actor_id=None, now=NOW)
    with transaction():
        sessions.reopen(room.id, restores=True, actor_id=None, now=NOW)

    assert (status_of(left_out), status_of(came)) == (CANCELLED, CONFIRMED)
    with transaction():
        sessions.cancel(room.id, actor_id=None, now=NOW)
    with pytest.raises(TooLateToReopenError), transaction():
        sessions.reopen(room.id, restores=True, actor_id=None, now=NOW + 3 * DAY)
    assert audit(now=NOW) == []


def test_offers_and_requests_come_back_with_new_deadlines(app: Flask, make: Make) -> None:
    room, first, second = offered(make, offer_hours=2)
    room.set_rules(promotion=Promotion.OFFER, offer_hours=2, needs_approval=True, approval_hours=3)
    [asked] = room.come(None)
    with transaction():
        sessions.cancel(room.id, actor_id=None, now=NOW)
    later = NOW + 10 * HOUR
    with transaction():
        sessions.reopen(room.id, restores=True, actor_id=None, now=later)

    rows = [db.session.get_one(Registration, one) for one in (first, second, asked)]
    assert [row.status for row in rows] == [OFFERED, WAITLISTED, REQUESTED]
    assert rows[0].offer_expires_at == later + 2 * HOUR
    assert rows[2].request_expires_at == later + 3 * HOUR
    db.session.rollback()
    assert audit(now=later) == []


def test_staff_say_whether_a_session_takes_place(app: Flask, make: Make) -> None:
    room = Room(make, 9, minimum=4, decide=wall(NOW + 3 * HOUR))
    without = Room(make, 9)
    assert room.row.decide_at == NOW + 3 * HOUR

    with transaction():
        sessions.hold_anyway(room.id, actor_id=room.staff_id, now=NOW)

    assert [room.row.settled_at] == [NOW]
    for one in (room, without):
        with pytest.raises(NothingToDecideError), transaction():
            sessions.hold_anyway(one.id, actor_id=None, now=NOW)
    room.set_rules(minimum=5, decide=wall(NOW + 3 * HOUR))
    assert [room.row.settled_at] == [None]
    for wrong in (
        SeatRules(minimum=4),
        SeatRules(decide=wall(NOW + HOUR)),
        SeatRules(minimum=4, decide=wall(NOW + 9 * DAY)),
    ):
        with pytest.raises(InvalidDecisionError), transaction():
            seats.change_rules(room.id, wrong, actor_id=None, now=NOW)


def test_rules_that_were_changed_meanwhile_are_not_overwritten(app: Flask, make: Make) -> None:
    room = Room(make, 9, organization_limit=2)

    with pytest.raises(StaleSeatsError), transaction():
        seats.change_rules(room.id, SeatRules(), expected=SeatRules(), actor_id=None, now=NOW)
    with transaction():
        seen = SeatRules(organization_limit=2)
        assert seats.change_rules(room.id, SeatRules(), expected=seen, actor_id=None, now=NOW)
    with transaction():
        assert not seats.change_rules(room.id, SeatRules(), actor_id=None, now=NOW)


def test_staff_promote_past_what_is_held_only_on_purpose(app: Flask, make: Make) -> None:
    aid = make.organization()
    room = Room(make, 2)
    room.hold(aid, 2)
    [waits] = room.come(None)

    with pytest.raises(NoFreeSeatError), transaction():
        seats.promote(waits, actor_id=room.staff_id, now=NOW)
    with transaction():
        seats.promote(waits, overbook="she teaches", actor_id=room.staff_id, now=NOW)

    assert status_of(waits) is CONFIRMED
    assert room.row.overbooked_by == 0  # a seat was there, only kept
    assert audit(now=NOW) == []


def test_a_confirmed_claim_uses_the_organizations_own_seats(app: Flask, make: Make) -> None:
    aid = make.organization()
    room = Room(make, 2)
    stated = make.participant(organization_id=aid.id)
    with transaction():
        outcome = service.register(room.id, Group(participants=(stated,), consent="1"), now=NOW)
    room.hold(aid, 1)
    [waits] = room.come(None)
    assert status_of(waits) is WAITLISTED

    with transaction():
        service.settle_claim(
            outcome.registration_ids[0], aid.id, is_theirs=True, actor_id=room.staff_id, now=NOW
        )

    assert room.row.kept_count == 0
    assert status_of(waits) is CONFIRMED
    assert audit(now=NOW) == []
