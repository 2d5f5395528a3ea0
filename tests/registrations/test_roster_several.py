"""What staff do to several people at once, and swapping one: pages that say what follows first."""

import pytest
import sqlalchemy as sa
from flask import url_for

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import DAY, NOW
from training.accounts.models import Account
from training.checks.service import audit
from training.clock import utc_now
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions.models import Course, TrainingSession


@pytest.fixture
def mina(make: Make) -> Account:
    """A coordinator."""
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """The coordinator's browser."""
    client.sign_in(mina)
    return client


@pytest.fixture
def course(make: Make) -> Course:
    return make.course()


def roster(session: TrainingSession) -> str:
    return f"/staff/sessions/{session.id}"


def standing(session: TrainingSession) -> list[tuple[str, str]]:
    db.session.rollback()
    found = db.session.execute(
        sa.select(Registration.name, Registration.status)
        .where(Registration.training_session_id == session.id)
        .order_by(Registration.ticket)
    )
    return [(row.name, str(row.status)) for row in found]


def ids(*registrations: Registration) -> list[str]:
    return [str(one.id) for one in registrations]


def test_people_move_after_a_look_at_what_follows(
    staff: IsolatedClient, make: Make, course: Course
) -> None:
    here = make.training_session(title="Here", capacity=2, course_id=course.id)
    there = make.training_session(title="There", capacity=2, course_id=course.id)
    make.training_session(title="Other course", course_id=make.course().id)
    make.training_session(title="Over", course_id=course.id, starts_at=NOW - 9 * DAY)
    ana, bo, cy = (make.registration(here, name=name) for name in ("Ana", "Bo", "Cy"))
    make.registration(there, name="Zoe")
    url = f"{roster(here)}/move"

    page = staff.page(f"{url}?people={ana.id}&people={bo.id}")
    assert "1 seat left: There" in page.text()
    assert "Other course" not in page.text()
    assert ": Over" not in page.text()
    refused = staff.fill(f"{url}?people={ana.id}&people={bo.id}", {"to": str(there.id)})
    assert refused.status_code == 409
    assert "People to move: 2; free seats there: 1. Nobody was moved yet." in refused.text
    nameless = staff.fill(url, {"people": ids(ana), "to": str(there.id), "if_full": "overbook"})
    assert nameless.status_code == 422
    assert "Say why: it stands in the history of this session." in nameless.text

    typed = {"people": ids(ana, bo), "to": str(there.id), "if_full": "what_fits", "reason": ""}
    preview = staff.fill(url, typed)
    assert preview.status_code == 200
    text = Page(preview.text).text()
    assert "1 person gets a seat there." in text
    assert "1 person waits there, behind those who wait already." in text
    assert "Here 1 person moves up from the waitlist and is told by mail: Cy." in text
    assert "1. in line" in text
    assert standing(here) == [("Ana", "confirmed"), ("Bo", "confirmed"), ("Cy", "waitlisted")]

    again = staff.fill(url, {**typed, "do": "change"})
    assert "Show what happens" in again.text
    done = staff.fill(url, {**typed, "do": "move"})

    assert (done.status_code, done.headers["Location"]) == (303, roster(here))
    assert standing(there) == [("Zoe", "confirmed"), ("Ana", "confirmed"), ("Bo", "waitlisted")]
    assert standing(here) == [("Ana", "cancelled"), ("Bo", "cancelled"), ("Cy", "confirmed")]
    told = staff.page(roster(here)).text()
    assert "2 people moved to There, and are told by mail. 1 of them waits there." in told
    assert "Moved to There" in told
    second = staff.fill(url, {**typed, "do": "move"})
    assert second.status_code == 422
    assert "Somebody you chose is not in this list any more. Please look again." in second.text
    twice = staff.fill(url, {**typed, "people": ids(cy), "do": "move"})
    assert twice.status_code == 303
    gone = staff.post(url, data={**typed, "do": "move"})
    assert gone.status_code == 400  # without its token
    assert audit(now=utc_now()) == []


def test_overbooking_a_move_is_shown_before(staff: IsolatedClient, make: Make) -> None:
    here, there = make.training_session(title="Here"), make.training_session(capacity=1)
    ana, bo = (make.registration(here, name=name) for name in ("Ana", "Bo"))
    twin = make.registration(there, name="Twin")
    with transaction():
        db.session.execute(
            sa.update(Registration)
            .where(Registration.id == twin.id)
            .values(person_id=ana.person_id, name="Ana there")
        )
    url = f"{roster(here)}/move"
    typed = {"to": str(there.id), "if_full": "overbook", "reason": "their bus was late"}

    known = staff.fill(url, {**typed, "people": ids(ana, bo)})
    assert known.status_code == 409
    assert "Registered there already: Ana." in known.text
    preview = staff.fill(url, {**typed, "people": ids(bo)})

    assert "For 1 of them there is none: the session is overbooked." in preview.text
    assert "Overbooked" in preview.text
    staff.fill(url, {**typed, "people": ids(bo), "do": "move"})
    fresh = db.session.get_one(TrainingSession, there.id, populate_existing=True)
    assert (fresh.confirmed_count, fresh.overbooked_by) == (2, 1)


def test_a_move_without_people_or_without_a_target_says_so(
    staff: IsolatedClient, make: Make, course: Course
) -> None:
    empty = make.training_session()
    alone = make.training_session(course_id=course.id)
    make.registration(alone)

    assert "Nobody to move" in staff.page(f"{roster(empty)}/move").text()
    assert "Nowhere to move" in staff.page(f"{roster(alone)}/move").text()
    make.training_session(course_id=course.id)
    nobody = staff.fill(f"{roster(alone)}/move", {})
    assert nobody.status_code == 422
    assert "Choose at least one person." in nobody.text
    assert "Choose the session to which they move." in nobody.text
    stranger = staff.fill(f"{roster(alone)}/move", {"people": ["999"], "to": "999"})
    assert stranger.status_code == 422


def test_several_are_cancelled_after_a_look_at_what_follows(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=2)
    ana, _bo, cy, _di = (
        make.registration(session, name=name) for name in ("Ana", "Bo", "Cy", "Di")
    )
    url = f"{roster(session)}/people/cancel"

    page = staff.page(f"{url}?people={ana.id}&people={cy.id}&people=x").text()
    assert "1 person gives up a seat and is told by mail." in page
    assert "1 person leaves the waitlist and is told by mail." in page
    assert "1 person moves up from the waitlist and is told by mail: Di." in page
    assert "Cancel 2 registrations and tell them" in page
    assert "Show what happens" in staff.page(url).text()
    done = staff.fill(f"{url}?people={ana.id}&people={cy.id}", {})

    assert done.status_code == 303
    assert standing(session) == [
        ("Ana", "cancelled"),
        ("Bo", "confirmed"),
        ("Cy", "cancelled"),
        ("Di", "confirmed"),
    ]
    assert "2 people are cancelled, and told by mail." in staff.page(roster(session)).text()
    again = staff.page(f"{url}?people={ana.id}").text()
    assert "Show what happens" in again
    assert audit(now=utc_now()) == []


def test_somebody_comes_in_anothers_place(staff: IsolatedClient, make: Make, mina: Account) -> None:
    organization = make.organization("Crisis Line")
    session = make.training_session(capacity=2)
    ana = make.registration(session, name="Ana", organization_id=organization.id)
    bo, cy = (make.registration(session, name=name) for name in ("Bo", "Cy"))
    url = f"/staff/registrations/{ana.id}/swap"

    assert f'value="{organization.id}" selected' in staff.get(url).text.replace(
        f'selected value="{organization.id}"', f'value="{organization.id}" selected'
    )
    bos = db.session.scalar(
        sa.text("SELECT email FROM person WHERE id = :id").bindparams(id=bo.person_id)
    )
    known = staff.fill(url, {"name": "Bo", "email": bos})
    assert known.status_code == 409
    assert "This person is registered for this session already." in known.text
    assert staff.fill(url, {"name": "", "email": "x"}).status_code == 422
    done = staff.fill(url, {"name": "No Mail", "email": ""})

    assert done.status_code == 303
    assert standing(session) == [
        ("Ana", "cancelled"),
        ("Bo", "confirmed"),
        ("Cy", "waitlisted"),
        ("No Mail", "confirmed"),
    ]
    new = db.session.scalars(sa.select(Registration).where(Registration.name == "No Mail")).one()
    assert (new.organization_id, str(new.claim)) == (organization.id, "staff")
    page = staff.page(roster(session)).text()
    assert "No Mail has the seat of Ana now. Both are told by mail." in page
    assert "No Mail comes instead" in page
    for nothing_to_hand_over in (ana, cy):
        response = staff.get(f"/staff/registrations/{nothing_to_hand_over.id}/swap")
        assert response.headers["Location"] == roster(session)
    assert "has no seat to hand over. Nothing was changed." in staff.page(roster(session)).text()
    assert audit(now=utc_now()) == []


def test_a_long_roster_is_searched_and_keeps_the_places_in_line(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=1)
    for name in ("Ana Muñoz", "Bo", "Cy Munoz"):
        make.registration(session, name=name)

    folded = staff.page(roster(session)).root.find(".//details/summary")
    assert folded is not None
    assert folded.text == "Search, filters, columns"
    page = staff.page(f"{roster(session)}?q=munoz").text()

    assert "2 people found." in page
    assert "Ana Muñoz" in page
    assert "Cy Munoz" in page
    assert "2. in line" in page
    assert "bo@" not in page.lower()
    nobody = staff.page(f"{roster(session)}?q=nobody").text()
    assert "Nobody who has a seat matches what you chose." in nobody


def test_who_was_cancelled_by_their_organization_is_shown_so(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    registration = make.registration(session)
    rep = make.person("Rep")
    with transaction():
        seats.cancel(registration.id, because=CancelledBecause.PERSON, actor_id=rep.id, now=NOW)

    assert "Cancelled by their organization" in staff.page(roster(session)).text()
    with staff.application.test_request_context():
        history = url_for("staff.history", training_session_id=session.id)
    assert f'href="{history}"' in staff.get(roster(session)).text
