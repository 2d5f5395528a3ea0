"""What a confirmed file makes and changes in the database, on both engines."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.audit.models import AuditEntry
from training.db import Base, db, transaction
from training.errors import BusyError
from training.imports import jobs, queries, service
from training.imports.errors import ConfirmedBeforeError, RefusedRowsError
from training.imports.models import ImportFile, ImportState
from training.imports.service import sessions as session_rows
from training.imports.values import GIVEN_UP_AFTER, Kind, Options, Outcome, Report
from training.notifications.models import Message
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole, OrganizationStatus
from training.people.models import Person
from training.registrations.models import Registration
from training.sessions import service as sessions
from training.sessions.models import Assignment, Meeting, Room, TrainingSession, Venue
from training.sessions.values import SessionStatus

Bring = Callable[..., Report]
NEEDED = "key,title,timezone,start,end"


@pytest.fixture
def actor_id(make: Make) -> int:
    """The coordinator who brings things in."""
    return make.coordinator(name="Coordinator", email="coordinator@example.org").person_id


@pytest.fixture
def bring(app: Flask, actor_id: int) -> Bring:
    """Keep a file of these lines and confirm it."""

    def confirm(kind: Kind, *lines: str, **chosen: Any) -> Report:
        db.session.rollback()
        options = Options(**{"actor_id": actor_id, "now": NOW, **chosen})
        content = "\n".join(lines).encode()
        import_id = jobs.receive(kind, "file.csv", content, options)
        report = jobs.bring_in_file(import_id, kind, content, options)
        db.session.rollback()
        return report

    return confirm


def partner(name: str) -> int:
    """Make an organization of exactly this name, and return its key."""
    with transaction():
        organization = Organization(name=name, slug=name.lower(), domains=[])
        db.session.add(organization)
        db.session.flush()
        return organization.id


def told(report: Report) -> list[tuple[int, str, tuple[str, ...], str]]:
    """Return row, outcome, what changed and what is said of it."""
    return [
        (
            row.number,
            row.outcome.value,
            row.changed,
            " ".join(str(problem.error) for problem in row.problems) or str(row.note or ""),
        )
        for row in report.rows
    ]


def acts() -> list[str]:
    """Return what stands in the audit trail but for what the tests' own people did."""
    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    return [entry.action for entry in entries if entry.action.split(".")[0] != "account"]


def rows() -> dict[str, list[str]]:
    """Return every row of every table but those of the import itself."""
    left_out = {"import_file", "audit_entry"}
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in left_out
        }


def test_organizations_are_made_and_changed_and_the_same_again_is_nothing(
    bring: Bring, make: Make, actor_id: int
) -> None:
    partner("Aid")
    header = "name,slug,domains,country,status"
    lines = ("AID,,aid.example.org,KE,", "Crisis Line,crisis,,,suspended")

    first = bring(Kind.ORGANIZATIONS, header, *lines)
    before = rows()
    second = bring(Kind.ORGANIZATIONS, header, *lines)
    third = bring(Kind.ORGANIZATIONS, header, "Crisis Line International,crisis,,,active")

    assert told(first) == [
        (2, "changed", ("name", "domains", "country"), ""),
        (3, "created", (), ""),
    ]
    assert [row.outcome for row in second.rows] == [Outcome.UNCHANGED] * 2
    assert before["organization"] != rows()["organization"]
    assert told(third) == [(2, "changed", ("name", "status"), "")]
    stored = db.session.scalars(sa.select(Organization).order_by(Organization.id)).all()
    assert [(one.name, one.slug, one.domains, one.country, one.status) for one in stored] == [
        ("AID", "aid", ["aid.example.org"], "KE", OrganizationStatus.ACTIVE),
        ("Crisis Line International", "crisis", [], None, OrganizationStatus.ACTIVE),
    ]
    assert acts() == [
        "organization.revise",
        "organization.create",
        "import.bring_in",
        "import.bring_in",
        "organization.revise",
        "import.bring_in",
    ]
    entry = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == "import.bring_in")
        .order_by(AuditEntry.id)
        .limit(1)
    ).one()
    content = "\n".join([header, *lines]).encode()
    file = db.session.get_one(ImportFile, entry.subject_id)
    assert (entry.actor_id, entry.subject_kind, entry.after) == (
        actor_id,
        "import_file",
        {
            "kind": "organizations",
            "state": "done",
            "sha256": file.digest.hex(),
            "created": 1,
            "changed": 1,
            "unchanged": 0,
            "refused": 0,
        },
    )
    assert file.content == content


def test_a_name_that_another_organization_has_is_refused(bring: Bring, make: Make) -> None:
    partner("Aid")
    partner("Care")
    before = rows()

    with pytest.raises(RefusedRowsError):
        bring(Kind.ORGANIZATIONS, "name,slug", "Care,aid", "New,new")
    after = rows()
    report = bring(Kind.ORGANIZATIONS, "name,slug", "Care,aid", "New,new", leave_out=True)

    assert after == before
    assert told(report) == [
        (2, "refused", (), "There is an organization of this name already."),
        (3, "created", (), ""),
    ]
    assert db.session.scalars(sa.select(Organization.name).order_by(Organization.id)).all() == [
        "Aid",
        "Care",
        "New",
    ]


def test_people_come_with_where_they_belong(bring: Bring, make: Make) -> None:
    aid, care = partner("Aid"), partner("Care")
    make.person("Ada", "ada@example.org")
    header = "name,email,organization,role,timezone,locale"
    lines = (
        "Ada Lovelace,ADA@example.org,Aid,representative,Africa/Nairobi,fr",
        "Ada Lovelace,ada@example.org,Care,,,",
        "Bo,,aid,,,",
        "Cy,cy@example.org,,,,",
        "Di,di@example.org,Nowhere,,,",
    )

    report = bring(Kind.PEOPLE, header, *lines, leave_out=True)
    again = bring(Kind.PEOPLE, header, *lines, leave_out=True)
    changed = bring(
        Kind.PEOPLE, header, "Bo,,Aid,representative,,", "Ada Lovelace,ada@example.org,Aid,member,,"
    )

    assert told(report) == [
        (2, "changed", ("name", "locale", "timezone", "organization"), ""),
        (4, "created", (), ""),
        (5, "created", (), ""),
        (6, "refused", (), "Nothing here is called “Nowhere”."),
    ]
    assert [row.outcome.value for row in again.rows] == [*["unchanged"] * 3, "refused"]
    assert told(changed) == [(2, "changed", ("role",), ""), (3, "changed", ("role",), "")]
    memberships = db.session.execute(
        sa.select(Person.name, Membership.organization_id, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .order_by(Person.name, Membership.organization_id)
    ).all()
    assert [tuple(row) for row in memberships] == [
        ("Ada Lovelace", aid, MembershipRole.MEMBER),
        ("Ada Lovelace", care, MembershipRole.MEMBER),
        ("Bo", aid, MembershipRole.REPRESENTATIVE),
    ]
    ada, bo, cy = (
        db.session.scalars(sa.select(Person).where(Person.name == name)).one()
        for name in ("Ada Lovelace", "Bo", "Cy")
    )
    assert (ada.email, ada.locale, ada.timezone) == ("ada@example.org", "fr", "Africa/Nairobi")
    assert (bo.email, bo.locale, bo.timezone) == (None, "en", None)
    assert cy.email_key == "cy@example.org"


def test_sessions_are_drafts_unless_the_file_says_otherwise(
    bring: Bring, make: Make, actor_id: int
) -> None:
    course, campaign = make.course(), make.campaign()
    trainer_email = "trainer@example.org"
    trainer_id = make.trainer(email=trainer_email).person_id
    header = f"{NEEDED},course,campaign,venue,room,capacity,waitlist,trainers,status"
    zone = "Africa/Nairobi,2027-05-12 14:00,2027-05-12 15:30"
    lines = (
        f"1,Safer,{zone},{course.slug},{campaign.name},Town hall,4,40,2,{trainer_email},published",
        "1,,,2027-05-13 14:00,2027-05-13 15:30,,,Town hall,5,,,,",
        f"2,Draft,{zone},,,,,,,,",
        f"3,Bad,{zone},nothing,nothing,,,,,nobody@example.org,",
    )

    report = bring(Kind.SESSIONS, header, *lines, leave_out=True)
    again = bring(Kind.SESSIONS, header, *lines, leave_out=True)

    assert told(report) == [
        (2, "created", (), ""),
        (4, "created", (), ""),
        (
            5,
            "refused",
            (),
            (
                "Nothing here is called “nothing”. Nothing here is called “nothing”. "
                "Nobody here has the address “nobody@example.org”. Bring people in first."
            ),
        ),
    ]
    assert [row.outcome.value for row in again.rows] == ["unchanged", "unchanged", "refused"]
    first, second = db.session.scalars(sa.select(TrainingSession).order_by(TrainingSession.id))
    assert (first.external_source, first.external_key) == ("csv", "1")
    assert (first.status, second.status) == (SessionStatus.PUBLISHED, SessionStatus.DRAFT)
    assert (first.capacity, first.waitlist_capacity, second.capacity) == (40, 2, None)
    assert (first.course_id, first.campaign_id) == (course.id, campaign.id)
    places = db.session.execute(
        sa.select(Meeting.wall_start, Venue.name, Room.name)
        .join(Room, Room.id == Meeting.room_id)
        .join(Venue, Venue.id == Room.venue_id)
        .order_by(Meeting.ordinal)
    ).all()
    assert [tuple(place) for place in places] == [
        (datetime(2027, 5, 12, 14), "Town hall", "4"),
        (datetime(2027, 5, 13, 14), "Town hall", "5"),
    ]
    assert db.session.scalars(sa.select(Assignment.person_id)).all() == [trainer_id]
    by_staff = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.actor_id == actor_id).order_by(AuditEntry.id)
    ).all()
    assert by_staff == [
        "session.schedule",
        "session.publish",
        "session.schedule",
        "import.bring_in",
        "import.bring_in",
    ]


def test_of_a_session_that_is_here_only_what_the_file_says_is_changed(
    bring: Bring, make: Make
) -> None:
    zone = "Africa/Nairobi,2027-05-12 14:00,2027-05-12 15:30"
    two = "1,,,2027-05-13 14:00,2027-05-13 15:30"
    bring(
        Kind.SESSIONS,
        f"{NEEDED},description,language,join_url,capacity,status",
        f"1,Safer,{zone},Why,fr,https://x.example.org,2,published",
        f"{two},,,,,",
    )
    [before] = db.session.scalars(sa.select(TrainingSession)).all()
    for number in range(2):
        make.registration(before, email=f"p{number}@example.org")

    changed = bring(Kind.SESSIONS, f"{NEEDED},capacity,description", f"1,Safest,{zone},3,")
    back = bring(Kind.SESSIONS, f"{NEEDED},status", f"1,Safest,{zone},draft")
    fewer = bring(Kind.SESSIONS, f"{NEEDED},capacity", f"1,Safest,{zone},1", leave_out=True)
    with transaction():
        sessions.cancel(before.id, actor_id=None, now=NOW)
    cancelled = bring(Kind.SESSIONS, NEEDED, f"1,Other,{zone}")

    assert told(changed) == [(2, "changed", ("title", "meetings", "capacity"), "")]
    assert told(back) == [
        (2, "unchanged", (), "It is published here, and an import never takes that back.")
    ]
    assert told(fewer)[0][:3] == (2, "refused", ())
    assert told(fewer)[0][3].startswith("Seats that people hold: 2.")
    assert told(cancelled) == [
        (2, "unchanged", (), "It is cancelled here, and an import never re-opens a session.")
    ]
    after = db.session.get_one(TrainingSession, before.id, populate_existing=True)
    assert (after.title, after.description, after.language) == ("Safest", "Why", "fr")
    meetings = db.session.scalars(sa.select(Meeting).order_by(Meeting.ordinal)).all()
    assert [meeting.join_url for meeting in meetings] == ["https://x.example.org", None]


def seated(training_session_id: int) -> list[tuple[str, str, int | None]]:
    """Return name, status and organization of who is registered, by ticket."""
    found = db.session.execute(
        sa.select(Registration.name, Registration.status, Registration.organization_id)
        .where(Registration.training_session_id == training_session_id)
        .order_by(Registration.ticket)
    )
    return [(name, status.value, organization_id) for name, status, organization_id in found]


def test_people_get_seats_in_the_order_of_the_file_and_the_rest_waits(
    bring: Bring, make: Make, actor_id: int
) -> None:
    aid = partner("Aid")
    full = make.training_session(capacity=3)
    make.registration(full, name="First", email="first@example.org")
    draft = make.training_session(status=SessionStatus.DRAFT)
    over = make.training_session(starts_at=NOW - DAY, now=NOW - 2 * DAY)
    header = "session,name,email,organization"
    lines = (
        f"{full.id},First again,FIRST@example.org,",
        f"{full.id},Ada,ada@example.org,Aid",
        f"{full.id},Bo,,aid",
        f"{full.id},Cy,cy@example.org,",
        f"{draft.id},Cy,cy@example.org,",
        f"{over.id},Cy,cy@example.org,",
        "999999,Cy,cy@example.org,",
        f"{full.id},Di,di@example.org,Nobody",
    )
    messages_before = db.session.scalar(sa.select(sa.func.count(Message.id)))

    report = bring(Kind.REGISTRATIONS, header, *lines, leave_out=True)
    again = bring(Kind.REGISTRATIONS, header, *lines, leave_out=True)

    waits = "No seat is free, so this person waits."
    closed = "Registration for this session is closed."
    assert told(report) == [
        (2, "unchanged", (), ""),
        (3, "created", (), ""),
        (4, "created", (), ""),
        (5, "created", (), waits),
        (6, "refused", (), closed),
        (7, "refused", (), closed),
        (
            8,
            "refused",
            (),
            "There is no session “999999”: use its key, or the number in its address.",
        ),
        (9, "refused", (), "Nothing here is called “Nobody”."),
    ]
    assert [row.outcome.value for row in again.rows] == [*["unchanged"] * 4, *["refused"] * 4]
    assert seated(full.id) == [
        ("First", "confirmed", None),
        ("Ada", "confirmed", aid),
        ("Bo", "confirmed", aid),
        ("Cy", "waitlisted", None),
    ]
    claims = db.session.scalars(sa.select(Registration.claim).order_by(Registration.ticket)).all()
    assert [claim.value for claim in claims] == ["stated", "staff", "staff", "stated"]
    registered_by = db.session.scalars(sa.select(Registration.registered_by)).all()
    assert sorted(str(one) for one in registered_by) == sorted(["None", *[str(actor_id)] * 3])
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == (messages_before or 0) + 3


def test_whoever_finds_no_seat_is_reported_if_that_is_chosen(bring: Bring, make: Make) -> None:
    bring(
        Kind.SESSIONS,
        f"{NEEDED},capacity,waitlist,status",
        "s-1,Safer,Africa/Nairobi,2099-05-12 14:00,2099-05-12 15:30,1,1,published",
    )
    lines = ("session,name,email", *(f"s-1,P{n},p{n}@example.org" for n in range(3)))
    [session_id] = db.session.scalars(sa.select(TrainingSession.id)).all()
    before = rows()

    with pytest.raises(RefusedRowsError):
        bring(Kind.REGISTRATIONS, *lines, may_wait=False)
    with pytest.raises(RefusedRowsError):  # one seat, one place to wait
        bring(Kind.REGISTRATIONS, *lines)
    unchanged = rows()
    seats_only = bring(Kind.REGISTRATIONS, *lines, may_wait=False, leave_out=True)
    then = bring(Kind.REGISTRATIONS, *lines, leave_out=True)

    assert unchanged == before
    no_seat = "No seat is free for this person."
    assert [row[1:] for row in told(seats_only)] == [
        ("created", (), ""),
        ("refused", (), no_seat),
        ("refused", (), no_seat),
    ]
    assert [row[1:] for row in told(then)] == [
        ("unchanged", (), ""),
        ("created", (), "No seat is free, so this person waits."),
        ("refused", (), "This session is full."),
    ]
    assert seated(session_id) == [("P0", "confirmed", None), ("P1", "waitlisted", None)]


def test_a_member_without_an_address_is_registered_as_the_person_they_are(
    bring: Bring, make: Make
) -> None:
    partner("Aid")
    bring(Kind.PEOPLE, "name,organization", "Bo,aid")
    session = make.training_session()

    bring(Kind.REGISTRATIONS, "session,name,organization", f"{session.id},bö,Aid")

    [person] = db.session.scalars(sa.select(Person).where(Person.email.is_(None))).all()
    assert db.session.scalars(sa.select(Registration.person_id)).all() == [person.id]


def test_a_large_file_that_fails_midway_says_what_came_in(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_rows, "BATCH", 2)
    lines = (
        NEEDED,
        *(f"{n},S{n},Africa/Nairobi,2027-05-12 14:00,2027-05-12 15:30" for n in range(5)),
    )
    write, calls = service.write, []

    def fail_third(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            raise BusyError
        return write(*arguments)

    monkeypatch.setattr(service, "write", fail_third)
    stopped = bring(Kind.SESSIONS, *lines)
    monkeypatch.undo()
    again = bring(Kind.SESSIONS, *lines)

    busy = "The server is busy. Nothing was changed; please try again."
    assert [row[1:] for row in told(stopped)] == [*[("created", (), "")] * 4, ("refused", (), busy)]
    assert [row.outcome.value for row in again.rows] == [*["unchanged"] * 4, "created"]
    files = [queries.get_file(import_id) for import_id in (1, 2)]
    assert [file.state for file in files] == [ImportState.STOPPED, ImportState.DONE]
    assert files[0].result is not None
    assert files[0].result.stopped == busy
    assert files[0].result.counts[Outcome.CREATED] == 4
    assert len(set(db.session.scalars(sa.select(TrainingSession.external_key)))) == 5


def test_what_nobody_ended_can_be_confirmed_again_after_a_while(app: Flask, make: Make) -> None:
    import_id = make.import_file()
    options = Options(actor_id=None, now=NOW)
    with transaction():
        service.claim(import_id, options)
    content = queries.content_of(import_id)
    db.session.rollback()

    with pytest.raises(ConfirmedBeforeError):
        jobs.bring_in_file(import_id, Kind.PEOPLE, content, options)
    assert not queries.get_file(import_id).is_ready(NOW + GIVEN_UP_AFTER)
    later = NOW + GIVEN_UP_AFTER + HOUR
    assert queries.get_file(import_id).is_ready(later)
    db.session.rollback()
    report = jobs.bring_in_file(import_id, Kind.PEOPLE, content, Options(actor_id=None, now=later))

    assert [row.outcome for row in report.rows] == [Outcome.CREATED]


def test_files_are_forgotten_after_a_day(app: Flask, make: Make) -> None:
    import_id = make.import_file()
    chore = next(one for one in app.extensions["chores"] if one is service.forget_old_files)

    with transaction():
        kept = chore(now=NOW + DAY)
    with transaction():
        forgotten = chore(now=NOW + DAY + HOUR)

    assert (kept, forgotten) == (0, 1)
    assert db.session.get(ImportFile, import_id) is None
