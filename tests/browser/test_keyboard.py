"""The main acts of the workplaces with the keyboard alone: no pointer, no script of the test."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import Site
from tests.browser.test_journey import Visit
from tests.factories import PASSWORD, Make
from training.clock import utc_now
from training.db import db
from training.people.models import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("engine", ["sqlite"]),
]

#: Whether the focus is on something that says so: an outline of its own or of what stands for it.
IS_SEEN = """() => {
  const one = document.activeElement;
  const shown = [one, one.nextElementSibling, one.closest("label")].filter(Boolean);
  const styles = (each) => [getComputedStyle(each), getComputedStyle(each, "::after")];
  const isRing = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return shown.flatMap(styles).some(isRing);
}"""
MOST_TABS = 120


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; wherever it stops on the way, it is seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # once around
        assert page.evaluate(IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def twin_day() -> date:
    """Return a day to come that is written the same with the month before it."""
    today = utc_now().date()
    days = (today + timedelta(days=count) for count in range(2, 400))
    return next(day for day in days if day.day == day.month)


def sign_in(page: Page, email: str) -> None:
    page.goto("/account/sign-in")
    tab_to(page, "[name=email]")
    page.keyboard.type(email)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_staff_make_a_session_and_hear_what_is_missing(site: Site, visit: Visit) -> None:
    page = visit()
    sign_in(page, site.coordinator)
    page.goto("/staff/schedule/")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()

    tab_to(page, "a[href$='/staff/sessions/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/sessions/new")
    tab_to(page, "[name=title]")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(re.compile("need(s)? your attention"))
    tab_to(page, "#errors a")
    target = page.evaluate("document.activeElement.hash")
    page.keyboard.press("Enter")
    expect(page.locator(target)).to_be_focused()

    page.goto("/staff/sessions/new")
    tab_to(page, "[name=title]")
    page.keyboard.type("Safer livestreams")
    tab_to(page, "[name=meetings-0-day]")
    page.keyboard.type(f"{twin_day():%d%m%Y}")
    tab_to(page, "[name=meetings-0-start]")
    page.keyboard.type("1000a")
    tab_to(page, "[name=meetings-0-end]")
    page.keyboard.type("1130a")
    tab_to(page, "[name=capacity]")
    page.keyboard.type("20")
    tab_to(page, "main .button.is-primary")
    page.keyboard.press("Space")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Safer livestreams")
    toast = page.locator("[data-toasts] [role=status]")
    expect(toast).to_have_count(1)
    tab_to(page, ".toast__close")
    page.keyboard.press("Enter")
    expect(toast).to_have_count(0)


def test_a_trainer_marks_who_is_there(site: Site, visit: Visit, tmp_path: Path) -> None:
    with create_test_app(site.database_url, tmp_path).app_context():
        make = Make()
        trainer = db.session.scalars(sa.select(Person.id).filter_by(email=site.trainer)).one()
        session = make.training_session(
            title="Safer livestreams",
            starts_at=utc_now() + timedelta(minutes=10),
            trainer_ids=(trainer,),
        )
        make.registration(session, name="Amara Okafor", email="amara@example.org")
        db.session.remove()
        db.engine.dispose()
    page = visit()
    sign_in(page, site.trainer)

    tab_to(page, "main a[href*='/trainer/meetings/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trainer/meetings/*")
    tab_to(page, ".mark-row input[type=radio]")
    page.keyboard.press("Space")

    expect(page.locator("[data-state-text]")).to_have_text("Saved")
    expect(
        page.get_by_role("group", name="Amara Okafor").get_by_role("radio", name="Present")
    ).to_be_checked()
