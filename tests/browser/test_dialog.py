"""A page above a page: opened, left and answered with the keyboard, and a page of its own else."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import Site, sign_in
from tests.browser.test_journey import Visit
from tests.factories import Make
from training.clock import utc_now
from training.db import db

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("engine", ["sqlite"]),
]
KEEP = "/staff/schedule/?status=published"
#: Whether the focus is in the dialog, or on what is the browser's own.
IS_HELD = """() => {
  const one = document.activeElement;
  return one === document.body || one.closest("dialog[open]") !== null;
}"""


@pytest.fixture
def planned(site: Site) -> Site:
    with create_test_app(site.database_url, site.mails.parent).app_context():
        Make().training_session(title="Basics", starts_at=utc_now() + timedelta(days=2))
        db.session.remove()
        db.engine.dispose()
    return site


def open_by_key(page: Page) -> None:
    page.get_by_role("link", name="Keep this view").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Kept views")).to_be_visible()


def test_a_dialog_holds_the_focus_and_gives_it_back(planned: Site, visit: Visit) -> None:
    page = visit()
    sign_in(page, planned.coordinator)
    page.goto(KEEP)
    shown = page.url

    open_by_key(page)
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    stops = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_HELD), page.evaluate("document.activeElement.outerHTML")
        stops.add(page.evaluate("document.activeElement.textContent.trim()"))
    assert "Keep this view" in stops
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Keep this view")).to_be_focused()
    open_by_key(page)
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_role("link", name="Keep this view")).to_be_focused()
    assert page.url == shown

    # What is wrong in it is said by its page, and what is right leads back.
    open_by_key(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.url.endswith("/staff/schedule/views")
    page.goto(KEEP)
    open_by_key(page)
    page.keyboard.type("Open ones")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Open ones", exact=True)).to_have_attribute(
        "aria-current", "page"
    )


def test_a_dialog_that_cannot_be_shown_is_a_page(planned: Site, visit: Visit) -> None:
    plain, signed_out = visit(java_script_enabled=False), visit()
    for page in (plain, signed_out):
        sign_in(page, planned.coordinator)
        page.goto(KEEP)
    signed_out.context.clear_cookies()

    plain.get_by_role("link", name="Keep this view").click()
    signed_out.get_by_role("link", name="Keep this view").click()

    expect(plain.get_by_role("heading", level=1)).to_have_text("Kept views")
    assert "/staff/schedule/views?query=status" in plain.url
    signed_out.wait_for_url("**/account/sign-in**")
