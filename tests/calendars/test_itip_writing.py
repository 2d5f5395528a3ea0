"""The calendar part of invitations: what a program is told, and that nobody can tell it more."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from icalendar import Calendar, Event

from training.calendars.itip.values import Invitation, Method, Party
from training.calendars.itip.writing import calendar_part
from training.calendars.values import CalendarEntry

NOW = datetime(2026, 11, 23, 20, 30, 15, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid=UUID("29f6fec0-3530-4ef8-8e28-2b24f3d2437b"),
    revision=4,
    revised_at=datetime(2026, 11, 4, tzinfo=UTC),
    starts_at=datetime(2026, 11, 25, 15, tzinfo=UTC),
    ends_at=datetime(2026, 11, 25, 16, tzinfo=UTC),
    summary="Safer livestreams",
    description="Bring shoes, water.",
    join_url="https://meet.example/1",
)
INVITATION = Invitation(
    method=Method.REQUEST,
    entry=ENTRY,
    organizer=Party(name="Mina Okoye", address="training@example.org"),
    attendee=Party(name="Ana Li", address="ana@example.net"),
)


def written(invitation: Invitation) -> bytes:
    return calendar_part(invitation, domain="training.example", now=NOW)


def read(data: bytes) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(data)
    assert isinstance(calendar, Calendar)
    assert calendar.errors == []
    [event] = calendar.events
    assert event.errors == []
    return calendar, event


def lines_of(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def test_a_request_says_all_that_a_program_needs_to_ask() -> None:
    assert lines_of(written(INVITATION)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Training//Training//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "SUMMARY:Safer livestreams",
        "DTSTART:20261125T150000Z",
        "DTEND:20261125T160000Z",
        "DTSTAMP:20261123T203015Z",
        "UID:29f6fec0-3530-4ef8-8e28-2b24f3d2437b@training.example",
        "SEQUENCE:4",
        (
            'ATTENDEE;CN="Ana Li";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;'
            "RSVP=TRUE:mailto:ana@example.net"
        ),
        "CONFERENCE;FEATURE=VIDEO;VALUE=URI:https://meet.example/1",
        r"DESCRIPTION:Bring shoes\, water.",
        "LAST-MODIFIED:20261104T000000Z",
        "LOCATION:https://meet.example/1",
        'ORGANIZER;CN="Mina Okoye":mailto:training@example.org',
        "STATUS:CONFIRMED",
        "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_an_update_differs_by_what_is_new_and_when_it_was_made() -> None:
    later = replace(ENTRY, revision=5, summary="Safest livestreams")

    before, after = (
        set(lines_of(written(replace(INVITATION, entry=entry)))) for entry in (ENTRY, later)
    )

    assert after - before == {"SEQUENCE:5", "SUMMARY:Safest livestreams"}


def test_who_need_not_answer_has_accepted() -> None:
    _, event = read(written(replace(INVITATION, wants_answer=False)))

    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_a_cancellation_takes_it_out_of_the_calendar_and_asks_for_nothing() -> None:
    calendar, event = read(
        written(replace(INVITATION, method=Method.CANCEL, entry=replace(ENTRY, revision=5)))
    )

    assert calendar["METHOD"] == "CANCEL"
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "Cancelled: Safer livestreams"
    assert event["SEQUENCE"] == 5
    assert event["UID"] == "29f6fec0-3530-4ef8-8e28-2b24f3d2437b@training.example"
    assert event["ORGANIZER"] == "mailto:training@example.org"
    assert event["ATTENDEE"] == "mailto:ana@example.net"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Ana Li",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('Ana "the" Li', "Ana 'the' Li"),
        ("Ana\r\nATTENDEE:mailto:eve@example.org", "Ana ATTENDEE:mailto:eve@example.org"),
        ("Ana\rBEGIN:VALARM", "Ana BEGIN:VALARM"),
        ("Ana\u2028BEGIN:VALARM\x0bx\x85y", "Ana BEGIN:VALARM x y"),
        ("Li, Ana; x:y=z", "Li, Ana; x:y=z"),
        ("Ana\x00\x1b\x7f\ud800", "Ana"),
        ("A" * 400, "A" * 199 + "…"),
        ("Zoë 😀 " * 30, ("Zoë 😀 " * 30).strip()),
        ("^n", "^n"),
        ("", None),
    ],
)
def test_mail_01_hostile_names_stay_names(name: str, shown: str | None) -> None:
    """MAIL-01: no second property, no second parameter, no line longer than 75 octets."""
    party = Party(name=name, address="ana@example.net")
    data = written(replace(INVITATION, attendee=party, organizer=party))

    calendar, event = read(data)
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert [component.name for component in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    for key in ("ATTENDEE", "ORGANIZER"):
        assert event[key] == "mailto:ana@example.net"
        assert event[key].params.get("CN") == shown
    assert len(lines_of(data)) == len(lines_of(written(INVITATION)))


def test_mail_01_hostile_addresses_stay_addresses() -> None:
    party = Party(name="", address='a"\r\nATTENDEE:x;y,z%0D@example.net')

    _, event = read(written(replace(INVITATION, attendee=party)))

    assert event["ATTENDEE"] == "mailto:a%22%0D%0AATTENDEE%3Ax%3By%2Cz%250D@example.net"


def test_a_tentative_seat_is_tentative_and_a_cancelled_one_is_not() -> None:
    tentative = replace(INVITATION, entry=replace(ENTRY, is_tentative=True))

    assert read(written(tentative))[1]["STATUS"] == "TENTATIVE"
    assert read(written(replace(tentative, method=Method.CANCEL)))[1]["STATUS"] == "CANCELLED"
