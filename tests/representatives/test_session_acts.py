"""One session with the organization's people in it: swapping and cancelling them, and reading."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa

from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.registrations.filling import counts, errors, main_of
from tests.representatives.partners import (
    base,
    mark,
    meetings_of,
    members_of,
    move,
    register,
    rows_in,
    status_of,
)
from tests.times import DAY, HOUR, NOW
from training.attendance.values import AttendanceStatus
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.notifications.models import Message
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations.models import Registration
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import Audience

Statements = Callable[[], AbstractContextManager[list[str]]]


def with_people(
    client: IsolatedClient, make: Make, session: TrainingSession, *names: str
) -> tuple[Organization, list[Person], list[int]]:
    """Sign in who acts for an organization with people in a session."""
    organization = make.organization()
    client.sign_in(make.representative(organization, name="Rita", email="rita@example.org"))
    people = [make.person(name, f"{name.lower()}@example.org") for name in names]
    for person in people:
        make.member(organization, person)
    return organization, people, register(make, session, organization, *people)


def states(session: TrainingSession) -> list[tuple[str, str]]:
    return [(name, status) for name, status, _claim, _id in rows_in(session)]


def test_a_seat_goes_to_another_member_past_everybody_who_waits(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session(capacity=1)
    organization, _people, [ada] = with_people(client, make, session, "Ada")
    make.registration(session, name="Waiting")
    bob = make.person("Bob")
    make.member(organization, bob)

    answer = client.fill(
        f"{base(organization)}/registrations/{ada}/swap", {"member": str(bob.id), "consent": "y"}
    )

    assert answer.headers["Location"] == f"{base(organization)}/sessions/{session.id}"
    assert states(session) == [
        ("Ada", "cancelled"),
        ("Waiting", "waitlisted"),
        ("Bob", "confirmed"),
    ]
    told = db.session.execute(
        sa.select(Person.name, Message.kind)
        .join(Message, Message.recipient_id == Person.id)
        .order_by(Message.id.desc())
        .limit(2)
    )
    assert {tuple(one) for one in told} == {
        ("Ada", "registration.replaced"),
        ("Bob", "registration.confirmed"),
    }
    shown = client.page(answer.headers["Location"]).text()
    assert "Somebody else goes instead of Ada now. Both are told by mail." in shown
    assert audit(now=NOW) == []


def test_a_seat_goes_to_somebody_new_without_an_address(client: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    organization, _people, [ada, _bob] = with_people(client, make, session, "Ada", "Bob")
    path = f"{base(organization)}/registrations/{ada}/swap"
    nobody = "Choose somebody above, or type who goes instead."

    for fields, told in (
        ({"consent": "y"}, [nobody]),
        ({"name": "Cyd"}, ["Without this agreement nobody can be registered."]),
        (
            {"name": "Bob", "email": "bob@example.org", "consent": "y"},
            ["This person is registered for this session already."],
        ),
        ({"email": "cyd@example.org", "consent": "y"}, [nobody]),
    ):
        refused = client.fill(path, fields)
        assert (refused.status_code, errors(refused)) == (422, told)
    answer = client.fill(path, {"name": "Cyd", "consent": "y"})
    again = (
        client.fill(path, {"name": "Dan", "consent": "y"}) if answer.status_code != 303 else None
    )

    assert again is None
    assert states(session) == [("Ada", "cancelled"), ("Bob", "confirmed"), ("Cyd", "confirmed")]
    assert members_of(organization)[-1] == ("Cyd", None)
    gone = client.get(path)
    assert gone.status_code == 409
    assert "This person has no seat to hand over." in gone.text


def test_several_are_cancelled_from_a_page_that_says_what_follows(
    client: IsolatedClient, make: Make
) -> None:
    """Whoever waits moves up; all or none; a second send does no more."""
    session = make.training_session(capacity=2)
    names = ("Ada", "Bob", "Cyd")
    organization, _people, [ada, bob, cyd] = with_people(client, make, session, *names)
    other = make.registration(session, name="Next").id
    page = client.page(f"{base(organization)}/sessions/{session.id}")
    chooser = next(
        form for form in page.root.iter("form") if (form.get("action") or "").endswith("/cancel")
    )
    assert [box.get("value") for box in chooser.iter("input")] == [str(ada), str(bob), str(cyd)]
    path = f"{chooser.get('action')}?registration={ada}&registration={cyd}"

    asked = client.page(path)
    before = counts()
    sent = values_of(asked.form())
    answer = client.post(asked.form().get("action") or "", data=sent)
    shown = client.page(answer.headers["Location"]).text()
    again = client.post(asked.form().get("action") or "", data=sent)

    text = asked.text()
    assert "Cancel the registrations of 2 people?" in text
    assert "1 seat is given up. Whoever waits longest gets it" in text
    assert "1 place in line is given up." in text
    assert "2 people are cancelled, and told by mail." in shown
    assert [status_of(one) for one in (ada, bob, cyd, other)] == [
        "cancelled",
        "confirmed",
        "cancelled",
        "confirmed",
    ]
    assert (counts() - before)["Message"] == 3
    assert again.status_code == 303
    assert "They are cancelled already." in client.page(again.headers["Location"]).text()
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "registration.cancel")
    ).all()
    by = {db.session.get_one(Person, entry.actor_id).name for entry in entries}
    assert (len(entries), by) == (2, {"Rita"})
    assert audit(now=NOW) == []


def test_nobody_is_swapped_or_cancelled_once_the_session_has_started(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    organization, _people, [ada] = with_people(client, make, session, "Ada")
    root = base(organization)
    before_start = values_of(
        client.page(f"{root}/sessions/{session.id}/cancel?registration={ada}").form()
    )
    move(session, -DAY - HOUR / 2)
    before = counts()

    page = client.page(f"{root}/sessions/{session.id}").text()
    cancelled = client.post(f"{root}/sessions/{session.id}/cancel", data=before_start)
    swap = client.get(f"{root}/registrations/{ada}/swap")

    assert (cancelled.status_code, swap.status_code) == (409, 409)
    assert "This session has started" in main_of(cancelled)
    assert "Send somebody else" not in page
    assert counts() == before


def test_nobody_chosen_leads_back(client: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    organization, _people, _ids = with_people(client, make, session, "Ada")

    answer = client.get(f"{base(organization)}/sessions/{session.id}/cancel")

    assert answer.headers["Location"] == f"{base(organization)}/sessions/{session.id}"
    assert "Choose first who is not coming." in client.page(answer.headers["Location"]).text()


def test_the_page_of_a_session_shows_ones_own_people_with_rank_and_attendance(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    plans = (make.meeting_plan(NOW + DAY), make.meeting_plan(NOW + 2 * DAY))
    session = make.training_session(title="Two parts", capacity=2, meetings=plans)
    make.registration(session, name="Stranger")
    names = ("Ada", "Bob", "Cyd")
    organization, _people, [ada, *_rest] = with_people(client, make, session, *names)
    client.fill(f"{base(organization)}/sessions/{session.id}/cancel?registration={_rest[1]}")
    with transaction():
        db.session.get_one(TrainingSession, session.id).promotion_ends_at = NOW - 9 * DAY
    move(session, -DAY - HOUR)
    mark(ada, meetings_of(session)[0].id, AttendanceStatus.LEFT_EARLY)

    with statements() as sent:
        page = client.page(f"{base(organization)}/sessions/{session.id}")

    assert len(sent) == 9
    tables = [
        [" ".join(" ".join(line.itertext()).split()) for line in one.iter("tr")][1:]
        for one in page.root.iter("table")
    ]
    assert tables == [["Ada Confirmed Left early", "Bob 1. in line"], ["Cyd Cancelled"]]
    assert "Stranger" not in page.text()
    assert "the first of 2 meetings" in page.text()


def test_a_cancelled_session_says_so_and_who_was_registered(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session(title="Called off")
    organization, _people, _ids = with_people(client, make, session, "Ada")
    with transaction():
        sessions.cancel(session.id, actor_id=None, now=NOW)

    overview = client.page(f"{base(organization)}/").text()
    page = client.page(f"{base(organization)}/sessions/{session.id}").text()

    assert "Were registered: Ada Cancelled" in overview
    assert "1 person is not coming any more" in page
    assert "Cancelled with the session" in page
    assert db.session.scalars(sa.select(Registration.status)).all() == ["cancelled"]


def test_a_session_by_invitation_is_shown_to_whom_staff_registered_and_takes_nobody_else(
    client: IsolatedClient, make: Make
) -> None:
    """AUTHZ-09."""
    session = make.training_session(audience=Audience.INVITED)
    organization, _people, _ids = with_people(client, make, session, "Ada")
    path = f"{base(organization)}/sessions/{session.id}"
    bob = make.person("Bob")
    make.member(organization, bob)

    page = client.page(path).text()
    answer = client.fill(f"{path}/register", {"members": [str(bob.id)], "consent": "y"})

    assert "Ada" in page
    assert "Register people" not in page
    assert "Page for everybody Keys" in page  # the footer's, and no other
    assert answer.status_code == 404
    assert states(session) == [("Ada", "confirmed")]
