"""Asking, answering and reading what was answered: on a laptop, and on a phone with script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site
from tests.browser.test_journey import Visit, schedule

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def ask(page: Page, label: str, *, kind: str = "", choices: str = "", needed: bool = False) -> None:
    """Add a question on the page of a session's questions."""
    page.get_by_role("textbox", name="Question", exact=True).fill(label)
    if kind:
        page.get_by_label("How it is answered").select_option(label=kind)
    page.get_by_label("What can be chosen").fill(choices)
    if needed:
        page.get_by_label("An answer is needed").check()
    page.get_by_role("button", name="Add question").click()
    expect(page.get_by_text("Added.")).to_be_visible()


def test_asking_registering_two_on_a_phone_and_reading_their_answers(
    site: Site, visit: Visit
) -> None:
    staff, phone = visit(), visit(viewport=PHONE)
    path = schedule(staff, site, "Safer livestreams", seats=5)
    staff.get_by_role("link", name="Questions to those who register").click()
    ask(staff, "Remarks")
    ask(staff, "Food", kind="One of several answers", choices="Meat\nNo meat", needed=True)
    staff.get_by_role("button", name="Ask “Food” earlier").click()
    assert [one.inner_text() for one in staff.locator("ol .line__title").all()] == [
        "Food An answer is needed",
        "Remarks",
    ]

    phone.goto(path)
    phone.get_by_role("link", name=re.compile("Register")).first.click()
    phone.get_by_role("button", name="Add another person").click()
    for number, name in enumerate(("Ana", "Bo")):
        phone.locator(f"[name=people-{number}-name]").fill(name)
        phone.locator(f"[name=people-{number}-email]").fill(f"{name.lower()}@example.org")
    phone.get_by_label("Food").first.select_option("Meat")
    second = phone.get_by_role("group", name="Person 2")
    second.get_by_text("1 more question, if you like").click()
    second.get_by_label("Remarks").fill("By train")
    phone.locator("[name=consent]").check()
    phone.get_by_role("button", name=re.compile("^Register 2")).click()
    expect(phone.get_by_role("link", name="Row 2: “Food” needs an answer.")).to_be_visible()
    expect(second.get_by_label("Remarks")).to_have_value("By train")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    second.get_by_label("Food").select_option("No meat")
    phone.get_by_role("button", name=re.compile("^Register 2")).click()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    phone.wait_for_url("**/registered/**")

    staff.get_by_role("link", name="Safer livestreams").first.click()
    staff.goto(f"{staff.url.partition('?')[0]}?column=answers")
    seated = staff.get_by_role("table").first
    expect(seated.get_by_role("row", name=re.compile("Ana"))).to_contain_text("Meat")
    expect(seated.get_by_role("row", name=re.compile("Bo"))).to_contain_text("No meat")
    expect(seated.get_by_role("row", name=re.compile("Bo"))).to_contain_text("By train")
    with staff.expect_download() as taken:
        staff.get_by_role("button", name="CSV").click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert '"Food","Remarks"' in lines[0]
    assert [line.endswith(('"Meat",""', '"No meat","By train"')) for line in lines[1:]] == [
        True
    ] * 2
