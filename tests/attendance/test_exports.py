"""Lists to take home, read back as the program that opens them does, on both engines."""

import csv
import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.attendance.sheets import LATE, Running, Statements, mark, meeting_of, record, running
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import HOUR, NAIROBI, NOW, wall
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.cells import unguard
from training.db import db, transaction
from training.registrations import seats
from training.registrations.values import CancelledBecause, Claim

FORMULA = '=HYPERLINK("https://example.org","+49")'


def made(make: Make) -> Running:
    """Make a session of one seat: somebody with it, somebody who waits, somebody who gave up."""
    trainer, aid = make.trainer(), make.organization("+Aid")
    session = make.training_session(
        title="Écoute & aide",
        starts_at=NOW + HOUR,
        capacity=1,
        trainer_ids=(trainer.person_id,),
    )
    gone = make.registration(session, name="Cy Gone", email="cy@example.org")
    with transaction():
        seats.cancel(gone.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    ada = make.registration(
        session,
        name=FORMULA,
        email="ada@example.org",
        organization_id=aid.id,
        claim=Claim.STATED,
    )
    ben = make.registration(session, name="@ben", email="ben@example.org")
    sheet = Running(trainer, session.id, meeting_of(session.id), (ada.id, ben.id, gone.id))
    record(sheet, mark(ada.id, LATE))
    return sheet


def take(
    app: Flask, client: IsolatedClient, account: Account | None, path: str, **sent: Any
) -> TestResponse:
    """Press the button of a list, as somebody whose page it stands on, or who made one."""
    app.config["WTF_CSRF_ENABLED"] = False
    if account:
        client.sign_in(account)
    return client.post(path, data=sent)


def rows_of(response: TestResponse) -> list[list[str]]:
    """Return the cells of a file of either kind, as they were before they became one."""
    if response.mimetype == "text/csv":
        text = io.StringIO(response.data.decode("utf-8-sig"), newline="")
        return [[unguard(cell) for cell in row] for row in csv.reader(text)]
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    rows = book["Sheet1"].iter_rows()
    return [["" if one.value is None else str(one.value) for one in row] for row in rows]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_file_01_02_staff_take_home_all_that_they_know_and_nothing_of_it_runs(
    app: Flask, make: Make, client: IsolatedClient, ending: str
) -> None:
    sheet = made(make)
    starts, registered = (f"{wall(at, NAIROBI):%Y-%m-%d %H:%M}" for at in (NOW + HOUR, NOW))

    answer = take(
        app,
        client,
        make.coordinator(),
        f"/staff/sessions/{sheet.training_session_id}/roster.{ending}",
    )

    assert answer.status_code == 200
    header, *rows = rows_of(answer)
    assert header == [
        "Name",
        "E-mail",
        "Organization",
        "Why we believe it",
        "Status",
        "Ticket",
        "Place in line",
        "Registered (Nairobi)",
        "Registered (ISO 8601)",
        "Answer in their calendar",
        f"Attendance {starts}",
    ]
    at = [registered, NOW.isoformat(), ""]
    organization = rows[0][2]
    assert organization.startswith("+Aid")
    stated = "as they say themselves"
    assert rows == [
        [FORMULA, "ada@example.org", organization, stated, "Confirmed", "2", "", *at, "Late"],
        ["@ben", "ben@example.org", "", "", "On the waitlist", "3", "1", *at, "Not marked"],
        ["Cy Gone", "cy@example.org", "", "", "Cancelled", "1", "", *at, "Not marked"],
    ]
    if ending == "csv":
        assert """"'=HYPERLINK(""https://example.org"",""+49"")",""" in answer.text
        assert '"\'@ben"' in answer.text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_authz_08_trainers_take_home_names_and_organizations_and_no_addresses(
    app: Flask, make: Make, client: IsolatedClient, ending: str
) -> None:
    """AUTHZ-08: neither in the cells nor anywhere else in the file."""
    sheet = made(make)

    answer = take(
        app,
        client,
        sheet.trainer,
        f"/trainer/sessions/{sheet.training_session_id}/attendance.{ending}",
    )

    header, *rows = rows_of(answer)
    assert header[:4] == ["Name", "Organization", "Status", "Place in line"]
    assert [[row[0], *row[2:]] for row in rows] == [
        [FORMULA, "Confirmed", "", "Late"],
        ["@ben", "On the waitlist", "1", "Not marked"],
    ]
    cells = [cell for row in rows for cell in row]
    assert not any("example.org" in cell for cell in cells if cell != FORMULA)
    assert b"Cy Gone" not in answer.data


def test_a_list_is_named_for_its_session_and_kept_by_nobody(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = made(make)
    day = f"{wall(NOW + HOUR, NAIROBI):%Y-%m-%d}"

    answer = take(
        app,
        client,
        sheet.trainer,
        f"/trainer/sessions/{sheet.training_session_id}/attendance.csv",
    )

    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="ecoute-aide-{day}-attendance.csv"; '
        f"filename*=UTF-8''%C3%89coute%20%26%20aide%20{day}%20attendance.csv"
    )
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_was_taken_home_stands_in_the_audit_trail(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet, staff = made(make), make.coordinator()
    session = sheet.training_session_id

    take(app, client, staff, f"/staff/sessions/{session}/roster.csv")
    take(app, client, sheet.trainer, f"/trainer/sessions/{session}/attendance.xlsx")

    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action.in_(["roster.export", "attendance.export"]))
        .order_by(AuditEntry.id)
    ).all()
    assert [(one.action, one.actor_id, one.training_session_id, one.after) for one in entries] == [
        ("roster.export", staff.person_id, session, {"rows": 3, "format": "csv"}),
        ("attendance.export", sheet.trainer.person_id, session, {"rows": 2, "format": "xlsx"}),
    ]


def test_att_10_nobody_takes_home_what_is_not_theirs(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-10, AUTHZ-08: another trainer; the session's own trainer, who wants addresses."""
    sheet, neighbour = made(make), running(make)
    session = sheet.training_session_id

    roster = take(app, client, sheet.trainer, f"/staff/sessions/{session}/roster.csv")
    theirs = take(app, client, neighbour.trainer, f"/trainer/sessions/{session}/attendance.csv")
    missing = take(app, client, None, "/trainer/sessions/999999/attendance.csv")
    other_kind = take(app, client, None, f"/trainer/sessions/{session}/attendance.exe")
    by_get = client.get(f"/trainer/sessions/{session}/attendance.csv")

    answers = (roster, theirs, missing, other_kind, by_get)
    assert [one.status_code for one in answers] == [403, 404, 404, 404, 405]
    assert theirs.data == missing.data


def test_a_list_takes_the_same_few_statements_for_2_and_for_40_people(
    app: Flask, make: Make, client: IsolatedClient, statements: Statements
) -> None:
    counted = []
    for people in (2, 40):
        sheet = running(make, people=people)
        app.config["WTF_CSRF_ENABLED"] = False
        client.sign_in(make.coordinator())
        with statements() as sent:
            answer = client.post(f"/staff/sessions/{sheet.training_session_id}/roster.xlsx")
        assert len(rows_of(answer)) == 1 + people
        counted.append(len(sent))

    # The first finds who asks, the last is the audit entry; two are for questions and answers.
    assert counted == [1 + 9, 1 + 9]
