"""Calendars that are made to keep a reader busy, and files that are none (ICS-14)."""

import time
from datetime import UTC, date, datetime
from itertools import chain

import pytest

from training.imports.errors import TooLargeFileError, UnreadableFileError
from training.imports.ics import is_calendar, read_calendar
from training.imports.values import CalendarOptions, Sheet

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
#: ICS-14 says one second; half of that leaves room for a machine with other things to do.
SECONDS = 1.0


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str, uid: str = "1") -> list[str]:
    """Return an event of an hour with further lines."""
    return [
        *("BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Bomb", "DTSTART:20270104T090000Z"),
        *("DTEND:20270104T100000Z", *lines, "END:VEVENT"),
    ]


def read(data: bytes, **options: object) -> Sheet:
    """Read a file, which must not take long."""
    begun = time.process_time()
    try:
        return read_calendar(
            data,
            options=CalendarOptions(**options),  # type: ignore[arg-type]  # the tests know them
            locale="en",
            now=NOW,
        )
    finally:
        assert time.process_time() - begun < SECONDS


def refusals(sheet: Sheet) -> list[str]:
    return [str(problem.error) for row in sheet.refused for problem in row.problems]


PLACES = ",".join(map(str, range(1, 367)))
MANY_DATES = ",".join(["20270105T090000Z"] * 200_000)

RULES = {
    "FREQ=SECONDLY": "It repeats more often than daily, which no training does.",
    "FREQ=MINUTELY;COUNT=2": "It repeats more often than daily, which no training does.",
    "FREQ=HOURLY;BYDAY=MO": "It repeats more often than daily, which no training does.",
    "FREQ=DAILY": "It has more than 200 dates until 2027-11-24. Say an earlier last day.",
    "FREQ=DAILY;COUNT=1000000000": (
        "It has more than 200 dates until 2027-11-24. Say an earlier last day."
    ),
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30": (
        "Its rule takes too long to work out: perhaps no day ever fits it."
    ),
    "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30": None,
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31": None,
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": None,
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU": (
        "Its rule takes too long to work out: perhaps no day ever fits it."
    ),
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6": None,
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366;BYMONTH=1": None,
    **{
        f"FREQ={frequency};BYMONTH=2;BYMONTHDAY=30;BYSETPOS={PLACES}": None
        for frequency in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
    },
}
UNFIT = (
    "FREQ=DAILY;INTERVAL=1000000000",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=-1",
    "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12",
    "FREQ=DAILY;BYMINUTE=1",
    "FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60))),
    "FREQ=YEARLY;BYYEARDAY=" + ",".join(["1"] * 100_000),
    "FREQ=YEARLY;BYSETPOS=367",
    "FREQ=YEARLY;BYEASTER=0",
    "FREQ=YEARLY;BYDAY=" + ",".join(["MO"] * 1_000),
    "FREQ=YEARLY;BYDAY=99MO",
    "FREQ=WEEKLY;COUNT=3;UNTIL=20270401",
    "COUNT=3",
    "FREQ=FORTNIGHTLY",
)


def test_ics_14_rules_that_never_end_or_never_begin_are_refused_at_once() -> None:
    """ICS-14: each alone, and as many as a file may have of the slowest."""
    told = {rule: refusals(read(calendar(*event(f"RRULE:{rule}")))) for rule in RULES}
    unfit = {rule: refusals(read(calendar(*event(f"RRULE:{rule}")))) for rule in UNFIT}

    assert {rule: sentence[:1] for rule, sentence in told.items()} == {
        rule: [sentence or "Its rule takes too long to work out: perhaps no day ever fits it."]
        for rule, sentence in RULES.items()
    }
    assert {rule: len(sentences) for rule, sentences in unfit.items()} == dict.fromkeys(UNFIT, 1)


def test_ics_14_many_slow_rules_share_what_one_may_take() -> None:
    slow = [
        line
        for number in range(400)
        for line in event("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", uid=str(number))
    ]
    good = event("RRULE:FREQ=WEEKLY;COUNT=2", uid="good")

    sheet = read(calendar(*good, *slow))

    assert [draft.name for draft in sheet.drafts] == ["Bomb", "Bomb"]
    assert set(refusals(sheet)) == {
        "Its rule takes too long to work out: perhaps no day ever fits it.",
        "The rules of this calendar take too long to work out.",
    }


def test_ics_14_one_hostile_event_leaves_the_good_ones() -> None:
    """ICS-14: REPEAT 10⁹, hundreds of thousands of dates, texts without end."""
    alarm = ["BEGIN:VALARM", "TRIGGER:-PT5M", "REPEAT:1000000000", "END:VALARM"]
    hostile = {
        "It reminds of itself without end.": alarm,
        "It lists too many single dates.": [f"EXDATE:{MANY_DATES[:16_999]}"] * 200,
        "One of its lines is longer than any text that can be kept.": [f"RDATE:{MANY_DATES}"],
        "It says too many things.": ["CATEGORIES:Bomb"] * 100_000,
        "The description has 100000 characters; at most 20000 can be kept.": [
            f"DESCRIPTION:{'x' * 100_000}"
        ],
        "It repeats by more than one rule.": ["RRULE:FREQ=DAILY;COUNT=2"] * 2,
    }

    for sentence, lines in hostile.items():
        sheet = read(calendar(*event(*lines), *event(uid="2")))

        assert refusals(sheet) == [sentence]
        assert [draft.row for draft in sheet.drafts] == [2]


def test_ics_14_pages_that_never_end() -> None:
    """ICS-14: html.parser looks for the end of each tag in all that follows."""
    for tag in ("<p ", "<!--", "<!", "</", "<a", "<?", "<![if", "<a x='"):
        text = "<p>" + tag * (240_000 // len(tag))

        [sentence] = refusals(read(calendar(*event(f"DESCRIPTION:{text}"))))

        assert sentence.endswith("characters; at most 20000 can be kept.")


def test_ics_14_a_zone_with_more_changes_of_the_clocks_than_there_were() -> None:
    years = ",".join(["19800101T000000"] * 399)
    part = ["BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"]
    parts = [*part, f"RDATE:{years}", "END:STANDARD"] * 40
    events = [
        ["BEGIN:VEVENT", f"UID:{number}", "DTSTART;TZID=Odd:20270104T090000", "END:VEVENT"]
        for number in range(300)
    ]

    sheet = read(
        calendar("BEGIN:VTIMEZONE", "TZID:Odd", *parts, "END:VTIMEZONE", *(chain(*events)))
    )

    assert set(refusals(sheet)) == {
        "The time zone “Odd” is unknown, and the calendar does not describe it."
    }


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"BEGIN:VCALENDAR\r\n" * 10_000, "The calendar's BEGIN and END lines do not fit."),
        (
            b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 10_000,
            "The calendar's parts are nested more than 6 deep.",
        ),
        (
            calendar(*["BEGIN:X", "END:X"] * 100_000),
            "The calendar has more than 50000 parts. Export fewer years of it.",
        ),
        (
            calendar(*["BEGIN:VEVENT", "END:VEVENT"] * 20_000),
            "The calendar has more than 5000 events. Export fewer years of it.",
        ),
        (
            calendar(*["BEGIN:VTIMEZONE", "END:VTIMEZONE"] * 1_000),
            "The calendar has more than 200 time zones. Export fewer years of it.",
        ),
        (
            calendar(
                *(line for _ in range(200) for line in event(f"EXDATE:{MANY_DATES[:16_999]}"))
            ),
            "The calendar lists more than 20000 single dates. Export fewer years of it.",
        ),
        (
            calendar(*["X:"] * 1_000_000),
            "The calendar has more than 300000 lines. Export fewer years of it.",
        ),
        (
            calendar(f"X:{'x' * 50_000_000}"),
            "The calendar is larger than 5 MB. Export fewer years of it.",
        ),
        (
            calendar(*event())[:-40],
            "The calendar ends in the middle: perhaps only a part of it arrived.",
        ),
        (
            calendar("END:VEVENT"),
            "The calendar's BEGIN and END lines do not fit.",
        ),
        (calendar(*event()) + b"SUMMARY:x\r\n", "Something stands outside of the calendar."),
        (calendar(), "The calendar holds no events."),
        (b"", "This is no calendar: it does not begin with BEGIN:VCALENDAR."),
        (b"<html>", "This is no calendar: it does not begin with BEGIN:VCALENDAR."),
        (
            calendar(*event("DESCRIPTION:a\0b")),
            "The calendar holds a character that no text has (NUL). Export it again.",
        ),
        (
            calendar(*event("DESCRIPTION:é")).decode().encode("latin-1"),
            "The calendar is not in UTF-8, as calendars are. Export it again.",
        ),
        (
            b"\xff\xfe" + b"B",
            "The calendar is not in UTF-8, as calendars are. Export it again.",
        ),
        (
            calendar(*event()).decode().encode("utf-32"),
            "The calendar is in UTF-32, and calendars are in UTF-8. Export it again.",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_ics_14_a_file_that_is_no_calendar_or_too_much_of_one(data: bytes, sentence: str) -> None:
    """ICS-14: nesting 10⁴, 50 MB, a line of 50 MB, components without number."""
    with pytest.raises(UnreadableFileError) as caught:
        read(data)

    assert str(caught.value) == sentence


def test_ics_14_more_dates_than_a_file_may_have() -> None:
    lines = [
        line
        for number in range(26)
        for line in event("RRULE:FREQ=DAILY;COUNT=200", uid=str(number))
    ]

    with pytest.raises(TooLargeFileError) as caught:
        read_calendar(calendar(*lines), options=CalendarOptions(), locale="en", now=NOW)

    assert str(caught.value) == ("The calendar has more than 5000 dates. Say an earlier last day.")
    with pytest.raises(UnreadableFileError) as far:
        read(calendar(*event()), until=date(2050, 1, 1))
    assert str(far.value) == "Rules are followed for at most five years from now."


def test_files_that_are_written_otherwise_mean_the_same() -> None:
    good = calendar(*event("DESCRIPTION:" + "é" * 30, "LOCATION:Zürich"))
    folded = good.replace("é".encode(), "é".encode()[:1] + b"\r\n " + "é".encode()[1:])
    text = good.decode()
    shapes = {
        "as it is": good,
        "folded inside characters": folded,
        "bare LF": good.replace(b"\r\n", b"\n"),
        "folded with a tab": good.replace(b"SUMMARY:Bomb", b"SUMMARY:Bo\r\n\tmb"),
        "byte order mark": b"\xef\xbb\xbf" + good,
        "UTF-16": text.encode("utf-16"),
        "UTF-16 BE": b"\xfe\xff" + text.encode("utf-16-be"),
        "white space before": b"\r\n \r\n" + good,
        "small letters": text.replace("BEGIN:", "begin:").replace("DTEND", "dtend").encode(),
        "no end of line": good.rstrip(),
    }

    drafts = {name: read(data).drafts for name, data in shapes.items()}

    assert drafts["as it is"][0].name == "Bomb"
    assert drafts == dict.fromkeys(shapes, drafts["as it is"])
    assert [is_calendar(data) for data in (*shapes.values(), b"key,title\n", b"{}")] == [
        *([True] * len(shapes)),
        *(False, False),
    ]
