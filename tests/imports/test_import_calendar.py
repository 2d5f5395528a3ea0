"""``training import calendar``: what it prints, and what it leaves in the database."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Make
from tests.imports.events import DATA
from tests.times import TOMORROW
from training.audit.models import AuditEntry
from training.clock import utc_now
from training.db import db, transaction
from training.imports.cli import commands
from training.imports.models import ImportFile
from training.sessions import service as sessions
from training.sessions.models import Course, Meeting, TrainingSession
from training.sessions.values import SessionStatus

Run = Callable[..., Result]
DAYS = [TOMORROW.replace(tzinfo=None, hour=9, minute=0)]
NOTHING_WRITTEN = (
    "Nothing was written, because something was refused. Correct it, or take the rest "
    "with --keep-going."
)


@pytest.fixture
def run(app: Flask) -> Run:
    """Run the command as a program would."""

    def invoke(*arguments: str | Path, stdin: bytes | None = None) -> Result:
        db.session.rollback()
        result = app.test_cli_runner().invoke(
            commands, ["calendar", *(str(one) for one in arguments)], input=stdin
        )
        db.session.rollback()
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


def event(uid: str, title: str, *lines: str, hour: int = 9) -> str:
    """Return an event of tomorrow in Nairobi."""
    start = f"{TOMORROW:%Y%m%d}T{hour:02}0000"
    return "\r\n".join(
        [
            *("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}"),
            *(f"DTSTART;TZID=Africa/Nairobi:{start}", "DURATION:PT1H", *lines, "END:VEVENT", ""),
        ]
    )


def write(path: Path, *events: str) -> Path:
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n"
    path.write_bytes(text.encode())
    return path


def stored() -> list[tuple[str | None, str, SessionStatus, int]]:
    rows = db.session.execute(
        sa.select(
            TrainingSession.external_key,
            TrainingSession.title,
            TrainingSession.status,
            TrainingSession.revision,
        ).order_by(TrainingSession.external_key)
    )
    return [(key, title, status, revision) for key, title, status, revision in rows]


def last_line(result: Result) -> str:
    return str(result.output.splitlines()[-1])


def test_a_calendar_is_foretold_refused_brought_in_and_known_again(
    run: Run, make: Make, tmp_path: Path
) -> None:
    staff_id = make.coordinator(email="staff@example.org").person_id
    with transaction():
        db.session.add(Course(title="First aid", slug="aid"))
    day = f"{TOMORROW:%Y-%m-%d}"
    good = [
        event("a", "Bandages", "CATEGORIES:FIRST AID,Else", "LOCATION:Hall", hour=9),
        event("b", "Series", "RRULE:FREQ=WEEKLY;COUNT=2", "ATTENDEE:mailto:ada@example.org"),
        event("c", "Off", "STATUS:CANCELLED"),
    ]
    file = write(tmp_path / "trainings.ics", *good, event("d", "Bad", "RRULE:FREQ=SECONDLY"))

    foretold = run(file, "--dry-run")
    refused = run(file)
    nothing = stored()
    done = run(file, "--keep-going", "--as", "staff@example.org")
    again = run("-", "--keep-going", stdin=file.read_bytes())

    lines = foretold.output.splitlines()
    assert [lines[0], *lines[3:]] == [
        f"would be created  {day} 09:00–10:00 (Africa/Nairobi) Bandages",
        "left out  Off  (It is cancelled in the calendar.)",
        "refused  Bad  (It repeats more often than daily, which no training does.)",
        "5 dates: 3 created, 0 changed, 0 unchanged, 1 left out, 1 refused; 0 cleaned.",
        "Not read: ATTENDEE (1).",
        "Nothing was written: this was a dry run.",
    ]
    assert (last_line(refused), nothing) == (NOTHING_WRITTEN, [])
    assert [str(key).partition("/")[0] for key, *_rest in stored()] == ["a", "b", "b"]
    assert {(status, revision) for _key, _title, status, revision in stored()} == {
        (SessionStatus.DRAFT, 0)
    }
    assert again.output.splitlines()[-2:] == [
        "5 dates: 0 created, 0 changed, 3 unchanged, 1 left out, 1 refused; 0 cleaned.",
        "Not read: ATTENDEE (1).",
    ]
    assert [one.exit_code for one in (foretold, refused, done, again)] == [1, 1, 1, 1]
    course = db.session.scalar(
        sa.select(Course.slug)
        .join(TrainingSession, TrainingSession.course_id == Course.id)
        .where(TrainingSession.external_key == "a")
    )
    assert course == "aid"
    acts = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.actor_id.is_not(None))
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(act) for act in acts] == [
        *([("session.schedule", staff_id)] * 3),
        ("import.bring_in", staff_id),
    ]
    names = db.session.scalars(sa.select(ImportFile.name).order_by(ImportFile.id)).all()
    assert names == ["trainings.ics", "calendar.ics"]


def test_what_has_changed_is_told_and_only_drafts_are_revised(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "trainings.ics"
    run(write(file, *(event(uid, f"Old {uid}", "LOCATION:Hall") for uid in "abcd")))
    ids = dict(
        db.session.execute(sa.select(TrainingSession.external_key, TrainingSession.id)).all()
    )
    with transaction():
        sessions.publish(ids["b"], actor_id=None, now=utc_now())
    with transaction():
        sessions.cancel(ids["c"], actor_id=None, now=utc_now())
    write(
        file,
        event("a", "New a", hour=11),
        event("b", "New b"),
        event("c", "New c"),
        event("d", "Old d", "STATUS:CANCELLED"),
    )
    before = stored()

    told = run(file)
    untouched = stored()
    updated = run(file, "--update")
    settled = run(file, "--update")

    day = f"{TOMORROW:%Y-%m-%d}"
    differs = "It differs from the calendar: title"
    others = [
        (
            f"left out  {day} 09:00–10:00 (Africa/Nairobi) New b  ({differs}. "
            "It is published, so change it on its page, where people are told.)"
        ),
        (
            f"unchanged  {day} 09:00–10:00 (Africa/Nairobi) New c  "
            "(It is cancelled here, and an import never re-opens a session.)"
        ),
        "left out  Old d  (It is cancelled in the calendar, but not here: cancel it on its page.)",
    ]
    assert told.output.splitlines() == [
        (
            f"left out  {day} 11:00–12:00 (Africa/Nairobi) New a  ({differs}, time. "
            "It stays as it is unless you ask for it.)"
        ),
        *others,
        "4 dates: 0 created, 0 changed, 1 unchanged, 3 left out, 0 refused; 0 cleaned.",
    ]
    assert (told.exit_code, untouched) == (0, before)
    assert updated.output.splitlines() == [
        f"changed  {day} 11:00–12:00 (Africa/Nairobi) New a  (title, time)",
        *others,
        "4 dates: 0 created, 1 changed, 1 unchanged, 2 left out, 0 refused; 0 cleaned.",
    ]
    assert [title for _key, title, *_rest in stored()] == ["New a", "Old b", "Old c", "Old d"]
    assert last_line(settled) == (
        "4 dates: 0 created, 0 changed, 2 unchanged, 2 left out, 0 refused; 0 cleaned."
    )
    # The calendar says nothing of the place any more, so ours stays.
    hall = db.session.scalar(
        sa.select(Meeting.room_id).where(Meeting.training_session_id == ids["a"])
    )
    assert hall is not None


def test_our_own_feed_in_an_empty_instance_and_at_home(
    run: Run, client: FlaskClient, make: Make, tmp_path: Path
) -> None:
    """Titles and instants are the same, in the zone that is asked for; at home nothing is new."""
    for number in range(3):
        make.training_session(title=f"Training {number}: a, b; c\\d")
    make.training_session(title="Called off", status=SessionStatus.CANCELLED)
    db.session.rollback()
    feed = client.get("/calendar/sessions.ics").data
    file = tmp_path / "sessions.ics"
    file.write_bytes(feed)
    query = (
        sa.select(TrainingSession.title, Meeting.starts_at, Meeting.ends_at)
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
        .where(TrainingSession.status != SessionStatus.CANCELLED)
        .order_by(TrainingSession.title)
    )
    original = db.session.execute(query).all()

    at_home = run(file)
    # As another instance would see it: its meetings have other UIDs.
    with transaction():
        for number, meeting in enumerate(db.session.scalars(sa.select(Meeting))):
            meeting.uid = type(meeting.uid)(int=number)
        for one in db.session.scalars(sa.select(TrainingSession)):
            one.title = f"Home {one.title}"
    elsewhere = run(file, "--timezone", "Africa/Nairobi")

    assert last_line(at_home) == (
        "4 dates: 0 created, 0 changed, 0 unchanged, 4 left out, 0 refused; 0 cleaned."
    )
    assert "It comes from here: a session of this site has this meeting." in at_home.output
    assert last_line(elsewhere) == (
        "4 dates: 3 created, 0 changed, 0 unchanged, 1 left out, 0 refused; 0 cleaned."
    )
    imported = db.session.execute(query.where(TrainingSession.external_source == "icalendar")).all()
    assert imported == original
    zones = db.session.scalars(
        sa.select(TrainingSession.timezone)
        .where(TrainingSession.external_source == "icalendar")
        .distinct()
    ).all()
    assert zones == ["Africa/Nairobi"]


def test_what_is_no_calendar_and_options_that_cannot_be(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "sessions.csv"
    table.write_text("key,title\n")
    results = [
        run(table),
        run(tmp_path / "missing.ics"),
        run("-", stdin=b""),
        run("http://192.0.2.1/a.ics"),
        run("ftp://example.org/a.ics"),
        run(DATA / "ics" / "google.ics", "--course", "nothing", "--dry-run"),
    ]
    usage = [
        run("-", "--timezone", "Mars", stdin=b""),
        run("-", "--all-day", "17:00-09:00", stdin=b""),
        run("-", "--all-day", "soon", stdin=b""),
        run("-", "--language", "!", stdin=b""),
        run("-", "--name", "x" * 41, stdin=b""),
        run("-", "--until", "later", stdin=b""),
    ]

    no_calendar = "Error: This is no calendar: it does not begin with BEGIN:VCALENDAR.\n"
    assert [one.output for one in results[:5]] == [
        no_calendar,
        f"Error: {tmp_path}/missing.ics: No such file or directory.\n",
        no_calendar,
        *(["Error: The address must begin with https://.\n"] * 2),
    ]
    assert "course: Nothing here is called “nothing”." in results[5].output
    assert [one.exit_code for one in results] == [1] * 6
    assert [one.exit_code for one in usage] == [2] * 6
