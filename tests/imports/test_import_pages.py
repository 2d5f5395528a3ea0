"""The page for files: sent, looked at, confirmed; on both engines."""

import csv
import io
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.imports.events import DATA
from tests.times import DAY, NOW
from training.app import MAX_CONTENT_BYTES
from training.audit.models import AuditEntry
from training.cells import unguard
from training.db import Base, db, transaction
from training.imports.columns import COLUMNS
from training.imports.models import ImportFile, ImportState
from training.imports.table import MAX_BYTES
from training.imports.values import Kind
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations.models import Registration
from training.sessions.models import Meeting, TrainingSession

PATH = "/staff/imports/"
HEADER = "name,slug,country"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """The browser of a coordinator."""
    client.sign_in(make.coordinator(name="Coordinator"))
    return client


def send(
    staff: IsolatedClient, kind: str, content: bytes | str, name: str = "file.csv"
) -> TestResponse:
    """Choose a file and send it."""
    token = values_of(staff.page(PATH).form())["csrf_token"][0]
    return post(staff, PATH, {"csrf_token": token, "kind": kind}, name, content)


def post(
    staff: IsolatedClient, path: str, fields: dict[str, str], name: str, content: bytes | str
) -> TestResponse:
    """Send a form with a file as browsers do.

    Werkzeug's client would write a large one to a file on disk and never close it.
    """
    data = content.encode() if isinstance(content, str) else content
    parts = [(f'name="{field}"', text.encode()) for field, text in fields.items()]
    escaped = name.replace("\n", "%0A").replace('"', "%22")
    parts.append((f'name="file"; filename="{escaped}"\r\nContent-Type: text/csv', data))
    body = b"".join(
        b"--cut\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + text + b"\r\n"
        for head, text in parts
    )
    return staff.post(
        path, data=body + b"--cut--\r\n", content_type="multipart/form-data; boundary=cut"
    )


def sent(staff: IsolatedClient, kind: str, content: bytes | str, name: str = "file.csv") -> str:
    """Send a file that can be read, and return the address of what it would change."""
    answer = send(staff, kind, content, name)
    assert answer.status_code == 303, answer.text
    return answer.location


def everything() -> dict[str, list[str]]:
    """Return every row of every table but those of sign-ins, whose use is stored as it happens."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("sign_in")
        }


def cells(page: Page, heading: str) -> list[list[str]]:
    """Return what stands in the table below a heading."""
    for section in page.root.iter("section"):
        title = section.find("h2")
        if title is not None and "".join(title.itertext()) == heading:
            return [
                [" ".join("".join(cell.itertext()).split()) for cell in row]
                for body in section.iter("tbody")
                for row in body.iter("tr")
            ]
    return []


def organizations(count: int = 500, *bad: str) -> str:
    """Return a file of so many organizations, and rows that are none."""
    return "\n".join([HEADER, *(f"Partner {n},partner-{n},KE" for n in range(count)), *bad])


def test_file_06_one_bad_row_of_500_is_named_and_nothing_is_written_until_confirmed(
    staff: IsolatedClient,
) -> None:
    before = everything()
    content = organizations(498, "Bad,Bad Slug,Kenya", "Good,good,KE")

    url = sent(staff, "organizations", content)
    page = staff.page(url)
    looked = everything()
    refused = staff.fill(url)
    unconfirmed = everything()
    done = staff.fill(url, {"leave_out": "y"})

    assert cells(page, "What cannot be brought in") == [
        ["500", "Bad", "slug", "“Bad Slug” is no short name: use a-z, 0-9 and hyphens."],
        ["500", "Bad", "country", "“Kenya” is no code of a country: two letters, such as KE."],
    ]
    assert "New 499 organizations Cannot be brought in 1 organization" in page.text()
    assert len(cells(page, "What would be brought in")) == 50
    assert "And 449 more." in page.text()
    assert (refused.status_code, done.status_code) == (409, 303)
    assert (
        "Nothing was brought in, because some rows cannot be. Correct the file and send it again, "
        "or choose to leave those rows out."
    ) in Page(refused.text).text()
    for later in (looked, unconfirmed):
        assert {name: rows for name, rows in later.items() if name != "import_file"} == {
            name: rows for name, rows in before.items() if name != "import_file"
        }
    assert db.session.scalar(sa.select(sa.func.count(Organization.id))) == 499
    result = staff.page(url)
    assert cells(result, "What was left out") == cells(page, "What cannot be brought in")
    assert "Bring in" not in result.text()


def test_file_07_confirmed_twice_and_sent_twice_is_brought_in_once(staff: IsolatedClient) -> None:
    content = organizations(3)
    url = sent(staff, "organizations", content)
    form = staff.page(url).form()

    first = staff.post(url, data=values_of(form))
    written = everything()
    second = staff.post(url, data=values_of(form))

    assert [(one.status_code, one.location) for one in (first, second)] == [(303, url)] * 2
    assert everything() == written
    assert "New 3 organizations" in staff.page(url).text()
    again = staff.page(sent(staff, "organizations", content))
    assert "Already here 3 organizations" in again.text()
    assert "There is nothing to bring in." in again.text()
    assert again.forms()[0].get("action") == "/account/sign-out"


def test_file_07_of_two_who_confirm_at_once_one_brings_it_in(app: Flask, make: Make) -> None:
    clients = []
    for _ in range(2):
        client = app.test_client()
        assert isinstance(client, IsolatedClient)
        client.sign_in(make.coordinator())
        clients.append(client)
    url = sent(clients[0], "organizations", organizations(30))
    forms = [values_of(client.page(url).form()) for client in clients]
    barrier = threading.Barrier(2)
    answers: list[tuple[int, str]] = []

    def confirm(client: IsolatedClient, form: dict[str, list[str]]) -> None:
        with app.app_context():
            barrier.wait()
            answer = client.post(url, data=form)
            answers.append((answer.status_code, answer.location))
            db.session.remove()

    threads = [
        threading.Thread(target=confirm, args=pair) for pair in zip(clients, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert answers == [(303, url)] * 2
    db.session.rollback()
    acts = db.session.scalars(sa.select(AuditEntry.action)).all()
    assert acts.count("organization.create") == 30
    assert acts.count("import.bring_in") == 1


@pytest.mark.parametrize("kind", Kind)
def test_the_file_to_begin_with_can_be_read(
    staff: IsolatedClient, make: Make, kind: Kind, app: Flask
) -> None:
    answer = staff.get(f"{PATH}{kind}.csv")

    [header, *_rows] = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert header == [column.name for column in COLUMNS[kind]]
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{kind}.csv"')
    page = staff.page(sent(staff, kind, answer.data))
    wrong = {row[3] for row in cells(page, "What cannot be brought in")}
    assert wrong <= {
        "Nothing here is called “crisis-line-kenya”.",
        "Nothing here is called “Alliance for Youth”.",
        "There is no session “safer-1”: use its key, or the number in its address.",
    }


def test_real_sessions_come_in_and_the_bad_row_says_why(staff: IsolatedClient) -> None:
    url = sent(staff, "sessions", (DATA / "events_nci.csv").read_bytes(), "events_nci.csv")
    page = staff.page(url)

    staff.fill(url, {"leave_out": "y"})

    assert cells(page, "What cannot be brought in") == [
        [
            "3",
            "Getting started with HPC using PBS Pro",
            "Timezone",
            "There is no time zone “Melbourne”. The nearest are: Australia/Melbourne.",
        ]
    ]
    assert "Not used: Contact, Organizer," in page.text()
    assert cells(page, "What would be brought in")[1] == [
        "4",
        "Introduction to Gadi",
        "new",
        "2022-03-03 14:00 (Australia/Sydney)",
    ]
    statuses = db.session.scalars(sa.select(TrainingSession.status)).all()
    assert [status.value for status in statuses] == ["draft"] * 13
    assert "Brought in" not in staff.page(url).text()
    assert "It was brought in on" in staff.page(url).text()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty."),
        ("name,country\nJosé,ES".encode("latin-1"), "The file is not in UTF-8: see line 2,"),
        (b"name,land\nA,B", "Unknown columns: “land”."),
        (b"name\n" + b"A\n" * 10_001, "The file has more than 10000 rows. Send it in parts."),
        (b"name\n" + b"A" * MAX_BYTES, "The file is larger than 5 MB. Send it in parts."),
    ],
    ids=["empty", "Latin-1", "unknown column", "rows", "bytes"],
)
def test_file_05_08_a_file_that_cannot_be_read_leaves_nothing(
    staff: IsolatedClient, content: bytes, told: str
) -> None:
    before = everything()

    answer = send(staff, "organizations", content)

    page = Page(answer.text)
    assert answer.status_code == 422
    assert told in page.text()
    assert "Nothing was changed. Choose the file again once it is corrected." in page.text()
    assert values_of(page.form())["kind"] == ["organizations"]
    assert everything() == before


def test_file_08_only_the_page_for_files_takes_much_and_no_more_than_it_says(
    staff: IsolatedClient,
) -> None:
    large = b"x" * (MAX_CONTENT_BYTES + 1)
    elsewhere = post(staff, "/staff/sessions/new", {}, "file.csv", large)
    fits = send(staff, "people", b"name,email\n" + b"\n" * MAX_CONTENT_BYTES + b"A,a@example.org")
    too_large = send(staff, "people", b"name\n" + b"x" * (MAX_BYTES + 200_000))

    assert elsewhere.status_code == 413
    assert (fits.status_code, too_large.status_code) == (422, 413)
    assert "The file has more than 10000 rows." in Page(fits.text).text()
    assert "The file is larger than 5 MB. Send it in parts." in Page(too_large.text).text()


def test_nothing_chosen_is_asked_for(staff: IsolatedClient) -> None:
    answer = staff.fill(PATH, {})

    assert answer.status_code == 422
    assert "2 things need your attention Choose one. Choose a file." in Page(answer.text).text()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x", "x"),
        ("CON", "CON"),
        ("a\u202egnp\n.csv", "agnp%0A.csv"),
        ("é" * 5_000 + ".csv", "é" * 115 + "….csv"),
        ("..", "people.csv"),
    ],
    ids=["path", "CON", "RTL", "long", "nothing"],
)
def test_file_13_a_name_is_only_shown(
    staff: IsolatedClient, app: Flask, name: str, shown: str
) -> None:
    before = set(app.extensions["settings"].instance.rglob("*"))

    url = sent(staff, "people", "name,email\nAda,ada@example.org", name)

    [file] = db.session.scalars(sa.select(ImportFile)).all()
    assert (file.name, url) == (shown, f"{PATH}{file.id}")
    assert next(staff.page(url).root.iter("h1")).text == shown
    assert set(app.extensions["settings"].instance.rglob("*")) == before


AWKWARD = [
    "+49 30 123",
    "-5",
    "@handle",
    "'quoted",
    "''-5",
    "0007",
    "1E5",
    "2026-05-12",
    '=HYPERLINK("x")',
    "｜ full, width; “quoted”",
]


def test_file_04_what_is_exported_and_brought_in_again_is_the_same(
    staff: IsolatedClient, make: Make
) -> None:
    source, target = (make.training_session(capacity=None).id for _ in range(2))
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(
        [
            ["session", "name", "email"],
            *(
                [source, name if name[:1] != "'" else f"'{name}", f"p{number}@example.org"]
                for number, name in enumerate(AWKWARD)
            ),
        ]
    )
    staff.fill(sent(staff, "registrations", lines.getvalue()))
    token = values_of(staff.page(PATH).form())["csrf_token"]
    exported = staff.post(f"/staff/sessions/{source}/roster.csv", data={"csrf_token": token}).text
    header, *rows = csv.reader(io.StringIO(exported.removeprefix("\ufeff"), newline=""))
    again = io.StringIO(newline="")
    csv.writer(again).writerows(
        [
            ["session", "name", "email"],
            *([target, row[header.index("Name")], row[header.index("E-mail")]] for row in rows),
        ]
    )
    staff.fill(sent(staff, "registrations", again.getvalue()))

    assert sorted(unguard(row[header.index("Name")]) for row in rows) == sorted(AWKWARD)
    for session_id in (source, target):
        registered = db.session.execute(
            sa.select(Person.email, Registration.name)
            .join(Person, Person.id == Registration.person_id)
            .where(Registration.training_session_id == session_id)
        )
        assert dict(registered.all()) == {
            f"p{number}@example.org": name for number, name in enumerate(AWKWARD)
        }
    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == len(AWKWARD) + 1


def test_the_page_of_an_import_says_how_far_it_is(staff: IsolatedClient, make: Make) -> None:
    ids = [make.import_file() for _ in ImportState]
    for import_id, state in zip(ids, ImportState, strict=True):
        values: dict[str, Any] = {"state": state, "confirmed_at": NOW}
        if state in {ImportState.DONE, ImportState.STOPPED}:
            values["result"] = {
                "counts": {"created": 2, "changed": 0, "unchanged": 0, "refused": 0},
                "cleaned": 0,
                "remarks": [],
                "stopped": "It broke." if state is ImportState.STOPPED else None,
            }
        db.session.execute(sa.update(ImportFile).where(ImportFile.id == import_id).values(values))
    db.session.commit()

    pages = [staff.page(f"{PATH}{import_id}").text() for import_id in ids]
    listed = cells(staff.page(PATH), "Sent in the last day")

    assert "Bring in 1 person" in pages[0]
    assert "It is being brought in. Reload this page in a moment" in pages[1]
    assert "It was brought in on" in pages[2]
    assert "It stopped before its end It broke. What is below as new or changed" in pages[3]
    assert [row[3] for row in listed] == [
        "stopped",
        "brought in",
        "being brought in",
        "not confirmed",
    ]
    staff.page(f"{PATH}{ids[-1] + 1}", status=404)


def test_a_busy_database_keeps_what_was_chosen(
    staff: IsolatedClient, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    session_id = make.training_session(capacity=1, starts_at=NOW + DAY).id
    url = sent(staff, "registrations", f"session,name,email\n{session_id},Ada,ada@example.org")
    form = values_of(staff.page(url).form())

    def busy(*_arguments: object) -> None:
        from training.errors import BusyError  # noqa: PLC0415 -- raised once

        raise BusyError

    monkeypatch.setattr("training.imports.service.claim", busy)
    answer = staff.post(url, data={**form, "without_seat": "leave_out", "leave_out": "y"})

    page = Page(answer.text)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "The server is busy. Nothing was changed; please try again." in page.text()
    assert values_of(page.form())["without_seat"] == ["leave_out"]
    assert values_of(page.form())["leave_out"] == ["y"]


def test_a_calendar_is_looked_at_brought_in_and_brought_up_to_date(
    client: IsolatedClient, make: Make
) -> None:
    """Staff see what each date becomes; drafts that differ are only changed if they ask for it."""
    account = make.coordinator(name="Coordinator")
    with transaction():
        db.session.get_one(Person, account.person_id).timezone = "Africa/Nairobi"
    client.sign_in(account)
    first = calendar_of("Bandages", "20300112T090000Z")
    moved = calendar_of("Plasters", "20300112T100000Z")

    url = sent(client, "sessions", first, "trainings.ics")
    page = client.page(url)
    refused = client.fill(url)
    done = client.fill(url, {"leave_out": "y"})
    later = sent(client, "sessions", moved, "trainings.ics")
    told = client.page(later)
    unasked = title_and_start()
    changed = client.fill(later, {"leave_out": "y", "revises": "y"})
    broken = send(client, "sessions", first.partition("END:VCALENDAR")[0], "trainings.ics")

    assert cells(page, "What would be brought in") == [
        ["1", "Bandages", "new", "2030-01-12 12:00–13:00 (Africa/Nairobi)"]
    ]
    assert cells(page, "What cannot be brought in") == [
        ["2", "Whole", "–", "It takes whole days. The command gives them times with --all-day."]
    ]
    assert cells(page, "What to know") == [
        ["3", "Off", "–", "It is cancelled in the calendar."],
    ]
    assert "Not used: ORGANIZER (1)." in page.text()
    assert "Bring drafts up to date" not in page.text()
    assert (refused.status_code, done.status_code) == (409, 303)
    assert cells(told, "What to know")[0] == [
        "1",
        "2030-01-12 13:00–14:00 (Africa/Nairobi) Plasters",
        "–",
        "It differs from the calendar: title, time. It stays as it is unless you ask for it.",
    ]
    assert unasked == [("Bandages", "2030-01-12T12:00:00")]
    assert changed.status_code == 303
    assert title_and_start() == [("Plasters", "2030-01-12T13:00:00")]
    assert broken.status_code == 422
    assert (
        "The calendar ends in the middle: perhaps only a part of it arrived."
        in Page(broken.text).text()
    )


def calendar_of(title: str, start: str) -> str:
    """Return a calendar of an event, one of a whole day, and one that is called off."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", f"SUMMARY:{title}"),
        *(f"DTSTART:{start}", "DURATION:PT1H", "ORGANIZER:mailto:ada@example.org", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:2", "SUMMARY:Whole", "DTSTART;VALUE=DATE:20300113", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:3", "SUMMARY:Off", "DTSTART:20300114T090000Z", "STATUS:CANCELLED"),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(lines)


def title_and_start() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(TrainingSession.title, Meeting.wall_start)
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
        .order_by(TrainingSession.id)
    )
    return [(title, wall.isoformat()) for title, wall in rows]
