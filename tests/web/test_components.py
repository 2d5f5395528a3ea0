"""Every macro in every state: HTML that no browser has to guess at, and what a person reads."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask_babel import force_locale
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    EmailField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from tests.web.looks import STATES, Seats, find, parse_part, render, text_of
from training.web import filters
from training.web.calendar_days import CalendarDay, CalendarEntry

NAIROBI = "Africa/Nairobi"
STARTS_AT = datetime(2026, 5, 12, 11, tzinfo=UTC)
ENDS_AT = datetime(2026, 5, 12, 12, 30, tzinfo=UTC)
NOW = datetime(2026, 5, 10, 9, tzinfo=UTC)
#: What nobody may be able to make a page of ours do.
MARKUP = "<script>alert(1)</script>\"'&{{ 7*7 }}"


class PersonForm(Form):  # type: ignore[misc]  # WTForms publishes no types
    name = StringField("Name", [InputRequired("Give a name.")])
    email = EmailField("E-mail", [Length(min=5, message="Give an e-mail address.")])


class EverythingForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF publishes no types
    title = StringField("Title", [InputRequired("Give a title.")], description="Short.")
    about = TextAreaField("Description")
    email = EmailField("E-mail", [Length(min=5, message="Give an e-mail address.")])
    capacity = IntegerField("Capacity", description="Empty: as many as come.")
    starts = DateTimeLocalField("Starts")
    day = DateField("Day")
    zone = SelectField("Time zone", choices=["Africa/Nairobi", "Europe/Paris"])
    delivery = RadioField(
        "How",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("online", "Online"), SelectChoice("in_person", "In person")],
        description="Where people come.",
    )
    trainers = SelectMultipleField(
        "Trainers",
        choices=["Asha", "Tom"],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    consent = BooleanField(
        "I agree", [InputRequired("Please agree.")], description="Trainers see my name."
    )
    people = FieldList(FormField(PersonForm), min_entries=1)


def component(app: Flask, names: str, source: str, **values: Any) -> Element:
    """Render macros of one file, "forms: field, submit", and parse what they made, strictly."""
    file, _, macros = names.partition(": ")
    html = render(
        app, f'{{% from "components/{file}.html" import {macros} %}}<main>{source}</main>', **values
    )
    assert "<script>" not in html
    assert "style=" not in html
    (main,) = find(parse_part(html), "main")
    return main


def form_of(**sent: str) -> EverythingForm:
    form = EverythingForm(MultiDict(sent) if sent else None)
    if sent:
        form.validate()
    return form


def test_a_field_ties_its_label_hint_and_error_to_the_control(look: Flask) -> None:
    form = form_of(email="x")

    main = component(look, "forms: field", "{{ field(form.title, autocomplete='off') }}", form=form)

    (label,) = find(main, "label", for_="title")
    (control,) = find(main, "input", id="title")
    assert text_of(label) == "Title"
    assert control.get("aria-describedby") == "title-hint title-error"
    assert control.get("aria-invalid") == "true"
    assert control.get("autocomplete") == "off"
    assert [text_of(p) for p in find(main, "p")] == ["Short.", "Give a title."]
    assert [p.get("id") for p in find(main, "p")] == ["title-hint", "title-error"]


def test_a_field_without_hint_or_error_describes_itself_by_nothing(look: Flask) -> None:
    main = component(look, "forms: field", "{{ field(form.about, optional=true) }}", form=form_of())

    (control,) = find(main, "textarea", id="about")
    assert (control.get("aria-describedby"), control.get("aria-invalid")) == (None, None)
    assert text_of(main) == "Description optional"


@pytest.mark.parametrize("name", ["capacity", "starts", "day", "zone", "email"])
def test_every_kind_of_field_is_labelled(look: Flask, name: str) -> None:
    main = component(
        look, "forms: field", '{{ field(form[name], size="short") }}', form=form_of(), name=name
    )

    assert len(find(main, "label", for_=name)) == 1
    assert len(find(main, "input", id=name) + find(main, "select", id=name)) == 1


def test_choices_are_a_fieldset_and_a_box_to_tick_is_one_line(look: Flask) -> None:
    main = component(
        look,
        "forms: checkbox, choices",
        "{{ choices(form.delivery) }}{{ choices(form.trainers) }}{{ checkbox(form.consent) }}",
        form=form_of(email="x"),
    )

    how, trainers = find(main, "fieldset")
    assert how.get("aria-describedby") == "delivery-hint delivery-error"
    assert [text_of(label) for label in find(how, "label")] == ["Online", "In person"]
    assert [box.get("type") for box in find(trainers, "input")] == ["checkbox", "checkbox"]
    (consent,) = find(main, "input", id="consent")
    assert consent.get("aria-describedby") == "consent-hint consent-error"


def test_the_summary_of_errors_links_to_controls_that_exist(look: Flask) -> None:
    sent = {"zone": "Europe/Paris", "people-0-name": "", "people-0-email": "a@example.org"}
    form = form_of(email="x", **sent)
    form.form_errors.append("There are only 2 seats.")

    main = component(
        look,
        "forms: error_summary, field, choices, checkbox, person_rows",
        "{{ error_summary(form) }}<form>{{ person_rows(form.people, blank) }}"
        "{{ field(form.title) }}{{ field(form.email) }}"
        "{{ choices(form.delivery) }}{{ checkbox(form.consent) }}</form>",
        form=form,
        blank=PersonForm(formdata=None, prefix="people-__index__-"),
    )

    (summary,) = find(main, "div", role="alert")
    targets = [(link.get("href") or "").removeprefix("#") for link in find(summary, "a")]
    ids = [element.get("id") for element in main.iter()]
    assert [text_of(item) for item in find(summary, "li")] == [
        "There are only 2 seats.",
        "Give a title.",
        "Give an e-mail address.",
        "Choose one.",
        "Please agree.",
        "Row 1: Give a name.",
    ]
    assert targets == ["title", "email", "delivery-0", "consent", "people-0-name"]
    assert [ids.count(target) for target in targets] == [1, 1, 1, 1, 1]


def test_no_summary_stands_where_nothing_is_wrong(look: Flask) -> None:
    main = component(look, "forms: error_summary", "{{ error_summary(form) }}", form=form_of())

    assert list(main) == []


def test_buttons_say_what_they_are_by_class_and_take_attributes(look: Flask) -> None:
    main = component(
        look,
        "forms: button, link_button, submit, post_button",
        '{{ button("Remove", "danger", name="remove", value=0, aria_label=text) }}'
        '{{ link_button("Back", "/x?a=1&b=2", "quiet") }}'
        '{% call submit("Save") %}{{ link_button("Back", "/", "quiet") }}{% endcall %}'
        '{{ post_button("Promote", "/p", form) }}',
        text=MARKUP,
        form=FlaskForm(),
    )

    remove, save, promote = find(main, "button")
    assert remove.attrib == {
        "class": "button is-danger",
        "type": "submit",
        "name": "remove",
        "value": "0",
        "aria-label": MARKUP,
    }
    assert (save.get("class"), promote.get("class")) == ("button is-primary", "button is-quiet")
    assert [link.get("href") for link in find(main, "a")] == ["/x?a=1&b=2", "/"]


def test_rows_of_people_come_and_go_without_a_script(look: Flask) -> None:
    form = form_of(
        **{"people-0-name": "Amara", "people-0-email": "a@example.org", "people-1-name": "Bilal"}
    )

    main = component(
        look,
        "forms: person_rows",
        "<form>{{ person_rows(form.people, blank, most=3) }}</form>",
        form=form,
        blank=PersonForm(formdata=None, prefix="people-__index__-"),
    )

    first, second, blank = find(main, "fieldset")
    buttons = [(b.get("name"), b.get("value"), b.get("aria-label")) for b in find(main, "button")]
    assert [text_of(find(row, "legend")[0]) for row in (first, second)] == ["Person 1", "Person 2"]
    assert [control.get("name") for control in find(second, "input")] == [
        "people-1-name",
        "people-1-email",
    ]
    assert [control.get("name") for control in find(blank, "input")] == [
        "people-__index__-name",
        "people-__index__-email",
    ]
    assert buttons == [
        (None, None, None),  # what Enter presses: it sends the form, and removes nobody
        ("remove", "0", "Remove Person 1"),
        ("remove", "1", "Remove Person 2"),
        ("remove", "__index__", "Remove Person __number__"),
        ("add", "1", None),
    ]


@pytest.mark.parametrize(
    ("rows", "hidden"), [(1, {"remove"}), (2, set()), (3, {"add"})], ids=["one", "two", "most"]
)
def test_the_last_row_cannot_go_and_the_fullest_form_takes_no_more(
    look: Flask, rows: int, hidden: set[str]
) -> None:
    form = form_of(**{f"people-{row}-name": "Amara" for row in range(rows)})

    main = component(
        look,
        "forms: person_rows",
        "<form>{{ person_rows(form.people, blank, most=3) }}</form>",
        form=form,
        blank=PersonForm(formdata=None, prefix="people-__index__-"),
    )

    assert {b.get("name") for b in find(main, "button") if b.get("hidden") is not None} == hidden


def test_times_name_their_zone_and_carry_the_instant(look: Flask) -> None:
    main = component(
        look,
        "time: date_block, session_time, instant, deadline",
        "{{ date_block(when) }}<p>{{ session_time(when) }}</p>"
        "<p>{{ session_time(when, yours) }}</p><p>{{ session_time(when, when) }}</p>"
        "<p>{{ instant(at, zone) }}</p><p>{{ deadline(at, zone, now) }}</p>",
        when=filters.moment(STARTS_AT, ENDS_AT, NAIROBI),
        yours=filters.moment(STARTS_AT, ENDS_AT, "Europe/Paris"),
        at=STARTS_AT,
        zone=NAIROBI,
        now=NOW,
    )

    times = find(main, "time")
    assert [text_of(p) for p in find(main, "p")] == [
        "Tuesday, 12 May 2026 14:00\u201315:30 Nairobi",
        "Tuesday, 12 May 2026 14:00\u201315:30 Nairobi 13:00\u201314:30 your time (Paris)",
        "Tuesday, 12 May 2026 14:00\u201315:30 Nairobi",
        "Tue, 12 May 2026, 14:00 (Nairobi)",
        "Tue 12 May at 14:00 (Nairobi)",
    ]
    assert times[0].attrib == {
        "class": "t",
        "datetime": "2026-05-12T14:00+03:00",
        "data-end": "2026-05-12T15:30+03:00",
    }
    assert times[1].get("data-plain") == ""  # the server wrote the line: the script leaves it be
    assert times[3].get("datetime") == "2026-05-12T11:00:00+00:00"


def test_badges_have_a_word_and_a_class_for_sign_and_colour(look: Flask) -> None:
    main = component(
        look,
        "badges: availability_badge, registration_badge, attendance_badge, badge",
        "{% for state in states %}{{ availability_badge(state, zone) }}{% endfor %}"
        '{{ registration_badge("waitlisted") }}{{ attendance_badge("left_early") }}'
        '{{ attendance_badge(none) }}{{ badge(text, "warn") }}',
        states=[Seats(state) for state in STATES],
        zone=NAIROBI,
        text=MARKUP,
    )

    assert [(span.get("class"), text_of(span)) for span in find(main, "span")] == [
        ("badge is-draft", "Draft"),
        ("badge is-not_yet_open", "Not open yet"),
        ("badge is-open", "Open"),
        ("badge is-few_seats", "Few seats left"),
        ("badge is-waitlist", "Full, waitlist open"),
        ("badge is-full", "Full"),
        ("badge is-closed", "Registration closed"),
        ("badge is-running", "Running now"),
        ("badge is-over", "Over"),
        ("badge is-cancelled", "Cancelled"),
        ("badge is-waitlisted", "On the waitlist"),
        ("badge is-left_early", "Left early"),
        ("badge is-unmarked", "Not marked"),
        ("badge is-warn", MARKUP),
    ]


def card(app: Flask, **changed: Any) -> str:
    values = {
        "url": "/sessions/12-safer-livestreams",
        "title": "Safer livestreams for people who answer other people",
        "when": filters.moment(STARTS_AT, ENDS_AT, NAIROBI),
        "availability": Seats("few_seats", 3),
        "timezone": NAIROBI,
        "delivery": "online",
        "language": "en",
    }
    return render(
        app,
        '{% from "components/cards.html" import session_card %}{{ session_card(**values) }}',
        values=values | changed,
    )


def test_a_card_has_day_time_zone_manner_language_and_seats_in_600_bytes(look: Flask) -> None:
    html = card(look)

    (item,) = find(parse_part(f"<ul>{html}</ul>"), "li")
    (link,) = find(item, "a")
    assert text_of(item) == (
        "Tue 12 May Safer livestreams for people who answer other people "
        "14:00\u201315:30 Nairobi Online · English 3 seats left"
    )
    assert link.get("href") == "/sessions/12-safer-livestreams"
    assert len(find(item, "h3")) == 1
    assert len(html.encode()) <= 600


def test_a_card_follows_whatever_it_shows(look: Flask) -> None:
    few = card(look)
    cancelled = card(look, availability=Seats("cancelled", 3), heading=2, title=MARKUP)

    (item,) = find(parse_part(f"<ul>{cancelled}</ul>"), "li")
    assert card(look) == few
    assert item.get("class") == "card off"
    assert [text_of(heading) for heading in find(item, "h2")] == [MARKUP]
    assert "<script>" not in cancelled


def test_a_kept_card_is_not_shown_in_another_language(look: Flask) -> None:
    english = card(look)

    with force_locale("de"):
        german = card(look)

    assert "Tue <b>12</b> May" in english
    assert "Di <b>12</b> Mai" in german


def test_lines_end_in_the_act_that_settles_them(look: Flask) -> None:
    main = component(
        look,
        "cards: line",
        '<ul>{% call line(text, "No trainer yet.", "/s") %}<a href="/t">Assign</a>{% endcall %}'
        '{{ line("Plain") }}</ul>',
        text=MARKUP,
    )

    first, second = find(main, "li")
    assert text_of(first) == f"{MARKUP} No trainer yet. Assign"
    assert (text_of(second), find(second, "a")) == ("Plain", [])


def test_tables_have_a_caption_and_heads(look: Flask) -> None:
    main = component(
        look,
        "tables: table",
        '{% call table("Who is coming", ["Name", ("Ticket", "num"), ""], show_caption=false) %}'
        '<tr><th scope="row">Amara</th><td class="num" data-label="Ticket">1</td><td></td></tr>'
        "{% endcall %}",
    )

    heads = [(th.get("scope"), th.get("class"), text_of(th)) for th in find(main, "th")]
    assert text_of(find(main, "caption")[0]) == "Who is coming"
    assert heads == [("col", None, "Name"), ("col", "num", "Ticket"), ("row", None, "Amara")]


def test_notices_flashes_and_consequences_say_what_happened_and_what_will(look: Flask) -> None:
    main = component(
        look,
        "notices: consequence, empty_state, flashes, notice",
        "{{ flashes(said) }}{{ notice(text, title='A clash') }}"
        "{% call notice('') %}<p>More.</p>{% endcall %}"
        "{{ empty_state('Nothing yet', 'Subscribe.', ('Show all', '/')) }}"
        "{{ empty_state('Nothing', 'At all.') }}"
        "{% call consequence('Cancel?', ['23 people are told.']) %}<button>Cancel</button>"
        "{% endcall %}",
        said=[("message", "Saved."), ("bad", text := MARKUP), ("warn", "Mail came back.")],
        text=text,
    )

    notices = [(div.get("class"), div.get("role"), text_of(div)) for div in find(main, "div")]
    assert notices == [
        ("notice is-ok", "status", "Saved."),
        ("notice is-bad", "alert", MARKUP),
        ("notice is-warn", "status", "Mail came back."),
        ("notice is-info", None, f"A clash {MARKUP}"),
        ("notice is-info", None, "More."),
        ("empty", None, "Nothing yet Subscribe. Show all"),
        ("empty", None, "Nothing At all."),
        ("row", None, "Cancel"),
    ]
    assert text_of(find(main, "section")[0]) == "Cancel? 23 people are told. Cancel"


def test_heads_facts_and_pagination_leave_out_what_is_empty(look: Flask) -> None:
    main = component(
        look,
        "pages: facts, page_header, pagination",
        "{{ page_header(text, 'Lead.', [('Sessions', '/sessions/')]) }}"
        "{{ facts([('Language', 'English'), ('Room', none), ('Trainers', '')]) }}"
        "{{ pagination() }}{{ pagination(later='/?after=7') }}",
        text=MARKUP,
    )

    assert [text_of(h1) for h1 in find(main, "h1")] == [MARKUP]
    assert [text_of(dt) for dt in find(main, "dt")] == ["Language"]
    assert [nav.get("aria-label") for nav in find(main, "nav")] == [
        "Where this is",
        "More of this list",
    ]
    assert [(a.get("rel"), text_of(a)) for a in find(main, "a")] == [
        (None, "Sessions"),
        ("next", "Later"),
    ]


def test_filters_are_a_form_that_works_by_its_button(look: Flask) -> None:
    main = component(
        look,
        "filters: filter_bar, filter_date, filter_search, filter_select",
        '{% call filter_bar("/sessions/", "/sessions/") %}{{ filter_search("q", "Search", text) }}'
        '{{ filter_select("language", "Language", [("", "All"), ("en", "English")], "en") }}'
        '{{ filter_date("from", "From", "2026-05-12") }}{% endcall %}',
        text=MARKUP,
    )

    (form,) = find(main, "form", method="get", action="/sessions/")
    (chosen,) = [o for o in find(form, "option") if o.get("selected") is not None]
    assert [control.get("value") for control in find(form, "input")] == [MARKUP, "2026-05-12"]
    assert chosen.get("value") == "en"
    assert text_of(find(form, "button")[0]) == "Show"


def test_the_attendance_sheet_is_a_form_of_one_group_of_buttons_for_each_person(
    look: Flask,
) -> None:
    rows = [
        SimpleNamespace(registration_id=7, name="Amara", detail="Aid", status="present"),
        SimpleNamespace(registration_id=8, name="B\u202eilal", detail="", status="excused"),
        SimpleNamespace(registration_id=9, name=MARKUP, detail=MARKUP, status=None),
    ]

    main = component(
        look,
        "attendance: attendance_sheet",
        "{{ attendance_sheet(form, rows, '/marks', 2, 7) }}",
        form=FlaskForm(),
        rows=rows,
    )

    groups = find(main, "fieldset")
    chosen = [
        (box.get("name"), box.get("value"))
        for box in find(main, "input", type="radio")
        if box.get("checked") is not None
    ]
    buttons = [(b.get("name"), b.get("value"), text_of(b)) for b in find(main, "button")]
    assert [text_of(find(group, "legend")[0]) for group in groups] == [
        "Amara Aid",
        "Bilal",
        f"{MARKUP} {MARKUP}",
    ]
    assert [[text_of(label) for label in find(group, "label")] for group in groups] == [
        ["Present", "Late", "Absent", "Left early", "Excused", "Not marked"]
    ] * 3
    assert chosen == [("mark-7", "present"), ("mark-8", "excused"), ("mark-9", "")]
    assert [details.get("open") for details in find(main, "details")] == [None, "", None]
    assert buttons == [
        (None, None, "Save"),  # what Enter presses
        ("all", "present", "All present"),
        ("undo", "1", "Undo"),
        (None, None, "Save"),
    ]
    assert text_of(find(main, "p", class_="sheet__count")[0]) == "2 of 3 marked"


def test_a_week_is_days_that_hold_lines_and_a_free_cell_says_nothing(look: Flask) -> None:
    entry = CalendarEntry(
        url="/s?a=1&b=2",
        title=MARKUP,
        time="14:00–15:30",
        kind="draft",
        state="Draft",
        lane=2,
        note="Room 2",
        warning="Clash",
    )
    days = [
        CalendarDay("2026-05-11", "Mon 11 May", "11", more=("2 more", "/day")),
        CalendarDay("2026-05-12", "Tue 12 May", "12", [entry], is_today=True),
    ]
    lanes = [(1, "Asha"), (2, "Tom")]

    main = component(
        look,
        "calendar: calendar_week",
        '{{ calendar_week("Week 20", days, lanes) }}{{ calendar_week("All", days) }}',
        days=days,
        lanes=lanes,
    )

    in_lanes, in_one = find(main, "div", role="group")
    assert [text_of(day) for day in find(in_lanes, "section")] == [
        "Mon 11 May 2 more",
        f"Tue 12 May Today Tom Draft 14:00–15:30 {MARKUP} Room 2 Clash",
    ]
    assert [text_of(name) for name in find(in_lanes, "h4")] == ["Tom"]
    assert text_of(find(in_one, "section")[1]) == (
        f"Tue 12 May Today Draft 14:00–15:30 {MARKUP} Room 2 Clash"
    )
    assert [link.get("href") for link in find(in_one, "a")] == ["/day", "/s?a=1&b=2"]


def test_a_month_is_a_table_whose_days_have_their_whole_names(look: Flask) -> None:
    week = [
        CalendarDay("2026-04-30", "Thu 30 Apr", "30", is_outside=True),
        CalendarDay("2026-05-01", "Fri 1 May", "1", [CalendarEntry("/s", "Basics", "14:00")]),
    ]

    main = component(
        look,
        "calendar: calendar_month",
        '{{ calendar_month("May", ["Thu", "Fri"], [week]) }}',
        week=week,
    )

    (table,) = find(main, "table")
    assert [text_of(cell) for cell in find(table, "th", scope="col")] == ["Thu", "Fri"]
    assert [time.get("datetime") for time in find(table, "time")] == ["2026-04-30", "2026-05-01"]
    assert [text_of(cell) for cell in find(table, "td")] == [
        "Thu 30 Apr 30",
        "Fri 1 May 1 14:00 Basics",
    ]


@pytest.mark.parametrize(
    ("parts", "most", "drawn", "limit"),
    [
        ([("ok", 10), ("warn", 5), ("info", 0)], 20, [("0", "50.0"), ("50.0", "25.0")], []),
        ([("ok", 20), ("info", 5)], 20, [("0", "80.0"), ("80.0", "20.0")], ["M80.0 0v8"]),
        ([("ok", 0)], 0, [], []),
        ([], None, [], []),
    ],
    ids=["within", "more than the whole", "no whole", "nothing"],
)
def test_a_bar_draws_its_parts_beside_the_words_that_say_them(
    look: Flask,
    parts: list[tuple[str, int]],
    most: int | None,
    drawn: list[tuple[str, str]],
    limit: list[str],
) -> None:
    main = component(
        look, "plots: bar", "{{ bar(words, parts, most) }}", words=MARKUP, parts=parts, most=most
    )

    svg = "{http://www.w3.org/2000/svg}"
    rects = list(main.iter(f"{svg}rect"))
    assert [(rect.get("x"), rect.get("width")) for rect in rects] == drawn
    assert [path.get("d") for path in main.iter(f"{svg}path")] == limit
    assert [one.get("aria-hidden") for one in main.iter(f"{svg}svg")] == ["true"]
    assert text_of(main) == MARKUP


def test_columns_are_as_high_as_their_numbers(look: Flask) -> None:
    main = component(look, "plots: columns", '{{ columns("Up", [0, 4, 8]) }}{{ columns("-", []) }}')

    rects = list(main.iter("{http://www.w3.org/2000/svg}rect"))
    assert [rect.get("height") for rect in rects] == ["1.0", "12.0", "23.0"]


def test_troubles_are_told_at_once_and_the_rest_politely(look: Flask) -> None:
    main = component(
        look,
        "toasts: toasts",
        '{{ toasts([("message", "Saved."), ("bad", text)]) }}{{ toasts([]) }}',
        text=MARKUP,
    )

    (toasts,) = find(main, "div", class_="toasts")
    assert [(one.get("role"), one.get("class"), text_of(one)) for one in toasts] == [
        ("status", "notice is-ok", "Saved."),
        ("alert", "notice is-bad", MARKUP),
    ]


def test_a_dialog_is_opened_by_a_link_that_leads_somewhere(look: Flask) -> None:
    main = component(
        look,
        "dialogs: dialog, dialog_link",
        '{{ dialog_link("Cancel", "/c", "danger", id="x") }}'
        '{{ dialog_link("Notes", "/n", "plain") }}'
        "{{ dialog() }}",
    )

    button, plain = find(main, "a")
    assert (button.get("href"), button.get("class"), button.get("id")) == (
        "/c",
        "button is-danger",
        "x",
    )
    assert (plain.get("href"), plain.get("class")) == ("/n", None)
    assert ["data-dialog" in link.attrib for link in (button, plain)] == [True, True]
    assert [close.get("aria-label") for close in find(main, "button")] == ["Close"]


def test_ticks_belong_to_the_form_of_their_bar(look: Flask) -> None:
    main = component(
        look,
        "bulk: bulk_bar, bulk_tick, bulk_all",
        '{% call bulk_bar("chosen", "/do", "What to do") %}<button>Go</button>{% endcall %}'
        '{{ bulk_all("chosen") }}{{ bulk_tick("chosen", "one", 3, text, is_ticked=true) }}',
        text=MARKUP,
    )

    (form,) = find(main, "form", id="chosen")
    every, tick = find(main, "input")
    assert (form.get("method"), form.get("action")) == ("get", "/do")
    assert every.get("name") is None
    assert {key: tick.get(key) for key in ("form", "name", "value", "aria-label")} == {
        "form": "chosen",
        "name": "one",
        "value": "3",
        "aria-label": MARKUP,
    }
    assert "checked" in tick.attrib


def test_a_tab_says_where_one_is_and_a_menu_whose_it_is(look: Flask) -> None:
    main = component(
        look,
        "tabs: tabs",
        '{% from "components/menus.html" import menu %}'
        '{% call tabs("Views", [("All", "/", true), ("Mine", "/m", false)]) %}'
        '{% call menu("More", "more-1", label="More for Ada") %}'
        '<a href="/x">Export</a>{% endcall %}'
        "{% endcall %}",
    )

    assert [link.get("aria-current") for link in find(main, "a")] == ["page", None, None]
    (opens,) = find(main, "button", popovertarget="more-1")
    (list_,) = find(main, "div", id="more-1")
    assert (opens.get("aria-label"), "popover" in list_.attrib) == ("More for Ada", True)
