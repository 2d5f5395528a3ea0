"""Every page in every state: axe finds nothing, nothing is wider than the screen, no noise."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page

from tests.browser.demo import Filled, make_new
from tests.browser.states import STATES, State
from tests.server.running import serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("states")]

#: Wide and light, narrow and dark.
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (360, "dark"))


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


@pytest.fixture(scope="module")
def houses(
    chromium: Browser, demo: Filled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, House]]:
    """The demo as a newcomer has it, and an instance just set up."""
    with ExitStack() as stack:
        found = {}
        for name, one in (("demo", demo), ("new", make_new(tmp_path_factory.mktemp("new")))):
            server = stack.enter_context(serving(one.folder, "--workers", "1", **one.environ))
            server.wait_for_line()
            address = f"http://127.0.0.1:{server.port}"
            found[name] = House(address, one.emails, one.values, chromium)
        yield found
        for house in found.values():
            for page in house.pages.values():
                page.context.close()


def go(page: Page, state: State, path: str) -> int:
    """Bring a page into its state; returns what it answered."""
    answer = page.goto(path)
    assert answer
    for name in state.presses:
        for typed in page.locator(
            "main input:is(:not([type]), [type=text]):not([inputmode])"
        ).all():
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
