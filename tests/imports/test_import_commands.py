"""``training import`` with CSV files: what it prints, and what it leaves in the database."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from tests.factories import Make
from tests.imports.events import DATA, event, write
from training.audit.models import AuditEntry
from training.db import db
from training.imports.cli import commands
from training.imports.models import ImportFile
from training.imports.service.names import people_by_email
from training.organizations.models import Organization
from training.registrations.models import Registration
from training.sessions.models import TrainingSession

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command as a program would."""

    def invoke(*arguments: str | Path) -> Result:
        db.session.rollback()
        result = app.test_cli_runner().invoke(commands, [str(one) for one in arguments])
        db.session.rollback()
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


def test_a_table_is_foretold_refused_and_brought_in(run: Run, make: Make, tmp_path: Path) -> None:
    staff_id = make.coordinator(email="staff@example.org").person_id
    file = tmp_path / "partners.csv"
    file.write_text("name,slug\nAid,aid\nCare,Care Line\n Cr\x0bisis \nAid,\n")
    bad = [
        "refused  row 3, slug  Care  (“Care Line” is no short name: use a-z, 0-9 and hyphens.)",
        "refused  row 5, name  Aid  (This stands in row 2 already.)",
    ]

    foretold = run("organizations", file, "--dry-run")
    refused = run("organizations", file)
    nothing = db.session.scalars(sa.select(Organization.id)).all()
    done = run("organizations", file, "--keep-going", "--as", "STAFF@example.org")
    again = run("organizations", file, "--keep-going")

    would = [
        "would be created  row 2  Aid",
        bad[0],
        "would be created  row 4  Cr isis  (cleaned: name)",
        bad[1],
        "4 organizations: 2 created, 0 changed, 0 unchanged, 2 refused; 1 cleaned.",
    ]
    assert foretold.output.splitlines() == [*would, "Nothing was written: this was a dry run."]
    assert refused.output.splitlines() == [
        *would,
        (
            "Nothing was written, because something was refused. Correct it, or take the rest "
            "with --keep-going."
        ),
    ]
    assert nothing == []
    assert done.output.splitlines() == [line.replace("would be ", "") for line in would]
    assert again.output.splitlines()[-1] == (
        "4 organizations: 0 created, 0 changed, 2 unchanged, 2 refused; 1 cleaned."
    )
    assert [one.exit_code for one in (foretold, refused, done, again)] == [1, 1, 1, 1]
    actors = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.action.in_(["organization.create", "import.bring_in"]))
        .order_by(AuditEntry.id)
    )
    assert [tuple(row) for row in actors] == [
        ("organization.create", staff_id),
        ("organization.create", staff_id),
        ("import.bring_in", staff_id),
        ("import.bring_in", None),
    ]
    assert db.session.scalars(sa.select(ImportFile.name)).all() == ["partners.csv"] * 2


def test_registrations_need_somebody_who_registers(run: Run, make: Make, tmp_path: Path) -> None:
    make.trainer(email="trainer@example.org")
    staff_id = make.coordinator(email="staff@example.org").person_id
    session_id = make.training_session(capacity=1).id
    file = tmp_path / "people.csv"
    rows = "".join(f"{session_id},P{n},p{n}@example.org\n" for n in range(2))
    file.write_text(f"session,name,email\n{rows}")

    nobody = run("registrations", file)
    no_staff = run("registrations", file, "--as", "trainer@example.org")
    no_seat = run("registrations", file, "--as", "staff@example.org", "--no-waiting")
    done = run("registrations", file, "--as", "staff@example.org")

    assert (nobody.exit_code, "Missing option '--as'" in nobody.output) == (2, True)
    assert no_staff.output == "Error: No staff account has this address.\n"
    assert no_seat.output.splitlines()[1] == (
        "refused  row 3, session  P1  (No seat is free for this person.)"
    )
    assert done.output.splitlines() == [
        "created  row 2  P0",
        "created  row 3  P1  (No seat is free, so this person waits.)",
        "2 registrations: 2 created, 0 changed, 0 unchanged, 0 refused; 0 cleaned.",
    ]
    assert done.exit_code == 0
    registered = db.session.execute(
        sa.select(Registration.name, Registration.status, Registration.registered_by).order_by(
            Registration.ticket
        )
    )
    assert [(name, status.value, by) for name, status, by in registered] == [
        ("P0", "confirmed", staff_id),
        ("P1", "waitlisted", staff_id),
    ]


def test_sessions_are_read_from_a_table_or_from_a_list_of_events(run: Run, tmp_path: Path) -> None:
    table, events = DATA / "events_nci.csv", DATA / "eventbrite_ardc.json"
    copy = tmp_path / "events.txt"
    copy.write_bytes(b"\xef\xbb\xbf \n" + events.read_bytes())
    latin = tmp_path / "latin.csv"
    latin.write_bytes("name\né".encode("latin-1"))

    two = run("sessions", table, table)
    real = run("sessions", table, "--keep-going")
    listed = run("sessions", copy)
    wrong = run("people", latin)

    assert (two.exit_code, "Give one CSV file at a time." in two.output) == (2, True)
    assert real.output.splitlines()[-1] == (
        "14 sessions: 13 created, 0 changed, 0 unchanged, 1 refused; 0 cleaned."
    )
    assert "events: " in listed.output.splitlines()[-1]
    assert (wrong.exit_code, wrong.output) == (
        1,
        (
            "Error: The file is not in UTF-8: see line 2, character 1. "
            "Save it as “CSV UTF-8” and send it again.\n"
        ),
    )
    sources = set(db.session.scalars(sa.select(TrainingSession.external_source)))
    assert sources == {"calendar", "eventbrite"}


def test_whoever_brings_in_an_events_list_stands_in_the_trail(
    run: Run, make: Make, tmp_path: Path
) -> None:
    staff_id = make.coordinator(email="staff@example.org").person_id
    file = write(tmp_path / "events.json", event("1"))

    nobody = run("sessions", file, "--as", "stranger@example.org")
    done = run("sessions", file, "--as", "staff@example.org")

    actors = db.session.scalars(
        sa.select(AuditEntry.actor_id)
        .where(AuditEntry.subject_kind == "training_session")
        .distinct()
    ).all()
    assert (nobody.exit_code, nobody.output) == (1, "Error: No staff account has this address.\n")
    assert done.exit_code == 0
    assert actors == [staff_id]


def test_file_08_more_addresses_than_a_statement_can_ask_for(app: Flask, make: Make) -> None:
    """FILE-08: cells of trainers may hold tens of thousands."""
    person = make.person(email="ada@example.org")

    found = people_by_email(["Ada@EXAMPLE.org", *(f"a{n}@example.org" for n in range(300_000))])

    assert {key: one.id for key, one in found.items()} == {"ada@example.org": person.id}
