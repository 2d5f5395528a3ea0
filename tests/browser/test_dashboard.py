"""A coordinator's morning: what needs somebody is settled from the first page, and gone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import PHONE, Site, sign_in
from tests.browser.test_journey import Visit
from tests.factories import Make
from training.clock import utc_now
from training.db import db, transaction
from training.registrations import seats, service
from training.registrations.seats import Group
from training.sessions.values import SeatRules

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def morning(site: Site) -> Site:
    """Two sessions of the next days to which nobody is assigned, and two people who ask."""
    now = utc_now()
    with create_test_app(site.database_url, site.mails.parent).app_context():
        make = Make()
        for days, title in ((10, "Basics"), (11, "Practice")):
            starts_at = now + timedelta(days=days)
            session_id = make.training_session(
                title=title, starts_at=starts_at, capacity=None, now=now
            ).id
            with transaction():
                rules = SeatRules(needs_approval=True)
                seats.change_rules(session_id, rules, actor_id=None, now=now)
            with transaction():
                group = Group(participants=(make.participant(f"Ada of {title}"),), consent="1")
                service.register(session_id, group, now=now)
        db.session.remove()
        db.engine.dispose()
    return site


def assign(page: Page, title: str) -> None:
    """Give a session its trainer by the act at the end of its line."""
    lines = page.get_by_role("region", name="Needs you").get_by_role("listitem")
    line = lines.filter(has_text=title)
    expect(line).to_contain_text("No trainer")
    line.get_by_role("link", name="Assign a trainer").click()
    page.get_by_label("Tom Asha").check()
    page.get_by_role("button", name="Save changes").click()
    page.goto("/staff/")
    expect(lines.filter(has_text=title)).to_have_count(0)


def approve(page: Page, name: str) -> None:
    """Decide about somebody by the act at the end of the line that counts requests."""
    needs = page.get_by_role("region", name="Needs you")
    needs.get_by_role("link", name="Decide").click()
    page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Approve those ticked").click()
    expect(page.get_by_text("1 person has a seat.")).to_be_visible()
    expect(page.get_by_role("checkbox", name=name)).to_have_count(0)
    page.get_by_role("link", name="Today").first.click()


# What is shown hangs on no database; the other tests of these pages run on both.
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_needs_somebody_is_settled_and_gone(morning: Site, visit: Visit) -> None:
    wide = visit(viewport={"width": 1280, "height": 800})
    narrow = visit(viewport=PHONE, java_script_enabled=False)
    for page, title, left in ((wide, "Basics", 1), (narrow, "Practice", 0)):
        sign_in(page, morning.coordinator)
        page.wait_for_url("**/staff/")
        assign(page, title)
        needs = page.get_by_role("region", name="Needs you")
        expect(
            needs.get_by_text("asks for a seat" if not left else "ask for a seat")
        ).to_be_visible()
        approve(page, f"Ada of {title}")
        expect(needs.get_by_text("1 person asks for a seat")).to_have_count(left)

    page = narrow
    expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
