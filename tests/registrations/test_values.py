"""The words of registrations: who counts as registered, who holds a seat, whose word we take."""

import pytest

from training.registrations.values import (
    LIVE,
    SEATED,
    Claim,
    Outcome,
    Participant,
    RegistrationStatus,
)


def test_a_registration_is_live_until_it_is_declined_or_cancelled() -> None:
    over = {RegistrationStatus.DECLINED, RegistrationStatus.CANCELLED}

    assert set(RegistrationStatus) - over == LIVE


def test_whoever_was_offered_a_seat_holds_it_and_whoever_asked_or_waits_does_not() -> None:
    assert {RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED} == SEATED


@pytest.mark.parametrize("claim", list(Claim))
def test_naming_an_organization_proves_nothing(claim: Claim) -> None:
    asha = Participant(name="Asha", organization_id=7, claim=claim)

    assert asha.vouched_organization_id == (None if claim is Claim.STATED else 7)


def test_who_says_nothing_more_is_believed_in_nothing() -> None:
    assert Participant(name="Asha").claim is Claim.STATED
    assert Outcome(placed=(), registration_ids=()).wait_together is False
