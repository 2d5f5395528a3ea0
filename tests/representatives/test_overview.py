"""The first page of an organization: what to do next, what is left, who goes where, who came."""

from typing import Any

from flask import Flask

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.representatives.partners import base, mark, meetings_of, move, register
from tests.representatives.test_lists import section
from tests.times import DAY, NOW, TOMORROW, wall
from training.attendance.values import AttendanceStatus
from training.db import db, transaction
from training.organizations.models import Organization
from training.registrations import seats
from training.registrations.values import CancelledBecause, Claim
from training.representatives.queries.attended import last_attended
from training.representatives.queries.filling import filling_sessions
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, HoldPlan, Promotion, SeatRules, SessionStatus

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT


def sections_of(page: Page) -> list[str]:
    return [one.get("aria-labelledby") or "" for one in page.root.iter("section")]


def hold(
    session: TrainingSession, organization: Organization, number: int, *, days: int = 2
) -> None:
    """Keep seats for so many days."""
    plan = HoldPlan(seats=number, release=wall(NOW + days * DAY))
    with transaction():
        seats.set_hold(session.id, organization.id, plan, expected=None, actor_id=None, now=NOW)


def take(make: Make, session: TrainingSession, number: int) -> None:
    """Let people of no organization have seats."""
    make.outcome(
        session,
        *(make.participant() for _ in range(number)),
        by_staff=True,
        actor_id=make.coordinator().person_id,
    )


def filling(organization: Organization) -> list[tuple[str, int, int]]:
    """Return title, seats left and seats kept of what fills up."""
    return [
        (one.card.title, one.left, one.kept)
        for one in filling_sessions(organization.id, now=NOW, most=6)
    ]


def test_what_to_do_next_stands_first_then_what_is_left_who_goes_and_who_came(
    client: IsolatedClient, make: Make
) -> None:
    """H6, point 7: each line of what to do next leads to the act that settles it."""
    ours = make.organization()
    account = make.representative(ours)
    client.sign_in(account)
    few = make.training_session(title="Few left", capacity=3, starts_at=TOMORROW)
    unnamed = make.training_session(title="Unnamed", starts_at=TOMORROW)
    offering = make.training_session(title="Offering", capacity=1, starts_at=TOMORROW)
    past = make.training_session(title="Over")
    make.reserved(unnamed, ours, 2, by=account.person_id)
    [seated, waiting] = [make.person(name) for name in ("Ada", "Bob")]
    with transaction():
        rules = SeatRules(promotion=Promotion.OFFER)
        seats.change_rules(offering.id, rules, actor_id=None, now=NOW)
    [seat] = register(make, offering, ours, seated)
    register(make, offering, ours, waiting)
    with transaction():
        seats.cancel(seat, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    make.registration(few, name="Says so", organization_id=ours.id, claim=Claim.STATED)
    hold(make.training_session(title="Kept", capacity=9, starts_at=NOW + 20 * DAY), ours, 4)
    [came] = register(make, past, ours, seated)
    move(past, -3 * DAY)
    mark(came, meetings_of(past)[0].id, PRESENT)

    page = client.page(f"{base(ours)}/")
    links = [link.get("href") for link in page.root.iter("a")]

    assert sections_of(page) == [
        "unnamed",
        "offers",
        "claims",
        "filling",
        "left",
        "coming",
        "attended",
        "open",
    ]
    assert "2 reserved seats have no name yet" in section(page, "unnamed")
    assert "Bob" in section(page, "offers")
    assert "Says so" in section(page, "claims")
    assert "Few left" in section(page, "filling")
    assert "2 seats left for you Register people" in section(page, "filling")
    assert "0 of 4 used, 4 left" in section(page, "left")
    assert "Over" in section(page, "attended")
    assert "Came: Ada 1 of 1 came" in section(page, "attended")
    assert "Few left" not in section(page, "open")
    assert links.count(f"{base(ours)}/sessions/{few.id}/register") == 1


def test_what_fills_up_counts_what_an_organization_may_have(app: Flask, make: Make) -> None:
    """Free seats, its own kept ones, its limit and its allotment; never what others wait for."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    campaign = make.campaign("Awareness")
    far = NOW + 30 * DAY

    def session(title: str, capacity: int | None, taken: int, **fields: Any) -> TrainingSession:
        made = make.training_session(title=title, capacity=capacity, starts_at=far, **fields)
        if taken:
            take(make, made, taken)
        return made

    session("a, few are free", 9, 7)
    session("b, many are free", 40, 30)
    session("c, a tenth is free", 40, 36)
    session("d, unlimited", None, 3)
    kept = session("e, all but ours are taken", 5, 3)
    hold(kept, ours, 2, days=20)
    others = session("f, the rest is theirs", 5, 3)
    hold(others, theirs, 2, days=20)
    waiting = session("g, somebody waits and two are ours", 4, 2)
    hold(waiting, ours, 2, days=20)
    make.registration(db.session.get_one(TrainingSession, waiting.id), name="Waits")
    soon = session("h, ours are given on soon", 40, 0)
    hold(soon, ours, 5, days=3)
    later = session("i, ours are given on later", 40, 0)
    hold(later, ours, 5, days=20)
    limited = session("j, one more may come", 5, 2)
    register(make, limited, ours, make.person("Ada"))
    with transaction():
        rules = SeatRules(organization_limit=2)
        seats.change_rules(limited.id, rules, actor_id=None, now=NOW)
    session("k, nothing is allotted any more", 5, 3, campaign_id=campaign.id)
    with transaction():
        seats.set_allotment(campaign.id, ours.id, 0, expected=None, actor_id=None, now=NOW)
    session("l, invited", 3, 0, audience=Audience.INVITED)
    session("m, draft", 3, 0, status=SessionStatus.DRAFT)

    assert filling(ours) == [
        ("a, few are free", 2, 0),
        ("c, a tenth is free", 4, 0),
        ("e, all but ours are taken", 2, 2),
        ("g, somebody waits and two are ours", 2, 2),
        ("h, ours are given on soon", 40, 5),
        ("j, one more may come", 1, 0),
    ]
    assert [one[0][0] for one in filling(theirs)] == ["a", "c", "f", "j", "k"]


def test_who_attended_is_told_by_name_over_all_meetings(app: Flask, make: Make) -> None:
    """Of ours alone; a seat that nobody was named for is nobody who was missing."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    names = ("Zoë", "Ada", "Bob", "Cyd", "Dan")
    people = [make.person(name) for name in names]
    twice = make.training_session(
        title="Twice",
        meetings=(make.meeting_plan(TOMORROW), make.meeting_plan(TOMORROW + DAY)),
    )
    ids = dict(zip(names, register(make, twice, ours, *people), strict=True))
    register(make, twice, theirs, make.person("Theirs"))
    make.registration(twice, name="Says so", organization_id=ours.id, claim=Claim.STATED)
    make.reserved(db.session.get_one(TrainingSession, twice.id), ours)
    coming = make.training_session(title="To come")
    register(make, coming, ours, people[0])
    move(twice, -9 * DAY)
    first, second = meetings_of(twice)
    for name in ("Zoë", "Ada"):
        mark(ids[name], first.id, PRESENT)
        mark(ids[name], second.id, AttendanceStatus.LATE)
    mark(ids["Bob"], first.id, PRESENT)
    mark(ids["Bob"], second.id, ABSENT)
    mark(ids["Cyd"], first.id, ABSENT)
    mark(ids["Dan"], first.id, AttendanceStatus.CLEARED)

    [seen] = last_attended(ours.id, now=NOW, most=4)
    newest = make.training_session(title="Newest")
    register(make, newest, ours, people[0])
    move(newest, -2 * DAY)

    assert (seen.title, seen.people) == ("Twice", 5)
    assert (seen.came, seen.came_to_some) == (("Ada", "Zoë"), ("Bob",))
    assert (seen.missed, seen.unmarked) == (("Cyd",), ("Dan",))
    last = last_attended(ours.id, now=NOW, most=4)
    assert [one.title for one in last] == ["Newest", "Twice"]
    assert [one.title for one in last_attended(ours.id, now=NOW, most=1)] == ["Newest"]
    assert [one.came for one in last_attended(theirs.id, now=NOW, most=4)] == [()]
