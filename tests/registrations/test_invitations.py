"""The mail that brings a registration into somebody's calendar, as the command writes it."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from icalendar import Calendar, Event

from tests.factories import Make
from tests.times import DAY, HOUR, NOW, TOMORROW
from training.calendars.sources import Owner
from training.db import db, transaction
from training.notifications.jobs import send_due
from training.people.models import Person
from training.registrations import entries, seats
from training.registrations.cli import invitation
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim
from training.sessions import service as sessions
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import MeetingPlan


@pytest.fixture(autouse=True)
def _ours(app: Flask) -> None:
    app.extensions["settings"] = replace(
        app.extensions["settings"],
        mail_from="Partner training <training@example.org>",
        reply_to="Help desk <help@example.org>",
    )


def run(app: Flask, *arguments: str | int) -> Result:
    return app.test_cli_runner().invoke(invitation, [str(one) for one in arguments])


def invited(app: Flask, folder: Path, *arguments: str | int) -> EmailMessage:
    path = folder / "mail.eml"
    result = run(app, *arguments, "--output", str(path))
    assert (result.exit_code, result.output) == (0, f"Written: {path}.\n")
    data = path.read_bytes()
    assert max(map(len, data.split(b"\r\n"))) < 998
    mail = BytesParser(_class=EmailMessage, policy=default).parsebytes(data)
    assert [part.defects for part in mail.walk()] == [[] for _ in mail.walk()]
    return mail


def parts_of(mail: EmailMessage) -> list[tuple[str, str | None, str | None]]:
    return [
        (part.get_content_type(), part.get_content_disposition(), part.get_filename())
        for part in mail.walk()
    ]


def event_of(mail: EmailMessage) -> Event:
    """Return what is in both calendar parts, which must be the same."""
    inline, attached = (
        part
        for part in mail.walk()
        if part.get_content_type() in {"text/calendar", "application/ics"}
    )
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True)
    assert inline.get_content_charset() == "utf-8"
    assert inline["Content-Transfer-Encoding"] == "base64"
    calendar = Calendar.from_ical(str(inline.get_content()))
    assert isinstance(calendar, Calendar)
    assert calendar["METHOD"] == inline.get_param("method")
    assert calendar.get("X-WR-CALNAME") is None
    assert calendar.get("NAME") is None
    [event] = calendar.events
    assert event.subcomponents == []
    return event


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def sequence(event: Event) -> int:
    return int(str(event["SEQUENCE"]))


def instant(event: Event, name: str) -> datetime:
    found: datetime = event.decoded(name)
    return found


def in_feed(registration: Registration) -> Event:
    """Return the entry of the person's own feed."""
    owner = Owner(registration.person_id, None)
    body = entries.PERSON.entries(owner, since=NOW - DAY)
    event = Event.from_ical(body)
    assert isinstance(event, Event)
    return event


def cancel(registration: Registration) -> None:
    with transaction():
        seats.cancel(registration.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)


def test_an_invitation_is_what_programs_look_for(app: Flask, make: Make, tmp_path: Path) -> None:
    """CALENDAR section 5: plain, HTML, calendar; and the calendar again as a file."""
    trainer = make.person("Mina Okoye")
    session = make.training_session(
        title="Safer <b>streams</b>", starts_at=TOMORROW, trainer_ids=(trainer.id,)
    )
    with transaction():
        db.session.execute(sa.update(Meeting).values(join_url="https://meet.example/1?pwd=2"))
        sessions_rewritten(session)
    registration = make.registration(session, name="Ana Li", email="ana@example.net")

    mail = invited(app, tmp_path, registration.id, "--rsvp")

    assert parts_of(mail) == [
        ("multipart/mixed", None, None),
        ("multipart/alternative", None, None),
        ("text/plain", None, None),
        ("text/html", None, None),
        ("text/calendar", None, None),
        ("application/ics", "attachment", "invite.ics"),
    ]
    assert mail["From"] == "Partner training <training@example.org>"
    assert mail["To"] == "Ana Li <ana@example.net>"
    assert mail["Reply-To"] == "Help desk <help@example.org>"
    assert mail["Subject"] == "Invitation: Safer <b>streams</b>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail["Date"] is not None
    event, own = event_of(mail), in_feed(registration)
    assert event["ORGANIZER"] == "mailto:training@example.org"
    assert event["ORGANIZER"].params["CN"] == "Mina Okoye"
    assert event["ATTENDEE"] == "mailto:ana@example.net"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    for name in ("UID", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "URL"):
        assert event[name] == own[name]
    assert instant(event, "DTSTART") == instant(own, "DTSTART") == session.starts_at
    assert instant(event, "DTSTAMP") >= NOW.replace(microsecond=0) == instant(own, "DTSTAMP")
    assert instant(event, "LAST-MODIFIED") == instant(own, "LAST-MODIFIED")
    assert "To join: https://meet.example/1?pwd=2" in text_of(mail)
    assert "Your calendar may ask whether you are coming." in text_of(mail)
    assert "<h2>Safer &lt;b&gt;streams&lt;/b&gt;</h2>" in html_of(mail)
    assert '<a href="https://meet.example/1?pwd=2">Join online</a>' in html_of(mail)


def sessions_rewritten(session: TrainingSession) -> None:
    from training.sessions import entries as written  # noqa: PLC0415 -- named like the other

    written.rewrite(session.id, now=NOW)


def test_a_higher_sequence_follows_every_change(app: Flask, make: Make, tmp_path: Path) -> None:
    """Moved: the same UID and a higher SEQUENCE; given up: CANCEL with one higher still."""
    registration = make.registration(email="ana@example.net")
    first = event_of(invited(app, tmp_path, registration.id))
    session = db.session.get_one(TrainingSession, registration.training_session_id)
    plan = make.session_plan(title=session.title, starts_at=TOMORROW + 3 * DAY)
    meeting_id = db.session.scalars(sa.select(Meeting.id)).one()
    meetings = (replace(plan.meetings[0], meeting_id=meeting_id),)
    with transaction():
        sessions.revise(
            session.id,
            replace(plan, meetings=meetings),
            expected_revision=None,
            actor_id=None,
            now=NOW,
        )

    mail = invited(app, tmp_path, registration.id, "--update")
    moved = event_of(mail)
    would_be = event_of(invited(app, tmp_path, registration.id, "--method", "cancel"))
    cancel(registration)
    gone = event_of(invited(app, tmp_path, registration.id, "--method", "cancel"))

    assert {one["UID"] for one in (first, moved, would_be, gone)} == {first["UID"]}
    assert sequence(first) < sequence(moved) < sequence(gone)
    assert sequence(would_be) == sequence(gone) == sequence(in_feed(registration))
    assert instant(moved, "DTSTART") == TOMORROW + 3 * DAY
    assert mail["Subject"] == f"Updated invitation: {session.title}"
    assert (first["STATUS"], gone["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert "CONFERENCE" not in would_be
    refused = run(app, registration.id)
    assert refused.exit_code == 1
    assert refused.output == (
        f"Error: Registration {registration.id} has no seat in a session to come.\n"
    )


def test_who_registered_anew_is_not_taken_out_of_the_calendar(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    session = make.training_session()
    old = make.registration(session, email="ana@example.net")
    first = event_of(invited(app, tmp_path, old.id))
    cancel(old)
    new = make.registration(session, email="ana@example.net")

    result = run(app, old.id, "--method", "cancel")

    assert result.exit_code == 1
    assert result.output == (
        f"Error: Registration {old.id} was followed by another one of the same person.\n"
    )
    again = event_of(invited(app, tmp_path, new.id))
    assert again["UID"] == first["UID"]
    assert sequence(again) == sequence(in_feed(new)) > sequence(first)


def test_of_a_session_that_was_called_off_the_reason_is_told(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    registration = make.registration(email="ana@example.net")
    with transaction():
        sessions.cancel(registration.training_session_id, actor_id=None, now=NOW)

    mail = invited(app, tmp_path, registration.id, "--method", "cancel")

    assert event_of(mail)["STATUS"] == "CANCELLED"
    assert "This training session does not take place." in text_of(mail)
    assert "This training session does not take place." in html_of(mail)
    assert event_of(mail)["ATTENDEE"] == "mailto:ana@example.net"


def test_several_meetings_come_as_one_file_to_open(app: Flask, make: Make, tmp_path: Path) -> None:
    """Outlook takes over the first of several only, so they carry no METHOD."""
    two: tuple[MeetingPlan, ...] = (make.meeting_plan(), make.meeting_plan(NOW + 3 * DAY))
    registration = make.registration(make.training_session(meetings=two), email="ana@example.net")

    mail = invited(app, tmp_path, registration.id, "--rsvp")

    assert parts_of(mail)[2:] == [
        ("text/plain", None, None),
        ("text/html", None, None),
        ("text/calendar", "attachment", "session.ics"),
    ]
    [part] = mail.iter_attachments()
    calendar = Calendar.from_ical(str(part.get_content()))
    assert isinstance(calendar, Calendar)
    assert "METHOD" not in calendar
    assert part.get_param("method") is None
    uids = [f"{uid}@training.invalid" for uid in db.session.scalars(sa.select(Meeting.uid))]
    assert sorted(str(event["UID"]) for event in calendar.events) == sorted(uids)
    assert all("ATTENDEE" not in event for event in calendar.events)
    text = text_of(mail)
    assert "The attached file adds it to your calendar." in text
    assert "/calendar/sessions.ics" in text
    assert "whether you are coming" not in text


def test_a_meeting_that_was_dropped_before_the_others_goes_out_of_the_calendar(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    two = (make.meeting_plan(TOMORROW), make.meeting_plan(TOMORROW + DAY))
    session = make.training_session(meetings=two)
    registration = make.registration(session, email="ana@example.net")
    later = db.session.scalars(sa.select(Meeting.id).order_by(Meeting.starts_at)).all()[1]
    plan = replace(
        make.session_plan(title=session.title), meetings=(replace(two[1], meeting_id=later),)
    )
    with transaction():
        sessions.revise(session.id, plan, expected_revision=None, actor_id=None, now=NOW)

    [part] = invited(app, tmp_path, registration.id).iter_attachments()

    events = Calendar.from_ical(str(part.get_content())).walk("VEVENT")
    assert [event["STATUS"] for event in events] == ["CANCELLED", "CONFIRMED"]


def test_whoever_registered_somebody_gets_a_file_and_is_not_invited(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    """Nor is our own mailbox, whose program would not answer an invitation of its own."""
    organization = make.organization()
    representative = make.representative(organization, email="rep@example.net")
    session = make.training_session()
    outcome = make.outcome(
        session,
        replace(
            make.participant("Bo"),
            email=None,
            organization_id=organization.id,
            claim=Claim.REPRESENTATIVE,
        ),
        actor_id=representative.person_id,
    )
    [registration_id] = outcome.registration_ids
    ours = make.registration(session, email="Training@Example.org")

    for number in (registration_id, ours.id):
        mail = invited(app, tmp_path, number)
        assert "text/calendar" not in [part.get_content_type() for part in mail.iter_parts()][:1]
        assert [part.get_filename() for part in mail.iter_attachments()] == ["session.ics"]
    assert "Bo has a seat" in text_of(invited(app, tmp_path, registration_id))


def test_it_is_written_in_the_reader_s_zone_and_names_nobody_else(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    """MAIL-01, MAIL-06: a name of many lines and links is one, and links to nowhere."""
    two = (make.person("Mina").id, make.person("Bo").id)
    session = make.training_session(trainer_ids=two, starts_at=TOMORROW)
    registration = make.registration(session, name="Ana", email="ana@example.net")
    with transaction():
        db.session.execute(
            sa.update(Person)
            .where(Person.id == registration.person_id)
            .values(timezone="Europe/Berlin", name="x")
        )
        db.session.execute(
            sa.update(Registration).values(
                name='"Ana" http://evil.example\r\nBcc: eve@evil.example'
            )
        )

    mail = invited(app, tmp_path, registration.id, "--no-rsvp")

    event = event_of(mail)
    assert event["ORGANIZER"].params["CN"] == "Training"
    assert event["ATTENDEE"].params["CN"] == "'Ana' evil. example Bcc: eve@ evil. example"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert sorted(mail.keys()) == sorted({*mail.keys()})
    assert "Bcc" not in mail
    assert "Your time: " in text_of(mail)
    assert "(Berlin time)" in html_of(mail)
    assert "whether you are coming" not in text_of(mail)


def test_a_command_that_can_write_nothing_says_why(app: Flask, make: Make) -> None:
    registration = make.registration(email="ana@example.net")
    with transaction():
        db.session.execute(sa.update(Person).values(email=None, email_key=None))

    assert run(app, 999_999).output == "Error: There is no registration 999999.\n"
    result = run(app, registration.id)
    with transaction():
        db.session.execute(sa.update(Person).values(email="ana@", email_key="ana@"))
    unwritable = run(app, registration.id)
    assert (unwritable.exit_code, unwritable.output[:7]) == (1, "Error: ")
    assert (result.exit_code, result.output) == (
        1,
        f"Error: Registration {registration.id} is of somebody whom no mail reaches.\n",
    )


def test_without_a_file_the_mail_comes_to_the_terminal(app: Flask, make: Make) -> None:
    session = make.training_session(starts_at=NOW + HOUR)
    registration = make.registration(session, email="ana@example.net")

    result = run(app, registration.id)

    mail = BytesParser(_class=EmailMessage, policy=default).parsebytes(result.stdout_bytes)
    assert event_of(mail)["ATTENDEE"] == "mailto:ana@example.net"
    # Nobody reads answers here, so none is asked for.
    assert event_of(mail)["ATTENDEE"].params["RSVP"] == "FALSE"


def test_every_mail_says_where_people_s_answers_go(app: Flask, make: Make) -> None:
    make.registration(email="ana@example.net")

    send_due(now=NOW, limit=10)

    [path] = (app.extensions["settings"].instance / "mail").iterdir()
    mail = BytesParser(_class=EmailMessage, policy=default).parsebytes(path.read_bytes())
    assert mail["Reply-To"] == "Help desk <help@example.org>"
