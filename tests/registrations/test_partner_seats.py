"""An organization's seats with their balance: the same numbers for staff and its representative."""

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.representatives.partners import base, register
from tests.times import DAY, NOW, TOMORROW
from training.db import transaction
from training.registrations import seats
from training.sessions.values import HoldPlan


def test_what_is_kept_and_allotted_shows_with_its_balance(
    client: IsolatedClient, make: Make
) -> None:
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    campaign = make.campaign("Awareness")
    kept = make.training_session(
        title="Kept circle", capacity=9, starts_at=TOMORROW, campaign_id=campaign.id
    )
    released = make.training_session(title="Given back", starts_at=TOMORROW + DAY)
    foreign = make.training_session(title="Qoppa circle", starts_at=TOMORROW)
    for session, organization in ((kept, ours), (released, ours), (foreign, theirs)):
        with transaction():
            plan = HoldPlan(seats=3)
            seats.set_hold(session.id, organization.id, plan, expected=None, actor_id=None, now=NOW)
    with transaction():
        seats.release_hold(released.id, ours.id, actor_id=None, now=NOW)
    staff = client.application.test_client()
    assert isinstance(staff, IsolatedClient)
    staff.sign_in(make.coordinator())
    register(make, kept, ours, make.person(), make.person())
    with transaction():
        seats.set_allotment(campaign.id, ours.id, 1, expected=None, actor_id=None, now=NOW)
    client.sign_in(make.representative(ours))

    seen = staff.page(f"/staff/organizations/{ours.id}/seats").text()
    own = client.page(f"{base(ours)}/").text()
    nothing = staff.page(f"/staff/organizations/{make.organization().id}/seats").text()
    missing = staff.get("/staff/organizations/999999/seats")

    assert "Kept circle" in seen
    assert "2 of 3 used, 1 left" in seen
    assert "2 of 1 used, 1 too many" in seen
    assert "0 of 3 used" in seen
    assert "2 of 3 used, 1 left" in own
    assert "Given back" not in own.split("Seats for your people")[0]
    assert "Qoppa" not in seen
    assert "Nothing is kept or allotted" in nothing
    assert missing.status_code == 404
