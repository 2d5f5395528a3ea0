"""Seats given and freed, at the service layer, on both engines."""

import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import create_test_app
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.errors import NotFoundError
from training.notifications.models import Message
from training.organizations.values import OrganizationStatus
from training.registrations import seats
from training.registrations.errors import (
    AlreadyRegisteredError,
    BelowHeldError,
    DoesNotFitError,
    NoFreeSeatError,
    NotForYouError,
    NotWaitingError,
    RegistrationClosedError,
    SessionFullError,
    SessionOverError,
    TooLateToCancelError,
)
from training.registrations.models import Registration
from training.registrations.values import (
    CancelledBecause,
    Claim,
    Fit,
    Participant,
    RegistrationStatus,
)
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, SeatPlan, SessionStatus

C, W, X = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)


def statuses(session: TrainingSession) -> list[RegistrationStatus]:
    """Return where everybody stands, in the order of their tickets."""
    return list(
        db.session.scalars(
            sa.select(Registration.status)
            .where(Registration.training_session_id == session.id)
            .order_by(Registration.ticket)
        )
    )


def messages_of(registration: Registration) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(Message.kind)
            .where(Message.registration_id == registration.id)
            .order_by(Message.id)
        )
    )


def cancel(registration: Registration, because: CancelledBecause = CancelledBecause.STAFF) -> bool:
    with transaction():
        return seats.cancel(registration.id, because=because, actor_id=None, now=NOW)


def change_capacity(session: TrainingSession, capacity: int | None, *, keep: bool = False) -> bool:
    with transaction():
        return seats.change_capacity(
            session.id,
            SeatPlan(capacity=capacity, waitlist_capacity=None),
            keep=keep,
            actor_id=None,
            now=NOW,
        )


def fresh(session: TrainingSession) -> TrainingSession:
    db.session.rollback()
    return db.session.get_one(TrainingSession, session.id, populate_existing=True)


def test_take_what_fits_confirms_in_row_order_and_the_rest_waits(app: Flask, make: Make) -> None:
    """SEAT-06, by choice."""
    session = make.training_session(capacity=2)

    outcome = make.outcome(session, *(make.participant() for _ in range(3)), fit=Fit.WHAT_FITS)

    assert [(one.status, one.rank) for one in outcome.placed] == [(C, None), (C, None), (W, 1)]
    assert audit(now=NOW) == []


def test_a_group_that_does_not_fit_is_refused_with_the_free_seats(app: Flask, make: Make) -> None:
    """SEAT-06, by default."""
    session = make.training_session(capacity=3)

    with pytest.raises(DoesNotFitError) as refused:
        make.outcome(session, *(make.participant() for _ in range(5)), fit=Fit.ALL)

    assert (refused.value.free, refused.value.wanted) == (3, 5)
    assert statuses(session) == []


def test_a_full_session_without_waitlist_refuses(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1, waitlist_capacity=0)
    make.registration(session)

    with pytest.raises(SessionFullError):
        make.registration(session)


def test_wait_01_cancelling_promotes_whoever_waits_longest(app: Flask, make: Make) -> None:
    """WAIT-01: in the same transaction, one mail, and the audit says because of what."""
    session = make.training_session(capacity=1)
    first, second, third = (make.registration(session) for _ in range(3))

    cancel(first)

    assert statuses(session) == [X, C, W]
    assert messages_of(second) == ["registration.waitlisted", "registration.promoted"]
    assert messages_of(third) == ["registration.waitlisted"]
    because = sa.orm.aliased(AuditEntry)
    cause = db.session.execute(
        sa.select(because.action, because.subject_id)
        .join(AuditEntry, AuditEntry.because_id == because.id)
        .where(AuditEntry.action == "registration.promote", AuditEntry.subject_id == second.id)
    ).one()
    assert tuple(cause) == ("registration.cancel", first.id)
    assert audit(now=NOW) == []


def test_wait_02_more_seats_go_to_those_who_wait(app: Flask, make: Make) -> None:
    """WAIT-02."""
    session = make.training_session(capacity=1)
    for _ in range(4):
        make.registration(session)

    change_capacity(session, 3)

    assert statuses(session) == [C, C, C, W]
    assert audit(now=NOW) == []


def test_no_limit_lets_everybody_in(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    for _ in range(3):
        make.registration(session)

    change_capacity(session, None)

    assert statuses(session) == [C, C, C]
    assert audit(now=NOW) == []


def _die_between_cancel_and_promotion(url: str, folder: Path, registration_id: int) -> None:
    give_on = "training.registrations.seats.freeing.give_on"
    with create_test_app(url, folder).app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(give_on, lambda *_a, **_k: os._exit(9))
        with transaction():
            seats.cancel(registration_id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)


def test_wait_03_a_process_that_dies_between_cancel_and_promotion_did_neither(
    app: Flask, make: Make, database_url: str, tmp_path: Path
) -> None:
    """WAIT-03."""
    session = make.training_session(capacity=1)
    first, _second = make.registration(session), make.registration(session)
    db.session.rollback()

    process = multiprocessing.get_context("spawn").Process(
        target=_die_between_cancel_and_promotion, args=(database_url, tmp_path, first.id)
    )
    process.start()
    process.join(timeout=60)

    assert process.exitcode == 9
    assert statuses(session) == [C, W]
    assert audit(now=NOW) == []
    cancel(first)
    assert statuses(session) == [X, C]
    assert audit(now=NOW) == []


def test_wait_05_a_promoted_person_who_cancels_is_not_promoted_again(
    app: Flask, make: Make
) -> None:
    """WAIT-05."""
    session = make.training_session(capacity=1)
    first, second, _third = (make.registration(session) for _ in range(3))
    cancel(first)

    cancel(second)

    assert statuses(session) == [X, X, C]
    assert audit(now=NOW) == []


@pytest.mark.parametrize(
    "why", ["cancelled", "started", "promotion ended", "unpublished"], ids=lambda why: why
)
def test_wait_08_no_promotion_where_it_would_be_of_no_use(app: Flask, make: Make, why: str) -> None:
    """WAIT-08."""
    session = make.training_session(capacity=1)
    first, second = make.registration(session), make.registration(session)
    told = messages_of(second)
    later = NOW
    if why == "started":
        later = NOW + 2 * DAY
    elif why == "cancelled":
        with transaction():
            sessions.cancel(session.id, actor_id=None, now=NOW)
        told.append("registration.session_cancelled")
    else:
        values: dict[str, object] = {"promotion_ends_at": NOW}
        if why == "unpublished":
            values = {"status": SessionStatus.DRAFT}
        with transaction():
            db.session.execute(sa.update(TrainingSession).values(values))

    with transaction():
        seats.cancel(first.id, because=CancelledBecause.STAFF, actor_id=None, now=later)

    assert statuses(session) == [X, X if why == "cancelled" else W]
    assert messages_of(second) == told
    assert audit(now=later) == []


def test_people_of_a_suspended_organization_keep_their_ticket_and_are_passed_over(
    app: Flask, make: Make
) -> None:
    session = make.training_session(capacity=1)
    suspended = make.organization(status=OrganizationStatus.SUSPENDED)
    first = make.registration(session)
    make.registration(session, organization_id=suspended.id, claim=Claim.STATED)
    make.registration(session)

    cancel(first)

    assert statuses(session) == [X, W, C]
    assert audit(now=NOW) == []


def test_seat_11_nobody_registers_after_the_end_of_registration(app: Flask, make: Make) -> None:
    """SEAT-11: the server's time decides."""
    session = make.training_session(starts_at=NOW - HOUR)

    with pytest.raises(RegistrationClosedError):
        make.registration(session)

    assert statuses(session) == []


def test_seat_16_fewer_seats_than_people_are_refused_with_their_number(
    app: Flask, make: Make
) -> None:
    """SEAT-16."""
    session = make.training_session(capacity=20)
    make.outcome(session, *(make.participant() for _ in range(18)))

    with pytest.raises(BelowHeldError) as refused:
        change_capacity(session, 15)

    assert refused.value.held == 18
    assert fresh(session).capacity == 20


def test_seat_16_kept_people_overbook_and_nobody_is_promoted_until_seats_are_really_free(
    app: Flask, make: Make
) -> None:
    """SEAT-16, "keep 18"."""
    session = make.training_session(capacity=20)
    outcome = make.outcome(session, *(make.participant() for _ in range(18)))
    change_capacity(session, 15, keep=True)
    waiting = make.registration(session)
    assert (fresh(session).overbooked_by, waiting.status) == (3, W)

    for number, expected in ((0, 2), (1, 1), (2, 0)):
        with transaction():
            seats.cancel(
                outcome.registration_ids[number],
                because=CancelledBecause.PERSON,
                actor_id=None,
                now=NOW,
            )
        assert fresh(session).overbooked_by == expected
        assert audit(now=NOW) == []
    assert statuses(session)[-1] is W
    with transaction():
        seats.cancel(
            outcome.registration_ids[3], because=CancelledBecause.PERSON, actor_id=None, now=NOW
        )

    assert statuses(session)[-1] is C
    assert fresh(session).confirmed_count == 15
    assert audit(now=NOW) == []


def test_seat_18_an_anonymous_row_that_is_known_takes_no_seat_and_is_mailed_its_link(
    app: Flask, make: Make
) -> None:
    """SEAT-18: other case, a space at the end, already waiting: all look like a new row."""
    session = make.training_session(capacity=1)
    known = make.registration(session, email="Ada@Example.org")
    waiting = make.registration(session, email="Bo@example.org")

    outcome = make.outcome(
        session,
        Participant(name="Someone", email="ada@EXAMPLE.org "),
        Participant(name="Else", email="BO@example.org".replace("BO", "Bo")),
        make.participant(name="New"),
    )

    assert [(one.name, one.status, one.rank) for one in outcome.placed] == [
        ("Someone", W, 2),
        ("Else", W, 3),
        ("New", W, 4),
    ]
    assert statuses(session) == [C, W, W]
    assert messages_of(known)[-1] == "registration.already_registered"
    assert messages_of(waiting)[-1] == "registration.already_registered"
    assert audit(now=NOW) == []


@pytest.mark.parametrize("capacity", [1, 2, 3, None], ids=lambda seats: f"{seats} seats")
def test_seat_18_a_group_is_shown_the_same_whether_somebody_of_it_is_known_or_not(
    app: Flask, make: Make, capacity: int | None
) -> None:
    """SEAT-18: else one could ask about a stranger by registering beside them."""
    shown = []
    for is_known in (True, False):
        session = make.training_session(capacity=capacity)
        make.registration(session, email="ada@example.org" if is_known else None)
        outcome = make.outcome(
            session,
            Participant(name="Ada", email="ada@example.org"),
            Participant(name="Bo", email=f"bo{is_known}@example.org"),
        )
        shown.append(outcome.placed)
        assert audit(now=NOW) == []

    assert shown[0] == shown[1]


def test_seat_18_a_new_person_beside_a_known_one_gets_the_seat_that_is_free(
    app: Flask, make: Make
) -> None:
    """They read that they wait, and then that a seat became free: as happens to anybody."""
    session = make.training_session(capacity=2)
    make.registration(session, email="ada@example.org")

    outcome = make.outcome(
        session, Participant(name="Ada", email="ada@example.org"), make.participant(name="Bo")
    )

    assert [one.status for one in outcome.placed] == [C, W]
    assert statuses(session) == [C, C]
    told = db.session.scalars(
        sa.select(Message.kind)
        .where(Message.registration_id == outcome.registration_ids[0])
        .order_by(Message.id)
    ).all()
    assert told == ["registration.waitlisted", "registration.promoted"]
    assert audit(now=NOW) == []


def test_seat_18_staff_are_told_which_row_is_registered_already(app: Flask, make: Make) -> None:
    """SEAT-18."""
    staff = make.coordinator()
    session = make.training_session(capacity=5)
    make.registration(session, email="ada@example.org")

    with pytest.raises(AlreadyRegisteredError) as refused:
        make.outcome(
            session,
            make.participant(),
            Participant(name="Ada", email="ada@example.org"),
            actor_id=staff.person_id,
            by_staff=True,
        )

    assert refused.value.positions == (1,)
    assert statuses(session) == [C]


def test_seat_18_the_same_person_twice_in_one_form_is_refused(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=5)

    with pytest.raises(AlreadyRegisteredError) as refused:
        make.outcome(
            session,
            Participant(name="Ada", email="ada@example.org"),
            Participant(name="Ada", email="ada@Example.org"),
        )

    assert refused.value.positions == (1,)
    assert statuses(session) == []


def test_seat_18_who_cancelled_registers_anew_at_the_end(app: Flask, make: Make) -> None:
    """SEAT-18: after a cancellation."""
    session = make.training_session(capacity=1)
    first = make.registration(session, email="ada@example.org")
    make.registration(session)
    cancel(first)

    outcome = make.outcome(session, Participant(name="Ada", email="ada@example.org"))

    assert outcome.placed[0].rank == 1
    assert statuses(session) == [X, C, W]
    assert audit(now=NOW) == []


def test_cancelling_twice_changes_nothing(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    registration = make.registration(session)
    cancel(registration)

    assert cancel(registration) is False
    assert messages_of(registration) == ["registration.confirmed", "registration.cancelled"]


def test_people_cancel_until_the_first_meeting_starts(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)
    registration = make.registration(session)

    with pytest.raises(TooLateToCancelError), transaction():
        seats.cancel(
            registration.id,
            because=CancelledBecause.PERSON,
            actor_id=None,
            now=fresh(session).starts_at,
        )


def test_a_cancelled_session_cancels_everybody_and_keeps_where_they_stood(
    app: Flask, make: Make
) -> None:
    session = make.training_session(capacity=1)
    first, second = make.registration(session), make.registration(session)

    with transaction():
        sessions.cancel(session.id, actor_id=None, now=NOW)

    kept = db.session.execute(
        sa.select(
            Registration.status, Registration.before_cancel, Registration.cancelled_because
        ).order_by(Registration.ticket)
    ).all()
    assert [tuple(row) for row in kept] == [(X, C, "session"), (X, W, "session")]
    assert messages_of(first)[-1] == messages_of(second)[-1] == "registration.session_cancelled"
    assert fresh(session).confirmed_count == 0
    assert audit(now=NOW) == []


def test_staff_promote_by_hand_out_of_turn_into_a_free_seat_only(app: Flask, make: Make) -> None:
    staff = make.coordinator()
    session = make.training_session(capacity=1)
    make.registration(session)
    _second, third = make.registration(session), make.registration(session)

    with pytest.raises(NoFreeSeatError), transaction():
        seats.promote(third.id, actor_id=staff.person_id, now=NOW)
    with transaction():
        seats.promote(third.id, overbook="their trainer asked", actor_id=staff.person_id, now=NOW)

    assert statuses(session) == [C, W, C]
    assert fresh(session).overbooked_by == 1
    assert messages_of(third)[-1] == "registration.promoted"
    with pytest.raises(NotWaitingError), transaction():
        seats.promote(third.id, actor_id=staff.person_id, now=NOW)
    assert audit(now=NOW) == []


def test_nobody_is_promoted_by_hand_after_the_last_meeting(app: Flask, make: Make) -> None:
    staff = make.coordinator()
    session = make.training_session(capacity=1)
    make.registration(session)
    waiting = make.registration(session)

    with pytest.raises(SessionOverError), transaction():
        seats.promote(waiting.id, actor_id=staff.person_id, now=fresh(session).ends_at)


def test_a_stated_organization_does_not_open_a_session_for_partners(app: Flask, make: Make) -> None:
    session = make.training_session(audience=Audience.PARTNERS)
    organization = make.organization()
    stated = replace(make.participant(), organization_id=organization.id)

    with pytest.raises(NotForYouError):
        make.outcome(session, stated)


@pytest.mark.parametrize(
    "fields", [{"audience": Audience.INVITED}, {"status": SessionStatus.DRAFT}], ids=str
)
def test_what_is_not_listed_does_not_exist_for_the_form(
    app: Flask, make: Make, fields: dict[str, str]
) -> None:
    session = make.training_session(**fields)  # type: ignore[arg-type]  # each is of its own type

    with pytest.raises(NotFoundError):
        make.registration(session)


def test_only_the_seats_module_may_assign_a_status(app: Flask, make: Make) -> None:
    registration = make.registration()

    with pytest.raises(RuntimeError, match="under its session's lock"):
        registration.status = X


def test_a_newcomer_waits_while_somebody_waits_beside_a_free_seat(app: Flask, make: Make) -> None:
    """Promotion has ended, so the seat stays free; it is still not the newcomer's."""
    session = make.training_session(capacity=1)
    first = make.registration(session)
    make.registration(session)
    with transaction():
        db.session.execute(sa.update(TrainingSession).values(promotion_ends_at=NOW))
    cancel(first)

    newcomer = make.registration(session)

    assert newcomer.status is W
    assert audit(now=NOW) == []
