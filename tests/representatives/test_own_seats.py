"""What representatives are told of their seats: kept, limited, allotted, and what comes before."""

from datetime import timedelta

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.registrations.attended import PRESENT, attend, build_on
from tests.registrations.filling import counts, errors, main_of, typed
from tests.representatives.partners import base, register, rows_in
from tests.representatives.test_registering import chosen, path_to, row, with_people
from tests.times import DAY, NOW
from training.campaigns.values import CampaignStatus
from training.db import transaction
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations import seats
from training.registrations.values import Claim
from training.sessions.models import TrainingSession
from training.sessions.values import HoldPlan, SeatRules
from training.web.filters import date_time


def people_of(make: Make, *names: str) -> list[Person]:
    return [make.person(name, f"{name.lower()}@theirs.example.org") for name in names]


def limit(session: TrainingSession, number: int) -> None:
    with transaction():
        seats.change_rules(
            session.id,
            SeatRules(organization_limit=number),
            expected=SeatRules(),
            actor_id=None,
            now=NOW,
        )


def allot(campaign_id: int, organization: Organization, number: int) -> None:
    with transaction():
        seats.set_allotment(
            campaign_id, organization.id, number, expected=None, actor_id=None, now=NOW
        )


def hold(session: TrainingSession, organization: Organization, number: int) -> None:
    with transaction():
        seats.set_hold(
            session.id,
            organization.id,
            HoldPlan(seats=number),
            expected=None,
            actor_id=None,
            now=NOW,
        )


def test_they_see_what_is_theirs_and_nothing_of_others(client: IsolatedClient, make: Make) -> None:
    """I8: neither what others may use, nor that there are others."""
    ours, _account, [ada, bob] = with_people(client, make, "Ada", "Bob")
    theirs = make.organization("Theirs")
    campaign = make.campaign("Awareness Month")
    names = {"over": "Over month", "draft": "Secret month", "old": "Old month"}
    other = make.campaign(names["over"], ends_on=NOW.date() - DAY, starts_on=NOW.date() - 9 * DAY)
    draft = make.campaign(names["draft"], status=CampaignStatus.DRAFT)
    archived = make.campaign(names["old"], archived_at=NOW)
    session = make.training_session(campaign_id=campaign.id, capacity=40)
    hidden = make.training_session(campaign_id=draft.id)
    plain = make.training_session()
    register(make, session, ours, ada, bob)
    register(make, session, theirs, *people_of(make, "Zoe"))
    make.registration(session, organization_id=ours.id, claim=Claim.STATED)
    for one, organization, number in (
        (campaign, ours, 20),
        (campaign, theirs, 77),
        (other, ours, 33),
        (draft, ours, 9),
        (archived, ours, 44),
    ):
        allot(one.id, organization, number)
    hold(session, ours, 5)
    hold(session, theirs, 11)
    limit(session, 4)

    overview = main_of(client.get(f"{base(ours)}/"))
    form = main_of(client.get(path_to(ours, session)))
    page = main_of(client.get(f"{base(ours)}/sessions/{session.id}"))
    of_draft = main_of(client.get(path_to(ours, hidden)))
    of_plain = main_of(client.get(path_to(ours, plain)))

    assert "Awareness Month: 18 of 20 seats left" in overview
    until = date_time(session.starts_at, session.timezone)
    for shown in (form, page):
        assert f"3 of 5 seats kept for you are left, until {until}." in shown
        assert "Up to 4 of your people: 2 more can come." in shown
        assert "Awareness Month: 18 of 20 seats left." in shown
    assert "This campaign: 9 of 9 seats left." in of_draft
    everything = f"{overview} {form} {page} {of_draft}"
    assert [name for name in names.values() if name in everything] == []
    assert [number for number in (77, 11, 33, 44) if f"of {number} " in everything] == []
    for words in ("kept for you", "of your people:", "seats left."):
        assert words not in of_plain


def test_why_people_do_not_fit_or_wait_is_said_in_plain_words(
    client: IsolatedClient, make: Make
) -> None:
    ours, _account, people = with_people(client, make, "Ada", "Bob", "Cyd")
    theirs = make.organization("Theirs")
    campaign = make.campaign("Awareness Month")
    limited = make.training_session()
    limit(limited, 1)
    allotted = make.training_session(campaign_id=campaign.id)
    allot(campaign.id, ours, 2)
    held = make.training_session(capacity=4)
    hold(held, theirs, 3)
    no_line = make.training_session(waitlist_capacity=0)
    limit(no_line, 1)
    register(make, no_line, ours, people[0])
    full = make.training_session(capacity=1)
    why = {
        limited: "Only 1 person of each organization may have a seat in this session.",
        allotted: "In Awareness Month your organization may use 2 seats, and none is left.",
        held: "The seats that are free are kept for other organizations.",
    }
    before = counts()

    refused = {one: client.fill(path_to(ours, one), chosen(*people)) for one in (*why, full)}
    closed = client.fill(path_to(ours, no_line), chosen(people[1]))
    unchanged = counts()
    waits = {}
    for one in (*why, full):
        client.fill(path_to(ours, one), chosen(*people, fit="y"))
        waits[one] = main_of(client.get(f"{base(ours)}/sessions/{one.id}"))

    assert unchanged == before
    for one, sentence in why.items():
        assert refused[one].status_code == 409
        assert any("Not all of you fit." in line for line in errors(refused[one]))
        assert errors(refused[one])[-1] == sentence
        assert f"wait. {sentence}" in waits[one] or f"waits. {sentence}" in waits[one]
    assert errors(refused[full])[-1].startswith("Not all of you fit.")
    assert "2 people wait. Everybody is told by mail" in waits[full]
    assert closed.status_code == 409
    assert errors(closed) == [f"{why[limited]} There is no room to wait, either."]


def test_whoever_lacks_a_course_is_named_and_nothing_is_lost(
    client: IsolatedClient, make: Make
) -> None:
    ours, _account, [ada, bob] = with_people(client, make, "Ada", "Bob")
    course, basics = make.course("Advanced"), make.course("Basics")
    build_on(course, basics)
    session = make.training_session(course_id=course.id)
    cyd = make.person("Cyd", "cyd@example.org")
    for one in (ada, cyd):
        attend(make, basics, one, PRESENT)
    path = path_to(ours, session)
    group = chosen(ada, bob) | row(0, "Cyd", "CYD@example.org") | row(1, "Dan", "dan@example.org")
    before = counts()

    asked = client.page(path).text()
    refused = client.fill(path, group)
    unchanged = counts()
    taken = client.fill(path, chosen(ada) | row(0, "Cyd", "CYD@example.org"))
    [seat_id, _other] = [
        one.get("href", "").split("/")[-2]
        for one in client.page(f"{base(ours)}/sessions/{session.id}").root.iter("a")
        if one.get("href", "").endswith("/swap")
    ]
    swap = f"{base(ours)}/registrations/{seat_id}/swap"
    swapped = client.fill(swap, {"member": str(bob.id), "consent": "y"})

    assert "This session builds on Basics. Whoever has not attended that cannot" in asked
    assert (refused.status_code, unchanged) == (409, before)
    unknown = "We do not know that this person attended Basics."
    assert errors(refused) == [f"Bob (bob@example.org): {unknown}", f"Row 2: {unknown}"]
    sent = typed(refused)
    assert sent["members"] == [str(ada.id), str(bob.id)]
    assert sent["people-1-name"] == ["Dan"]
    ours_now = ("confirmed", "representative", ours.id)
    assert taken.status_code == 303
    assert swapped.status_code == 409
    assert errors(swapped) == ["This person has not attended a course that this session builds on."]
    assert rows_in(session) == [("Ada", *ours_now), ("Cyd", *ours_now)]


def test_seats_are_kept_until_they_are_released(client: IsolatedClient, make: Make) -> None:
    ours, _account, _people = with_people(client, make, "Ada")
    session = make.training_session(starts_at=NOW + 3 * DAY)
    release = NOW + 2 * DAY
    wall = (release + timedelta(hours=3)).replace(tzinfo=None, second=0, microsecond=0)  # Nairobi
    with transaction():
        seats.set_hold(
            session.id,
            ours.id,
            HoldPlan(seats=2, release=wall),
            expected=None,
            actor_id=None,
            now=NOW,
        )
    until = date_time(release, session.timezone)

    kept = main_of(client.get(path_to(ours, session)))
    with transaction():
        seats.release_hold(session.id, ours.id, actor_id=None, now=NOW)
    released = main_of(client.get(path_to(ours, session)))

    assert f"2 of 2 seats kept for you are left, until {until}." in kept
    assert "kept for you" not in released
