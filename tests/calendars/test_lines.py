"""Each mend of icalendar has a test that fails once the library no longer needs it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Component, Conference, Event, vText

from training.calendars.lines import (
    Text,
    add_refresh_interval,
    one_line,
    several_lines,
    to_bytes,
    web_address,
)

#: Everything that programs split lines at, and what is not text at all.
UNFIT = ["\x00", "\x07", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff"]
UNFIT += ["\ufdd0", "\ufffe", "\uffff", "\ud800"]


def written(component: Component) -> bytes:
    """Return what the library alone makes of it."""
    text: bytes = component.to_ical()
    return text


def with_property(name: str, value: object) -> Event:
    event = Event()
    event.add(name, value)
    return event


def test_text_is_escaped_as_rfc_5545_says() -> None:
    text = Text('a\\b;c,d"e:f\ng')

    assert text.to_ical() == rb'a\\b\;c\,d"e:f\ng'


def test_text_keeps_a_backslash_before_n() -> None:
    assert Text(r"C:\New C:\new").to_ical() == rb"C:\\New C:\\new"


def test_library_still_breaks_a_text_at_backslash_n() -> None:
    """So does khal, which keeps its copy as the library writes it."""
    assert vText(r"C:\New").to_ical() == rb"C:\new"


def test_library_still_leaves_the_name_of_a_calendar_unescaped() -> None:
    calendar = Calendar()
    calendar.add("name", "a;b,c")
    calendar.add("x-wr-calname", "a;b,c")

    assert b"NAME:a;b,c\r\nX-WR-CALNAME:a;b,c\r\n" in written(calendar)


def test_library_still_leaves_the_value_of_refresh_interval_out() -> None:
    calendar = Calendar()
    calendar.add("refresh-interval", timedelta(hours=4))

    assert b"REFRESH-INTERVAL:PT4H\r\n" in written(calendar)


def test_refresh_interval_is_written_for_new_programs_and_for_outlook() -> None:
    calendar = Calendar()

    add_refresh_interval(calendar, timedelta(hours=4))

    assert to_bytes(calendar) == (
        b"BEGIN:VCALENDAR\r\nREFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n"
        b"X-PUBLISHED-TTL:PT4H\r\nEND:VCALENDAR\r\n"
    )


@pytest.mark.parametrize("character", [c for c in UNFIT if c != "\ud800"], ids=ascii)
def test_library_still_lets_characters_through_that_are_no_text(character: str) -> None:
    event = with_property("summary", f"a{character}b")

    assert f"SUMMARY:a{character}b\r\n".encode() in written(event)


def test_library_still_fails_at_half_a_surrogate_pair() -> None:
    event = with_property("summary", "a\ud800b")

    with pytest.raises(UnicodeEncodeError):
        written(event)


def test_library_still_refuses_an_address_with_a_line_end() -> None:
    with pytest.raises(ValueError, match="CR or LF"):
        with_property("url", "https://example.org/\r\nX:1")


def test_library_still_lets_what_is_no_address_through() -> None:
    event = with_property("url", 'https://example.org/a "b"')

    assert b'URL:https://example.org/a "b"\r\n' in written(event)


def test_library_still_gives_a_calendar_a_uid_of_its_own_and_another_each_time() -> None:
    """By which vdirsyncer takes a whole feed for one entry."""
    first, second = (Calendar.new().get("uid") for _ in range(2))

    assert first is not None
    assert first != second


def test_library_still_stamps_an_entry_with_this_moment_and_a_random_uid() -> None:
    first, second = Event.new(), Event.new()

    assert abs(first.DTSTAMP - datetime.now(UTC)) < timedelta(minutes=1)
    assert first["UID"] != second["UID"]


@pytest.mark.parametrize("name", ["name", "x-wr-calname", "x-anything"])
def test_library_still_lets_a_title_of_a_calendar_end_its_line(name: str) -> None:
    """ICS-02. A line feed it refuses by an assertion, which python -O leaves out."""
    calendar = Calendar()
    calendar.add(name, "a\rATTENDEE:mailto:x")
    other = Calendar()
    other.add(name, "a\nATTENDEE:mailto:x")

    assert b":a\rATTENDEE:mailto:x\r\n" in written(calendar)
    with pytest.raises(AssertionError):
        written(other)


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_a_value_that_would_end_its_line_is_not_written(end: str) -> None:
    """ICS-01, ICS-02: should anything ever come past the cleaning."""
    calendar = Calendar()
    calendar.add("x-anything", f"a{end}ATTENDEE:mailto:x")

    with pytest.raises((ValueError, AssertionError)):
        to_bytes(calendar)


def test_library_still_writes_several_features_of_a_conference_as_one() -> None:
    conference = Conference("https://example.org/", feature=["AUDIO", "VIDEO"])

    assert b'FEATURE="AUDIO,VIDEO"' in conference.to_uri().params.to_ical()


def test_library_still_writes_an_entry_without_length_and_one_of_no_zone() -> None:
    """CalendarEntry refuses both."""
    at = datetime(2026, 5, 12, 11, 0)
    event = Event()
    event.add("dtstart", at)
    event.add("dtend", at)

    assert written(event) == (
        b"BEGIN:VEVENT\r\nDTSTART:20260512T110000\r\nDTEND:20260512T110000\r\nEND:VEVENT\r\n"
    )


def test_library_still_writes_any_status() -> None:
    assert b"STATUS:PERHAPS\r\n" in written(with_property("status", "PERHAPS"))


def test_library_still_folds_between_two_backslashes() -> None:
    event = with_property("description", "x" * 61 + "\\" * 40)

    assert re.search(rb"(?<!\\)(\\\\)*\\\r\n ", written(event))


@pytest.mark.parametrize("character", UNFIT, ids=ascii)
@pytest.mark.parametrize("clean", [one_line, several_lines])
def test_texts_lose_what_is_no_text(clean: Callable[..., Text], character: str) -> None:
    """ICS-04."""
    cleaned = clean(f"a{character}b", longest=200)

    assert cleaned in {"ab", "a b", "a\nb"}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_line_ends_become_a_space_in_a_title_and_stay_in_a_description(end: str) -> None:
    """ICS-01, ICS-02."""
    text = f"a{end}ATTENDEE:mailto:x"

    assert one_line(text, longest=200) == "a ATTENDEE:mailto:x"
    assert several_lines(text, longest=200) == "a\nATTENDEE:mailto:x"


def test_other_scripts_emoji_and_marks_of_direction_stay() -> None:
    text = "שלום \u200f👩🏽‍🚒 Zoë\t日本語"

    assert several_lines(text, longest=200) == text


def test_long_texts_are_cut_and_show_it() -> None:
    assert one_line("a" * 200, longest=200) == "a" * 200
    assert one_line("a" * 198 + " bcd", longest=200) == "a" * 198 + "…"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/a?b=c&d=1#e", "https://example.org/a?b=c&d=1#e"),
        ("https://example.org/ü b", "https://example.org/%C3%BC%20b"),
        ("https://example.org/%20", "https://example.org/%20"),
        ("https://bücher.example:8443/ü", "https://xn--bcher-kva.example:8443/%C3%BC"),
        ("https://日本語.example?ü", "https://xn--wgv71a119e.example?%C3%BC"),
        (f"https://{'ü' * 99}.example/", None),
        ('https://example.org/"<>\\^`{|}', "https://example.org/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("https://example.org/\r\nX:1", "https://example.org/%20X:1"),
        ("https://example.org/\ud800\x00", "https://example.org/"),
        ("javascript:alert(1)", None),
        ("//example.org/a", None),
        ("https://", None),
        ("http://[not", None),
        ("", None),
        (None, None),
    ],
)
def test_web_address_is_one_or_is_left_out(address: str | None, expected: str | None) -> None:
    """ICS-03."""
    assert web_address(address) == expected


@given(st.text(alphabet=st.sampled_from('\\;,\n aäß中🧠x"'), max_size=300))
def test_lines_are_folded_where_every_program_can_join_them(text: str) -> None:
    """ICS-13: in no character, and in no escape."""
    event = with_property("description", Text(text))

    folded = to_bytes(event)

    lines = folded.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()
        assert not (len(line) - len(line.rstrip(b"\\"))) % 2
    description = b"DESCRIPTION:" + Text(text).to_ical() + b"\r\n"
    assert folded.replace(b"\r\n ", b"") == b"BEGIN:VEVENT\r\n" + description + b"END:VEVENT\r\n"


def test_a_full_line_is_not_folded() -> None:
    event = with_property("description", Text("x" * 63))

    assert to_bytes(event) == b"BEGIN:VEVENT\r\nDESCRIPTION:" + b"x" * 63 + b"\r\nEND:VEVENT\r\n"


def test_a_component_has_the_same_bytes_each_time() -> None:
    event = with_property("summary", Text("a"))

    assert to_bytes(event) == to_bytes(event)
