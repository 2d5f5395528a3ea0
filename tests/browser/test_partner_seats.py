"""Reserving seats without names, inviting one's people by a link: on a laptop, on a phone."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Site, sign_in
from tests.browser.test_journey import Visit, schedule

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(
    ("title", "options"),
    [
        ("Seats on a laptop", {"viewport": {"width": 1280, "height": 800}}),
        ("Seats on a phone", {"viewport": PHONE, "java_script_enabled": False}),
    ],
)
def test_seats_are_reserved_named_and_given_out_by_a_link(
    site: Site, visit: Visit, title: str, options: dict[str, Any]
) -> None:
    staff, ours, guest = visit(), visit(**options), visit(**options)
    path = schedule(staff, site, title, seats=4)
    sign_in(ours, site.representative)

    ours.get_by_role("link", name=f"Register people for {title}").click()
    ours.get_by_role("link", name="Reserve seats to be named later").click()
    ours.get_by_label("Seats to be named later").fill("2")
    ours.get_by_role("button", name="Reserve these seats").click()
    expect(ours.get_by_text("2 reserved seats have no name yet")).to_be_visible()
    ours.get_by_role("link", name="Name who comes").click()
    ours.locator("[name=seats-0-name]").fill("Amara Okafor")
    device = title.rpartition(" ")[2]
    named = f"amara.{device}@example.org"
    ours.locator("[name=seats-0-email]").fill(named)
    ours.locator("[name=consent]").check()
    ours.get_by_role("button", name="Name these people").click()
    expect(ours.get_by_text("1 reserved seat has no name yet")).to_be_visible()
    expect(ours.get_by_role("link", name="Amara Okafor", exact=True)).to_be_visible()
    assert ours.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]

    ours.get_by_role("link", name="Invite your people by a link").click()
    ours.get_by_label("Name", exact=True).fill("Newsletter")
    ours.get_by_role("button", name="Make the link").click()
    link = ours.get_by_label("Link to send").input_value()
    assert f"{path.split('-')[0]}?code=" in link
    assert ours.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]

    guest.goto(link)
    expect(guest.get_by_text("Invited for")).to_be_visible()
    guest.get_by_role("link", name="Register", exact=True).click()
    guest.locator("[name=people-0-name]").fill("Bilal Khan")
    guest.locator("[name=people-0-email]").fill(f"bilal.{device}@example.org")
    guest.locator("[name=consent]").check()
    guest.get_by_role("button", name="Register 1 person").click()
    expect(guest.get_by_role("heading", name="You have a seat")).to_be_visible()

    ours.get_by_role("link", name="Done").click()
    ours.get_by_role("button", name="Revoke Newsletter").click()
    expect(ours.get_by_text("Whoever is registered by it stays so.")).to_be_visible()
    guest.goto(link)
    expect(guest.get_by_text("Invited for")).to_be_hidden()
