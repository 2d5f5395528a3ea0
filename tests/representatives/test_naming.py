"""Seats reserved without names: named by a deadline, given up after it, told of once."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.representatives.partners import base, register
from tests.times import DAY, HOUR, NOW, TOMORROW, wall
from training.checks.service import audit
from training.db import db, transaction
from training.errors import ConflictError
from training.notifications.models import Message
from training.notifications.values import MessageFacts, Rendered, Untold
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations import messages, seats
from training.registrations.errors import NamingEndedError, SeatNamedError
from training.registrations.jobs import settle_due
from training.registrations.letters import RENDERERS
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim, Participant
from training.sessions import service as sessions
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SeatRules


def name_by(session_id: int, deadline: datetime) -> None:
    """Let staff set until when seats are named."""
    with transaction():
        rules = SeatRules(naming_ends=wall(deadline))
        seats.change_rules(session_id, rules, actor_id=None, now=NOW - DAY)


def rows_in(session_id: int) -> list[tuple[str, str, str | None, bool]]:
    db.session.rollback()
    found = db.session.execute(
        sa.select(
            Registration.name,
            Registration.status,
            Registration.cancelled_because,
            Registration.is_placeholder,
        )
        .where(Registration.training_session_id == session_id)
        .order_by(Registration.ticket)
    )
    return [(row[0], str(row[1]), row[2] and str(row[2]), row[3]) for row in found]


def mails() -> list[tuple[str, int]]:
    db.session.rollback()
    found = db.session.execute(sa.select(Message.kind, Message.recipient_id).order_by(Message.id))
    return [(row[0], row[1]) for row in found]


def person_named(name: str, organization_id: int) -> Participant:
    return Participant(
        name=name,
        email=f"{name}@example.org",
        organization_id=organization_id,
        claim=Claim.REPRESENTATIVE,
    )


def test_a_representative_reserves_seats_and_names_people_for_them(
    client: IsolatedClient, make: Make
) -> None:
    """The seats count at once; who is named keeps the seat and gets the mail, nobody else does."""
    ours = make.organization()
    session = make.training_session(title="Listening", capacity=3, starts_at=TOMORROW)
    session_id = session.id
    member = make.member(ours, make.person("Mia", "mia@example.org"))
    member_id = member.person_id
    client.sign_in(make.representative(ours))
    page = f"{base(ours)}/sessions/{session_id}"

    response = client.fill(f"{page}/reserve", {"number": "3"})
    reserved = rows_in(session_id)
    told_before = mails()
    roster = client.page(page).text()
    overview = client.page(f"{base(ours)}/").text()
    people = client.page(f"{base(ours)}/people/").text()
    form = client.page(f"{page}/name").form()
    named = client.post(
        f"{page}/name",
        data={
            **values_of(form),
            "seats-0-member": str(member_id),
            "seats-2-name": "New Person",
            "seats-2-email": "new@example.org",
            "consent": "y",
        },
    )

    assert response.status_code == 303
    assert [row[0] for row in reserved] == [f"Seat {n}, to be named" for n in (1, 2, 3)]
    assert {row[1:] for row in reserved} == {("confirmed", None, True)}
    assert told_before == []
    assert "3 reserved seats have no name yet" in roster
    assert "3 reserved seats have no name yet" in overview
    assert "Seat 1" not in people
    assert named.status_code == 303
    assert rows_in(session_id) == [
        ("Seat 1, to be named", "cancelled", "person", True),
        ("Seat 2, to be named", "confirmed", None, True),
        ("Seat 3, to be named", "cancelled", "person", True),
        ("Mia", "confirmed", None, False),
        ("New Person", "confirmed", None, False),
    ]
    counters = db.session.get_one(TrainingSession, session_id)
    assert (counters.confirmed_count, counters.waitlisted_count) == (3, 0)
    new = db.session.scalars(sa.select(Person.id).where(Person.name == "New Person")).one()
    assert mails() == [("registration.confirmed", member_id), ("registration.confirmed", new)]
    successors = db.session.scalars(
        sa.select(Registration.successor_id)
        .where(Registration.is_placeholder)
        .order_by(Registration.ticket)
    ).all()
    assert [one is not None for one in successors] == [True, False, True]
    after = client.page(page).text()
    assert "1 reserved seat has no name yet" in after
    assert "not coming any more" not in after
    assert audit(now=NOW) == []


def test_no_more_seats_are_reserved_than_are_free(client: IsolatedClient, make: Make) -> None:
    ours = make.organization()
    session_id = make.training_session(capacity=2).id
    client.sign_in(make.representative(ours))
    path = f"{base(ours)}/sessions/{session_id}/reserve"

    refused = client.fill(path, {"number": "3"})
    invalid = [client.fill(path, {"number": typed}).status_code for typed in ("", "0", "x", "51")]
    form = {**values_of(client.page(path).form()), "number": "2"}
    first, again = client.post(path, data=form), client.post(path, data=form)
    full = client.fill(path, {"number": "1"}) if "number" in client.get(path).text else None

    assert refused.status_code == 409
    assert "Wanted: 3; free for you: 2." in refused.text
    assert invalid == [422, 422, 422, 422]
    assert (first.status_code, again.status_code) == (303, 303)
    assert len(rows_in(session_id)) == 2
    assert full is None or full.status_code == 409
    assert audit(now=NOW) == []


def test_what_is_wrong_in_a_row_is_said_there_and_nobody_is_named(
    client: IsolatedClient, make: Make
) -> None:
    ours = make.organization()
    session = make.training_session()
    session_id = session.id
    there = make.person("There", "there@example.org")
    register(make, session, ours, there)
    account = make.representative(ours)
    make.reserved(session, ours, 2, by=account.person_id)
    client.sign_in(account)
    path = f"{base(ours)}/sessions/{session_id}/name"
    before = rows_in(session_id)
    wrong: dict[str, dict[str, str | None]] = {
        "This person is registered for this session already.": {
            "seats-0-name": "X",
            "seats-0-email": "there@example.org",
        },
        "Type the name of this person.": {"seats-1-email": "x@example.org"},
        "This person is chosen above already.": {
            "seats-0-name": "A",
            "seats-0-email": "same@example.org",
            "seats-1-name": "B",
            "seats-1-email": "same@example.org",
        },
        "Name somebody for a seat": {},
        "Without this agreement": {"seats-0-name": "Kept As Typed", "consent": None},
    }

    answers = {
        problem: client.fill(path, {"consent": "y", **fields}) for problem, fields in wrong.items()
    }

    assert {one.status_code for one in answers.values()} == {422}
    assert [problem for problem, one in answers.items() if problem not in one.text] == []
    assert 'value="Kept As Typed"' in answers["Without this agreement"].text
    assert rows_in(session_id) == before


def test_seats_of_others_are_missing(client: IsolatedClient, make: Make) -> None:
    """I8: another organization's reserved seat is a number like any other that is not there."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    session = make.training_session()
    session_id = session.id
    [foreign] = make.reserved(session, theirs)
    foreign_id = foreign.id
    account = make.representative(ours)
    make.reserved(session, ours, by=account.person_id)
    client.sign_in(account)
    path = f"{base(ours)}/sessions/{session_id}/name"
    fields = {"seats-0-name": "Mallory", "consent": "y"}

    taken = client.fill(path, {**fields, "seats-0-registration": str(foreign_id)})
    missing = client.fill(path, {**fields, "seats-0-registration": "999999"})
    page = client.get(path)

    assert (taken.status_code, taken.data) == (404, missing.data)
    assert str(foreign_id) not in values_of(client.page(path).form())["seats-0-registration"]
    assert theirs.name not in page.text
    assert client.get(f"{base(theirs)}/sessions/{session_id}/name").status_code == 404


def test_unnamed_seats_are_given_up_at_the_deadline_and_told_of_once(
    app: Flask, make: Make
) -> None:
    """One mail for each organization and session a day before, and one when it happened."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    session = make.training_session(capacity=3, starts_at=NOW + 3 * DAY, now=NOW - 3 * DAY)
    session_id = session.id
    deadline = NOW.replace(second=0) + 5 * HOUR
    name_by(session_id, deadline)
    by_us, by_them = make.representative(ours).person_id, make.representative(theirs).person_id
    make.reserved(session, ours, 2, by=by_us, now=NOW - 2 * DAY)
    make.reserved(session, theirs, 1, by=by_them, now=NOW - 2 * DAY)
    waiting = make.registration(db.session.get_one(TrainingSession, session_id), name="Waiting")
    waiting_person = waiting.person_id
    before = len(mails())

    early = settle_due(now=NOW - 20 * HOUR)
    quiet = mails()[before:]
    settle_due(now=NOW)
    settle_due(now=NOW + HOUR)
    reminded = mails()[before:]
    soon = {
        row.recipient_id: RENDERERS[messages.UNNAMED_SOON](_facts(row, NOW))
        for row in db.session.scalars(
            sa.select(Message).where(Message.kind == messages.UNNAMED_SOON).order_by(Message.id)
        )
    }
    settle_due(now=deadline)
    settle_due(now=deadline + HOUR)
    told = mails()[before + len(reminded) :]

    assert early == 0
    assert quiet == []
    assert reminded == [(messages.UNNAMED_SOON, by_us), (messages.UNNAMED_SOON, by_them)]
    mail = soon[by_us]
    assert isinstance(mail, Rendered)
    assert "has reserved 2 seats" in mail.text
    assert f"/organization/{ours.slug}/sessions/{session_id}/name\n" in mail.text
    assert theirs.name not in mail.text + mail.subject
    assert sorted(told) == sorted(
        [
            (messages.UNNAMED_RELEASED, by_us),
            (messages.UNNAMED_RELEASED, by_them),
            ("registration.promoted", waiting_person),
        ]
    )
    assert [row[1:3] for row in rows_in(session_id)] == [
        ("cancelled", "unnamed"),
        ("cancelled", "unnamed"),
        ("cancelled", "unnamed"),
        ("confirmed", None),
    ]
    released = db.session.scalars(
        sa.select(Message).where(
            Message.kind == messages.UNNAMED_RELEASED, Message.recipient_id == by_us
        )
    ).one()
    mail = RENDERERS[messages.UNNAMED_RELEASED](_facts(released, deadline))
    assert isinstance(mail, Rendered)
    assert "had reserved 2 seats" in mail.text
    assert "!" not in mail.text + mail.subject
    assert [line for line in mail.text.split("\n") if line != line.strip()] == ["-- "]
    assert audit(now=deadline) == []


def _facts(message: Message, now: datetime) -> MessageFacts:
    return MessageFacts(
        kind=message.kind,
        queued_at=message.queued_at,
        recipient_id=message.recipient_id,
        registration_id=message.registration_id,
        training_session_id=message.training_session_id,
        subject_id=None,
        audit_entry_id=message.audit_entry_id,
        now=now,
    )


def test_a_reminder_is_not_sent_once_all_are_named(app: Flask, make: Make) -> None:
    ours = make.organization()
    session = make.training_session(starts_at=NOW + 20 * HOUR, now=NOW - 3 * DAY)
    by = make.representative(ours).person_id
    [reserved] = make.reserved(session, ours, by=by, now=NOW - 2 * DAY)
    reserved_id, ours_id = reserved.id, ours.id
    settle_due(now=NOW)
    with transaction():
        seats.swap(
            reserved_id,
            person_named("ada", ours_id),
            actor_id=by,
            because=CancelledBecause.PERSON,
            now=NOW,
        )

    message = db.session.scalars(
        sa.select(Message).where(Message.kind == messages.UNNAMED_SOON)
    ).one()

    assert RENDERERS[messages.UNNAMED_SOON](_facts(message, NOW)) is Untold.OUTDATED


def test_nobody_is_named_after_the_deadline_and_staff_still_may(app: Flask, make: Make) -> None:
    ours = make.organization()
    session = make.training_session(starts_at=NOW + 2 * DAY)
    session_id, ours_id = session.id, ours.id
    deadline = NOW.replace(second=0) + HOUR
    name_by(session_id, deadline)
    account = make.representative(ours)
    by, staff = account.person_id, make.coordinator().person_id
    first, second = (one.id for one in make.reserved(session, ours, 2, by=by))

    def name(registration_id: int, because: CancelledBecause, now: datetime) -> int:
        with transaction():
            return seats.swap(
                registration_id,
                person_named(f"ada{registration_id}", ours_id),
                actor_id=staff if because is CancelledBecause.STAFF else by,
                because=because,
                now=now,
            )

    with pytest.raises(NamingEndedError):
        name(first, CancelledBecause.PERSON, deadline)
    name(first, CancelledBecause.PERSON, deadline - timedelta(seconds=1))
    name(second, CancelledBecause.STAFF, deadline)
    with pytest.raises(SeatNamedError):
        name(first, CancelledBecause.PERSON, deadline - timedelta(seconds=1))
    with pytest.raises(NamingEndedError):
        make.reserved(
            db.session.get_one(TrainingSession, session_id),
            db.session.get_one(Organization, ours_id),
            by=by,
            now=deadline,
        )

    assert audit(now=NOW) == []


def test_staff_set_until_when_seats_are_named(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())
    session = make.training_session(starts_at=TOMORROW + DAY)
    session_id = session.id
    path = f"/staff/sessions/{session_id}/seats/rules"
    wanted = f"{wall(TOMORROW):%Y-%m-%dT%H:%M}"

    late = client.fill(path, {"naming_ends": f"{wall(TOMORROW + 2 * DAY):%Y-%m-%dT%H:%M}"})
    saved = client.fill(path, {"naming_ends": wanted})
    shown = values_of(client.page(path).form())["naming_ends"]

    assert late.status_code == 422
    assert "by the first start at the latest" in late.text
    assert saved.status_code == 303
    assert shown == [wanted]
    assert db.session.get_one(TrainingSession, session_id).naming_ends_at == TOMORROW


def test_a_reserved_seat_is_nobody_who_could_be_marked_or_found(
    client: IsolatedClient, make: Make
) -> None:
    """Shown as to be named on roster and sheet; no member, no person of a list, no mark."""
    ours = make.organization()
    trainer = make.trainer()
    session = make.training_session(trainer_ids=(trainer.person_id,), starts_at=NOW + HOUR / 4)
    session_id = session.id
    [reserved] = make.reserved(session, ours)
    reserved_id = reserved.id
    make.registration(db.session.get_one(TrainingSession, session_id), name="Ana")
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == session_id)
    ).one()
    staff = client.application.test_client()
    assert isinstance(staff, IsolatedClient)
    staff.sign_in(make.coordinator())
    client.sign_in(trainer)

    sheet = client.page(f"/trainer/meetings/{meeting_id}")
    nameless = client.page(f"/trainer/meetings/{_only_reserved(make, trainer.person_id)}")
    roster = staff.page(f"/staff/sessions/{session_id}").text()
    people = staff.page("/staff/people/?q=Seat").text()
    client.application.config["WTF_CSRF_ENABLED"] = False
    marks = [{"registration": reserved_id, "status": "present", "nonce": "n" * 22}]
    marked = client.post(f"/trainer/meetings/{meeting_id}/marks", json={"marks": marks})

    assert "1 seat is to be named" in sheet.text()
    assert "1 seat is to be named" in nameless.text()
    assert f'name="mark-{reserved_id}"' not in client.get(f"/trainer/meetings/{meeting_id}").text
    assert "Seat 1, to be named" in roster
    assert "Seat 1, to be named" not in people
    assert marked.status_code == 409
    assert audit(now=NOW) == []


def _only_reserved(make: Make, trainer_id: int) -> int:
    """Return the meeting of a session that nobody but a reserved seat is in."""
    session = make.training_session(trainer_ids=(trainer_id,), starts_at=NOW + HOUR / 4)
    meetings = sa.select(Meeting.id).where(Meeting.training_session_id == session.id)
    make.reserved(session, make.organization())
    return db.session.scalars(meetings).one()


def test_two_who_name_the_same_seat_and_the_job_that_gives_it_up(app: Flask, make: Make) -> None:
    """Races: of two only one names it; against the job either somebody comes or nobody does."""
    ours = make.organization()
    by = make.representative(ours).person_id
    ours_id = ours.id
    deadline = NOW.replace(second=0) + HOUR
    for contenders in (("ada", "bob"), ("ada", "job")):
        session = make.training_session(capacity=1, starts_at=NOW + 2 * DAY)
        session_id = session.id
        name_by(session_id, deadline)
        [reserved] = make.reserved(session, ours, by=by)
        reserved_id = reserved.id
        start = threading.Barrier(2)
        got: list[str] = []

        def act(
            who: str,
            start: threading.Barrier = start,
            got: list[str] = got,
            reserved_id: int = reserved_id,
            session_id: int = session_id,
        ) -> None:
            with app.app_context():
                start.wait(timeout=10)
                try:
                    with transaction():
                        if who == "job":
                            seats.settle(session_id, now=deadline)
                        else:
                            seats.swap(
                                reserved_id,
                                person_named(f"{who}{session_id}", ours_id),
                                actor_id=by,
                                because=CancelledBecause.PERSON,
                                now=deadline - timedelta(seconds=1),
                            )
                except ConflictError as error:
                    got.append(error.code)
                else:
                    got.append("job" if who == "job" else "named")
                db.session.remove()

        threads = [threading.Thread(target=act, args=(who,)) for who in contenders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        live = [row for row in rows_in(session_id) if row[1] == "confirmed"]

        if "job" in contenders:
            assert sorted(got) in (["job", "named"], ["job", "seat-named"])
            assert len(live) == ("named" in got)
        else:
            assert sorted(got) == ["named", "seat-named"]
            assert len(live) == 1
        assert audit(now=deadline) == []


def test_who_reserved_seats_hears_once_that_the_session_is_off_and_on_again(
    app: Flask, make: Make
) -> None:
    ours, theirs = make.organization(), make.organization()
    by_us, by_them = (make.representative(one).person_id for one in (ours, theirs))
    session = make.training_session(starts_at=NOW + 5 * DAY)
    session_id, slug = session.id, ours.slug
    make.reserved(session, ours, 2, by=by_us)
    make.reserved(session, theirs, 1, by=by_them)
    before = len(mails())

    with transaction():
        sessions.cancel(session_id, actor_id=None, now=NOW)
    cancelled = mails()[before:]
    off = _written(messages.UNNAMED_CANCELLED, by_us)
    with transaction():
        sessions.reopen(session_id, restores=True, actor_id=None, now=NOW + HOUR)
    restored = mails()[before + 2 :]
    on = _written(messages.UNNAMED_RESTORED, by_us)

    assert cancelled == [
        (messages.UNNAMED_CANCELLED, by_us),
        (messages.UNNAMED_CANCELLED, by_them),
    ]
    assert restored == [(messages.UNNAMED_RESTORED, by_us), (messages.UNNAMED_RESTORED, by_them)]
    assert isinstance(off, Rendered)
    assert isinstance(on, Rendered)
    assert "had reserved 2 seats in it" in off.text
    assert f"/organization/{slug}/sessions/{session_id}\n" in off.text
    assert "has its 2 reserved seats again" in on.text
    assert f"/organization/{slug}/sessions/{session_id}/name\n" in on.text
    assert _written(messages.UNNAMED_CANCELLED, by_us) is Untold.OUTDATED
    assert audit(now=NOW + HOUR) == []


def _written(kind: str, recipient_id: int) -> Rendered | Untold:
    message = db.session.scalars(
        sa.select(Message).where(Message.kind == kind, Message.recipient_id == recipient_id)
    ).one()
    return RENDERERS[kind](_facts(message, NOW + HOUR))


def test_who_names_people_answers_what_the_session_asks_about_each(
    client: IsolatedClient, make: Make
) -> None:
    """An empty seat asks nothing; other words meanwhile are told, and what was typed is kept."""
    ours = make.organization()
    session_id = make.training_session().id
    account = make.representative(ours)
    make.reserved(db.session.get_one(TrainingSession, session_id), ours, 2, by=account.person_id)
    question_id = make.question(training_session_id=session_id, is_required=True)
    client.sign_in(account)
    path = f"{base(ours)}/sessions/{session_id}/name"
    fields = {"seats-0-name": "Ada", "consent": "y"}
    answered = {**fields, f"seats-0-q{question_id}": "Rice"}

    open_ = client.fill(path, fields)
    nobodys = client.fill(path, {"consent": "y", f"seats-1-q{question_id}": "Rice"})
    stale = {**values_of(client.page(path).form()), **answered}
    make.question("Which room?", training_session_id=session_id)
    changed = client.post(path, data=stale)
    saved = client.fill(path, {**answered, f"seats-0-q{question_id}": "Lentils"})

    assert (open_.status_code, nobodys.status_code) == (422, 422)
    assert "“What do you eat?” needs an answer." in open_.text
    assert "Whose answers are these? Type a name." in nobodys.text
    assert (changed.status_code, saved.status_code) == (409, 303)
    assert 'value="Rice"' in changed.text
    assert "Which room?" in changed.text
    answers = db.session.scalars(
        sa.select(Registration.answers)
        .where(Registration.training_session_id == session_id)
        .order_by(Registration.ticket)
    ).all()
    assert [list(one.values()) for one in answers] == [[], [], ["Lentils"]]
