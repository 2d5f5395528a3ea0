"""Answers of calendar programs: kept beside a registration, shown to staff, and nothing else."""

import mailbox
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from tests.calendars.answers import AUTHSERV_ID, Answering
from tests.calendars.imap import ImapServer
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NOW, TOMORROW
from training.audit.models import AuditEntry
from training.calendars.itip.mailboxes import mails_in
from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.sources import Owner
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.people.models import Person
from training.registrations import calendar_replies, entries, jobs, seats
from training.registrations.cli import replies
from training.registrations.models import CalendarReply, Registration
from training.registrations.values import CancelledBecause
from training.sessions import service as sessions
from training.sessions.models import Meeting, TrainingSession

CERTIFICATE = str(Path(__file__).parents[1] / "notifications" / "localhost.pem")
#: When people answer, unless a test says otherwise: to the second, as programs do.
AT = NOW.replace(microsecond=0) - timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _vouched(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], authserv_id=AUTHSERV_ID)


@pytest.fixture
def ana(make: Make) -> Registration:
    """Who is invited."""
    session = make.training_session(starts_at=TOMORROW, title="Safer streams")
    return make.registration(session, name="Ana Li", email="ana@example.net")


def answering(registration: Registration, **fields: Any) -> Answering:
    session_id = registration.training_session_id
    uid = db.session.scalars(
        sa.select(Meeting.uid).where(Meeting.training_session_id == session_id)
    ).one()
    sequence = 1 + registration.revision
    values = {"uid": f"{uid}@training.invalid", "stamped_at": AT, "sequence": sequence}
    return Answering(**{**values, **fields})


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(replies, list(arguments))


def read(app: Flask, folder: Path, *mails: bytes) -> str:
    """Read the mails from a new mbox; returns what the command prints."""
    path = folder / f"{len(list(folder.iterdir()))}.mbox"
    box = mailbox.mbox(path)
    for mail in mails:
        box.add(mail)
    box.close()
    before = path.read_bytes()
    result = run(app, "--mailbox", str(path))
    assert result.exit_code == 0, result.output
    assert path.read_bytes() == before
    return result.output


def counts(**became: int) -> str:
    """Return what the command prints; what is not named became of no mail."""
    return (
        "Answers kept: {kept}. Not verified: {unverified}. Read before: {again}.\n"
        "Dropped: to another time {outdated}, unknown {unknown}, too many {too_many}, "
        "not readable {unreadable}.\nMails without an answer: {none}.\n"
    ).format_map(Counter(became))


def kept() -> list[tuple[str, bool, str]]:
    return [
        (row.answer.value, row.is_verified, row.comment)
        for row in db.session.scalars(sa.select(CalendarReply).order_by(CalendarReply.id))
    ]


def everything_else() -> Mapping[str, Any]:
    """Return all that an answer must not change, as it stands in the database."""
    tables = (Registration, TrainingSession, Meeting, StoredEntry, FeedVersion, Message, Person)
    return {
        table.__tablename__: sorted(map(str, db.session.execute(sa.select(table.__table__))))
        for table in tables
    }


@pytest.mark.parametrize("program", Answering.programs())
def test_the_answer_of_each_program_is_kept_once(
    app: Flask, ana: Registration, tmp_path: Path, program: str
) -> None:
    """And nothing but the answer: no seat, no status, no counter, no revision, no mail."""
    before = everything_else()
    feed = entries.PERSON.entries(Owner(ana.person_id, None), since=NOW - DAY)
    mails = [
        answering(ana, status=status, stamped_at=AT + timedelta(minutes=minute)).by(program)
        for minute, status in enumerate(("TENTATIVE", "DECLINED", "ACCEPTED"))
    ]

    first = read(app, tmp_path, *mails)
    second = read(app, tmp_path, *mails, *reversed(mails))

    assert first == counts(kept=3)
    assert second == counts(again=6)
    assert kept() == [("tentative", True, ""), ("declined", True, ""), ("accepted", True, "")]
    assert everything_else() == before
    assert entries.PERSON.entries(Owner(ana.person_id, None), since=NOW - DAY) == feed
    row = db.session.scalars(sa.select(CalendarReply).order_by(CalendarReply.id)).first()
    assert row is not None
    assert row.registration_id == ana.id
    assert row.stamped_at == AT
    assert row.revision == (0 if program == "apple" else 1)
    acts = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == calendar_replies.ANSWER)
        .order_by(AuditEntry.id)
    ).all()
    assert [act.after for act in acts] == [
        {"answer": "tentative", "is_verified": True},
        {"answer": "declined", "is_verified": True},
        {"answer": "accepted", "is_verified": True},
    ]
    assert {(act.subject_id, act.training_session_id, act.actor_id) for act in acts} == {
        (ana.id, ana.training_session_id, None)
    }


def test_what_nobody_vouches_for_is_kept_apart_and_takes_nothing_away(
    app: Flask, ana: Registration, tmp_path: Path
) -> None:
    """A forged copy that comes first does not keep the true one out."""
    forged = answering(ana, trace="").google()
    delegate = answering(ana, sender="Boss <boss@example.net>").google()

    output = read(app, tmp_path, forged, answering(ana).google(), delegate)

    assert output == counts(kept=1, unverified=1, again=1)
    assert kept() == [("accepted", False, ""), ("accepted", True, "")]


def test_without_a_mail_server_to_trust_nothing_is_verified(
    app: Flask, ana: Registration, tmp_path: Path
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], authserv_id=None)

    output = read(app, tmp_path, answering(ana).google())

    assert output == (
        "TRAINING_AUTHSERV_ID is not set, so no answer can be verified.\n" + counts(unverified=1)
    )


def test_comments_and_proposals_are_kept_as_text(
    app: Flask, ana: Registration, tmp_path: Path
) -> None:
    long = "x" * 600
    mails = [
        answering(ana, comment="Late\\, sorry\x1b\x00.\\n\u202e<b>", status="TENTATIVE").outlook(),
        answering(ana, comment=long, status="NEEDS-ACTION").counter(),
        answering(ana, status="DECLINED").counter(),
        answering(ana, status="NEEDS-ACTION").google(),
        answering(ana, status="DELEGATED").google(),
    ]

    assert read(app, tmp_path, *mails) == counts(kept=3, unreadable=2)
    proposal = "Proposes another time: 2027-11-25 16:00 Europe/Berlin."
    assert kept() == [
        ("tentative", True, "Late, sorry.\n\u202e<b>"),
        ("tentative", True, f"{proposal}\n{long}"[:499] + "…"),
        ("declined", True, proposal),
    ]


def test_what_is_about_nothing_here_is_dropped_without_a_word(
    app: Flask, ana: Registration, make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Unknown meetings and people are counted, and logged without anything personal."""
    caplog.set_level("INFO")
    stranger = make.registration(email="bo@example.net")
    good = answering(ana)
    mails = [
        good.to_another("3b1a0f9e-0000-4000-8000-000000000000@training.invalid").google(),
        good.to_another(good.uid.replace("training.invalid", "evil.example")).google(),
        good.to_another("no-uuid@training.invalid").google(),
        good.to_another("").google(),
        answering(stranger, address="ana@example.net").google(),
        answering(ana, address="bo@example.net").google(),
    ]

    output = read(app, tmp_path, *mails)

    assert output == counts(unknown=6)
    assert kept() == []
    logged = [record for record in caplog.records if record.name == jobs.__name__]
    assert {record.getMessage() for record in logged} == {"calendar answer dropped"}
    assert "example.net" not in str([vars(record) for record in logged])


def test_one_bad_mail_stops_none_of_the_others(
    app: Flask, ana: Registration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = calendar_replies.take_answer

    def failing(received: Any, *, now: datetime) -> Any:
        if received.answer.comment == "Poison":
            raise RuntimeError("ana@example.net")
        return take(received, now=now)

    monkeypatch.setattr(jobs, "take_answer", failing)
    mails = [
        b"From: a@example.net\r\n\r\nHello",
        b"\x00\xff\r\n\r\n",
        answering(ana).thunderbird().replace(b"UID:", b"UED:"),
        answering(ana, comment="Poison").google(),
        b"x" * 1_100_000,
        answering(ana).google(),
    ]

    assert read(app, tmp_path, *mails) == counts(kept=1, unreadable=3, none=2)
    assert kept() == [("accepted", True, "")]


def test_answers_to_another_time_are_dropped(app: Flask, ana: Registration, tmp_path: Path) -> None:
    """Moved after the invitation: only who answers the new one answers the present time."""
    old = answering(ana)
    session = db.session.get_one(TrainingSession, ana.training_session_id)
    with transaction():
        sessions.cancel(session.id, actor_id=None, now=NOW - timedelta(minutes=5))
    with transaction():
        sessions.reopen(session.id, restores=True, actor_id=None, now=NOW - timedelta(minutes=4))
    meeting = db.session.scalars(sa.select(Meeting)).one()
    assert meeting.rescheduled_revision is not None
    rescheduled = meeting.rescheduled_revision
    late = replace(old, stamped_at=NOW.replace(microsecond=0))
    mails = [
        old.google(),
        replace(old, sequence=rescheduled + 9).google(),
        replace(late, sequence=rescheduled - 1).google(),
        replace(late, sequence=rescheduled + 9).google(),
    ]

    assert read(app, tmp_path, *mails) == counts(kept=1, outdated=3)


def test_what_a_registration_adds_to_sequence_makes_no_old_answer_a_new_one(
    app: Flask, ana: Registration, make: Make, tmp_path: Path
) -> None:
    """SEQUENCE is the meeting's and the registration's revision: 3 may stand for the old time."""
    with transaction():
        db.session.execute(sa.update(Registration).values(revision=2, revised_at=NOW - 2 * HOUR))
        db.session.execute(
            sa.update(Meeting).values(revision=2, rescheduled_revision=2, rescheduled_at=NOW - HOUR)
        )
    old, new = (answering(ana, sequence=number).google() for number in (3, 4))

    assert read(app, tmp_path, old, new) == counts(kept=1, outdated=1)


def test_an_answer_from_the_future_counts_from_when_it_came(
    app: Flask, ana: Registration, tmp_path: Path
) -> None:
    """Else one wrong clock would outlast every later answer."""
    mail = answering(ana, stamped_at=NOW + 400 * DAY).google()

    first = read(app, tmp_path, mail)
    row = db.session.scalars(sa.select(CalendarReply)).one()

    assert first == counts(kept=1)
    assert read(app, tmp_path, mail) == counts(again=1)
    assert NOW <= row.stamped_at == row.received_at <= utc_now()


def test_nobody_fills_the_database_with_answers(
    app: Flask, ana: Registration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forged ones leave room for true ones."""
    monkeypatch.setattr(calendar_replies, "MAX_ANSWERS", 2)
    forged = [
        answering(ana, trace="", stamped_at=AT + timedelta(seconds=number)).google()
        for number in range(4)
    ]

    output = read(app, tmp_path, *forged, answering(ana).google())

    assert output == counts(kept=1, unverified=2, too_many=2)


def test_the_address_decides_whose_answer_it_is_and_what_stands_counts(
    app: Flask, ana: Registration, make: Make, tmp_path: Path
) -> None:
    """Registered anew: the answer is to the registration that stands."""
    with transaction():
        seats.cancel(ana.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)
    session = db.session.get_one(TrainingSession, ana.training_session_id)
    make.registration(session, name="Bo", email="bo@example.net")
    again = make.registration(session, name="Ana Li", email="ANA@example.net")

    output = read(app, tmp_path, answering(ana, address="ana@EXAMPLE.net").google())

    assert output == counts(kept=1)
    assert db.session.scalars(sa.select(CalendarReply.registration_id)).all() == [again.id]


def test_files_and_folders_are_read_and_left_as_they_are(
    app: Flask, ana: Registration, tmp_path: Path
) -> None:
    folder = tmp_path / "maildir"
    box = mailbox.Maildir(folder)
    box.add(answering(ana, status="DECLINED").apple())
    box.add(b"From: a@example.net\r\n\r\nHello")
    single = tmp_path / "one.eml"
    single.write_bytes(answering(ana).outlook())
    empty = tmp_path / "empty"
    empty.touch()
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))

    of_folder = run(app, "--mailbox", str(folder))
    of_file = run(app, "--mailbox", str(single))
    of_nothing = run(app, "--mailbox", str(empty))

    assert (of_folder.exit_code, of_folder.output) == (0, counts(kept=1, none=1))
    assert (of_file.exit_code, of_file.output) == (0, counts(kept=1))
    assert (of_nothing.exit_code, of_nothing.output) == (0, counts())
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before


def test_a_mail_that_goes_away_meanwhile_stops_none_of_the_others(
    app: Flask, ana: Registration, tmp_path: Path
) -> None:
    box = mailbox.Maildir(tmp_path / "maildir")
    for _number in range(3):
        box.add(answering(ana).apple())
    mails = mails_in(tmp_path / "maildir")
    next(mails)
    box.remove(sorted(box.keys())[1])

    assert len(list(mails)) == 1


def test_a_mailbox_that_cannot_be_read_says_so(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    nowhere = run(app, "--mailbox", str(tmp_path / "none"))
    folder = run(app, "--mailbox", str(tmp_path / "empty"))
    both = run(app, "--imap", "--mailbox", str(tmp_path / "empty"))
    neither = run(app)
    no_server = run(app, "--imap")

    assert (nowhere.exit_code, both.exit_code, neither.exit_code) == (2, 2, 2)
    assert (folder.exit_code, no_server.exit_code) == (1, 1)
    assert folder.output == (
        f"Error: The mailbox cannot be read: {tmp_path}/empty: is no Maildir: it has no folders "
        "cur and new.\n"
    )
    assert no_server.output == (
        "Error: The mailbox cannot be read: TRAINING_IMAP_URL is not set.\n"
    )


def test_on_a_mail_server_only_what_was_kept_is_marked_as_read(
    app: Flask, ana: Registration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
    password = tmp_path / "password"
    password.write_text("p@ss\n")
    server = ImapServer(
        mails={
            3: b"From: a@example.net\r\n\r\nHello",
            5: answering(ana).google(),
            8: answering(ana, trace="").thunderbird(),
            4: b"",
            9: b"x" * 1_100_000,
        },
        broken=4,
    )

    with server.running(CERTIFICATE):
        app.extensions["settings"] = replace(
            app.extensions["settings"],
            imap_url=f"imaps://us%40here@127.0.0.1:{server.port}/{server.folder}",
            imap_password_file=password,
        )
        first = run(app, "--imap")
        second = run(app, "--imap")

    assert (first.exit_code, first.output) == (
        0,
        counts(kept=1, unverified=1, unreadable=1, none=1),
    )
    assert (second.exit_code, second.output) == (0, counts(unreadable=1, none=1))
    assert server.seen == [5, 8]
    fetched = [line for line in server.asked if b"FETCH" in line]
    assert all(b"BODY.PEEK[]<0.1000001>" in line for line in fetched)
    stored = next(number for number, line in enumerate(server.asked) if b"STORE 5" in line)
    assert b"FETCH 5" in server.asked[stored - 1]
    assert any(b"SEARCH UNSEEN SINCE " in line for line in server.asked)


def test_a_mail_server_that_is_away_or_leaves_is_an_error_and_nothing_is_lost(
    app: Flask, ana: Registration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between keeping an answer and marking the mail, it is read again and counts once."""
    monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
    server = ImapServer(mails={5: answering(ana).google()}, breaks_at=b"STORE")

    def imap(password: str = "p%40ss", folder: str = "Answers") -> Result:
        url = f"imaps://us:{password}@127.0.0.1:{server.port}/{folder}"
        app.extensions["settings"] = replace(app.extensions["settings"], imap_url=url)
        return run(app, "--imap")

    with server.running(CERTIFICATE):
        broken = imap()
        after_that = kept()
        server.breaks_at = None
        refused, no_folder, again = imap(password="wrong"), imap(folder="Else"), imap()
        unwritable = imap(password="p%C3%BC")
    away = imap()

    assert (broken.exit_code, refused.exit_code, no_folder.exit_code) == (1, 1, 1)
    assert broken.output.startswith("Error: The mailbox cannot be read: 127.0.0.1: ")
    assert refused.output == "Error: The mailbox cannot be read: 127.0.0.1: error.\n"
    assert (unwritable.exit_code, unwritable.output) == (
        1,
        "Error: The mailbox cannot be read: 127.0.0.1: UnicodeEncodeError.\n",
    )
    assert after_that == [("accepted", True, "")]
    assert again.output == counts(again=1)
    assert server.seen == [5]
    assert away.output == "Error: The mailbox cannot be read: 127.0.0.1: Connection refused.\n"


def test_a_server_whose_certificate_nobody_knows_gets_no_password(app: Flask) -> None:
    server = ImapServer()

    with server.running(CERTIFICATE):
        url = f"imaps://us:p%40ss@127.0.0.1:{server.port}/Answers"
        app.extensions["settings"] = replace(app.extensions["settings"], imap_url=url)
        result = run(app, "--imap")

    assert result.exit_code == 1
    assert server.asked == []


def test_staff_see_the_last_answers_beside_the_names(
    app: Flask, ana: Registration, make: Make, client: IsolatedClient, tmp_path: Path
) -> None:
    session = db.session.get_one(TrainingSession, ana.training_session_id)
    bo = make.registration(session, name="Bo", email="bo@example.net")
    cy = make.registration(session, name="Cy", email="cy@example.net")
    read(
        app,
        tmp_path,
        answering(ana, stamped_at=AT).google(),
        answering(ana, status="DECLINED", stamped_at=AT - HOUR).google(),
        answering(ana, status="DECLINED", trace="", stamped_at=AT + timedelta(minutes=1)).google(),
        answering(bo, address="bo@example.net", status="DECLINED", comment="Ill <b>").google(),
        answering(cy, address="cy@example.net", status="TENTATIVE").google(),
    )
    client.sign_in(make.coordinator())

    page = client.page(f"/staff/sessions/{session.id}")

    cells = {
        "".join(row.findall("th")[0].itertext()).split()[0]: " ".join(
            "".join(row.findall("td[@data-label='Status']")[0].itertext()).split()
        )
        for row in page.root.iter("tr")
        if row.findall("td[@data-label='Status']")
    }
    words = {name: cell.split(" ")[:3] for name, cell in cells.items()}
    assert words == {
        "Ana": ["Confirmed", "Calendar:", "accepted"],
        "Bo": ["Confirmed", "Calendar:", "declined"],
        "Cy": ["Confirmed", "Calendar:", "maybe"],
    }
    assert "Calendar: declined" in cells["Ana"]
    assert "Perhaps not by them: the sender is not verified." in cells["Ana"]
    assert "“Ill <b>”" in cells["Bo"]
    assert "1 person declined in their calendar, and keeps the seat" in page.text()
    history = client.page(f"/staff/sessions/{session.id}/history").text()
    assert "Bo answered by calendar: declined." in history
    assert "Somebody answered by calendar as Ana Li, and may be somebody else." in history


def test_an_answer_to_the_time_before_is_shown_as_that_and_counts_no_more(
    app: Flask, ana: Registration, make: Make, client: IsolatedClient, tmp_path: Path
) -> None:
    read(app, tmp_path, answering(ana, status="DECLINED").google())
    with transaction():
        db.session.execute(sa.update(Meeting).values(rescheduled_at=NOW, rescheduled_revision=2))
    client.sign_in(make.coordinator())

    page = client.page(f"/staff/sessions/{ana.training_session_id}")

    assert "Before the session was moved or called off." in page.text()
    assert "declined in their calendar" not in page.text()


def test_trainers_see_who_is_coming_and_not_what_people_wrote(
    app: Flask, make: Make, client: IsolatedClient, tmp_path: Path
) -> None:
    trainer = make.trainer()
    session = make.training_session(trainer_ids=(trainer.person_id,))
    registration = make.registration(session, name="Ana Li", email="ana@example.net")
    read(app, tmp_path, answering(registration, status="DECLINED", comment="Ill").google())
    client.sign_in(trainer)

    shown = client.page(f"/trainer/sessions/{session.id}").text()

    assert "Ana Li – Confirmed Calendar: declined" in shown
    assert "Ill" not in shown
    assert "example.net" not in shown
