"""Every page in every state: axe finds nothing, nothing is wider than the screen, no noise."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page

from tests.apps import SECRET_KEY, create_test_app
from tests.browser.calendar_states import make_calendars
from tests.browser.seat_states import make_seats
from tests.browser.states import STATES, State
from tests.factories import PASSWORD, Make
from tests.server.running import serving, training
from training import links
from training.accounts.values import StaffRole
from training.clock import utc_now
from training.db import db
from training.links import Purpose
from training.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("states")]

#: Wide and light, narrow and dark.
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (360, "dark"))
#: What the paths of states hold: one row of the demo each.
LOOKED_UP = {
    **{
        name: f"SELECT id FROM training_session WHERE title LIKE '{title}'"  # noqa: S608 -- words of ours
        for name, title in {
            "open": "Safer livestreams for beginners",
            "full": "Crisis response online: the first%",
            "over": "Crisis response online: the basics",
            "cancelled": "%evening repeat",
            "draft": "%what to agree on first",
            "on_request": "%reviewing a draft",
            "together": "Accessible video: a workshop%",
        }.items()
    },
    "meeting": "SELECT meeting.id FROM meeting JOIN training_session ON training_session.id"
    " = training_session_id WHERE title LIKE '%questions and practice'",
    "meeting_ahead": "SELECT meeting.id FROM meeting JOIN training_session ON training_session.id"
    " = training_session_id WHERE title LIKE 'Crisis response online: the first%'",
    "registration": "SELECT id FROM registration WHERE training_session_id = {open}"
    " ORDER BY ticket LIMIT 1",
    "waiting": "SELECT id FROM registration WHERE training_session_id = {full}"
    " AND status = 'waitlisted' ORDER BY ticket LIMIT 1",
    "offered": "SELECT id FROM registration WHERE status = 'offered'"
    " AND offer_expires_at > CURRENT_TIMESTAMP ORDER BY id LIMIT 1",
    "asked": "SELECT id FROM registration WHERE training_session_id = {on_request}"
    " AND status = 'requested' ORDER BY ticket LIMIT 1",
    "marked": "SELECT id FROM registration WHERE training_session_id = {over}"
    " ORDER BY ticket LIMIT 1",
    "campaign": "SELECT id FROM campaign",
    "course": "SELECT id FROM course WHERE slug = 'safer-livestreams'",
    "venue": "SELECT id FROM venue WHERE name LIKE 'Jacaranda House%'",
    "slug": "SELECT slug FROM organization WHERE name = 'Harbour Crisis Line'",
    "organization": "SELECT id FROM organization WHERE name = 'Harbour Crisis Line'",
    "person": "SELECT id FROM person WHERE name = 'Jack Thompson'",
    "membership": "SELECT id FROM membership WHERE person_id = {person}",
    "our_registration": "SELECT min(registration.id) FROM registration JOIN training_session"
    " ON training_session.id = training_session_id WHERE registration.status = 'confirmed'"
    " AND claim = 'representative' AND organization_id = {organization}"
    " AND training_session.starts_at > CURRENT_TIMESTAMP",
    "ours": "SELECT training_session_id FROM registration WHERE id = {our_registration}",
    "good_import": "SELECT min(id) FROM import_file",
    "bad_import": "SELECT max(id) FROM import_file",
}
LINKS = {
    "link": "registration",
    "waiting_link": "waiting",
    "offer_link": "offered",
    "asked_link": "asked",
}


@dataclass
class House:
    """A running instance, and the browsers of everybody who looks at it."""

    address: str
    emails: dict[str, tuple[str, str]]
    values: dict[str, str]
    chromium: Browser
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, role: str) -> Page:
        """Return the page of somebody who is signed in by now, if they ever are."""
        if role not in self.pages:
            context = self.chromium.new_context(
                base_url=self.address,
                locale="en-GB",
                timezone_id="Europe/Paris",
                reduced_motion="reduce",
                bypass_csp=True,  # for axe, which is a script of the test's own
            )
            page = self.pages[role] = context.new_page()
            if role != "nobody":
                email, password = self.emails[role]
                page.goto("/account/sign-in")
                page.get_by_label("E-mail").fill(email)
                page.get_by_label("Password").fill(password)
                page.get_by_role("button", name="Sign in").click()
                page.wait_for_url(lambda url: "sign-in" not in url)
        return self.pages[role]


def look_up(make: Make) -> dict[str, str]:
    """Return what the paths hold, some of it made for them."""
    now = utc_now()
    account = make.trainer()
    trainer = db.session.get_one(Person, account.person_id)
    as_colleague = make.invitation(trainer, staff_role=StaffRole.COORDINATOR, now=now)
    make.import_file()
    make.import_file(content=b"name,email\nAda,not an address\n,bo@example.org\n")
    found = {
        "invitation": make.invitation_link(make.invitation(now=now)),
        "invitation_to_member": make.invitation_link(as_colleague),
        "reset": make.reset_link(make.trainer(), now=now),
    }
    for name, query in LOOKED_UP.items():
        found[name] = str(db.session.scalars(sa.text(query.format(**found))).one())
    found |= make_seats(make, int(found["organization"]), now=now)
    found |= make_calendars(make, now=now)
    for name, of in LINKS.items():
        public_id, epoch = db.session.execute(
            sa.text("SELECT public_id, link_epoch FROM registration WHERE id = :id"),
            {"id": found[of]},
        ).one()
        found[name] = links.make(SECRET_KEY, Purpose.MANAGE, public_id, epoch)
    return found


@pytest.fixture(scope="module")
def houses(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, House]]:
    """The demo as a newcomer has it, and an instance just set up."""
    with ExitStack() as stack:
        found = {}
        for name in ("demo", "new"):
            folder = tmp_path_factory.mktemp(name)
            environ = {"TRAINING_INSTANCE": str(folder), "TRAINING_SECRET_KEY": SECRET_KEY}
            assert training("migrate", **environ).returncode == 0
            emails, values = fill(name, folder, environ)
            server = stack.enter_context(serving(folder, "--workers", "1", **environ))
            server.wait_for_line()
            found[name] = House(f"http://127.0.0.1:{server.port}", emails, values, chromium)
        yield found
        for house in found.values():
            for page in house.pages.values():
                page.context.close()


def fill(
    name: str, folder: Path, environ: dict[str, str]
) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Put in what is to be there; returns who signs in with what, and the values of paths."""
    if name == "demo":
        made = training("demo", **environ)
        assert made.returncode == 0, made.stderr
        rows = [line.split() for line in made.stdout.splitlines() if "@" in line]
        emails = {role: (email, password) for role, email, password in reversed(rows)}
    else:
        emails = {"coordinator": ("cora@example.org", PASSWORD)}
    app = create_test_app(f"sqlite:///{folder / 'training.sqlite'}", folder)
    with app.app_context():
        if name == "new":
            Make().coordinator(email="cora@example.org")
        values = look_up(Make()) if name == "demo" else {}
        db.session.remove()
        db.engine.dispose()
    return emails, values


def go(page: Page, state: State, path: str) -> int:
    """Bring a page into its state; returns what it answered."""
    answer = page.goto(path)
    assert answer
    for name in state.presses:
        for typed in page.locator("main input:is(:not([type]), [type=text])").all():
            if typed.is_editable():
                typed.fill("My phone")
        with page.expect_navigation() as pressed:
            page.locator("main :is(a, button)").get_by_text(name, exact=True).first.click()
        answer = pressed.value
    if state.opens:
        page.locator(state.opens).evaluate_all("all => all.forEach(one => { one.open = true })")
    if not state.is_sent_empty:
        return answer.status
    form = page.locator("main form:has(.button.is-primary)").last
    form.evaluate(
        "form => form.querySelectorAll('input:not([type=hidden]), textarea').forEach("
        "field => { if (['radio', 'checkbox'].includes(field.type)) field.checked = false;"
        " else field.value = '' })"
    )
    with page.expect_navigation() as navigation:
        form.locator(".button.is-primary").last.click()
    return navigation.value.status


@pytest.mark.parametrize("state", STATES, ids=lambda state: "-".join(map(str, _named(state))))
def test_nobody_is_kept_out_of_any_page_in_any_state(
    houses: dict[str, House], state: State
) -> None:
    house = houses[state.instance]
    path = state.path.format(**house.values)
    page = house.page(state.role)
    wrong: list[object] = []

    def note(error: Error) -> None:
        wrong.append(str(error))

    page.on("pageerror", note)
    status = go(page, state, path)

    if status != state.status:
        wrong.append(f"answered {status}")
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            wrong.append((width, f"{overflow} pixels too wide"))
        wrong += [
            (width, theme, rule["id"], node["html"][:160])
            for rule in Axe().run(page).response["violations"]
            for node in rule["nodes"]
        ]
    page.remove_listener("pageerror", note)

    assert wrong == []


def _named(state: State) -> Iterator[object]:
    yield state.role
    yield state.path
    if state.instance != "demo":
        yield state.instance
    if state.is_sent_empty:
        yield "sent empty"
    if state.presses:
        yield " ".join(state.presses)
