"""One attendance sheet open twice, in a real browser against a real server."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site, sign_in
from tests.browser.test_journey import register, schedule

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_all_present_and_undo_in_one_tab_leave_the_newer_mark_of_the_other(
    site: Site, visit: Callable[..., Page]
) -> None:
    path = schedule(visit(), site, "Moderating hard conversations", seats=5)
    register(
        visit(), path, ("Amara Okafor", "amara@example.org"), ("Bilal Khan", "bilal@example.org")
    )
    first = visit()
    sign_in(first, site.trainer)
    first.get_by_role("link", name="Moderating hard conversations", exact=True).click()
    second = first.context.new_page()
    second.goto(first.url)

    _radio(first, "Amara Okafor", "Absent").check(force=True)
    expect(first.locator("[data-state-text]")).to_have_text("Saved")
    second.get_by_role("button", name="All present").click()
    expect(second.locator("[data-state-text]")).to_have_text(
        "Saved, except whoever was marked elsewhere meanwhile"
    )
    expect(_radio(second, "Amara Okafor", "Absent")).to_be_checked()
    first.reload()
    expect(_radio(first, "Amara Okafor", "Absent")).to_be_checked()
    expect(_radio(first, "Bilal Khan", "Present")).to_be_checked()
    with second.expect_response("**/marks"):
        second.get_by_role("button", name="Undo").click()
    expect(second.locator("[data-state-text]")).to_have_text("Saved")

    first.reload()
    expect(_radio(first, "Amara Okafor", "Absent")).to_be_checked()
    expect(first.get_by_text("1 of 2 marked")).to_be_visible()


def _radio(page: Page, person: str, status: str) -> Locator:
    return page.get_by_role("group", name=person).get_by_role("radio", name=status)
