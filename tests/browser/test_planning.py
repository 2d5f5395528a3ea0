"""Planning in a hurry: clashes while one types, series and campaigns before they are made."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import PHONE, Site, sign_in
from tests.browser.test_journey import Visit
from tests.factories import Make
from tests.times import DAY, NAIROBI, TOMORROW, wall
from training.clock import utc_now
from training.db import db

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    # One engine: what the pages read and write is tried on both elsewhere.
    pytest.mark.parametrize("engine", ["sqlite"]),
]


def _no_sideways(page: Page) -> None:
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, page.url


def _plan(page: Page, site: Site, title: str, *, start: str, end: str) -> None:
    """Type a session ten days from now, up to the button."""
    day = wall(utc_now() + timedelta(days=10), NAIROBI)
    page.goto("/staff/sessions/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Time zone").fill(NAIROBI)
    page.get_by_label("Seats", exact=True).fill("12")
    page.get_by_label(site.trainer_name).check()
    page.get_by_label("Day", exact=True).fill(f"{day:%Y-%m-%d}")
    page.get_by_label("From", exact=True).fill(start)
    page.get_by_label("Until", exact=True).fill(end)


@pytest.mark.parametrize(
    "options",
    [{"viewport": {"width": 1280, "height": 800}}, {"viewport": PHONE}],
    ids=["laptop", "phone"],
)
def test_a_clash_shows_while_typing_and_a_series_before_it_is_made(
    site: Site, visit: Visit, options: dict[str, Any]
) -> None:
    page = visit(**options)
    sign_in(page, site.coordinator)
    _plan(page, site, "Basics", start="10:00", end="11:00")
    page.get_by_role("button", name="Repeat it by a rule…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Repeat session")

    # Every second week, three further dates; one is left out by hand.
    page.get_by_label("Every so many weeks or months").fill("2")
    page.get_by_label("So many further dates").fill("3")
    page.get_by_role("button", name="Show the dates").click()
    dates = page.locator("input[name=days]")
    expect(dates).to_have_count(3)
    _no_sideways(page)
    dates.nth(1).uncheck()
    page.get_by_role("button", name="Make drafts").click()
    expect(page.get_by_role("heading", name="1 of 3 in a series")).to_be_visible()
    _no_sideways(page)

    # Another session of the same trainer at that time: said before anything is sent.
    _plan(page, site, "Other", start="10:30", end="11:30")
    clash = page.locator("section.clashes")
    expect(clash).to_contain_text(site.trainer_name)
    expect(clash).to_contain_text("Basics")
    expect(page.locator("[data-clashes-status]")).to_contain_text("clashes with 1 other entry")
    _no_sideways(page)
    page.get_by_label("From", exact=True).fill("11:00")
    expect(clash).to_have_count(0)
    page.get_by_label("From", exact=True).fill("10:45")
    expect(clash).to_be_visible()
    page.get_by_label("Save all the same").check()
    page.get_by_label("Why is that all right?").fill("They hand over.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Other")
    expect(page.get_by_text("Accepted by Cora Dean: They hand over.")).to_be_visible()


def _make_campaign(site: Site, tmp_path: Path) -> int:
    """Make a campaign with two sessions of one trainer, on two days."""
    with create_test_app(site.database_url, tmp_path).app_context():
        make = Make()
        asha = make.trainer(name="Asha")
        campaign_id = make.campaign("Awareness Month").id
        for number in range(2):
            make.training_session(
                title=f"Basics {number}",
                starts_at=TOMORROW + number * DAY,
                trainer_ids=(asha.person_id,),
                campaign_id=campaign_id,
            )
        db.session.remove()
        db.engine.dispose()
    return campaign_id


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 1280, "height": 800}},
        {"viewport": PHONE, "java_script_enabled": False},
    ],
    ids=["laptop", "phone without script"],
)
def test_a_campaign_is_shown_on_its_new_days_before_it_is_made(
    site: Site, visit: Visit, tmp_path: Path, options: dict[str, Any]
) -> None:
    campaign_id = _make_campaign(site, tmp_path)
    page = visit(**options)
    sign_in(page, site.coordinator)
    page.goto(f"/staff/campaigns/{campaign_id}")
    page.get_by_role("link", name="Duplicate campaign").click()

    # A day later the first is where the second is now, and its trainer there.
    page.get_by_label("Name", exact=True).fill("Another Month")
    page.get_by_label("Sessions move by so many days").fill("1")
    page.get_by_role("button", name="Show the dates").click()
    boxes = page.locator("input[name=session]")
    expect(boxes).to_have_count(2)
    expect(boxes.nth(0)).not_to_be_checked()
    expect(boxes.nth(1)).to_be_checked()
    expect(page.locator(".dates > li").nth(0)).to_contain_text("Clash")
    if options.get("java_script_enabled", True):
        _no_sideways(page)

    page.get_by_label("Sessions move by so many days").fill("14")
    page.get_by_role("button", name="Show the dates anew").click()
    expect(boxes.nth(0)).to_be_checked()
    expect(page.locator(".badge.is-warn")).to_have_count(0)
    boxes.nth(0).uncheck()
    page.get_by_role("button", name="Make the campaign").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Another Month")
    expect(page.get_by_text("Campaign made, with 1 draft.")).to_be_visible()
    expect(page.get_by_role("link", name="Basics 1").first).to_be_visible()
    expect(page.get_by_role("link", name="Basics 0")).to_have_count(0)
