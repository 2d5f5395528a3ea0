"""Ticking several rows of a list: how many is told, all at once, and lists that filters replace."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import Site, sign_in
from tests.browser.test_journey import Visit
from tests.factories import Make
from tests.times import DAY, TOMORROW
from training.db import db

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("engine", ["sqlite"]),
]


@pytest.fixture
def planned(site: Site) -> Site:
    """Four sessions of one name, and one of another."""
    with create_test_app(site.database_url, site.mails.parent).app_context():
        make = Make()
        for number in range(4):
            make.training_session(title=f"Basics {number}", starts_at=TOMORROW + number * DAY)
        make.training_session(title="Practice", starts_at=TOMORROW + 5 * DAY)
        db.session.remove()
        db.engine.dispose()
    return site


def told(page: Page) -> Locator:
    """Return what the bar tells, to those who see it and to those who hear it."""
    return page.get_by_role("form", name="What to do with several sessions").get_by_role("status")


def ticked(page: Page) -> list[str]:
    """Return the labels of the rows that are ticked."""
    found: list[str] = page.locator("td .bulk-tick input:checked").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label').replace('Choose ', ''))"
    )
    return found


def test_ticks_are_counted_and_taken_together_in_whatever_list_stands_there(
    planned: Site, visit: Visit
) -> None:
    page = visit(viewport={"width": 1280, "height": 900})
    sign_in(page, planned.coordinator)
    page.goto("/staff/schedule/?q=nothing-has-this-name")
    expect(page.get_by_text("No session fits")).to_be_visible()

    # A list that a filter brings, with its bar: none stood there before.
    page.get_by_label("Title").fill("basics")
    every = page.get_by_label("Choose all shown here")
    expect(every).to_be_visible()
    expect(told(page)).to_have_text("Chosen: 0")
    page.get_by_label("Choose Basics 0").check()
    expect(told(page)).to_have_text("Chosen: 1")
    assert every.evaluate("box => [box.checked, box.indeterminate]") == [False, True]
    page.get_by_label("Choose Basics 2").click(modifiers=["Shift"])
    assert ticked(page) == ["Basics 0", "Basics 1", "Basics 2"]
    every.focus()
    page.keyboard.press("Space")
    assert ticked(page) == [f"Basics {number}" for number in range(4)]
    expect(told(page)).to_have_text("Chosen: 4")
    every.uncheck()
    expect(told(page)).to_have_text("Chosen: 0")

    # Another list: the tick for all is that of the rows that stand there now.
    page.get_by_label("Choose Basics 0").check()
    page.get_by_label("Title").fill("")
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(told(page)).to_have_text("Chosen: 0")
    every.check()
    expect(told(page)).to_have_text("Chosen: 5")
    assert ticked(page)[-1] == "Practice"
    every.uncheck()

    # All that fit, whether they stand on this page or not.
    page.get_by_label("Title").fill("basics")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.get_by_label("All that fit the filters").check()
    expect(told(page)).to_have_text("Chosen: All that fit the filters")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_role("button", name="Move 4 sessions")).to_be_visible()
