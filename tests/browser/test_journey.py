"""The main job from end to end, as people do it, in a real browser against a real server."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, sign_in
from tests.times import NAIROBI, wall
from training.clock import utc_now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Visit = Callable[..., Page]


def schedule(page: Page, site: Site, title: str, *, seats: int) -> str:
    """Have staff schedule and publish a session; returns its page.

    The first starts in an hour, each other two hours after the one before: all have one trainer.
    """
    starts = wall(utc_now() + timedelta(hours=1 + 2 * site.scheduled), NAIROBI)
    site.scheduled += 1
    ends = starts + timedelta(minutes=90)
    sign_in(page, site.coordinator)
    page.get_by_role("link", name="New session").first.click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Online", exact=True).check()
    page.get_by_label("Time zone").fill(NAIROBI)
    page.get_by_label("Day", exact=True).fill(f"{starts:%Y-%m-%d}")
    page.get_by_label("From", exact=True).fill(f"{starts:%H:%M}")
    page.get_by_label("Until", exact=True).fill(f"{ends:%H:%M}")
    if ends.date() != starts.date():
        page.locator("[name=meetings-0-end_day]").fill(f"{ends:%Y-%m-%d}")
    page.get_by_label("Join link").fill("https://meet.example.org/room-7")
    page.get_by_label("Seats", exact=True).fill(str(seats))
    page.get_by_label(site.trainer_name).check()
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    address = page.locator("a[href*='/sessions/']:not([href*='/staff/']):not([href$='.ics'])")
    path = address.first.get_attribute("href")
    assert path
    return path.replace(site.address, "")


def mail_to(
    site: Site, address: str, *, subject: str, timeout: float = 40, is_sent_now: bool = True
) -> str:
    """Wait for a mail; returns its text.

    :param is_sent_now: do not wait until the server sends it.
    """
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if is_sent_now:
            site.send_mails()
        for mail in site.mails_to(address):
            if re.search(subject, str(mail["Subject"])):
                body = mail.get_body(("plain",))
                assert body
                return str(body.get_content())
        time.sleep(0.2)
    subjects = [str(mail["Subject"]) for mail in site.mails_to(address)]
    raise AssertionError(f"no mail about {subject!r} to {address}, only {subjects}")


def link_in(mail: str, site: Site) -> str:
    """Return the link to manage a registration, as a path of the site."""
    found = re.search(r"/registrations/[\w.-]+", mail)
    assert found, mail
    return found.group()


def register(page: Page, path: str, *people: tuple[str, str]) -> None:
    """Fill in the public form, adding a row for each person, and send it."""
    page.goto(path)
    page.get_by_role("link", name=re.compile("Register|waitlist")).first.click()
    for number, (name, email) in enumerate(people):
        if number:
            page.get_by_role("button", name="Add another person").click()
        page.locator(f"[name=people-{number}-name]").fill(name)
        page.locator(f"[name=people-{number}-email]").fill(email)
    page.locator("[name=fit]").check()
    page.locator("[name=consent]").check()
    page.get_by_role("button", name=re.compile("^Register")).last.click()


def test_from_the_schedule_to_attendance_and_the_calendar(site: Site, visit: Visit) -> None:
    staff, guest, phone = visit(), visit(), visit(viewport=PHONE, has_touch=True)
    path = schedule(staff, site, "Safer livestreams", seats=2)

    register(
        guest,
        path,
        ("Amara Okafor", "amara@example.org"),
        ("Bilal Khan", "bilal@example.org"),
        ("Chen Li", "chen@example.org"),
    )
    expect(guest.get_by_role("heading", level=1)).to_have_text(
        "2 people have a seat, the rest waits"
    )
    expect(guest.locator(".line", has_text="Chen Li")).to_contain_text("number 1 in line")
    assert "/registrations/" not in guest.content()

    mail = mail_to(site, "amara@example.org", subject="Safer livestreams", is_sent_now=False)
    mail_to(site, "chen@example.org", subject="Safer livestreams")
    guest.goto(link_in(mail, site))
    guest.get_by_role("link", name="Cancel this registration").click()
    guest.get_by_role("button", name="Cancel my registration").click()
    expect(guest.locator("main")).to_contain_text(re.compile("cancelled", re.IGNORECASE))

    promoted = mail_to(site, "chen@example.org", subject="(?i:seat)")
    guest.goto(link_in(promoted, site))
    join = guest.get_by_role("link", name="Join online")
    expect(join).to_have_attribute("href", "https://meet.example.org/room-7")

    sign_in(phone, site.trainer)
    phone.get_by_role("link", name="Safer livestreams", exact=True).click()
    expect(phone.get_by_text("0 of 2 marked")).to_be_visible()
    for name, status in (("Bilal Khan", "Present"), ("Chen Li", "Late")):
        phone.get_by_role("group", name=name).get_by_role("radio", name=status).check(force=True)
    expect(phone.get_by_text("2 of 2 marked")).to_be_visible()
    expect(phone.locator("[data-state-text]")).to_have_text("Saved")
    phone.reload()
    late = phone.get_by_role("group", name="Chen Li").get_by_role("radio", name="Late")
    expect(late).to_be_checked()
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]

    feed = site.fetch("/calendar/sessions.ics")
    assert feed.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Safer livestreams" in feed
    assert "meet.example.org" not in feed


def test_registering_and_cancelling_without_javascript(site: Site, visit: Visit) -> None:
    staff, guest = visit(), visit(java_script_enabled=False)
    path = schedule(staff, site, "Crisis response online", seats=5)

    register(
        guest, path, ("Amara Okafor", "amara@example.org"), ("Bilal Khan", "bilal@example.org")
    )
    expect(guest.get_by_role("heading", level=1)).to_have_text("You have 2 seats")

    mail = mail_to(site, "bilal@example.org", subject="Crisis response online")
    guest.goto(link_in(mail, site))
    guest.get_by_role("link", name="Cancel this registration").click()
    guest.get_by_role("button", name="Cancel my registration").click()

    mail_to(site, "bilal@example.org", subject="(?i:cancel)")
    staff.reload()
    staff.locator("main details summary").last.click()
    gave_up = staff.locator("main details").last
    expect(gave_up.get_by_role("row", name=re.compile("Bilal Khan"))).to_be_visible()


def test_marking_attendance_without_javascript(site: Site, visit: Visit) -> None:
    staff, guest = visit(), visit()
    path = schedule(staff, site, "Moderating hard conversations", seats=5)
    register(guest, path, ("Amara Okafor", "amara@example.org"))
    phone = visit(viewport=PHONE, java_script_enabled=False)

    sign_in(phone, site.trainer)
    phone.get_by_role("link", name="Moderating hard conversations", exact=True).click()
    group = phone.get_by_role("group", name="Amara Okafor")
    group.get_by_role("radio", name="Present").check(force=True)
    phone.get_by_role("button", name="Save").last.click()

    group = phone.get_by_role("group", name="Amara Okafor")
    expect(group.get_by_role("radio", name="Present")).to_be_checked()
    expect(phone.get_by_text("1 of 1 marked")).to_be_visible()
