"""A coordinator's day, as people do it: plan, invite, bring in, move, look back."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_journey import Visit, mail_to, register, schedule

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def invite_representative(page: Page) -> None:
    """Add somebody to a new organization, and ask them to act for it."""
    page.goto("/staff/organizations/")
    page.get_by_role("link", name="New organization").first.click()
    page.get_by_label("Name", exact=True).fill("Harbour Crisis Line")
    page.get_by_role("button", name="Add organization").click()
    page.get_by_role("link", name="Add a person").first.click()
    page.get_by_label("Full name").fill("Olivia Nguyen")
    page.get_by_label("E-mail").fill("olivia@example.org")
    page.get_by_label("Invite as representative").check()
    page.get_by_role("button", name="Add person").click()
    expect(page.get_by_text("Olivia Nguyen is added, and invited by mail.")).to_be_visible()


def accept(site: Site, page: Page) -> None:
    """Follow the mailed link, choose a password, and arrive at one's organization."""
    mail = mail_to(site, "olivia@example.org", subject=".")
    found = re.search(r"/account/invitation/[\w.-]+", mail)
    assert found, mail
    page.goto(found.group())
    page.get_by_label("Password").fill("a long way to the harbour")
    page.get_by_role("button", name="Accept the invitation").click()
    page.wait_for_url(re.compile("/organization/|/account/sign-in"))
    if "sign-in" in page.url:
        page.get_by_label("E-mail").fill("olivia@example.org")
        page.get_by_label("Password").fill("a long way to the harbour")
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/organization/harbour-crisis-line/**")


def next_day(day: str) -> str:
    return str(date.fromisoformat(day) + timedelta(days=1))


def test_planning_inviting_bringing_in_and_moving(site: Site, visit: Visit, tmp_path: Path) -> None:
    staff, guest, partner = visit(), visit(), visit()
    path = schedule(staff, site, "Safer livestreams", seats=2)
    register(guest, path, ("Amara Okafor", "amara@example.org"))

    # A second session of the same trainer at the same time is a clash.
    staff.goto("/staff/schedule/")
    staff.get_by_role("link", name="Safer livestreams", exact=True).click()
    roster = staff.url
    staff.goto(f"{roster}/edit")
    day = staff.locator("[name=meetings-0-day]").input_value()
    end_day = staff.locator("[name=meetings-0-end_day]").input_value()
    staff.goto(f"{roster}/duplicate")
    staff.get_by_label("Title").fill("Safer livestreams, again")
    staff.locator("[name=meetings-0-day]").fill(day)
    staff.locator("[name=meetings-0-end_day]").fill(end_day)
    staff.get_by_role("button", name="Save draft").click()
    expect(staff.get_by_role("heading", name="What this clashes with")).to_be_visible()
    staff.get_by_label("Save all the same").check()
    staff.get_by_label("Why is that all right?").fill("Tom does the first half of each.")
    staff.get_by_role("button", name="Save draft").click()
    expect(staff.get_by_role("heading", level=1)).to_contain_text("Safer livestreams, again")

    # Whoever is registered is counted before a session is moved.
    staff.goto(f"{roster}/edit")
    staff.locator("[name=meetings-0-day]").fill(next_day(day))
    if end_day:
        staff.locator("[name=meetings-0-end_day]").fill(next_day(end_day))
    staff.get_by_role("button", name="Save changes").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Move this session?")
    staff.get_by_role("button", name=re.compile("1 person keeps")).click()
    expect(staff.get_by_role("heading", level=1)).to_contain_text("Safer livestreams")

    invite_representative(staff)
    accept(site, partner)
    expect(partner.locator("main")).to_contain_text("Harbour Crisis Line")

    table = tmp_path / "people.csv"
    table.write_text(
        "name,email,organization\nJack Thompson,jack@example.org,harbour-crisis-line\n"
        "Nobody,not an address,\n"
    )
    staff.goto("/staff/imports/")
    staff.get_by_label("People", exact=True).check()
    staff.locator("[type=file]").set_input_files(table)
    staff.get_by_role("button", name="Look at it").click()
    expect(staff.get_by_role("heading", name="What cannot be brought in")).to_be_visible()
    staff.locator("[name=leave_out]").check()
    staff.get_by_role("button", name=re.compile("^Bring in")).click()
    expect(staff.get_by_text("It was brought in on")).to_be_visible()
    partner.get_by_role("link", name="People", exact=True).click()
    expect(partner.get_by_role("link", name="Jack Thompson")).to_be_visible()

    staff.goto(f"{roster}/history")
    expect(staff.get_by_text(re.compile("Cora Dean.*published"))).to_be_visible()
