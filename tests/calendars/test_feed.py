from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from icalendar import Calendar

from tests.calendars.entries import DOMAIN, entry, properties, value_of
from tests.calendars.texts import HOSTILE
from training.calendars.feed import FOOTER, header, revised, vevent


def vevent_of(**fields: Any) -> bytes:
    return vevent(entry(**fields), domain=DOMAIN)


def test_vevent_says_all_that_programs_compare() -> None:
    text = vevent_of(
        revision=3,
        location="Room 4; Riverside, Nairobi",
        description="What to say.\nWhat not to say.",
        url="https://training.example.org/sessions/7-listening-well",
        categories=("Listening, first steps", "Mental Health; May"),
    )

    assert text == (
        b"BEGIN:VEVENT\r\n"
        b"SUMMARY:Listening well\r\n"
        b"DTSTART:20260512T110000Z\r\n"
        b"DTEND:20260512T120000Z\r\n"
        b"DTSTAMP:20260301T093000Z\r\n"
        b"UID:6f0c5f0e-7d0b-4c53-9a43-0d6c0a5f6c11@training.example.org\r\n"
        b"SEQUENCE:3\r\n"
        b"CATEGORIES:Listening\\, first steps,Mental Health\\; May\r\n"
        b"DESCRIPTION:What to say.\\nWhat not to say.\r\n"
        b"LAST-MODIFIED:20260301T093000Z\r\n"
        b"LOCATION:Room 4\\; Riverside\\, Nairobi\r\n"
        b"STATUS:CONFIRMED\r\n"
        b"URL:https://training.example.org/sessions/7-listening-well\r\n"
        b"END:VEVENT\r\n"
    )


def test_vevent_leaves_out_what_is_empty() -> None:
    assert [name for name, _ in properties(vevent_of())] == [
        "BEGIN",
        "SUMMARY",
        "DTSTART",
        "DTEND",
        "DTSTAMP",
        "UID",
        "SEQUENCE",
        "LAST-MODIFIED",
        "STATUS",
        "END",
    ]


def test_vevent_writes_utc_whatever_zone_it_is_given() -> None:
    nairobi = timezone(timedelta(hours=3))
    text = vevent_of(starts_at=datetime(2026, 5, 12, 1, 30, tzinfo=nairobi))

    assert value_of(text, "DTSTART") == "20260511T223000Z"
    assert value_of(text, "DTEND") == "20260511T233000Z"


def test_cancelled_meeting_says_so_to_every_program() -> None:
    """ICS-12."""
    text = vevent_of(is_cancelled=True, revision=4)

    assert value_of(text, "SUMMARY") == "Cancelled: Listening well"
    assert value_of(text, "STATUS") == "CANCELLED"
    assert value_of(text, "TRANSP") == "TRANSPARENT"
    assert value_of(text, "SEQUENCE") == "4"
    assert value_of(text, "UID") == value_of(vevent_of(), "UID")


def test_draft_is_tentative_unless_cancelled() -> None:
    assert value_of(vevent_of(is_tentative=True), "STATUS") == "TENTATIVE"
    assert value_of(vevent_of(is_tentative=True, is_cancelled=True), "STATUS") == "CANCELLED"


def test_join_link_stands_where_every_program_shows_it() -> None:
    join = f"https://video.example.org/{'x' * 300}"
    online = vevent_of(join_url=join)
    hybrid = vevent_of(join_url=join, location="Room 4")

    assert value_of(online, "LOCATION") == join
    assert value_of(online, "CONFERENCE;FEATURE=VIDEO;VALUE=URI") == join
    assert value_of(hybrid, "LOCATION") == "Room 4"
    assert value_of(hybrid, "CONFERENCE;FEATURE=VIDEO;VALUE=URI") == join


def test_long_texts_are_cut_where_programs_would_cut_them() -> None:
    text = vevent_of(summary="s" * 300, location="l" * 300, description="d" * 9_000)

    assert value_of(text, "SUMMARY") == "s" * 199 + "…"
    assert value_of(text, "LOCATION") == "l" * 199 + "…"
    assert value_of(text, "DESCRIPTION") == "d" * 6_999 + "…"


def test_cancelled_word_survives_the_cut() -> None:
    summary = value_of(vevent_of(summary="s" * 300, is_cancelled=True), "SUMMARY")

    assert summary == "Cancelled: " + "s" * 188 + "…"


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_in_every_field_adds_no_property_and_breaks_no_line(text: str) -> None:
    """ICS-01, ICS-02, ICS-03, ICS-04."""
    names = {"BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "STATUS", "END"}
    names |= {"CATEGORIES", "DESCRIPTION", "LAST-MODIFIED", "LOCATION", "URL", "TRANSP"}

    component = vevent_of(
        summary=text,
        location=text,
        description=text,
        url=f"https://example.org/{text}",
        categories=(text, "b"),
    )

    found = [name for name, _ in properties(component)]
    assert set(found) <= names
    assert len(found) == len(set(found))
    assert value_of(component, "SUMMARY")
    assert not set(component.decode()) & set("\x00\x07\x0b\x0c\x1b\x7f\x85\u2028\u2029\ufeff")
    assert max(len(line) for line in component.split(b"\r\n")) <= 75


@pytest.mark.parametrize("text", [*HOSTILE, "a\r\nSEQUENCE:9\r\nDTSTAMP:x\r\nLAST-MODIFIED:x"])
def test_revised_entry_is_as_if_written_anew(text: str) -> None:
    later = datetime(2027, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=3)))
    texts: dict[str, Any] = {"summary": text, "description": text, "location": text}

    found = revised(vevent_of(revision=3, **texts), revision=12, revised_at=later)

    assert found == vevent_of(revision=12, revised_at=later, **texts)


def test_hostile_texts_come_back_from_a_parser() -> None:
    title = 'quotes " and ; and , and : and \\ and \\n and \\N'
    feed = header("Training; of, all") + vevent_of(summary=title) + FOOTER

    calendar = Calendar.from_ical(feed)

    [event] = calendar.events
    assert event.errors == calendar.errors == []
    assert event["SUMMARY"] == title


def test_title_that_is_nothing_but_control_characters_is_named_for_what_it_is() -> None:
    assert value_of(vevent_of(summary="\x00\u2028"), "SUMMARY") == "Training session"


def test_feed_names_itself_and_says_how_often_to_ask() -> None:
    assert header("Trainings; NGOs, 2026") + FOOTER == (
        b"BEGIN:VCALENDAR\r\n"
        b"VERSION:2.0\r\n"
        b"PRODID:-//Training//Training//EN\r\n"
        b"NAME:Trainings\\; NGOs\\, 2026\r\n"
        b"X-WR-CALNAME:Trainings\\; NGOs\\, 2026\r\n"
        b"REFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n"
        b"X-PUBLISHED-TTL:PT4H\r\n"
        b"END:VCALENDAR\r\n"
    )


def test_download_has_no_name_lest_it_becomes_a_calendar_of_its_own() -> None:
    assert header() + FOOTER == (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Training//Training//EN\r\nEND:VCALENDAR\r\n"
    )
