"""Calendars as other programs write them: which sessions they become, and what is refused."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.imports.events import DATA
from training.imports.ics import read_calendar
from training.imports.ics.zones import named_zone
from training.imports.values import CalendarOptions, SessionDraft, Sheet
from training.sessions.rules import meeting_times
from training.sessions.values import Audience, Delivery, SessionStatus

ICS = DATA / "ics"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NO_ZONE = "Its times are in no time zone. The command takes one with --timezone."
WHOLE_DAYS = "It takes whole days. The command gives them times with --all-day."


def read(file: str | Path | bytes, options: CalendarOptions | None = None) -> Sheet:
    data = file if isinstance(file, bytes) else (ICS / file).read_bytes()
    return read_calendar(data, options=options or CalendarOptions(), locale="en", now=NOW)


def one(*lines: str, options: CalendarOptions | None = None) -> Sheet:
    """Read a calendar of one event."""
    wrapped = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", "SUMMARY:One", *lines]
    return read("\r\n".join([*wrapped, "END:VEVENT", "END:VCALENDAR", ""]).encode(), options)


def drafts(sheet: Sheet) -> list[SessionDraft]:
    return [draft for draft in sheet.drafts if isinstance(draft, SessionDraft)]


def held(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Return key, title and time of what takes place."""
    return [
        (draft.key, draft.name, draft.detail)
        for draft in drafts(sheet)
        if draft.status is not SessionStatus.CANCELLED
    ]


def told(sheet: Sheet) -> list[tuple[int, str, str]]:
    """Return number, name and sentence of what nothing is made of."""
    return [
        (row.number, row.name, "; ".join(str(each) for each in [row.note, *errors] if each))
        for row in sheet.refused
        for errors in [[problem.error for problem in row.problems]]
    ]


def instants(sheet: Sheet) -> list[str]:
    return [
        f"{meeting.starts_at:%m-%dT%H:%MZ}+{(meeting.ends_at - meeting.starts_at).seconds // 60}"
        for draft in drafts(sheet)
        if draft.status is not SessionStatus.CANCELLED
        for meeting in meeting_times(draft.plan.meetings)
    ]


def test_google_a_weekly_series_over_a_change_of_the_clocks() -> None:
    """One session for each date; one moved, one called off, one left out; UTC in the calendar's
    own zone; nobody's address."""
    sheet = read("google.ics")

    assert held(sheet) == [
        (
            "weekly@google.com/20270311",
            "Editing, first steps",
            "2027-03-11 14:00–15:30 (Europe/Berlin)",
        ),
        (
            "weekly@google.com/20270408",
            "Editing, first steps",
            "2027-04-08 14:00–15:30 (Europe/Berlin)",
        ),
        (
            "weekly@google.com/20270325",
            "Editing, first steps (moved)",
            "2027-03-26 10:00–11:30 (Europe/Berlin)",
        ),
        ("once@google.com", "Maps 🗺", "2027-07-12 14:00–15:30 (Europe/Berlin)"),
    ]
    assert instants(sheet) == [
        "03-11T13:00Z+90",
        "04-08T12:00Z+90",
        "03-26T09:00Z+90",
        "07-12T12:00Z+90",
    ]
    assert [
        (draft.key, draft.detail)
        for draft in drafts(sheet)
        if draft.status is SessionStatus.CANCELLED
    ] == [
        ("weekly@google.com/20270318", "2027-03-18 14:00 (Europe/Berlin)"),
        ("weekly@google.com/20270401", "2027-04-01 14:00 (Europe/Berlin)"),
    ]
    weekly, *_others = drafts(sheet)
    assert (weekly.plan.delivery, weekly.plan.meetings[0].join_url) == (
        Delivery.ONLINE,
        "https://meet.google.com/abc-defg-hij",
    )
    # The link by which one takes part is for those who have a seat.
    assert weekly.plan.description == (
        "What every editor needs, in short.\n\n- One\n- Two & three\nJoin:"
    )
    assert weekly.cleaned == ("description",)
    maps = next(draft for draft in drafts(sheet) if draft.key == "once@google.com")
    assert (maps.plan.meetings[0].venue, maps.plan.delivery, maps.plan.description) == (
        "Town Hall, Main Street 1, Berlin",
        Delivery.IN_PERSON,
        "Bring a laptop.",
    )
    assert told(sheet) == [(7, "Summer camp", WHOLE_DAYS)]
    assert sheet.unused == ("ATTENDEE (1)", "ORGANIZER (1)")
    assert "ada@ex" not in repr(sheet)


def test_google_as_one_session_with_many_meetings_and_days_with_times() -> None:
    options = CalendarOptions(
        is_series=True, all_day=(time(9), time(17)), language="de", course="c", campaign="k"
    )

    series, _maps, camp = drafts(read("google.ics", options))

    assert series.key == "weekly@google.com"
    assert [f"{one.wall_start:%m-%d %H:%M}" for one in series.plan.meetings] == [
        "03-11 14:00",
        "03-26 10:00",
        "04-08 14:00",
    ]
    assert [(f"{m.wall_start:%m-%d %H}", f"{m.wall_end:%m-%d %H}") for m in camp.plan.meetings] == [
        ("08-01 09", "08-01 17"),
        ("08-02 09", "08-02 17"),
    ]
    assert camp.plan.timezone == "Europe/Berlin"
    assert str(camp.note) == "It takes whole days in the calendar; here from 09:00 to 17:00."
    assert (camp.plan.language, camp.course, camp.campaign) == ("de", "c", "k")
    assert {"language", "course", "campaign"} <= camp.says


def test_outlook_windows_names_own_zones_and_its_ways_to_say_things() -> None:
    sheet = read("outlook.ics")
    teams, custom, utc = drafts(sheet)

    assert (teams.detail, teams.name) == (
        "2027-05-12 14:00–15:00 (Europe/Berlin)",
        "Über Sicherheit",
    )
    assert len(teams.key) == 64  # longer than the column, so its digest
    assert (teams.plan.delivery, teams.plan.meetings[0].venue) == (Delivery.ONLINE, "")
    assert teams.plan.meetings[0].join_url == (
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0?context=a"
    )
    assert teams.plan.description == "Hello\n\n____\nMicrosoft Teams meeting\nJoin:"
    # Ten in the morning in New York, the day after the clocks went forward there and not in Europe.
    assert custom.detail == "2027-03-15 09:00–11:00 (America/New_York)"
    assert str(custom.note) == (
        "“Customized Time Zone” was taken for America/New_York, whose clocks show the same then."
    )
    assert (custom.plan.description, custom.plan.audience) == ("Only in HTML", Audience.INVITED)
    assert utc.detail == "2027-03-16 09:00–10:00 (UTC)"
    assert instants(sheet) == ["05-12T12:00Z+60", "03-15T13:00Z+120", "03-16T09:00Z+60"]
    assert told(sheet) == [
        (3, "Nowhere", "The clocks of no known place show what “Nowhere” in this calendar shows."),
        (
            4,
            "Sunken",
            "The time zone “Atlantis” is unknown, and the calendar does not describe it.",
        ),
        (6, "A whole day", WHOLE_DAYS),
    ]


def test_apple_times_that_the_clocks_skip_or_show_twice_and_times_of_nowhere() -> None:
    """RFC 5545, section 3.3.5: by the offset before the gap; the first of two."""
    sheet = read("apple.ics")
    somewhere = read("apple.ics", CalendarOptions(timezone="Asia/Kolkata"))

    assert instants(sheet) == [
        "03-01T06:30Z+120",
        "03-14T07:30Z+120",  # written 02:30, which is 03:30
        "04-05T05:30Z+120",
        "05-03T05:30Z+120",  # and no June: UNTIL is an hour before midnight there
        "11-07T05:30Z+120",  # from the first 01:30 to the second 02:30
    ]
    night = drafts(sheet)[0].plan
    assert (night.description, night.meetings[0].venue) == (
        "https://example.org/night",
        "Library Second floor",
    )
    assert told(sheet) == [
        (6, "Nowhere in particular", NO_ZONE),
        (7, "Says no end", "It does not say when it ends."),
    ]
    assert held(somewhere)[-1] == (
        "floating",
        "Nowhere in particular",
        "2027-04-02 09:00–10:00 (Asia/Kolkata)",
    )


def test_thunderbird_names_with_a_prefix_and_what_cannot_be_followed() -> None:
    sheet = read("thunderbird.ics")

    [old] = drafts(sheet)
    assert (old.detail, old.plan.meetings[0].join_url, old.plan.meetings[0].venue) == (
        "2027-05-03 09:00–10:30 (Africa/Nairobi)",
        "https://video.example.org/room/7",
        "",
    )
    assert old.categories == ("First aid", "Other", "Third")
    # Nothing is made of the series: its rule does not hold from one date on.
    assert told(sheet) == [
        (
            2,
            "Later from here on",
            (
                "It changes all dates from one on (THISANDFUTURE), which cannot be followed. "
                "End the series in the calendar and begin another one."
            ),
        ),
        (3, "Every day of a week", "Another event of the same series cannot be used."),
    ]
    assert sheet.unused == ("VALARM (1)", "VTODO (1)")


def test_nextcloud_and_events_that_cannot_be_used() -> None:
    sheet = read("nextcloud.ics")

    assert (
        [detail for _key, _title, detail in held(sheet)]
        == [
            "2027-09-20 09:00–11:00 (Europe/Paris)",  # the start counts, fit or not
            "2027-09-30 09:00–11:00 (Europe/Paris)",
            "2027-10-29 09:00–11:00 (Europe/Paris)",
            "2027-11-30 09:00–11:00 (Europe/Paris)",
        ][: len(held(sheet))]
    )
    assert [(d.plan.delivery, d.plan.meetings[0].join_url) for d in drafts(sheet)[:1]] == [
        (Delivery.HYBRID, "https://cloud.example.org/call/abc")
    ]
    assert told(sheet) == [
        (4, "no-title", "It has no title."),
        (5, "Without a UID", "It has no UID, so it would not be known again."),
        (6, "Backwards", "The end must be after the start."),
        (
            7,
            "Unreadable",
            "The field DTSTART cannot be read: Wrong datetime format: 20271340T090000.",
        ),
        (8, "Long ago", "It was before 2026-11-23."),
    ]
    older = read("nextcloud.ics", CalendarOptions(since=date(2020, 1, 1)))
    assert held(older)[-1][1:] == ("Long ago", "2020-09-20 09:00–10:00 (Europe/Paris)")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["DURATION:PT90M", "RRULE:FREQ=DAILY;COUNT=2"], ["01-04T08:00Z+90", "01-05T08:00Z+90"]),
        (
            # Every other week until a day, all of it; the day itself is in.
            ["DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20270118"],
            ["01-04T08:00Z+60", "01-06T08:00Z+60", "01-18T08:00Z+60"],
        ),
        (
            ["DTEND;TZID=Europe/London:20270104T100000", "RDATE:20270111T080000Z"],
            ["01-04T08:00Z+120", "01-11T08:00Z+120"],
        ),
        (["DURATION:PT1H", "RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1MO;COUNT=3"], ["01-04T08:00Z+60"]),
        (
            ["DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20270105T080000Z"],
            ["01-04T08:00Z+60", "01-06T08:00Z+60"],
        ),
    ],
)
def test_dates_of_a_rule(lines: Sequence[str], found: list[str]) -> None:
    sheet = one("DTSTART;TZID=Europe/Berlin:20270104T090000", *lines)

    assert (told(sheet), instants(sheet)) == ([], found)


def test_a_rule_until_the_end_of_time_is_followed_in_every_zone() -> None:
    for zone, until in (
        ("Asia/Tokyo", "99991231T235959Z"),
        ("America/New_York", "00010101T000000Z"),
    ):
        start = [f"DTSTART;TZID={zone}:20270104T090000", "DURATION:PT1H"]

        sheet = one(*start, f"RRULE:FREQ=MONTHLY;UNTIL={until}")

        assert told(sheet) == []
        assert len(held(sheet)) == (11 if until.startswith("9999") else 1)


@pytest.mark.parametrize(
    ("lines", "venue", "description", "join_url"),
    [
        (["LOCATION:https://zoom.us/j/1?pwd=a; Room 5"], "Room 5", "", "https://zoom.us/j/1?pwd=a"),
        (["LOCATION:Zoom (https://zoom.us/j/1)"], "", "", "https://zoom.us/j/1"),
        (
            ["X-GOOGLE-CONFERENCE:https://meet.google.com/a", "URL:https://zoom.us/j/2?pwd=b"],
            *("", "", "https://meet.google.com/a"),
        ),
        (
            [f"LOCATION:{'Room 5 ' * 40}https://zoom.us/j/1?pwd=a"],
            *("", ("Room 5 " * 40).strip(), "https://zoom.us/j/1?pwd=a"),
        ),
    ],
)
def test_no_link_that_leads_in_stands_where_everybody_reads(
    lines: list[str], venue: str, description: str, join_url: str
) -> None:
    [draft] = drafts(one("DTSTART:20270104T090000Z", "DURATION:PT1H", *lines))

    [meeting] = draft.plan.meetings
    assert (meeting.venue, draft.plan.description) == (venue, description)
    assert meeting.join_url == join_url


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["DURATION:PT1H"], "It does not say when it starts."),
        (
            ["DTSTART;TZID=Europe/Berlin:20270104T090000Z", "DURATION:PT1H"],
            "One of its times is in UTC and in another time zone at once.",
        ),
        (["DTSTART:18000104T090000Z", "DURATION:PT1H"], "One of its times cannot be used."),
        (
            ["DTSTART:20270104T090000Z", "DTEND;VALUE=DATE:20270105"],
            "It starts at a time and ends on a day, or the reverse.",
        ),
        (
            ["DTSTART:20270104T090000Z", "DURATION:PT1H", "RDATE;VALUE=DATE:20270105"],
            "It starts at a time and is repeated on a day, or the reverse.",
        ),
        (
            ["DTSTART:20270104T090000Z", "RDATE;VALUE=PERIOD:20270105T090000Z/PT1H"],
            "It repeats by periods, which cannot be followed.",
        ),
        (["DTSTART:20270104T090000Z", "DURATION:PTX"], "The field DURATION cannot be read: "),
    ],
)
def test_what_is_said_of_events_that_mean_nothing(lines: list[str], sentence: str) -> None:
    [(_number, _name, said)] = told(one(*lines))

    assert said.startswith(sentence)


def test_the_same_event_twice_is_one_and_a_refusal() -> None:
    text = "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            *["BEGIN:VEVENT", "UID:1", "SUMMARY:A", "DTSTART:20270104T090000Z", "DURATION:PT1H"],
            *["END:VEVENT"],
            *["BEGIN:VEVENT", "UID:1", "SUMMARY:B", "DTSTART:20270105T090000Z", "DURATION:PT1H"],
            *["END:VEVENT", "END:VCALENDAR", ""],
        ]
    )

    sheet = read(text.encode())

    assert [title for _key, title, _detail in held(sheet)] == ["A"]
    assert [said for _number, _name, said in told(sheet)] == [
        "It stands in the input twice, and differently each time."
    ]


def test_names_of_zones() -> None:
    names = {
        "Europe/Berlin": "Europe/Berlin",
        "W. Europe Standard Time": "Europe/Berlin",
        "/freeassociation.sourceforge.net/America/Argentina/Ushuaia": "America/Argentina/Ushuaia",
        "/citadel.org/20270101_1/Asia/Kolkata": "Asia/Kolkata",
        "UTC": "UTC",
        "../../etc/passwd": None,
        "": None,
        "Mars/Olympus": None,
    }

    found = {name: named_zone(name) for name in names}

    assert {name: zone.key if zone else None for name, zone in found.items()} == names


def test_an_own_zone_is_followed_through_the_year_and_never_guessed() -> None:
    """New York by another name: in every month the instant is New York's."""
    zone = (ICS / "outlook.ics").read_text().replace("\r\n", "\n")
    own = zone[zone.index("BEGIN:VTIMEZONE\nTZID:Customized") : zone.index("BEGIN:VEVENT")]
    new_york = ZoneInfo("America/New_York")
    for month in range(1, 13):
        wall = datetime(2027, month, 8, 9)
        text = (
            f"BEGIN:VCALENDAR\n{own}BEGIN:VEVENT\nUID:1\nSUMMARY:One\nDURATION:PT1H\n"
            f"DTSTART;TZID=Customized Time Zone:{wall:%Y%m%dT%H%M%S}\nEND:VEVENT\nEND:VCALENDAR\n"
        )
        [draft] = drafts(read(text.encode()))

        [times] = meeting_times(draft.plan.meetings)
        assert times.starts_at == wall.replace(tzinfo=new_york).astimezone(UTC)
        assert times.ends_at - times.starts_at == timedelta(hours=1)
