"""A coordinator and a list of people: find somebody, note it, move them, take the list home."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import PHONE, Site
from tests.browser.test_journey import Visit, register, schedule
from tests.factories import Make
from training.db import db

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def is_wide(page: Page) -> bool:
    """Tell whether the page scrolls sideways."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wide


def another_session(site: Site, folder: Path) -> int:
    """Make a session to which people can be moved, with nobody who trains it."""
    with create_test_app(site.database_url, folder).app_context():
        number = Make().training_session(title="Safer livestreams, again").id
        db.session.remove()
        db.engine.dispose()
    return number


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_somebody_is_found_noted_moved_and_taken_home(
    site: Site, visit: Visit, tmp_path: Path, size: str
) -> None:
    options = {"viewport": PHONE} if size == "phone" else {}
    staff, guest = visit(**options), visit()
    path = schedule(staff, site, "Safer livestreams", seats=9)
    other = another_session(site, tmp_path)
    register(guest, path, ("Amara Okafor", "amara@example.org"), ("Bilal Kaya", "b@example.org"))
    number = re.search(r"/sessions/(\d+)", path)
    assert number

    # Search as one types; without a reload, and the address says it.
    staff.goto(f"/staff/sessions/{number[1]}")
    staff.get_by_text("Search, filters, columns").click()
    staff.get_by_label("Search these people").fill("okaf")
    expect(staff.get_by_text("1 person found.")).to_be_visible()
    expect(staff.get_by_role("link", name="Bilal Kaya", exact=True)).to_have_count(0)
    staff.wait_for_url("**q=okaf**")
    assert not is_wide(staff)

    staff.get_by_role("link", name="Amara Okafor", exact=True).click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Amara Okafor")
    staff.get_by_label("A note for your colleagues").fill("Comes by train")
    staff.get_by_role("button", name="Write the note").click()
    expect(staff.get_by_text("Comes by train")).to_be_visible()
    assert not is_wide(staff)

    staff.goto(f"/staff/sessions/{number[1]}?column=notes")
    expect(staff.get_by_text("Comes by train")).to_be_visible()
    with staff.expect_download() as download:
        staff.get_by_role("button", name="CSV").click()
    kept = download.value.path().read_text("utf-8-sig").splitlines()
    assert kept == ['"Name","Status"', '"Amara Okafor","Confirmed"', '"Bilal Kaya","Confirmed"']

    staff.get_by_label("Choose Amara Okafor").check()
    staff.get_by_role("button", name="Move to another session…").click()
    staff.locator(f"[name=to][value='{other}']").check()
    staff.get_by_role("button", name="Show what happens").click()
    staff.get_by_role("button", name="Move 1 person and tell them").click()
    expect(staff.get_by_text("1 person is not coming any more")).to_be_visible()

    staff.goto(f"/staff/sessions/{other}/sign-in-sheet")
    expect(staff.get_by_role("row", name=re.compile("Amara Okafor"))).to_be_visible()
    assert not is_wide(staff)
    for paper in ("A4", "Letter"):
        assert pages_of(staff.pdf(format=paper)) == 1
    staff.goto(f"/staff/sessions/{other}/sign-in-sheet?blank=60")
    assert pages_of(staff.pdf(format="A4")) > 2


def pages_of(pdf: bytes) -> int:
    """Return how many pages a printed document has."""
    return len(re.findall(rb"/Type /Page\b", pdf))
