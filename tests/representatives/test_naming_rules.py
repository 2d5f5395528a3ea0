"""Seats to be named: the rules that hold for who is named, and that nobody stands in them yet."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.registrations.attended import PRESENT, attend, build_on
from tests.representatives.partners import base
from tests.representatives.test_naming import _facts, name_by, person_named, rows_in
from tests.times import DAY, HOUR, NOW, TOMORROW
from training.checks.service import audit
from training.db import db, transaction
from training.notifications.models import Message
from training.notifications.values import Rendered, Untold
from training.organizations import service as organizations
from training.organizations.models import Membership, Organization
from training.people.models import Person
from training.people.service import revise_person
from training.people.values import PersonPlan
from training.registrations import messages, seats
from training.registrations.errors import QuestionsChangedError, SeatOfNobodyError
from training.registrations.jobs import settle_due
from training.registrations.letters import RENDERERS
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions.models import TrainingSession
from training.sessions.question_queries import questions_of
from training.sessions.question_values import fingerprint
from training.sessions.values import SeatRules


def soon(make: Make, organization: Organization, *by: int | None) -> tuple[int, list[int]]:
    """Reserve a seat by each of these, to be named within a day; returns the session, the seats."""
    session = make.training_session(starts_at=NOW + 20 * HOUR, now=NOW - 4 * DAY)
    session_id = session.id
    reserved = [
        make.reserved(
            db.session.get_one(TrainingSession, session_id), organization, by=one, now=NOW - 3 * DAY
        )[0].id
        for one in by
    ]
    return session_id, reserved


def reminders() -> list[tuple[int, Rendered | Untold]]:
    db.session.rollback()
    found = db.session.scalars(
        sa.select(Message).where(Message.kind == messages.UNNAMED_SOON).order_by(Message.id)
    ).all()
    return [(one.recipient_id, RENDERERS[messages.UNNAMED_SOON](_facts(one, NOW))) for one in found]


def address(mail: Rendered | Untold) -> str:
    assert isinstance(mail, Rendered)
    return mail.to_address


def email_of(person_id: int) -> str:
    email = db.session.get_one(Person, person_id).email
    assert email is not None
    return email


def test_who_is_named_has_attended_what_the_session_builds_on(
    client: IsolatedClient, make: Make
) -> None:
    """Members and new people alike; who lacks it is told of beside their row, and nobody named."""
    ours = make.organization()
    first, second = make.course(title="First steps"), make.course(title="Second steps")
    build_on(second, first)
    been, other = make.person("Been", "been@example.org"), make.person("Other", "o@example.org")
    been_id, other_id = been.id, other.id
    make.member(ours, been)
    make.member(ours, other)
    attend(make, first, been, PRESENT)
    session_id = make.training_session(course_id=second.id).id
    account = make.representative(ours)
    make.reserved(db.session.get_one(TrainingSession, session_id), ours, 3, by=account.person_id)
    client.sign_in(account)
    path = f"{base(ours)}/sessions/{session_id}/name"
    before = rows_in(session_id)

    refused = client.fill(
        path,
        {
            "seats-0-member": str(been_id),
            "seats-1-member": str(other_id),
            "seats-2-name": "New Person",
            "consent": "y",
        },
    )
    unchanged = rows_in(session_id)
    named = client.fill(path, {"seats-0-member": str(been_id), "consent": "y"})

    assert refused.status_code == 422
    assert refused.text.count('class="field__error"') == 2
    assert "First steps" in refused.text
    assert unchanged == before
    assert named.status_code == 303
    assert [row[0] for row in rows_in(session_id) if row[1] == "confirmed"][-1] == "Been"


def test_questions_are_looked_at_again_under_the_lock(app: Flask, make: Make) -> None:
    """What the page asked may be asked in other words when the seat changes hands."""
    ours = make.organization()
    course = make.course()
    session_id = make.training_session(course_id=course.id).id
    by = make.representative(ours).person_id
    [reserved] = make.reserved(db.session.get_one(TrainingSession, session_id), ours, by=by)
    reserved_id, ours_id = reserved.id, ours.id
    make.question(course_id=course.id)
    asked = fingerprint(questions_of(session_id))
    make.question("Which room?", training_session_id=session_id)

    def name(asked: str | None) -> None:
        with transaction():
            seats.swap(
                reserved_id,
                person_named("ada", ours_id),
                asked=asked,
                actor_id=by,
                because=CancelledBecause.PERSON,
                now=NOW,
            )

    for stale in (asked, ""):
        with pytest.raises(QuestionsChangedError):
            name(stale)
    assert [row[1] for row in rows_in(session_id)] == ["confirmed"]
    name(fingerprint(questions_of(session_id)))
    assert [row[1] for row in rows_in(session_id)] == ["cancelled", "confirmed"]


def test_what_is_only_asked_for_is_named_once_staff_have_given_it(
    client: IsolatedClient, make: Make
) -> None:
    ours = make.organization()
    session_id = make.training_session(starts_at=TOMORROW + DAY).id
    with transaction():
        rules = SeatRules(needs_approval=True)
        seats.change_rules(session_id, rules, actor_id=None, now=NOW)
    account = make.representative(ours)
    staff_id = make.coordinator().person_id
    client.sign_in(account)
    page = f"{base(ours)}/sessions/{session_id}"

    form = client.page(f"{page}/reserve").text()
    client.fill(f"{page}/reserve", {"number": "1"})
    asked, overview = client.page(page).text(), client.page(f"{base(ours)}/").text()
    nothing = client.page(f"{page}/name").text()
    [registration_id] = db.session.scalars(sa.select(Registration.id).order_by(Registration.id))
    with transaction():
        seats.approve(registration_id, actor_id=staff_id, now=NOW)
    given = client.page(f"{base(ours)}/").text()

    assert "Staff decide about each seat here" in form
    assert "You asked for 1 seat; staff decide about it." in asked
    assert "no name yet" not in asked + overview
    assert "No seat is to be named" in nothing
    assert "1 reserved seat has no name yet" in given
    assert audit(now=NOW) == []


def test_nobody_stands_in_a_reserved_seat(client: IsolatedClient, make: Make) -> None:
    """No page of a person, no name or address to correct, nobody cancelled who would be told."""
    ours = make.organization()
    account = make.representative(ours)
    session_id = make.training_session(starts_at=TOMORROW + DAY).id
    first, _second = make.reserved(
        db.session.get_one(TrainingSession, session_id), ours, 2, by=account.person_id
    )
    first_id, person_id = first.id, first.person_id
    staff = client.application.test_client()
    assert isinstance(staff, IsolatedClient)
    staff.sign_in(make.coordinator())
    client.sign_in(account)

    seat = staff.page(f"/staff/registrations/{first_id}")
    links = [link.get("href") or "" for link in seat.root.iter("a")]
    staff.application.config["WTF_CSRF_ENABLED"] = False
    renamed = staff.post(f"/staff/registrations/{first_id}/name", data={"name": "Ada"})
    client.page(f"{base(ours)}/people/{person_id}", status=404)
    cancel = f"{base(ours)}/sessions/{session_id}/cancel?registration={first_id}"
    preview = client.page(cancel).text()
    client.fill(cancel)
    after = client.page(f"{base(ours)}/sessions/{session_id}").text()

    assert "A seat for somebody whom the organization names later." in seat.text()
    assert [link for link in links if link.startswith(f"/staff/people/{person_id}")] == []
    assert "Correct the name" not in seat.text()
    for path in (f"/staff/people/{person_id}", f"/staff/people/{person_id}/edit"):
        staff.page(path, status=404)
    assert renamed.status_code == 404
    assert "Give up 1 seat?" in preview
    assert "1 reserved seat is given up." in after
    assert db.session.scalars(sa.select(Message.kind)).all() == []


def test_no_mail_goes_to_who_is_only_a_seat(app: Flask, make: Make) -> None:
    """Also if such a row of people came to an address: it gets no link that opens anything."""
    ours = make.organization()
    session = make.training_session()
    [reserved] = make.reserved(session, ours)
    person_id, reserved_id = reserved.person_id, reserved.id
    with transaction():
        plan = PersonPlan(name="Seat 1", email="seat@example.org", locale="en", timezone=None)
        revise_person(person_id, plan, expected=None, actor_id=None, now=NOW)

    assert db.session.scalars(sa.select(Message.kind)).all() == []
    assert db.session.get_one(Registration, reserved_id).is_placeholder


def test_two_who_reserved_are_reminded_by_one_mail_to_the_first(app: Flask, make: Make) -> None:
    ours = make.organization()
    first, second = (make.representative(ours).person_id for _ in range(2))
    soon(make, ours, second, first)

    settle_due(now=NOW)

    [(recipient_id, mail)] = reminders()
    assert recipient_id == second
    assert address(mail) == email_of(second)
    assert isinstance(mail, Rendered)
    assert "has reserved 2 seats" in mail.text


def test_who_left_is_not_told_of_seats_any_more(app: Flask, make: Make) -> None:
    """A colleague is told instead; without one nobody."""
    ours = make.organization()
    gone, colleague = (make.representative(ours).person_id for _ in range(2))
    soon(make, ours, gone)
    settle_due(now=NOW)

    def leave(person_id: int) -> Rendered | Untold:
        membership_id = db.session.scalars(
            sa.select(Membership.id).where(Membership.person_id == person_id)
        ).one()
        with transaction():
            organizations.end_membership(membership_id, actor_id=None, now=NOW)
        [(_recipient_id, mail)] = reminders()
        return mail

    [(_first, mail)] = reminders()
    assert address(mail) == email_of(gone)
    assert address(leave(gone)) == email_of(colleague)
    assert leave(colleague) is Untold.NO_ADDRESS


def test_a_seat_that_passes_to_another_organization_is_told_of_and_named_there(
    client: IsolatedClient, make: Make
) -> None:
    """I8: who reserved it reads no more of it; and it does not pass to nobody."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    by_us, by_them = make.representative(ours), make.representative(theirs)
    their_person_id = by_them.person_id
    staff_id = make.coordinator().person_id
    session_id, [seat_id] = soon(make, ours, by_us.person_id)
    theirs_id = theirs.id
    rivals = client.application.test_client()
    assert isinstance(rivals, IsolatedClient)
    client.sign_in(by_us)
    rivals.sign_in(by_them)

    with pytest.raises(SeatOfNobodyError), transaction():
        seats.transfer(seat_id, None, actor_id=staff_id, now=NOW)
    with transaction():
        seats.transfer(seat_id, theirs_id, actor_id=staff_id, now=NOW)
    settle_due(now=NOW)

    [(_recipient_id, mail)] = reminders()
    assert address(mail) == email_of(their_person_id)
    assert "no name yet" not in client.page(f"{base(ours)}/").text()
    assert "1 reserved seat has no name yet" in rivals.page(f"{base(theirs)}/").text()
    path = f"{base(theirs)}/sessions/{session_id}/name"
    assert rivals.fill(path, {"seats-0-name": "Eve", "consent": "y"}).status_code == 303
    assert audit(now=NOW) == []


def test_the_deadline_holds_for_asking_too(app: Flask, make: Make) -> None:
    """What staff did not decide about is withdrawn then, and the organization is told once."""
    ours = make.organization()
    session_id = make.training_session(starts_at=NOW + 3 * DAY, now=NOW - 4 * DAY).id
    deadline = NOW.replace(second=0) + HOUR
    with transaction():
        rules = SeatRules(needs_approval=True)
        seats.change_rules(session_id, rules, actor_id=None, now=NOW - 3 * DAY)
    by = make.representative(ours).person_id
    make.reserved(
        db.session.get_one(TrainingSession, session_id), ours, 2, by=by, now=NOW - 2 * DAY
    )
    name_by(session_id, deadline)

    settle_due(now=NOW)
    settle_due(now=deadline)

    assert reminders() == []
    assert [row[1:3] for row in rows_in(session_id)] == [("cancelled", "unnamed")] * 2
    assert audit(now=deadline) == []
