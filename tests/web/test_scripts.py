"""What the scripts do in a browser, and what the same pages do without them."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, render_template_string, request
from flask_wtf import FlaskForm
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server
from wtforms import EmailField, FieldList, Form, FormField, StringField
from wtforms.validators import InputRequired

from tests.web.looks import STATES, Seats, create_look
from training.web.headers import HEADERS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LIST = """
{% extends "layouts/base.html" %}
{% from "components/cards.html" import session_card %}
{% from "components/filters.html" import filter_bar, filter_search, filter_select %}
{% from "components/notices.html" import empty_state %}
{% from "components/pages.html" import page_header, pagination %}
{% block main %}
{{ page_header("What is on", "For partners.") }}
{% call filter_bar("/list") %}
{{ filter_search("q", "Search", q) }}
{{ filter_select("language", "Language", [("", "All"), ("en", "English")], language) }}
{% endcall %}
<div data-results>
<p>Searched for “{{ q }}” in “{{ language }}”.</p>
<h2 class="day">{{ when.date }}</h2>
<ul class="cards">
{% for seats in all %}{{ session_card(url="/s", title="Safer livestreams", when=when,
  availability=seats, timezone=zone, delivery="hybrid", language="pt-BR") }}
{% endfor %}
</ul>
{{ pagination("/a", "/b") }}
{{ empty_state("Nothing else", "Subscribe.", ("Show all", "/list")) }}
</div>
{% endblock %}
{% block scripts %}{{ super() }}
<script type="module" src="{{ static_url('js/filters.js') }}"></script>{% endblock %}
"""
REGISTER = """
{% extends "layouts/personal.html" %}
{% from "components/forms.html" import error_summary, field, link_button, person_rows, submit %}
{% from "components/pages.html" import page_header %}
{% block main %}
{{ page_header("Who is coming?", crumbs=[("Safer livestreams", "/s")]) }}
<form class="narrow" method="post" action="/sent" novalidate>
{{ error_summary(form) }}{{ person_rows(form.people, blank, most=3) }}{{ field(form.organization) }}
{% call submit("Register 1 person", data_row_count_one="Register 1 person",
  data_row_count_many="Register {number} people") %}{{ link_button("Back", "/", "quiet") }}
{% endcall %}
</form>
{% endblock %}
{% block scripts %}{{ super() }}
<script type="module" src="{{ static_url('js/person-rows.js') }}"></script>{% endblock %}
"""
SHEET = """
{% extends "layouts/app.html" %}
{% from "components/attendance.html" import attendance_sheet %}
{% block head %}{{ super() }}
<link rel="stylesheet" href="{{ static_url('css/attendance.css') }}">{% endblock %}
{% block main %}<h1>Safer livestreams</h1>
{{ attendance_sheet(form, rows, "/marks", 1, marker) }}{% endblock %}
{% block scripts %}{{ super() }}
<script type="module" src="{{ static_url('js/attendance.js') }}"></script>{% endblock %}
"""
PEOPLE = ["Amara Otieno", "Bilal Kareem", "Éléonore de la Tour du Pin-Chambly", "محمد العلي"]


class PersonForm(Form):  # type: ignore[misc]  # WTForms publishes no types
    name = StringField("Name", [InputRequired("Give a name.")])
    email = EmailField("E-mail")


class GroupForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF publishes no types
    people = FieldList(FormField(PersonForm), min_entries=1)
    organization = StringField("Organization", description="Whoever sends you.")


@dataclass
class Site:
    """The pages above, behind our policy, and what browsers sent."""

    address: str
    sent: list[list[tuple[str, str]]] = field(default_factory=list)
    marks: list[list[dict[str, Any]]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    #: Registration → why its marks are refused.
    refusals: dict[int, str] = field(default_factory=dict)
    #: Registration → the status that it was given meanwhile, and keeps.
    overtaken: dict[int, str] = field(default_factory=dict)
    #: What marks are answered by, if not by results.
    trouble: int | None = None

    def statuses(self) -> list[list[tuple[int, str]]]:
        """Return the marks of each request: registration and status."""
        return [[(mark["registration"], mark["status"]) for mark in marks] for marks in self.marks]

    def answer_to(self, mark: dict[str, Any]) -> dict[str, Any]:
        """Say what became of a mark; what is taken back leaves a person unmarked."""
        registration = mark["registration"]
        if registration in self.refusals:
            return {
                "nonce": mark["nonce"],
                "result": "refused",
                "reason": self.refusals[registration],
            }
        if registration in self.overtaken:
            current = self.overtaken[registration]
            return {"nonce": mark["nonce"], "result": "kept", "current": current}
        current = mark.get("status", "cleared")
        return {"nonce": mark["nonce"], "result": "saved", "current": current}


@pytest.fixture
def site() -> Iterator[Site]:
    app = create_look()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    site = Site(f"http://127.0.0.1:{server.port}")
    _add_pages(app, site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def _add_pages(app: Flask, site: Site) -> None:
    moment = app.jinja_env.globals["moment"]
    assert callable(moment)
    app.config["WTF_CSRF_ENABLED"] = True
    app.add_url_rule("/favicon.ico", "no_icon", lambda: ("", 204))

    @app.after_request
    def add_policy(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @app.get("/list")
    def show_list() -> str:
        when = moment(
            datetime(2026, 5, 12, 20, tzinfo=UTC),
            datetime(2026, 5, 12, 21, 30, tzinfo=UTC),
            "Africa/Nairobi",
        )
        return render_template_string(
            LIST,
            all=[Seats(state) for state in STATES],
            when=when,
            zone="Africa/Nairobi",
            q=request.args.get("q", ""),
            language=request.args.get("language", ""),
        )

    @app.get("/register")
    def show_form() -> str:
        form = GroupForm()
        if "wrong" in request.args:
            form.people[0].form.name.errors = ["Give a name."]
        blank = PersonForm(formdata=None, prefix="people-__index__-")
        return render_template_string(REGISTER, form=form, blank=blank)

    @app.post("/sent")
    def take_form() -> str:
        sent = request.form.items(multi=True)
        site.sent.append([(name, value) for name, value in sent if name != "csrf_token"])
        return "taken"

    @app.route("/sheet", methods=["GET", "POST"])
    def show_sheet() -> str:
        if request.method == "POST":
            return take_form()
        rows = [
            SimpleNamespace(registration_id=id_, name=name, detail="Crisis Line", status=status)
            for id_, (name, status) in enumerate(
                zip(PEOPLE, ["absent", None, None, "excused"], strict=True), start=1
            )
        ]
        return render_template_string(
            SHEET,
            form=FlaskForm(),
            rows=rows,
            marker=request.args.get("marker", 1),
            navigation=[("Today", "/", True)],
        )

    @app.post("/marks")
    def take_marks() -> dict[str, Any] | tuple[str, int]:
        if site.trouble:
            return "", site.trouble
        marks = request.get_json()["marks"]
        site.marks.append(marks)
        site.tokens.append(request.headers.get("X-CSRFToken"))
        return {
            "results": [site.answer_to(mark) for mark in marks],
            "marked": 2,
            "total": len(PEOPLE),
        }


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        viewport={"width": 360, "height": 720}, locale="en-GB", timezone_id="Europe/Paris"
    )
    context.set_default_timeout(5000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of a telephone; what its console complains of fails the test."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    expected = ("ERR_INTERNET_DISCONNECTED", "status of 503", "status of 401")
    assert [said for said in complaints if not any(part in said for part in expected)] == []


def mark(page: Page, person: str, status: str) -> None:
    page.get_by_role("group", name=person).get_by_role("radio", name=status).check()


@pytest.mark.parametrize(
    ("zone", "line"),
    [
        ("Europe/Paris", "22:00 your time (Paris)"),
        ("Asia/Tokyo", "Wed 05:00 your time (Tokyo)"),
        ("Europe/Istanbul", None),
    ],
    ids=["another clock", "another day", "the same clock"],
)
def test_your_time_stands_under_a_time_that_differs(
    chromium: Browser, site: Site, zone: str, line: str | None
) -> None:
    context = chromium.new_context(locale="en-GB", timezone_id=zone)
    page = context.new_page()
    page.goto(f"{site.address}/list")

    lines = page.locator(".card").first.locator(".yours")

    expect(lines).to_have_text([] if line is None else [line])
    context.close()


def test_a_filter_narrows_the_list_without_loading_the_page(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/list")
    page.evaluate("document.body.dataset.mine = 'still here'")

    page.get_by_label("Language").select_option("en")
    expect(page.locator("[data-results] > p").first).to_have_text("Searched for “” in “en”.")
    page.get_by_label("Search").fill("safe & sound")
    expect(page.locator("[data-results] > p").first).to_have_text(
        "Searched for “safe & sound” in “en”."
    )

    assert page.url == f"{site.address}/list?q=safe+%26+sound&language=en"
    assert page.evaluate("document.body.dataset.mine") == "still here"
    expect(page.locator(".card").first.locator(".yours")).to_have_count(1)


def test_people_are_added_and_removed_in_the_page(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/register")
    add = page.get_by_role("button", name="Add another person")

    page.get_by_label("Name").first.fill("Amara")
    add.click()
    page.keyboard.type("Bilal")  # the new row has the focus
    add.click()
    page.keyboard.type("Chiamaka")
    expect(add).to_be_hidden()
    page.get_by_role("button", name="Remove Person 2").click()

    expect(add).to_be_visible()
    expect(page.locator("[data-rows-status]")).to_have_text("Person 2 removed")
    expect(page.locator(".person legend")).to_have_text(["Person 1", "Person 2"])
    page.get_by_role("button", name="Register 2 people").click()
    expect(page.locator("body")).to_have_text("taken")
    assert site.sent == [
        [
            ("people-0-name", "Amara"),
            ("people-0-email", ""),
            ("people-1-name", "Chiamaka"),
            ("people-1-email", ""),
            ("organization", ""),
        ]
    ]


def test_enter_sends_the_form_and_removes_nobody(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/register")

    page.get_by_label("Name").fill("Amara")
    page.keyboard.press("Enter")

    expect(page.locator("body")).to_have_text("taken")
    assert [name for name, _value in site.sent[0]] == [
        "people-0-name",
        "people-0-email",
        "organization",
    ]


def test_without_a_script_the_buttons_of_both_forms_post(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{site.address}/register")
    page.get_by_role("button", name="Add another person").click()
    page.goto(f"{site.address}/sheet")
    mark(page, "Bilal", "Late")
    page.get_by_role("button", name="Save").click()
    context.close()

    marked = [("mark-1", "absent"), ("mark-2", "late"), ("mark-3", ""), ("mark-4", "excused")]
    assert site.sent == [
        [("people-0-name", ""), ("people-0-email", ""), ("add", "1"), ("organization", "")],
        marked,
    ]


def test_one_tap_saves_at_once_and_quick_taps_share_a_request(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sheet")

    page.evaluate(  # at once, however slow the machine is
        """for (const name of ["mark-2", "mark-3"])
            document.querySelector(`[name=${name}][value=present]`).click()"""
    )

    expect(page.locator("[data-state-text]")).to_have_text("Saved")
    expect(page.locator("[data-count-text]")).to_have_text("2 of 4 marked")  # as the server says
    assert site.statuses() == [[(2, "present"), (3, "present")]]
    assert site.tokens == [page.locator(".sheet [name=csrf_token]").input_value()]
    assert len({mark["nonce"] for mark in site.marks[0]}) == 2


def test_all_present_leaves_marks_alone_and_undo_takes_it_back(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sheet")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()

    with page.expect_response("**/marks"):
        page.get_by_role("button", name="All present").click()
    with page.expect_response("**/marks"):
        undo.click()
    expect(undo).to_be_disabled()

    marked, undone = site.marks
    assert [(one["registration"], one["status"], one["only_if_unmarked"]) for one in marked] == [
        (2, "present", True),
        (3, "present", True),
    ]
    assert [(one["registration"], one["takes_back"]) for one in undone] == [
        (one["registration"], one["nonce"]) for one in marked
    ]
    assert page.locator(".mark-row").evaluate_all("rows => rows.map(r => r.dataset.status)") == [
        "absent",
        "",
        "",
        "excused",
    ]


def test_whoever_was_marked_elsewhere_meanwhile_shows_so_and_is_not_taken_back(
    page: Page, site: Site
) -> None:
    site.overtaken[2] = "absent"
    page.goto(f"{site.address}/sheet")

    page.get_by_role("button", name="All present").click()
    row = page.get_by_role("group", name="Bilal")
    expect(row.locator("[data-row-state]")).to_have_text("Marked elsewhere meanwhile, and stays so")
    expect(row.get_by_role("radio", name="Absent")).to_be_checked()
    expect(page.locator("[data-state-text]")).to_have_text(
        "Saved, except whoever was marked elsewhere meanwhile"
    )
    with page.expect_response("**/marks"):
        page.get_by_role("button", name="Undo").click()

    assert [one["registration"] for one in site.marks[1]] == [3]
    expect(row.get_by_role("radio", name="Absent")).to_be_checked()


def test_what_is_undone_at_once_is_sent_after_its_mark(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sheet")

    page.evaluate(  # before the first request
        """document.querySelector("[name=all]").click();
           document.querySelector("button[name=undo]").click()"""
    )
    expect(page.locator("[data-state-text]")).to_have_text("Saved")

    assert [["takes_back" in one for one in marks] for marks in site.marks] == [
        [False, False],
        [True, True],
    ]


def test_after_signing_out_a_mark_does_not_look_saved_and_is_sent_after_signing_in(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.address}/sheet")
    row = page.get_by_role("group", name="Bilal")
    tick = row.locator(".mark.is-present > span")

    site.trouble = 401
    mark(page, "Bilal", "Present")
    expect(row.locator("[data-row-state]")).to_have_text("Not saved")
    expect(page.locator("[data-state-text]")).to_contain_text("Not saved: please sign in again")
    unsaved = tick.evaluate("tick => getComputedStyle(tick).borderStyle")
    site.trouble = None
    page.reload()
    expect(page.locator("[data-state-text]")).to_have_text("Saved")

    assert site.statuses() == [[(2, "present")]]
    saved = tick.evaluate("tick => getComputedStyle(tick).borderStyle")
    assert (unsaved, saved) == ("dashed", "solid")
    assert page.evaluate("localStorage.length") == 0


def test_a_refused_mark_says_why_and_goes_back(page: Page, site: Site) -> None:
    site.refusals[1] = "this person cancelled."
    page.goto(f"{site.address}/sheet")

    mark(page, "Amara", "Present")

    row = page.get_by_role("group", name="Amara")
    expect(row.locator("[data-row-state]")).to_have_text("Not saved: this person cancelled.")
    expect(row.get_by_role("radio", name="Absent")).to_be_checked()
    expect(page.locator("[data-state-text]")).to_have_text("Some marks were not saved")


def test_marks_made_without_a_network_are_sent_when_it_is_back(
    context: BrowserContext, page: Page, site: Site
) -> None:
    page.goto(f"{site.address}/sheet")

    context.set_offline(True)
    mark(page, "Bilal", "Present")
    expect(page.locator("[data-state-text]")).to_have_text("No connection: kept, saved later")
    context.set_offline(False)

    expect(page.locator("[data-state-text]")).to_have_text("Saved")
    assert site.statuses() == [[(2, "present")]]


def test_marks_that_a_server_in_trouble_did_not_take_outlive_the_page(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.address}/sheet")
    bilal = page.get_by_role("group", name="Bilal")

    site.trouble = 503
    mark(page, "Bilal", "Present")
    expect(bilal.locator("[data-row-state]")).to_have_text("Not saved yet")
    kept = page.evaluate("Object.values(localStorage)")
    page.reload()
    expect(bilal.get_by_role("radio", name="Present")).to_be_checked()
    site.trouble = None

    expect(page.locator("[data-state-text]")).to_have_text("Saved")
    assert [[json.loads(entry) for entry in kept]] == site.marks
    assert page.evaluate("localStorage.length") == 0


def test_two_tabs_keep_the_unsent_marks_of_both(
    context: BrowserContext, page: Page, site: Site
) -> None:
    other = context.new_page()
    for tab in (page, other):
        tab.goto(f"{site.address}/sheet")

    site.trouble = 503
    for tab, person in ((page, "Bilal"), (other, "Éléonore")):
        mark(tab, person, "Late")
        row = tab.get_by_role("group", name=person)
        expect(row.locator("[data-row-state]")).to_have_text("Not saved yet")
    other.close()
    page.goto("about:blank")
    site.trouble = None
    page.goto(f"{site.address}/sheet")

    expect(page.locator("[data-state-text]")).to_have_text("Saved")
    assert site.statuses() == [[(2, "late"), (3, "late")]]
    assert page.evaluate("localStorage.length") == 0


def test_marks_that_somebody_left_unsent_are_sent_by_nobody_else(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sheet?marker=1")
    bilal = page.get_by_role("group", name="Bilal")

    site.trouble = 503
    mark(page, "Bilal", "Late")
    expect(bilal.locator("[data-row-state]")).to_have_text("Not saved yet")
    page.goto("about:blank")
    site.trouble = None
    page.goto(f"{site.address}/sheet?marker=12")
    mark(page, "Amara", "Present")
    expect(page.locator("[data-state-text]")).to_have_text("Saved")
    of_the_next = site.statuses()
    page.goto(f"{site.address}/sheet?marker=1")
    expect(page.locator("[data-state-text]")).to_have_text("Saved")

    assert of_the_next == [[(1, "present")]]
    assert site.statuses() == [[(1, "present")], [(2, "late")]]


def test_a_person_is_found_by_name_without_accents(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sheet")

    page.get_by_role("searchbox", name="Find a person").fill("eleo")
    expect(page.locator(".mark-row:visible")).to_have_count(1)
    page.get_by_role("searchbox", name="Find a person").fill("nobody")

    expect(page.get_by_text("Nobody here has that name.")).to_be_visible()


def test_keys_can_be_shown_used_and_switched_off(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sheet")
    search = page.get_by_role("searchbox", name="Find a person")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    search.blur()
    page.keyboard.press("?")
    page.get_by_label("Use these keys in this browser").uncheck()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("/")

    expect(search).not_to_be_focused()


@pytest.mark.parametrize("path", ["/list", "/register?wrong=1", "/sheet"])
@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (360, "dark"), (1280, "light")])
def test_every_page_is_accessible_and_fits(
    chromium: Browser, site: Site, path: str, theme: str, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
        timezone_id="Europe/Paris",
        bypass_csp=True,  # for axe, which is a script of the test's own
    )
    page = context.new_page()
    page.goto(site.address + path)

    found = Axe().run(page).response["violations"]
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()

    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert overflow <= 0


@pytest.mark.parametrize("path", ["/list", "/register", "/sheet"])
def test_targets_are_large_enough_for_a_thumb(page: Page, site: Site, path: str) -> None:
    page.goto(site.address + path)

    small = page.locator(
        "button:visible:not(.sr), .button:visible, select:visible, .mark > span:visible,"
        " summary:visible, input:visible:not([type=radio])"
    ).evaluate_all(
        """elements => elements
            .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 40)
            .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
    )
    rows = page.locator(".mark-row").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height).filter(height => height < 56)"
    )

    assert (small, rows) == ([], [])
