"""Which message tells of which act: the pure part of invariant I5."""

from datetime import UTC, datetime

from training.notifications.outbox import Letter
from training.registrations.messages import (
    LEAVE,
    PASSED_BY,
    already_registered,
    cancelled,
    expected,
    of_registration,
)
from training.registrations.values import CancelledBecause, RegistrationStatus

#: Act → the message it must have caused, whatever the registration's status is since.
TELLS = {
    "registration.arrive": "registration.moved",
    "registration.swap": "registration.replaced",
    "registration.promote": "registration.promoted",
    "registration.offer": "registration.offered",
    "registration.accept": "registration.confirmed",
    "registration.decline": "registration.offer_ended",
    "registration.expire_offer": "registration.offer_ended",
    "registration.refuse": "registration.refused",
    "registration.lapse": "registration.refused",
    "registration.restore": "registration.restored",
    "registration.cancel": "registration.cancelled",
    "registration.cancel_with_session": "registration.session_cancelled",
}
#: Of these the status tells.
AS_IT_CAME_OUT = ("registration.register", "registration.approve")
#: Who is moved is told of arriving; who is passed over, nothing.
SILENT = ("registration.leave", "registration.pass_over", "registration.edit")


def test_each_act_that_people_must_hear_of_has_its_message() -> None:
    for status in RegistrationStatus:
        assert {act: expected(act, status) for act in (*TELLS, *SILENT)} == {
            **TELLS,
            **dict.fromkeys(SILENT),
        }


def test_two_acts_that_nobody_is_told_of_are_found_in_the_trail_by_their_names() -> None:
    assert {LEAVE, PASSED_BY} == {"registration.leave", "registration.pass_over"}


def test_who_registers_is_told_what_they_got() -> None:
    for act in AS_IT_CAME_OUT:
        assert {status: expected(act, status) for status in RegistrationStatus} == {
            RegistrationStatus.CONFIRMED: "registration.confirmed",
            RegistrationStatus.WAITLISTED: "registration.waitlisted",
            RegistrationStatus.REQUESTED: "registration.requested",
            RegistrationStatus.OFFERED: None,
            RegistrationStatus.DECLINED: None,
            RegistrationStatus.CANCELLED: None,
        }


def test_a_cancellation_says_whether_the_session_is_off() -> None:
    assert {
        because: expected(cancelled(because), RegistrationStatus.CANCELLED)
        for because in CancelledBecause
    } == {
        CancelledBecause.PERSON: "registration.cancelled",
        CancelledBecause.STAFF: "registration.cancelled",
        CancelledBecause.SESSION: "registration.session_cancelled",
        CancelledBecause.UNNAMED: "registration.cancelled",
    }


def test_one_act_sends_one_message_and_a_stranger_at_most_one_an_hour() -> None:
    now = datetime(2026, 5, 2, 13, 14, 15, tzinfo=UTC)

    assert of_registration(
        "registration.moved",
        registration_id=1,
        recipient_id=2,
        training_session_id=3,
        audit_entry_id=4,
        valid_until=now,
    ) == Letter(
        kind="registration.moved",
        key="registration.moved:4",
        recipient_id=2,
        registration_id=1,
        training_session_id=3,
        audit_entry_id=4,
        valid_until=now,
    )
    assert already_registered(registration_id=1, recipient_id=2, now=now) == Letter(
        kind="registration.already_registered",
        key="registration.already_registered:1:2026050213",
        recipient_id=2,
        registration_id=1,
    )
