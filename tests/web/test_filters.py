from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import (
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
)
from wtforms.validators import InputRequired, Length

from tests.web.looks import STATES, Seats
from training.web import filters, times
from training.web.forms import ErrorLink, error_links

NOW = datetime(2026, 5, 10, 9, tzinfo=UTC)
NAIROBI = "Africa/Nairobi"


def utc(day: int, hour: int, minute: int = 0, month: int = 5, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_a_moment_reads_as_the_wall_clock_of_its_zone() -> None:
    moment = times.moment(utc(12, 11), utc(12, 12, 30), NAIROBI, "en")

    assert moment == times.Moment(
        weekday="Tue",
        day="12",
        month="May",
        year="2026",
        date="Tuesday, 12 May 2026",
        short_date="Tue 12 May",
        clock="14:00\u201315:30",
        start_clock="14:00",
        city="Nairobi",
        start="2026-05-12T14:00+03:00",
        end="2026-05-12T15:30+03:00",
        iso_date="2026-05-12",
        day_line="M56 2h6",
    )


def test_a_moment_speaks_the_locale() -> None:
    moment = times.moment(utc(12, 11), utc(12, 12, 30), NAIROBI, "pt_BR")

    assert (moment.weekday, moment.month, moment.date) == (
        "ter.",
        "mai.",
        "terça-feira, 12 de maio de 2026",
    )


@pytest.mark.parametrize(
    ("ends_at", "clock", "day_line"),
    [
        pytest.param(utc(12, 22), "22:00\u201300:00", "M88 2h8", id="until midnight"),
        pytest.param(utc(12, 23), "22:00 \u2013 Wed 13 May, 01:00", "M88 2h8", id="past midnight"),
        pytest.param(utc(14, 8), "22:00 \u2013 Thu 14 May, 10:00", "M88 2h2", id="two days on"),
        pytest.param(utc(12, 20, 10), "22:00\u201322:10", "M88 2h2", id="ten minutes"),
    ],
)
def test_a_span_names_its_last_day_where_that_is_another(
    ends_at: datetime, clock: str, day_line: str
) -> None:
    moment = times.moment(utc(12, 20), ends_at, "Europe/Paris", "en")

    assert (moment.clock, moment.day_line) == (clock, day_line)


def test_the_hour_that_occurs_twice_says_which_it_is() -> None:
    first = utc(25, 0, 30, month=10)
    second = utc(25, 1, 30, month=10)

    assert [times.clock(instant, "Europe/Paris") for instant in (first, second)] == [
        "02:30 (UTC+02:00)",
        "02:30 (UTC+01:00)",
    ]


@pytest.mark.parametrize(
    ("zone", "city"),
    [
        (NAIROBI, "Nairobi"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("America/New_York", "New York"),
        ("Asia/Calcutta", "Kolkata"),
        ("UTC", "UTC"),
        ("Etc/GMT+5", "GMT+5"),
    ],
)
def test_a_zone_is_named_by_its_city(zone: str, city: str) -> None:
    assert times.city(zone, "en") == city


def test_a_day_needs_a_zone_when_it_is_of_an_instant(look: Flask) -> None:
    with pytest.raises(ValueError, match="name it"):
        filters.long_date(utc(12, 11))

    assert filters.long_date(date(2026, 5, 12)) == "Tuesday, 12 May 2026"
    assert filters.short_date(utc(12, 22), NAIROBI) == "Wed 13 May"
    assert filters.date_time(utc(12, 11), NAIROBI) == "Tue, 12 May 2026, 14:00 (Nairobi)"


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        pytest.param(utc(10, 14), "today at 17:00 (Nairobi)", id="today"),
        pytest.param(utc(10, 22), "tomorrow at 01:00 (Nairobi)", id="tomorrow there, today in UTC"),
        pytest.param(utc(12, 14), "Tue 12 May at 17:00 (Nairobi)", id="later"),
        pytest.param(utc(9, 14), "Sat 9 May at 17:00 (Nairobi)", id="past"),
        pytest.param(
            utc(4, 14, month=1, year=2027), "Mon, 4 Jan 2027 at 17:00 (Nairobi)", id="next year"
        ),
    ],
)
def test_a_deadline_is_said_as_people_say_it(look: Flask, instant: datetime, expected: str) -> None:
    assert filters.deadline(instant, NAIROBI, NOW) == expected


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        (Seats("not_yet_open", 5, 0, utc(10, 10)), "Registration opens today at 13:00"),
        (Seats("not_yet_open", 5, 0, utc(11, 10)), "Registration opens tomorrow at 13:00"),
        (
            Seats("not_yet_open", 5, 0, utc(20, 10)),
            "Registration opens on Wed 20 May at 13:00",
        ),
        (Seats("open", closes_at=utc(10, 14)), "Registration closes today at 17:00"),
        (Seats("few_seats", 2), "Registration closes tomorrow at 17:00"),
        (
            Seats("waitlist", closes_at=utc(12, 14)),
            "Registration closes on Tue 12 May at 17:00",
        ),
        (Seats("closed"), ""),
        (Seats("cancelled"), ""),
        (Seats("not_yet_open"), ""),
    ],
)
def test_when_registration_opens_or_closes_is_one_sentence(
    look: Flask, seats: Seats, expected: str
) -> None:
    sentence = f"{expected}, Nairobi time." if expected else ""

    assert filters.registration_times(seats, NAIROBI, NOW) == sentence


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        (Seats("draft", 20), "Draft"),
        (Seats("not_yet_open", 20, 0, utc(3, 22)), "Opens Mon 4 May"),
        (Seats("not_yet_open", 20), "Not open yet"),
        (Seats("open", 20), "Open"),
        (Seats("open"), "Open"),
        (Seats("few_seats", 1), "1 seat left"),
        (Seats("few_seats", 3), "3 seats left"),
        (Seats("waitlist", 0, 2), "Full, 2 waiting"),
        (Seats("waitlist", 0), "Full, waitlist open"),
        (Seats("full", 0), "Full"),
        (Seats("full", 0, 5), "Full, 5 waiting"),
        (Seats("closed", 3), "Registration closed"),
        (Seats("running", 3), "Running now"),
        (Seats("over", 3), "Over"),
        (Seats("cancelled", 3), "Cancelled"),
    ],
)
def test_seats_are_words_before_numbers(
    look: Flask, monkeypatch: pytest.MonkeyPatch, seats: Seats, expected: str
) -> None:
    monkeypatch.setattr(filters.availability, "utc_now", lambda: NOW)

    assert filters.seats_badge(seats, NAIROBI) == (seats.state, expected)


def test_a_day_of_another_year_is_named_with_it(
    look: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = Seats("not_yet_open", 20, 0, utc(3, 22))

    monkeypatch.setattr(filters.availability, "utc_now", lambda: NOW.replace(year=NOW.year - 1))
    assert filters.seats_badge(seats, NAIROBI).words == "Opens Mon, 4 May 2026"
    monkeypatch.setattr(filters.availability, "utc_now", lambda: NOW)
    assert filters.seats_badge(seats, NAIROBI).words == "Opens Mon 4 May"


@pytest.mark.parametrize("state", STATES)
def test_who_may_not_register_alone_reads_for_whom_a_session_is(look: Flask, state: str) -> None:
    badge = filters.seats_badge(Seats(state, 3), NAIROBI, is_for_partners=True)

    settled = {"running": "Running now", "over": "Over", "cancelled": "Cancelled"}
    expected = (
        (state, settled[state]) if state in settled else ("info", "For partner organizations")
    )
    assert badge == expected


def test_labels_name_every_status(look: Flask) -> None:
    registrations = ("requested", "confirmed", "offered", "waitlisted", "declined", "cancelled")
    attendance = ("present", "late", "left_early", "absent", "excused", "", None)

    assert [filters.registration_label(status) for status in registrations] == [
        "Requested",
        "Confirmed",
        "Seat offered",
        "On the waitlist",
        "Declined",
        "Cancelled",
    ]
    assert [filters.attendance_label(status) for status in attendance] == [
        "Present",
        "Late",
        "Left early",
        "Absent",
        "Excused",
        "Not marked",
        "Not marked",
    ]
    assert [filters.delivery_label(how) for how in ("in_person", "online", "hybrid")] == [
        "In person",
        "Online",
        "In person and online",
    ]


def test_languages_are_named_in_the_readers_own(look: Flask) -> None:
    codes = ("en", "pt-BR", "zh-Hant", "tlh", "not a code")

    assert [filters.language_name(code) for code in codes] == [
        "English",
        "Portuguese (Brazil)",
        "Chinese (Traditional)",
        "tlh",
        "not a code",
    ]
    with force_locale("de"):
        assert filters.language_name("en") == "Englisch"


def test_the_page_knows_its_language_and_direction(look: Flask) -> None:
    assert filters.locale_facts() == ("en", "ltr")
    with force_locale("ar"):
        assert filters.locale_facts() == ("ar", "rtl")
    with force_locale("pt_BR"):
        assert filters.locale_facts() == ("pt-BR", "ltr")


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        pytest.param("One.\nTwo.\n\nThree.", "<p>One.<br>Two.</p>\n<p>Three.</p>", id="paragraphs"),
        pytest.param(
            "You will\n- see\n- say\nand go",
            "<p>You will</p>\n<ul><li>see</li><li>say</li></ul>\n<p>and go</p>",
            id="a list",
        ),
        pytest.param("\n\n \n", "", id="nothing"),
        pytest.param(
            "<script>1</script> & {{ 7*7 }}\n- <b>",
            "<p>&lt;script&gt;1&lt;/script&gt; &amp; {{ 7*7 }}</p>\n<ul><li>&lt;b&gt;</li></ul>",
            id="markup",
        ),
    ],
)
def test_plain_text_becomes_paragraphs_and_stays_text(plain: str, html: str) -> None:
    assert filters.paragraphs(plain) == html


def test_filters_are_registered_under_their_names(look: Flask) -> None:
    template = look.jinja_env.from_string(
        "{{ name | line }} {{ 3 | seats_left }} {{ at | clock(zone) }} {{ zone | city }}"
    )

    assert (
        template.render(name="Am\u202eara", at=utc(12, 11), zone=NAIROBI)
        == "Amara 3 seats left 14:00 Nairobi"
    )


class PersonForm(Form):  # type: ignore[misc]  # WTForms publishes no types
    name = StringField("Name", [InputRequired("Give a name.")])
    email = EmailField("E-mail", [Length(min=5, message="Give an e-mail address.")])


class GroupForm(Form):  # type: ignore[misc]  # as above
    people = FieldList(FormField(PersonForm))
    how = RadioField(
        "How", [InputRequired("Choose one.")], choices=[SelectChoice("online", "Online")]
    )
    secret = HiddenField("Key", [InputRequired("Load this page again.")])


def test_errors_of_a_form_are_told_in_its_order_with_the_control_that_sets_them_right(
    look: Flask,
) -> None:
    sent = {"people-0-name": "Amara", "people-0-email": "x", "people-1-name": ""}
    form = GroupForm(MultiDict(sent))

    assert not form.validate()
    form.form_errors.append("There are only 2 seats.")

    assert error_links(form) == [
        ErrorLink(None, "There are only 2 seats."),
        ErrorLink("people-0-email", "Row 1: Give an e-mail address."),
        ErrorLink("people-1-name", "Row 2: Give a name."),
        ErrorLink("people-1-email", "Row 2: Give an e-mail address."),
        ErrorLink("how-0", "Choose one."),
        ErrorLink(None, "Load this page again."),
    ]
