"""Acting for an organization, as people do it: on a laptop, and on a phone without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, sign_in
from tests.browser.test_journey import Visit, mail_to, schedule

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def row(page: Page, name: str) -> str:
    """Return what stands beside somebody in the list of a session."""
    found = page.get_by_role("table", name="Your people in this session").get_by_role(
        "row", name=re.compile(name)
    )
    return found.inner_text()


def claim_of(page: Page, path: str, name: str, email: str) -> None:
    """Register as somebody who says that they are with the organization."""
    page.goto(path)
    page.get_by_role("link", name=re.compile("Register|waitlist")).first.click()
    page.locator("[name=people-0-name]").fill(name)
    page.locator("[name=people-0-email]").fill(email)
    page.get_by_label("Organization").select_option(index=1)
    page.locator("[name=consent]").check()
    page.get_by_role("button", name=re.compile("^Register")).last.click()


def test_registering_swapping_and_cancelling_ones_people(site: Site, visit: Visit) -> None:
    staff, laptop, guest = visit(), visit(), visit()
    path = schedule(staff, site, "Safer livestreams", seats=2)
    sign_in(laptop, site.representative)

    laptop.get_by_role("link", name="People", exact=True).click()
    laptop.get_by_role("link", name="Add a person").first.click()
    laptop.get_by_label("Full name").fill("Amara Okafor")
    laptop.get_by_label("E-mail").fill("amara@example.org")
    laptop.get_by_role("button", name="Add", exact=True).click()
    laptop.get_by_role("link", name="Overview").click()
    laptop.get_by_role("link", name="Register people for Safer livestreams").click()
    laptop.get_by_label("Amara Okafor").check()
    laptop.locator("[name=people-0-name]").fill("Bilal Khan")
    laptop.get_by_role("button", name="Add another person").click()
    laptop.locator("[name=people-1-name]").fill("Chen Li")
    laptop.locator("[name=people-1-email]").fill("chen@example.org")
    laptop.locator("[name=fit]").check()
    laptop.locator("[name=consent]").check()
    laptop.get_by_role("button", name="Register", exact=True).click()

    expect(laptop.get_by_text("2 people have a seat. 1 person waits.")).to_be_visible()
    assert "1. in line" in row(laptop, "Chen Li")
    mail_to(site, "amara@example.org", subject="Safer livestreams")
    mail_to(site, site.representative, subject="Safer livestreams")  # Bilal has no address

    laptop.get_by_role("link", name="Send somebody else… instead of Amara Okafor").click()
    laptop.get_by_label("Full name").fill("Dalia Haddad")
    laptop.get_by_role("textbox", name="E-mail").fill("dalia@example.org")
    laptop.get_by_label("This person knows").check()
    laptop.get_by_role("button", name="Send this person instead").click()
    assert "Confirmed" in row(laptop, "Dalia Haddad")
    mail_to(site, "dalia@example.org", subject="Safer livestreams")

    laptop.get_by_label("Choose Bilal Khan").check()
    laptop.get_by_label("Choose Dalia Haddad").check()
    laptop.get_by_role("button", name="Cancel whoever is ticked…").click()
    expect(laptop.get_by_text("2 seats are given up.")).to_be_visible()
    laptop.get_by_role("button", name="Cancel and tell 2 people").click()
    assert "Confirmed" in row(laptop, "Chen Li")
    mail_to(site, "chen@example.org", subject="(?i:seat)")

    claim_of(guest, path, "Emeka Obi", "emeka@example.org")
    laptop.get_by_role("link", name="Overview").click()
    laptop.get_by_role("button", name="Emeka Obi is with us").click()
    expect(laptop.get_by_text("Confirmed: 1 person is one of yours now.")).to_be_visible()
    expect(laptop.get_by_text("Chen Li, Emeka Obi")).to_be_visible()


def test_the_same_on_a_phone_without_javascript(site: Site, visit: Visit) -> None:
    staff = visit()
    schedule(staff, site, "Crisis response online", seats=3)
    phone = visit(viewport=PHONE, java_script_enabled=False)
    sign_in(phone, site.representative)

    phone.get_by_role("link", name="Register people for Crisis response online").click()
    phone.get_by_label("Rita Moreno").check()
    phone.locator("[name=people-0-name]").fill("Amara Okafor")
    phone.get_by_role("button", name="Add another person").click()
    expect(phone.get_by_label("Rita Moreno")).to_be_checked()
    phone.locator("[name=people-1-name]").fill("Bilal Khan")
    phone.locator("[name=consent]").check()
    phone.get_by_role("button", name="Register", exact=True).click()
    expect(phone.get_by_text("3 people have a seat.")).to_be_visible()

    phone.get_by_label("Choose Rita Moreno").check()
    phone.get_by_role("button", name="Cancel whoever is ticked…").click()
    phone.get_by_role("button", name="Cancel and tell 1 person").click()
    expect(phone.get_by_text("1 person is cancelled, and told by mail.")).to_be_visible()
    for tab in ("Overview", "People", "Sessions", "Attendance"):
        link = phone.get_by_role("link", name=tab, exact=True)
        link.click()
        expect(link).to_have_attribute("aria-current", "true")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
