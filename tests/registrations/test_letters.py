"""The mails about a registration: what each says, to whom, and when it says nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import SECRET_KEY
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training import links
from training.clock import Fold
from training.db import db, transaction
from training.links import Claimed, Purpose
from training.notifications.jobs import Sent, send_due
from training.notifications.models import Message
from training.notifications.values import MessageFacts, Rendered, Untold
from training.people.models import Person
from training.registrations import messages, seats
from training.registrations.letters import RENDERERS
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions import service as sessions
from training.sessions.models import Course, Meeting, TrainingSession, Venue
from training.sessions.values import Audience, Delivery, MeetingPlan
from training.text import unlinked
from training.web import times

BASE = "http://127.0.0.1:8000"


def write(kind: str, registration: Registration, *, now: datetime = NOW) -> Rendered | Untold:
    facts = MessageFacts(
        kind=kind,
        recipient_id=registration.person_id,
        registration_id=registration.id,
        training_session_id=registration.training_session_id,
        audit_entry_id=None,
        queued_at=NOW,
        now=now,
    )
    return RENDERERS[kind](facts)


def written(kind: str, registration: Registration, *, now: datetime = NOW) -> Rendered:
    rendered = write(kind, registration, now=now)
    assert isinstance(rendered, Rendered)
    return rendered


def link_of(registration: Registration) -> str:
    link = links.make(SECRET_KEY, Purpose.MANAGE, registration.public_id, registration.link_epoch)
    return f"{BASE}/registrations/{link}"


def when(training_session: TrainingSession, timezone: str = "Africa/Nairobi") -> str:
    moment = times.moment(training_session.starts_at, training_session.ends_at, timezone, "en")
    return f"{moment.date}, {moment.clock} ({moment.city} time)"


def cancel(registration: Registration, because: CancelledBecause = CancelledBecause.PERSON) -> None:
    with transaction():
        seats.cancel(registration.id, because=because, actor_id=None, now=NOW)


def change(model: type, row_id: int, **values: object) -> None:
    with transaction():
        db.session.execute(sa.update(model).where(model.id == row_id).values(**values))  # type: ignore[attr-defined]  # every model of ours has an id


def meeting_of(training_session: TrainingSession) -> int:
    meeting_id = db.session.scalar(
        sa.select(Meeting.id).where(Meeting.training_session_id == training_session.id)
    )
    assert meeting_id is not None
    return meeting_id


@pytest.fixture
def waiting(make: Make) -> tuple[Registration, Registration, Registration]:
    """One who has the only seat, and two who wait for it."""
    training_session = make.training_session(capacity=1, title="Safer streams")
    names = ("Ana", "Bo", "Cy")
    first, second, third = (make.registration(training_session, name=name) for name in names)
    return first, second, third


def test_there_is_a_letter_for_each_kind_of_message() -> None:
    assert set(RENDERERS) == {
        messages.CONFIRMED,
        messages.WAITLISTED,
        messages.PROMOTED,
        messages.CANCELLED,
        messages.REPLACED,
        messages.MOVED,
        messages.SESSION_CANCELLED,
        messages.REQUESTED,
        messages.REFUSED,
        messages.OFFERED,
        messages.OFFER_ENDED,
        messages.RESTORED,
        messages.ALREADY_REGISTERED,
        messages.UNNAMED_SOON,
        messages.UNNAMED_RELEASED,
        messages.UNNAMED_CANCELLED,
        messages.UNNAMED_RESTORED,
    }


def test_who_is_confirmed_reads_all_they_need(make: Make) -> None:
    training_session = make.training_session(title="Safer streams")
    change(Meeting, meeting_of(training_session), join_url="https://meet.example/1?pwd=2")
    registration = make.registration(training_session, name="Ana")

    mail = written(messages.CONFIRMED, registration)

    assert (mail.to_name, mail.subject) == ("Ana", "Seat confirmed: Safer streams")
    assert mail.text == (
        f"""\
Hello Ana,

You have a seat in this training session.

Safer streams

{when(training_session)}
Online
To join: https://meet.example/1?pwd=2

See this registration, correct the name, or cancel:
{link_of(registration)}
Please keep this link to yourself: whoever has it can do the same.

If the seat is not needed after all, please cancel there before the session starts. \
Somebody else may be waiting for it.

To have all sessions that you registered for in your calendar, moved when they move, \
make an address for it here:
{link_of(registration)}/calendar

The attached file adds this session to a calendar. To have every session in your calendar, \
and every change of it, subscribe to this address:
{BASE}/calendar/sessions.ics

--\x20
Training
{BASE}
You get this mail because your e-mail address was entered in a registration form on this site.
"""
    )


def test_the_link_opens_this_registration_and_is_a_secret(make: Make) -> None:
    registration = make.registration()

    mail = written(messages.CONFIRMED, registration)

    [token] = mail.secrets
    assert f"{BASE}/registrations/{token}\n" in mail.text
    assert links.read([SECRET_KEY], Purpose.MANAGE, token) == Claimed(registration.public_id, 0)


def test_the_link_to_join_is_a_secret_too(make: Make) -> None:
    training_session = make.training_session()
    change(Meeting, meeting_of(training_session), join_url="https://meet.example/1")

    mail = written(messages.CONFIRMED, make.registration(training_session))

    assert "https://meet.example/1" in mail.secrets


def test_where_there_is_no_link_to_join_yet_the_mail_says_so(make: Make) -> None:
    mail = written(messages.CONFIRMED, make.registration())

    assert "The link to join is not set yet." in mail.text


def test_a_session_in_a_room_names_the_room_and_the_address(make: Make) -> None:
    plan = make.meeting_plan(venue="Aid House", room="Room 2")
    training_session = make.training_session(delivery=Delivery.IN_PERSON, meetings=(plan,))
    venue_id = db.session.scalars(sa.select(Venue.id)).one()
    change(Venue, venue_id, address="12 Long Street")

    mail = written(messages.CONFIRMED, make.registration(training_session))

    assert f"{when(training_session)}\nRoom 2, Aid House, 12 Long Street\n" in mail.text
    assert "join" not in mail.text


def test_each_meeting_has_its_lines_but_one_that_was_called_off(make: Make) -> None:
    plans = tuple(make.meeting_plan(NOW + days * DAY) for days in (1, 2, 3))
    training_session = make.training_session(meetings=plans)
    [second] = db.session.scalars(sa.select(Meeting.id).where(Meeting.ordinal == 2))
    change(Meeting, second, cancelled_at=NOW)

    mail = written(messages.CONFIRMED, make.registration(training_session))

    shown = [
        times.moment(NOW + days * DAY, NOW + days * DAY + 1.5 * HOUR, "Africa/Nairobi", "en").date
        for days in (1, 2, 3)
    ]
    assert [day in mail.text for day in shown] == [True, False, True]


def test_mail_16_readers_see_their_own_time_where_it_differs(make: Make) -> None:
    training_session = make.training_session()
    registration = make.registration(training_session)
    change(Person, registration.person_id, timezone="Asia/Tokyo")

    mail = written(messages.CONFIRMED, registration)

    expected = f"{when(training_session)}\nYour time: {when(training_session, 'Asia/Tokyo')}\n"
    assert expected in mail.text


@pytest.mark.parametrize("timezone", [None, "Africa/Nairobi", "Africa/Kampala"])
def test_the_same_time_is_not_said_twice(make: Make, timezone: str | None) -> None:
    registration = make.registration()
    change(Person, registration.person_id, timezone=timezone)

    assert "Your time" not in written(messages.CONFIRMED, registration).text


def test_mail_16_dates_are_in_the_readers_language(make: Make) -> None:
    training_session = make.training_session()
    registration = make.registration(training_session)
    change(Person, registration.person_id, locale="fr")

    mail = written(messages.CONFIRMED, registration)

    moment = times.moment(
        training_session.starts_at, training_session.ends_at, "Africa/Nairobi", "fr"
    )
    assert moment.date in mail.text


def test_a_language_that_nobody_knows_is_the_sites_own(make: Make) -> None:
    training_session = make.training_session()
    registration = make.registration(training_session)
    change(Person, registration.person_id, locale="xx-nowhere")

    assert when(training_session) in written(messages.CONFIRMED, registration).text


def test_a_public_session_comes_with_its_calendar_file(make: Make) -> None:
    registration = make.registration(make.training_session(title="Safer streams"))

    [attachment] = written(messages.CONFIRMED, registration).attachments

    assert (attachment.filename, attachment.content_type) == (
        "session.ics",
        "text/calendar; charset=utf-8",
    )
    assert b"SUMMARY:Safer streams\r\n" in attachment.data


def test_a_session_that_is_in_no_feed_comes_without_a_file(make: Make) -> None:
    training_session = make.training_session(audience=Audience.INVITED)
    outcome = make.outcome(training_session, by_staff=True)
    registration = db.session.get_one(Registration, outcome.registration_ids[0])

    mail = written(messages.CONFIRMED, registration)

    assert mail.attachments == ()
    assert "The attached file" not in mail.text


def test_who_waits_reads_their_rank_and_nothing_that_is_for_those_with_a_seat(
    waiting: tuple[Registration, ...],
) -> None:
    with transaction():
        db.session.execute(sa.update(Meeting).values(join_url="https://meet.example/1"))

    second, third = (written(messages.WAITLISTED, one) for one in waiting[1:])

    assert second.subject == "On the waitlist: Safer streams"
    assert "You are on the waitlist, number 1 in line.\n" in second.text
    assert "You are on the waitlist, number 2 in line.\n" in third.text
    assert (third.attachments, "https://meet.example" in third.text) == ((), False)
    assert f"{link_of(waiting[2])}\n" in third.text


def test_who_moves_up_reads_it_with_all_they_need(waiting: tuple[Registration, ...]) -> None:
    cancel(waiting[0])

    mail = written(messages.PROMOTED, waiting[1])

    assert mail.subject == "A seat became free: Safer streams"
    assert "A seat became free, and it is yours now. There is nothing more to do.\n" in mail.text
    assert link_of(waiting[1]) in mail.text
    assert [attachment.filename for attachment in mail.attachments] == ["session.ics"]


@pytest.mark.parametrize(
    ("because", "sentence"),
    [
        (
            CancelledBecause.PERSON,
            (
                "Your registration for this training session is cancelled, as you asked. "
                "Thank you for telling us."
            ),
        ),
        (
            CancelledBecause.STAFF,
            "The organizers have cancelled your registration for this training session.",
        ),
    ],
    ids=["person", "staff"],
)
def test_who_is_cancelled_reads_by_whom(
    make: Make, because: CancelledBecause, sentence: str
) -> None:
    registration = make.registration(make.training_session(title="Safer streams"))
    cancel(registration, because)

    mail = written(messages.CANCELLED, registration)

    assert mail.subject == "Registration cancelled: Safer streams"
    assert f"\n{sentence}\n" in mail.text
    assert f"\n{BASE}/sessions/\n" in mail.text
    assert "/registrations/" not in mail.text


def test_when_a_session_is_called_off_everybody_reads_it(make: Make) -> None:
    course = make.course()
    training_session = make.training_session(title="Safer streams", course_id=course.id)
    registration = make.registration(training_session)
    with transaction():
        sessions.cancel(training_session.id, actor_id=None, now=NOW)

    mail = written(messages.SESSION_CANCELLED, registration)

    assert mail.subject == "Session cancelled: Safer streams"
    assert (
        "We are sorry: this training session will not take place. "
        "Your registration is cancelled with it.\n" in mail.text
    )
    assert when(training_session) in mail.text
    slug = db.session.scalar(sa.select(Course.slug))
    assert f"\n{BASE}/sessions/?course={slug}\n" in mail.text


def test_who_is_registered_already_reads_that_nothing_changed(
    waiting: tuple[Registration, ...],
) -> None:
    seated, second = (written(messages.ALREADY_REGISTERED, one) for one in waiting[:2])

    assert seated.subject == "Already registered: Safer streams"
    assert (
        "Somebody, we hope it was you, entered your e-mail address in the registration form of "
        "this training session.\nYou were registered before and have a seat. "
        "Nothing has changed.\n" in seated.text
    )
    assert "are on the waitlist, number 1 in line. Nothing has changed.\n" in second.text
    assert link_of(waiting[0]) in seated.text


def test_a_seat_given_up_meanwhile_is_not_confirmed(make: Make) -> None:
    registration = make.registration()
    cancel(registration)

    assert write(messages.CONFIRMED, registration) is Untold.OUTDATED
    assert write(messages.PROMOTED, registration) is Untold.OUTDATED
    assert write(messages.ALREADY_REGISTERED, registration) is Untold.OUTDATED
    assert write(messages.SESSION_CANCELLED, registration) is Untold.OUTDATED


def test_who_moved_up_meanwhile_is_not_told_to_wait(waiting: tuple[Registration, ...]) -> None:
    cancel(waiting[0])

    assert write(messages.WAITLISTED, waiting[1]) is Untold.OUTDATED


def test_who_is_registered_is_not_told_of_a_cancellation(make: Make) -> None:
    registration = make.registration()

    assert write(messages.CANCELLED, registration) is Untold.OUTDATED
    assert write(messages.SESSION_CANCELLED, registration) is Untold.OUTDATED


def test_a_cancelled_session_is_not_told_as_given_up(make: Make) -> None:
    registration = make.registration()
    with transaction():
        sessions.cancel(registration.training_session_id, actor_id=None, now=NOW)

    assert write(messages.CANCELLED, registration) is Untold.OUTDATED
    assert write(messages.CONFIRMED, registration) is Untold.OUTDATED


@pytest.mark.parametrize(
    "kind", [messages.CONFIRMED, messages.PROMOTED, messages.ALREADY_REGISTERED]
)
def test_nobody_is_told_of_a_seat_in_a_session_that_is_over(make: Make, kind: str) -> None:
    training_session = make.training_session()
    registration = make.registration(training_session)
    end = training_session.ends_at

    assert write(kind, registration, now=end) is Untold.OUTDATED
    assert isinstance(write(kind, registration, now=end - timedelta(seconds=1)), Rendered)


def test_for_somebody_without_an_address_whoever_registered_them_reads_it(make: Make) -> None:
    registration = make.registration(make.training_session(title="Safer streams"), name="Ana")
    representative = make.person("Rosa", "rosa@aid.example")
    change(Person, registration.person_id, email=None, email_key=None)
    change(Registration, registration.id, registered_by=representative.id)

    mail = written(messages.CONFIRMED, registration)

    assert (mail.to_name, mail.to_address) == ("Rosa", "rosa@aid.example")
    assert mail.text.startswith("Hello Rosa,\n\nAna has a seat in this training session.\n")
    assert mail.text.endswith(
        "You get this mail because you registered Ana, whose own e-mail address we do not know.\n"
    )


def test_without_any_address_there_is_nobody_to_tell(make: Make) -> None:
    registration = make.registration()
    change(Person, registration.person_id, email=None, email_key=None)

    assert write(messages.CONFIRMED, registration) is Untold.NO_ADDRESS


def test_who_was_erased_is_told_nothing(make: Make) -> None:
    registration = make.registration()
    change(Person, registration.person_id, erased_at=NOW)

    assert write(messages.CONFIRMED, registration) is Untold.NO_ADDRESS


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ana María O'Neill-Smith", "Ana María O'Neill-Smith"),
        ("Dr. J. R. Smith Jr.", "Dr. J. R. Smith Jr."),
        ("http://evil.example", "evil. example"),
        ("Pay at HTTPS://www.evil.example/x?y=1", "Pay at www. evil. example/x?y=1"),
        ("[Pay](http://evil.example)", "[Pay](evil. example)"),
        ('<a href="//evil.example">Pay here</a>', '<a href="//evil. example">Pay here</a>'),
        ("me@evil.example", "me@ evil. example"),
        ("mailto:me@evil.example", "me@ evil. example"),
        ("tel:0800 1234", "0800 1234"),
        ("a\r\nBcc: b", "a Bcc: b"),
    ],
)
def test_mail_06_a_name_is_no_link(typed: str, shown: str) -> None:
    assert unlinked(typed) == shown


def test_mail_06_a_name_in_a_mail_is_no_link(make: Make) -> None:
    name = "Win at https://evil.example/now"
    registration = make.registration(name=name)

    mail = written(messages.CONFIRMED, registration)

    assert mail.to_name == "Win at evil. example/now"
    assert "evil.example" not in mail.text + mail.subject


#: Of who was moved or swapped, asked for a seat or is offered one: see the tests beside this one.
ELSEWHERE = {
    messages.MOVED,
    messages.REPLACED,
    messages.REQUESTED,
    messages.REFUSED,
    messages.OFFERED,
    messages.OFFER_ENDED,
    messages.UNNAMED_SOON,
    messages.UNNAMED_RELEASED,
    messages.UNNAMED_CANCELLED,
    messages.UNNAMED_RESTORED,
}


@pytest.mark.parametrize("kind", sorted(set(RENDERERS) - ELSEWHERE))
def test_letters_are_calm_and_tidy(waiting: tuple[Registration, ...], kind: str) -> None:
    if kind == messages.PROMOTED:
        cancel(waiting[0])
    if kind == messages.CANCELLED:
        cancel(waiting[1])
    if kind == messages.SESSION_CANCELLED:
        with transaction():
            sessions.cancel(waiting[1].training_session_id, actor_id=None, now=NOW)
    is_first = kind in {messages.CONFIRMED, messages.RESTORED, messages.ALREADY_REGISTERED}

    mail = written(kind, waiting[0] if is_first else waiting[1])

    assert "!" not in mail.text + mail.subject
    assert "\n\n\n" not in mail.text
    assert f"{BASE}/calendar/sessions.ics\n" in mail.text
    assert [line for line in mail.text.split("\n") if line != line.strip()] == ["-- "]


def test_mail_08_a_title_that_no_header_can_hold_goes_out_cleaned(
    app: Flask, make: Make, mails: Callable[[], list[EmailMessage]]
) -> None:
    registration = make.registration()
    change(
        TrainingSession,
        registration.training_session_id,
        title="Safer\u2028streams\x0b\x0c\x85\r\nBcc: x@evil.example",
    )

    assert send_due(now=NOW, limit=10) == Sent(sent=1)

    [mail] = mails()
    assert mail["Subject"] == "Seat confirmed: Safer streams Bcc: x@evil.example"
    assert mail["Bcc"] is None


def test_what_is_queued_is_sent_and_kept_without_its_link(
    app: Flask, make: Make, mails: Callable[[], list[EmailMessage]]
) -> None:
    registration = make.registration(name="Ana")

    assert send_due(now=NOW, limit=10) == Sent(sent=1)

    [mail] = mails()
    [body] = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    assert link_of(registration) in body.get_content()
    message = db.session.scalars(sa.select(Message)).one()
    assert message.body is not None
    assert f"\n{BASE}/registrations/…\n" in message.body
    assert registration.public_id not in message.body


@pytest.fixture
def mails(app: Flask) -> Callable[[], list[EmailMessage]]:
    """The mails that were written into files."""
    app.extensions["renderers"] = RENDERERS

    def read() -> list[EmailMessage]:
        folder = app.extensions["settings"].instance / "mail"
        parser = BytesParser(_class=EmailMessage, policy=default)
        return [parser.parsebytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]

    return read


@pytest.mark.parametrize(
    ("fold", "offset", "utc"), [(0, "UTC+02:00", "003000Z"), (1, "UTC+01:00", "013000Z")]
)
def test_time_02_a_time_that_occurs_twice_says_which_it_is(
    make: Make, fold: Fold, offset: str, utc: str
) -> None:
    """TIME-02: the mail and its calendar file mean the same instant."""
    night = MeetingPlan(
        wall_start=datetime(2027, 10, 31, 2, 30),
        wall_end=datetime(2027, 10, 31, 4, 0),
        timezone="Europe/Berlin",
        start_fold=fold,
    )
    session = make.training_session(timezone="Europe/Berlin", meetings=(night,))

    rendered = written("registration.confirmed", make.registration(session))

    assert "02:30" in rendered.text
    assert offset in rendered.text
    [file] = rendered.attachments
    assert f"DTSTART:20271031T{utc}" in file.data.decode()
