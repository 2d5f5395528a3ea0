"""Which of a session's people staff look at: filters, order, pages, kept views."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training.accounts.models import Account
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus, MarkSource
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import CalendarReply, Note, Registration
from training.registrations.values import CancelledBecause, Claim, ReplyAnswer
from training.sessions.models import Meeting, SavedView, TrainingSession

Counted = Callable[[], AbstractContextManager[list[str]]]
NAMES = ("Ana", "Émile", "bo", "Cy", "Dee", "Zoë", "emil", "Ana Ng", "Fay", "Gus", "Hal", "Ivy")


@pytest.fixture
def mina(make: Make) -> Account:
    """A coordinator."""
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """The coordinator's browser."""
    client.sign_in(mina)
    return client


def crowd(make: Make) -> TrainingSession:
    """Make a session of two meetings that began, with people of every kind."""
    aid, harbour = make.organization("Aid"), make.organization("Harbour")
    session = make.training_session(
        capacity=6,
        meetings=(make.meeting_plan(NOW + DAY / 2), make.meeting_plan(NOW + DAY)),
    )
    rows = []
    for number, name in enumerate(NAMES):
        organization = (aid, harbour, None)[number % 3]
        rows.append(
            make.registration(
                session,
                name=name,
                email=f"p{number}@example.org",
                organization_id=organization.id if organization else None,
                claim=Claim.STAFF if organization else None,
            )
        )
    for row in (rows[2], rows[4]):
        with transaction():
            seats.cancel(row.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    first, second = db.session.scalars(
        sa.select(Meeting.id)
        .where(Meeting.training_session_id == session.id)
        .order_by(Meeting.ordinal)
    ).all()
    kinds = [AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ABSENT]
    for number, row in enumerate(rows[:4]):
        attend(row.id, first, kinds[number % 3])
    attend(rows[0].id, second, AttendanceStatus.EXCUSED)
    with transaction():
        for number, row in enumerate(rows):
            db.session.execute(
                sa.update(Registration)
                .where(Registration.id == row.id)
                .values(registered_at=NOW - timedelta(days=number % 5, hours=number))
            )
            if number % 4 == 1:
                db.session.add(Note(registration_id=row.id, text="N", written_at=NOW))
            if number % 4 == 0:
                db.session.add(
                    CalendarReply(
                        registration_id=row.id,
                        key=bytes([number]) * 32,
                        answer=list(ReplyAnswer)[number // 4],
                        revision=0,
                        stamped_at=NOW,
                        received_at=NOW,
                        is_verified=True,
                    )
                )
        db.session.execute(
            sa.update(Registration).where(Registration.id == rows[5].id).values(is_placeholder=True)
        )
        # Begun meanwhile.
        db.session.execute(
            sa.update(Meeting).where(Meeting.id == first).values(starts_at=NOW - HOUR)
        )
    return db.session.get_one(TrainingSession, session.id)


def attend(registration_id: int, meeting_id: int, status: AttendanceStatus) -> None:
    with transaction():
        mark = AttendanceMark(
            registration_id=registration_id,
            meeting_id=meeting_id,
            status=status,
            source=MarkSource.TRAINER,
            nonce=f"{registration_id}-{meeting_id}",
            recorded_at=NOW,
        )
        db.session.add(mark)
        db.session.flush()
        db.session.add(
            Attendance(
                registration_id=registration_id,
                meeting_id=meeting_id,
                status=status,
                mark_id=mark.id,
            )
        )


def facts(session: TrainingSession) -> list[dict[str, Any]]:
    """Return everything that a filter may ask for, read without any code of the page."""
    db.session.rollback()
    meetings = db.session.scalars(
        sa.select(Meeting.id)
        .where(Meeting.training_session_id == session.id)
        .order_by(Meeting.ordinal)
    ).all()
    found = []
    rows = db.session.scalars(
        sa.select(Registration)
        .where(Registration.training_session_id == session.id)
        .order_by(Registration.ticket)
    )
    for row in rows:
        marks = db.session.scalars(
            sa.select(Attendance)
            .where(Attendance.registration_id == row.id)
            .order_by(Attendance.meeting_id)
        )
        came = {mark.meeting_id: mark.status for mark in marks}
        answer = db.session.scalar(
            sa.select(CalendarReply.answer).where(CalendarReply.registration_id == row.id)
        )
        notes = db.session.scalar(sa.select(sa.func.count()).where(Note.registration_id == row.id))
        found.append(
            {
                "id": row.id,
                "name": row.name,
                "status": str(row.status),
                "organization": str(row.organization_id or 0),
                "answer": str(answer) if answer else "nothing",
                "came": [str(came[one]) if one in came else None for one in meetings],
                "note": bool(notes),
                "placeholder": row.is_placeholder,
                "day": wall(row.registered_at, NAIROBI).date().isoformat(),
                "registered_at": row.registered_at,
            }
        )
    return found


THERE = {"present", "late", "left_early"}


def is_asked_for(one: dict[str, Any], query: dict[str, str]) -> bool:
    """Say by hand whether somebody is to be seen."""
    at = one["came"][int(query.get("meeting", "1")) - 1]
    stands = {
        "attended": at in THERE,
        "absent": at == "absent",
        "excused": at == "excused",
        "unmarked": at is None and one["status"] == "confirmed",
    }
    return (
        query.get("status", one["status"]) == one["status"]
        and query.get("organization", one["organization"]) == one["organization"]
        and query.get("answer", one["answer"]) == one["answer"]
        and ("came" not in query or stands[query["came"]])
        and ("note" not in query or one["note"])
        and ("placeholder" not in query or one["placeholder"])
        and query.get("since", "0000") <= one["day"]
        and query.get("q", "").lower() in one["name"].lower().replace("é", "e").replace("ë", "e")
    )


def shown(page: Page) -> list[int]:
    """Return whose names are links, in the order of the page."""
    links = [str(link.get("href")) for link in page.root.iter("a")]
    numbers = [
        int(link.rpartition("/")[2])
        for link in links
        if link.startswith("/staff/registrations/") and link.rpartition("/")[2].isdecimal()
    ]
    return list(dict.fromkeys(numbers))


def test_each_filter_finds_whom_it_says_and_nobody_else(staff: IsolatedClient, make: Make) -> None:
    session = crowd(make)
    everybody = facts(session)
    organizations = sorted({one["organization"] for one in everybody})
    days = sorted({one["day"] for one in everybody})
    queries: list[dict[str, str]] = [
        {},
        *({"status": status} for status in ("confirmed", "waitlisted", "cancelled", "declined")),
        *({"organization": one} for one in organizations),
        *({"answer": one} for one in ("accepted", "tentative", "declined", "nothing")),
        *({"came": one} for one in ("attended", "absent", "excused", "unmarked")),
        *({"came": one, "meeting": "2"} for one in ("attended", "excused", "unmarked")),
        {"note": "1"},
        {"placeholder": "1"},
        *({"since": day} for day in days),
        {"q": "emil"},
        {"q": "ana", "organization": organizations[1], "note": "1"},
        {"status": "confirmed", "came": "unmarked", "answer": "nothing", "since": days[1]},
    ]

    for query in queries:
        path = f"/staff/sessions/{session.id}?{urlencode(query)}"
        expected = {one["id"] for one in everybody if is_asked_for(one, query)}
        assert set(shown(staff.page(path))) == expected, query
    assert {one["status"] for one in everybody} == {"confirmed", "waitlisted", "cancelled"}


def test_pages_follow_each_other_in_every_order(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole lists, one after the other, cut anywhere; back again the same way."""
    monkeypatch.setattr("training.registrations.roster_queries.PAGE", 5)
    session = crowd(make)
    everybody = {one["id"]: one for one in facts(session)}
    parts = {"confirmed": 1, "waitlisted": 2, "cancelled": 3}

    def turn(page: Page, rel: str) -> str | None:
        return next((a.get("href") for a in page.root.iter("a") if a.get("rel") == rel), None)

    for sort in ("", "name", "organization", "registered"):
        page = staff.page(f"/staff/sessions/{session.id}?sort={sort}")
        forth = [shown(page)]
        while path := turn(page, "next"):
            page = staff.page(path)
            forth.append(shown(page))
        back = [forth[-1]]
        while path := turn(page, "prev"):
            page = staff.page(path)
            back.append(shown(page))
        seen = [id_ for ids in forth for id_ in ids]
        assert [len(ids) for ids in forth] == [5, 5, 2]
        assert sorted(seen) == sorted(everybody)
        order = [parts[everybody[id_]["status"]] for id_ in seen]
        assert order == sorted(order)
        assert set(seen[7:12]) == set(back[0] + back[1][-3:])
        if sort == "registered":
            seated = [
                everybody[id_]["registered_at"] for id_ in seen if order[seen.index(id_)] == 1
            ]
            assert seated == sorted(seated)

    gone = staff.page(f"/staff/sessions/{session.id}?after=999999999")
    assert shown(gone) == shown(staff.page(f"/staff/sessions/{session.id}"))


def test_a_thousand_people_take_few_statements_and_a_light_page(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    organization = make.organization()
    counted = []
    for number in (30, 1_000):
        session = make.training_session(capacity=None, starts_at=NOW - DAY, now=NOW - 9 * DAY)
        fill_with(session, number, organization.id)
        with statements() as sent:
            page = staff.get(f"/staff/sessions/{session.id}?sort=organization")
        counted.append(len(sent))
        assert page.status_code == 200
        assert len(page.data) < 300_000

    # Who is signed in, three for the session, two of people, one for each of answers, marks, views.
    assert counted == [9, 9]


def fill_with(session: TrainingSession, number: int, organization_id: int) -> None:
    """Write rows as they are after that many registered."""
    from training.people.models import Person, new_public_id  # noqa: PLC0415 -- here only

    with transaction():
        people = [
            Person(
                name=f"Somebody Number {one}",
                email=f"s{session.id}-{one}@example.org",
                email_key=f"s{session.id}-{one}@example.org",
                search_key="",
            )
            for one in range(number)
        ]
        db.session.add_all(people)
        db.session.flush()
        db.session.execute(
            sa.insert(Registration),
            [
                {
                    "public_id": new_public_id(),
                    "training_session_id": session.id,
                    "person_id": person.id,
                    "name": person.name,
                    "organization_id": organization_id,
                    "claim": Claim.STAFF,
                    "status": "confirmed",
                    "ticket": ticket,
                    "registered_at": NOW,
                    "answers": {},
                }
                for ticket, person in enumerate(people, start=1)
            ],
        )


def test_columns_are_those_that_are_chosen(staff: IsolatedClient, make: Make) -> None:
    session = crowd(make)

    def heads(query: str) -> list[str]:
        page = staff.page(f"/staff/sessions/{session.id}?{query}")
        table = next(iter(page.root.iter("table")))
        return ["".join(cell.itertext()) for cell in table.iter("th") if cell.get("scope") == "col"]

    assert heads("") == ["Name", "Organization", "Status", "Attendance", "Registered (Nairobi)"]
    assert heads("column=notes") == ["Name", "Status", "Notes"]
    assert heads("column=registered&column=organization&column=bogus") == [
        "Name",
        "Organization",
        "Status",
        "Registered (Nairobi)",
    ]
    page = staff.page(f"/staff/sessions/{session.id}?column=notes").text()
    assert "p0@example.org" not in page
    assert "To be named" in page


def test_a_view_is_kept_for_every_session_and_for_nobody_else(
    staff: IsolatedClient, make: Make, mina: Account
) -> None:
    session = crowd(make)
    other_id = make.registration().training_session_id
    here = f"/staff/sessions/{session.id}"

    nameless = staff.fill(f"{here}/views?came=unmarked&column=notes", {"name": " "})
    assert nameless.status_code == 422
    done = staff.fill(f"{here}/views?came=unmarked&column=notes&x=<", {"name": "To chase"})
    assert (done.status_code, done.headers["Location"]) == (
        303,
        f"{here}?came=unmarked&column=notes",
    )
    kept = db.session.scalars(sa.select(SavedView).order_by(SavedView.id)).one()
    assert (kept.person_id, kept.page, kept.query) == (
        mina.person_id,
        "roster",
        "came=unmarked&column=notes",
    )
    with transaction():
        old = "came=whatever&column=notes&evil=1"  # of a list that knew other filters
        db.session.execute(sa.update(SavedView).values(query=old))
    tab = next(
        link
        for link in staff.page(f"/staff/sessions/{other_id}").root.iter("a")
        if link.text == "To chase"
    )
    assert tab.get("href") == f"/staff/sessions/{other_id}?column=notes"

    nothing = staff.page(f"{here}/views").text()
    assert "Choose filters or columns first" in nothing
    page = staff.get(f"{here}/views?sort=name").text
    token = page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    staff.sign_in(make.coordinator())
    assert "To chase" not in staff.page(here).text()
    path = f"{here}/views"
    sent = {"delete": str(kept.id), "csrf_token": token}
    assert staff.post(path, data=sent).status_code == 404
    assert staff.post(path, data={**sent, "delete": "²"}).status_code == 404
    staff.sign_in(mina)
    assert staff.post(path, data=sent).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SavedView)) == 0
