"""The first page, the sessions and the attendance of an organization."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from zipfile import ZipFile

import openpyxl
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.representatives.partners import base, mark, meetings_of, move, register
from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training.attendance.values import AttendanceStatus
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.organizations.models import Organization
from training.registrations.values import Claim
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, SessionStatus

Statements = Callable[[], AbstractContextManager[list[str]]]


def section(page: Page, name: str) -> str:
    """Return what stands in a section of a page."""
    found = [one for one in page.root.iter("section") if one.get("aria-labelledby") == name]
    return " ".join(" ".join(" ".join(one.itertext()).split()) for one in found)


def lines(page: Page) -> list[str]:
    return [
        " ".join(" ".join(row.itertext()).split())
        for table in page.root.iter("table")
        for row in list(table.iter("tr"))[1:]
    ]


def test_the_first_page_says_what_is_coming_what_is_open_and_who_waits(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    full = make.training_session(title="Full one", capacity=1, starts_at=NOW + DAY)
    people = [make.person(name) for name in ("Ada", "Bob")]
    register(make, full, organization, *people)
    partners = make.training_session(
        title="For partners", audience=Audience.PARTNERS, capacity=9, starts_at=NOW + 2 * DAY
    )
    make.training_session(title="Invited one", audience=Audience.INVITED)
    make.training_session(title="Draft one", status=SessionStatus.DRAFT)
    for title, column, value in (
        ("Paused", "registration_paused", True),
        ("Not yet", "registration_opens_at", NOW + HOUR),
        ("Closed", "registration_closes_at", NOW - HOUR),
    ):
        session = make.training_session(title=f"{title} one")
        with transaction():
            setattr(db.session.get_one(TrainingSession, session.id), column, value)

    page = client.page(f"{base(organization)}/")

    assert "Full one" in section(page, "coming")
    assert "Ada Waiting: Bob 1 has a seat 1 waits" in section(page, "coming")
    assert "Bob Full one" in section(page, "waiting")
    assert "1. in line" in section(page, "waiting")
    text = section(page, "open")
    assert "For partners" in text
    assert "Open Register people" in text
    assert "one" not in text.split("All open sessions")[0].replace("For partners only", "")
    address = f"{base(organization)}/sessions/{partners.id}/register"
    assert address in [link.get("href") for link in page.root.iter("a")]
    listed = client.page(f"{base(organization)}/sessions/")
    assert "Full one" in section(listed, "open")  # to wait for a seat
    found = client.page(f"{base(organization)}/sessions/?q=PARTNERS for")
    assert "For partners" in section(found, "open")
    assert "Full one" not in section(found, "open")


def test_lists_take_as_many_statements_for_one_as_for_many(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    counted = []

    for number in (1, 7):
        for _ in range(number):
            session = make.training_session(capacity=2)
            past = make.training_session(capacity=2)
            people = [make.person() for _ in range(4)]
            register(make, session, organization, *people)
            register(make, past, organization, *people)
            move(past, -3 * DAY)
            make.registration(session, organization_id=organization.id, claim=Claim.STATED)
        taken = []
        for path in ("/", "/sessions/", "/sessions/past", "/attendance/"):
            with statements() as sent:
                client.page(base(organization) + path)
            taken.append(len(sent))
        counted.append(taken)

    assert counted == [[14, 6, 5, 7], [14, 6, 5, 7]]


def test_past_sessions_are_listed_the_last_first(client: IsolatedClient, make: Make) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    person = make.person("Ada")
    for title, days in (("Older", -9), ("Newer", -3)):
        session = make.training_session(title=title)
        register(make, session, organization, person)
        move(session, days * DAY)

    page = client.page(f"{base(organization)}/sessions/past").text()

    assert page.index("Newer") < page.index("Older")
    assert "Nobody is registered yet" in client.page(f"{base(organization)}/").text()


def attended(client: IsolatedClient, make: Make) -> Organization:
    """Let people of an organization have been to two sessions, one of them in a campaign."""
    organization = make.organization()
    client.sign_in(make.representative(organization))
    campaign = make.campaign("Awareness")
    people = [make.person(name) for name in ("Ada", "=Bob()", "Cyd")]
    make.member(organization, people[0])
    recent = make.training_session(title="Recent", campaign_id=campaign.id, capacity=2)
    older = make.training_session(title="Older", capacity=9)
    ids = register(make, recent, organization, *people)
    [once] = register(make, older, organization, people[0])
    make.registration(recent, name="Stranger")
    make.registration(older, name="Says so", organization_id=organization.id, claim=Claim.STATED)
    move(recent, -4 * DAY)
    move(older, -40 * DAY)
    mark(ids[0], meetings_of(recent)[0].id, AttendanceStatus.PRESENT)
    mark(ids[1], meetings_of(recent)[0].id, AttendanceStatus.CLEARED)
    mark(once, meetings_of(older)[0].id, AttendanceStatus.LATE)
    return organization


def test_attendance_is_shown_for_a_period_and_a_campaign_with_its_sums(
    client: IsolatedClient, make: Make
) -> None:
    organization = attended(client, make)
    path = f"{base(organization)}/attendance/"
    since = f"{wall(NOW - 10 * DAY):%Y-%m-%d}"

    everything = client.page(path)
    recent = client.page(f"{path}?from={since}")
    older = client.page(f"{path}?until={since}")
    campaign = make_slug(everything)
    of_campaign = client.page(f"{path}?campaign={campaign}")
    of_none = client.page(f"{path}?campaign=nothing&from=no-day&until=2026-02-30")

    day = NAIROBI.rpartition("/")[2]
    assert [line.split(day)[-1].strip(" ()") for line in lines(everything)] == [
        "Not marked",
        "Present",
        "Late",
    ]
    assert "2 people · 2 sessions · 1 time present · 1 time late · 1 time not marked" in (
        everything.text()
    )
    assert "2 people · 1 session · 1 time present · 1 time not marked" in recent.text()
    assert "1 person · 1 session · 1 time late" in older.text()
    assert lines(of_campaign) == lines(recent)
    assert "Nothing in this period" in of_none.text()
    for page in (everything, recent, older, of_campaign):
        assert "Stranger" not in page.text()
        assert "Says so" not in page.text()


def make_slug(page: Page) -> str:
    options = [one.get("value") or "" for one in page.root.iter("option")]
    assert len(options) == 2
    return options[1]


def test_file_01_and_02_the_lists_are_taken_home_and_nothing_in_them_is_run(
    client: IsolatedClient, make: Make
) -> None:
    """FILE-01, FILE-02: a name that looks like a formula; every registration, waiting ones too."""
    organization = attended(client, make)
    path = f"{base(organization)}/attendance/"

    texts = client.fill(path, action=action(client, path, "csv"))
    book = client.fill(path, action=action(client, path, "xlsx"))

    rows = list(csv.reader(io.StringIO(texts.data.decode("utf-8-sig"))))
    header = ["Name", "E-mail", "Session", "Meeting", "Day", "From", "Until", "Time zone"]
    assert rows[0] == [*header, "Registration", "Attendance"]
    assert [(row[0], row[2], row[3], *row[7:]) for row in rows[1:]] == [
        ("'=Bob()", "Recent", "1 of 1", NAIROBI, "Confirmed", ""),
        ("Ada", "Recent", "1 of 1", NAIROBI, "Confirmed", "Present"),
        ("Cyd", "Recent", "1 of 1", NAIROBI, "On the waitlist", ""),
        ("Ada", "Older", "1 of 1", NAIROBI, "Confirmed", "Late"),
    ]
    assert [bool(row[1]) for row in rows[1:]] == [False, True, False, True]  # of members
    day = wall(NOW + DAY - 4 * DAY)
    assert rows[1][4:7] == [f"{day:%Y-%m-%d}", f"{day:%H:%M}", f"{day + 1.5 * HOUR:%H:%M}"]
    cells = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
    assert [cell.value for cell in cells["A"]][1:] == ["=Bob()", "Ada", "Cyd", "Ada"]
    with ZipFile(io.BytesIO(book.data)) as parts:
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist())
    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == "organization.export_attendance")
        .order_by(AuditEntry.id)
    )
    assert [(entry.subject_id, entry.after) for entry in entries] == [
        (organization.id, {"rows": 4, "format": ending}) for ending in ("csv", "xlsx")
    ]


def action(client: IsolatedClient, path: str, ending: str) -> str:
    """Return where the button of a format leads."""
    found = [form.get("action") or "" for form in client.page(path).forms()]
    [address] = [one for one in found if f"attendance.{ending}" in one]
    return address
