"""What people read who asked for a seat, are offered one, or have theirs back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.registrations.test_letters import BASE, cancel, change, link_of, when, write, written
from tests.times import HOUR, NOW
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.notifications.models import Message
from training.notifications.values import MessageFacts, Rendered, Untold
from training.people.models import Person
from training.people.service import plan_of, revise_person
from training.registrations import messages, seats
from training.registrations.letters import RENDERERS
from training.registrations.models import Registration
from training.registrations.values import Fit
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.values import Promotion, SeatRules
from training.web import times

FOOT = f"""\
To have every public session in your calendar, and every change of it, subscribe to this address:
{BASE}/calendar/sessions.ics

--\x20
Training
{BASE}
You get this mail because your e-mail address was entered in a registration form on this site.
"""
OFFERS = SeatRules(promotion=Promotion.OFFER, offer_hours=5)
ON_REQUEST = SeatRules(needs_approval=True, approval_hours=6)


def session_with(make: Make, rules: SeatRules, **fields: object) -> TrainingSession:
    training_session = make.training_session(title="Safer streams", **fields)  # type: ignore[arg-type]  # what a session has
    with transaction():
        seats.change_rules(training_session.id, rules, expected=None, actor_id=None, now=NOW)
    return training_session


def at(instant: datetime, timezone: str = "Africa/Nairobi") -> str:
    moment = times.moment(instant, instant, timezone, "en")
    return f"{moment.date}, {moment.start_clock} ({moment.city} time)"


def tidy(mail: Rendered) -> None:
    """What holds for every mail."""
    assert "!" not in mail.text + mail.subject
    assert "\n\n\n" not in mail.text
    assert [line for line in mail.text.split("\n") if line != line.strip()] == ["-- "]


@pytest.fixture
def offered(make: Make) -> Registration:
    """Somebody to whom the only seat is offered."""
    training_session = session_with(make, OFFERS, capacity=1)
    first, second = (make.registration(training_session, name=name) for name in ("Ana", "Bo"))
    cancel(first)
    return second


def test_who_asks_reads_when_it_is_decided_at_the_latest(make: Make) -> None:
    training_session = session_with(make, ON_REQUEST)
    registration = make.registration(training_session, name="Ana")
    change(Person, registration.person_id, timezone="Asia/Tokyo")

    mail = written(messages.REQUESTED, registration)

    tidy(mail)
    until = NOW + 6 * HOUR
    assert mail.subject == "We got your request: Safer streams"
    assert mail.attachments == ()
    assert mail.text == (
        f"""\
Hello Ana,

We got your request for a seat in this training session. Our staff decide about each request.

You get another mail when it is decided, at the latest by:
{at(until)}
Your time: {at(until, "Asia/Tokyo")}

Safer streams

{when(training_session)}
Your time: {when(training_session, "Asia/Tokyo")}
Online

See this request, correct the name, or withdraw it:
{link_of(registration)}
Please keep this link to yourself: whoever has it can do the same.

{FOOT}"""
    )
    assert write(messages.REQUESTED, registration, now=until + HOUR) is Untold.OUTDATED
    again = written(messages.ALREADY_REGISTERED, registration)
    assert "You asked for a seat before, and our staff have not decided yet." in again.text


def test_who_is_refused_reads_kind_words_and_other_dates(make: Make) -> None:
    training_session = session_with(make, ON_REQUEST)
    refused, lapsed = (make.registration(training_session, name=name) for name in ("Ana", "Bo"))
    actor_id = make.coordinator().person_id
    with transaction():
        seats.refuse(refused.id, actor_id=actor_id, now=NOW)
    with transaction():
        seats.settle(training_session.id, now=NOW + 7 * HOUR)

    by_staff, by_time = (written(messages.REFUSED, one) for one in (refused, lapsed))

    for mail in (by_staff, by_time):
        tidy(mail)
        assert mail.subject == "No seat this time: Safer streams"
        assert f"Other dates, which you are welcome to:\n{BASE}/sessions/\n" in mail.text
        assert "/registrations/" not in mail.text
    assert (
        "Thank you for asking for a seat. This time we cannot give you one in this training "
        "session, and we are sorry about that.\n" in by_staff.text
    )
    assert "nobody could decide in time about the seat that you asked for" in by_time.text
    for kind in (messages.REQUESTED, messages.OFFER_ENDED, messages.CONFIRMED):
        assert write(kind, refused) is Untold.OUTDATED


def test_an_offer_says_until_when_the_seat_is_kept_and_where_to_answer(
    offered: Registration,
) -> None:
    """WAIT-06: its link leads to a page with buttons, so a mail scanner answers nothing."""
    training_session = db.session.get_one(TrainingSession, offered.training_session_id)
    until = NOW + 5 * HOUR

    mail = written(messages.OFFERED, offered, now=until)

    tidy(mail)
    assert mail.subject == "A seat is kept for you: Safer streams"
    assert mail.attachments == ()
    assert mail.text == (
        f"""\
Hello Bo,

A seat became free in this training session. It is kept for you until:
{at(until)}

Please accept it by then. Otherwise it goes to whoever waits next.

Safer streams

{when(training_session)}
Online

Accept or decline the seat on this page:
{link_of(offered)}
Please keep this link to yourself: whoever has it can do the same.

{FOOT}"""
    )
    late = until + timedelta(seconds=1)
    assert write(messages.OFFERED, offered, now=late) is Untold.OUTDATED
    assert write(messages.ALREADY_REGISTERED, offered, now=late) is Untold.OUTDATED
    again = written(messages.ALREADY_REGISTERED, offered)
    assert (
        "a seat is kept for you: open the page below, and accept or decline it, by:\n"
        f"{at(until)}\n" in again.text
    )
    with transaction():
        seats.accept(offered.id, actor_id=None, now=NOW)
    assert write(messages.OFFERED, offered) is Untold.OUTDATED
    assert "You have a seat in this training session." in written(messages.CONFIRMED, offered).text


def _ended(registration: Registration) -> Rendered:
    """Write the mail about the act that ended the offer."""
    entry_id = db.session.scalars(
        sa.select(AuditEntry.id)
        .where(AuditEntry.subject_kind == "registration", AuditEntry.subject_id == registration.id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one()
    facts = MessageFacts(
        kind=messages.OFFER_ENDED,
        recipient_id=registration.person_id,
        registration_id=registration.id,
        training_session_id=registration.training_session_id,
        audit_entry_id=entry_id,
        queued_at=NOW,
        now=NOW,
    )
    mail = RENDERERS[messages.OFFER_ENDED](facts)
    assert isinstance(mail, Rendered)
    return mail


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        ("own hand", "is declined, as you asked. Thank you for telling us: somebody else gets it."),
        ("organization", "Your organization has declined the seat that was kept for you in this"),
        ("time", "was not accepted in time, so somebody else gets it."),
    ],
)
def test_who_loses_an_offer_reads_why_and_how_to_come_after_all(
    make: Make, offered: Registration, by: str, sentence: str
) -> None:
    """WAIT-06: declined, expired."""
    session_id, other_id = offered.training_session_id, make.person().id
    with transaction():
        if by == "time":
            seats.settle(session_id, now=NOW + 6 * HOUR)
        else:
            actor_id = offered.person_id if by == "own hand" else other_id
            seats.decline(offered.id, actor_id=actor_id, now=NOW)

    mail = _ended(offered)

    tidy(mail)
    assert mail.subject == "The seat is given on: Safer streams"
    assert sentence in mail.text
    assert f"\n{BASE}/sessions/{session_id}-safer-streams\n" in mail.text
    assert f"\n{BASE}/sessions/\n" in mail.text
    assert "/registrations/" not in mail.text
    for kind in (messages.OFFERED, messages.REFUSED, messages.RESTORED):
        assert write(kind, offered) is Untold.OUTDATED


def test_when_a_session_takes_place_after_all_each_reads_what_they_have(make: Make) -> None:
    training_session = session_with(make, OFFERS, capacity=2)
    session_id = training_session.id
    names = ("Ana", "Bo", "Cy", "Di")
    gone, seated, offered, waiting = (
        make.registration(training_session, name=name) for name in names
    )
    cancel(gone)
    with transaction():
        sessions.cancel(session_id, actor_id=None, now=NOW)
    assert write(messages.RESTORED, seated) is Untold.OUTDATED
    with transaction():
        sessions.reopen(session_id, restores=True, actor_id=None, now=NOW + HOUR)

    with_seat, with_offer, in_line = (
        written(messages.RESTORED, one) for one in (seated, offered, waiting)
    )

    for mail in (with_seat, with_offer, in_line):
        tidy(mail)
        assert mail.subject == "Takes place after all: Safer streams"
        assert "this training session was cancelled, and takes place after all." in mail.text
    assert "You have your seat again, and there is nothing you need to do.\n" in with_seat.text
    assert [file.filename for file in with_seat.attachments] == ["session.ics"]
    assert "A seat is kept for you again. Please accept it by then" in with_offer.text
    assert at(NOW + 6 * HOUR) in with_offer.text
    assert f"Accept or decline the seat on this page:\n{link_of(offered)}\n" in with_offer.text
    assert "You are on the waitlist again, number 1 in line." in in_line.text
    assert (with_offer.attachments, in_line.attachments) == ((), ())
    assert write(messages.SESSION_CANCELLED, seated) is Untold.OUTDATED
    assert write(messages.CANCELLED, gone) is not Untold.OUTDATED


def test_a_request_stands_again_when_a_session_takes_place_after_all(make: Make) -> None:
    training_session = session_with(make, ON_REQUEST)
    registration = make.registration(training_session)
    with transaction():
        sessions.cancel(training_session.id, actor_id=None, now=NOW)
    with transaction():
        sessions.reopen(training_session.id, restores=True, actor_id=None, now=NOW + HOUR)

    mail = written(messages.RESTORED, registration)

    tidy(mail)
    assert (
        "The request for a seat stands again. You get another mail when it is decided, "
        f"at the latest by:\n{at(NOW + 7 * HOUR)}\n" in mail.text
    )


def test_a_group_that_waits_as_a_whole_reads_so(make: Make) -> None:
    training_session = session_with(make, SeatRules(groups_wait=True), capacity=2)
    make.registration(training_session)
    group = make.outcome(
        training_session, *(make.participant() for _ in range(2)), fit=Fit.WHOLE
    ).registration_ids
    alone = make.registration(training_session)  # fills the gap
    last = make.registration(training_session)

    together = written(messages.WAITLISTED, db.session.get_one(Registration, group[1]))

    tidy(together)
    assert (
        "You wait as a group, together with 1 other person: as soon as there are seats for all of "
        "you, you get them, and another mail.\n" in together.text
    )
    assert "group" not in written(messages.WAITLISTED, last).text
    assert write(messages.CONFIRMED, alone) is not Untold.OUTDATED


def test_whoever_registered_somebody_without_an_address_reads_of_the_offer(
    make: Make, offered: Registration
) -> None:
    representative = make.person("Rosa", "rosa@aid.example")
    change(Person, offered.person_id, email=None, email_key=None)
    change(Registration, offered.id, registered_by=representative.id)

    mail = written(messages.OFFERED, offered)

    tidy(mail)
    assert (mail.to_name, mail.to_address) == ("Rosa", "rosa@aid.example")
    assert "It is kept for Bo until:\n" in mail.text


def test_who_gets_another_address_is_mailed_the_open_offer_anew(
    app: Flask, offered: Registration
) -> None:
    """The links in the old mailbox are dead; the offer is not."""
    until, old, registration_id = NOW + 5 * HOUR, link_of(offered), offered.id
    plan = plan_of(db.session.get_one(Person, offered.person_id))
    with transaction():
        revise_person(
            offered.person_id,
            replace(plan, email="another@example.org"),
            expected=None,
            actor_id=None,
            now=NOW,
        )

    newest = db.session.scalars(sa.select(Message).order_by(Message.id.desc()).limit(1)).one()

    assert (newest.kind, newest.valid_until) == (messages.OFFERED, until)
    assert link_of(db.session.get_one(Registration, registration_id)) != old
