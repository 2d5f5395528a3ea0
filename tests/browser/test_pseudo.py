"""Our pages in a language of long words that runs from right to left."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask_babel import get_babel
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.browser import pseudo
from tests.browser.demo import Filled
from tests.browser.states import STATES
from tests.server.running import free_port
from training.app import create_app
from training.config import load
from training.db import db

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("states")]

#: The main pages of each role, in one state each.
MAIN_PAGES = {
    "nobody": (
        "/sessions/",
        "/sessions/{open}",
        "/sessions/{open}/register",
        "/registrations/{link}",
        "/calendar/",
        "/account/sign-in",
    ),
    "coordinator": (
        "/staff/",
        "/staff/schedule/",
        "/staff/sessions/{full}",
        "/staff/sessions/new",
        "/staff/sessions/{held}/holds",
        "/staff/campaigns/{campaign}",
        "/staff/organizations/{organization}",
        "/staff/people/{person}",
        "/staff/calendars",
        "/staff/imports/{bad_import}",
        "/staff/audit",
        "/staff/look",
    ),
    "trainer": ("/trainer/", "/trainer/meetings/{meeting}", "/account/feeds"),
    "representative": (
        "/organization/{slug}/",
        "/organization/{slug}/people/",
        "/organization/{slug}/sessions/{open}/register",
    ),
}
#: Holds names that stand in no database, and words of the code.
MADE_UP = "/staff/look"
WIDTHS = (1280, 360)
#: Names of time zones, addresses, formats and sizes, which are the same in every language.
SAME_EVERYWHERE = re.compile(
    r"[\w.+-]+@[\w.-]+|(?:https?|webcal)://\S+|\b[A-Z]\w+(?:/[\w+-]+)+|\b(?:UTC|GMT|CSV|XLSX|ICS|QR)\b"
)
#: Texts and attributes that somebody reads or hears, one a line.
READ = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest("script, style, template, kbd, code, pre, textarea"))
      found.push(node.data);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const one of document.body.querySelectorAll(`[${name}]`))
      found.push(one.getAttribute(name));
  return found.join("\\n");
}"""
#: What makes a page wider than the screen.
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((one) => {
    const box = one.getBoundingClientRect();
    return (box.left < -1 || box.right > innerWidth + 1) && one.checkVisibility()
      && !one.closest("nav") && (!one.querySelector("*") || one.scrollWidth > one.clientWidth);
  }).map((one) => `too wide: ${one.outerHTML.slice(0, 160)}`)
    .concat(`${document.documentElement.scrollWidth - innerWidth} pixels too wide`)"""
#: Controls that stick out of the screen or hide a part of their words, and such as lie on others.
TROUBLE = """() => {
  const shown = [...document.querySelectorAll("main :is(a.button, button, input, select, summary)")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && !one.closest("[popover]:not(:popover-open), .sr, .sheet__head"));
  const say = (one) => one.outerHTML.slice(0, 120);
  const found = [];
  const boxes = [];
  for (const one of shown) {
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || getComputedStyle(one).opacity === "0") continue;
    const scrolls = one.closest(".tabs ul, .nav ul");
    const isOutside = box.left < -1 || box.right > innerWidth + 1;
    if (isOutside && !scrolls) found.push(`outside: ${say(one)}`);
    if (one.matches(".button, button, summary") && one.scrollWidth > one.clientWidth + 2)
      found.push(`cut off: ${say(one)}`);
    const floats = one.closest(".action-bar, .bulk-bar, .toasts, .mark-row, .names");
    if (!floats) boxes.push([one, box]);
  }
  for (const [index, [one, a]] of boxes.entries())
    for (const [other, b] of boxes.slice(index + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 3 && down > 3 && !one.contains(other) && !other.contains(one))
        found.push(`overlap: ${say(one)} and ${say(other)}`);
    }
  return found;
}"""


@dataclass
class Mirror:
    """The demo in that language: where it answers, who signs in, what is somebody's own words."""

    address: str
    emails: dict[str, tuple[str, str]]
    values: dict[str, str]
    data: str


@pytest.fixture(scope="module")
def mirror(demo: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    folder = tmp_path_factory.mktemp("mirror")
    pseudo.write_translations(folder / "translations")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"TRAINING_BASE_URL": address, "TRAINING_LOCALE": pseudo.LOCALE}
    app = create_app(load(demo.environ | settings))
    get_babel(app).translation_directories[:] = [str(folder / "translations")]
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with app.app_context():
        data = own_words()
    yield Mirror(address, demo.emails, demo.values, data)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


def own_words() -> str:
    """Return everything that somebody wrote into the database, in small letters."""
    words = []
    for table in sa.inspect(db.engine).get_table_names():
        found = db.session.execute(sa.text(f'SELECT * FROM "{table}"'))  # noqa: S608 -- its own names
        words += [value for row in found for value in row if isinstance(value, str)]
    db.session.remove()
    return "\n".join(words).lower()


def untranslated(read: str, data: str) -> list[str]:
    """Return what has letters of ours and went through no translation."""
    before = ""
    while before != read:
        before, read = (
            read,
            re.sub(f"{pseudo.BEGIN}[^{pseudo.BEGIN}{pseudo.END}]*{pseudo.END}", "\n", read),
        )
    phrases = (
        phrase
        for line in read.splitlines()
        for phrase in re.findall(r"[A-Za-z][A-Za-z'’. -]*[A-Za-z]", SAME_EVERYWHERE.sub(" ", line))
    )
    return sorted({phrase for phrase in phrases if phrase.lower() not in data})


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/account/sign-in")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("main form .button.is-primary").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_every_main_page_stands_on_the_list_of_states() -> None:
    states = {(state.role, state.path) for state in STATES}

    assert {(role, path) for role, paths in MAIN_PAGES.items() for path in paths} - states == set()


def test_what_is_not_translated_is_found() -> None:
    read = "⟦Ŝéñđ ⟦óñé⟧ őő⟧Save\n⟦Öƒ %(x)s⟧\nAda Byron\nAfrica/Nairobi (UTC)"

    assert untranslated(read, "ada byron") == ["Save"]


@pytest.mark.parametrize("role", MAIN_PAGES)
def test_long_words_from_right_to_left_keep_every_control_in_its_place(
    chromium: Browser, mirror: Mirror, role: str
) -> None:
    context = chromium.new_context(
        base_url=mirror.address, timezone_id="Europe/Paris", reduced_motion="reduce"
    )
    page = context.new_page()
    if role != "nobody":
        sign_in(page, *mirror.emails[role])
    wrong: list[object] = []
    for path in MAIN_PAGES[role]:
        page.goto(path.format(**mirror.values))
        assert page.locator("html").get_attribute("dir") == "rtl"
        if path != MADE_UP:
            wrong += [(path, words) for words in untranslated(page.evaluate(READ), mirror.data)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wrong += [(path, width, words) for words in page.evaluate(WIDE)]
            wrong += [(path, width, words) for words in page.evaluate(TROUBLE)]
    context.close()

    assert wrong == [], "\n".join(map(str, wrong))
