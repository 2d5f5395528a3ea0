"""The schedule: narrowed, kept as a view, seen as a week, and several sessions moved at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import PHONE, Site, sign_in
from tests.factories import Make
from tests.times import DAY, TOMORROW
from training.db import db

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Visit = Callable[..., Page]


def _fill(site: Site, tmp_path: Any) -> None:
    """Make three sessions of one name, one of which clashes a week later, and another one."""
    with create_test_app(site.database_url, tmp_path).app_context():
        make = Make()
        asha = make.trainer(name="Asha")
        for number in range(3):
            make.training_session(
                title=f"Basics {number}",
                starts_at=TOMORROW + number * DAY,
                trainer_ids=(asha.person_id,) if number == 2 else (),
            )
        make.training_session(title="Else", starts_at=TOMORROW)
        make.training_session(
            title="In the way", starts_at=TOMORROW + 9 * DAY, trainer_ids=(asha.person_id,)
        )
        db.session.remove()
        db.engine.dispose()


def _titles(page: Page) -> list[str]:
    return page.locator("tbody th a").all_inner_texts()


# One engine: what the pages read and write is tried on both elsewhere.
@pytest.mark.parametrize("engine", ["sqlite"])
def test_narrowing_ticking_and_moving_by_a_week(site: Site, visit: Visit, tmp_path: Any) -> None:
    _fill(site, tmp_path)
    laptop = visit(viewport={"width": 1280, "height": 900})
    phone = visit(viewport=PHONE, java_script_enabled=False)

    # On a laptop, with a script: the list narrows while one types.
    sign_in(laptop, site.coordinator)
    laptop.goto("/staff/schedule/")
    laptop.get_by_label("Title").fill("basics")
    expect(laptop.locator("tbody th")).to_have_count(3)
    laptop.get_by_role("link", name="Keep this view").click()
    laptop.get_by_label("Name", exact=True).fill("Basics")
    laptop.get_by_role("button", name="Keep this view").click()
    expect(laptop.get_by_role("link", name="Basics", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    for title in ("Basics 0", "Basics 2"):
        laptop.get_by_label(f"Choose {title}").check()
    laptop.get_by_role("button", name="Move").click()
    row = laptop.get_by_role("row").filter(has_text="Basics 2")
    expect(row).to_contain_text("Left out. It would clash")
    expect(row).to_contain_text("In the way")
    laptop.get_by_label("Days later").fill("8")
    laptop.get_by_role("button", name="Show what happens").click()
    expect(laptop.get_by_text("Left out.")).to_have_count(0)
    laptop.get_by_role("button", name="Move 2 sessions").click()
    expect(laptop.get_by_text("Done: 2 sessions were changed.")).to_be_visible()

    # On a phone, without one.
    sign_in(phone, site.coordinator)
    phone.goto("/staff/schedule/")
    phone.get_by_label("Title").fill("basics")
    phone.get_by_role("button", name="Show").click()
    assert _titles(phone) == ["Basics 1", "Basics 0", "Basics 2"]
    phone.get_by_label("Choose Basics 1").check()
    phone.get_by_role("button", name="Move").click()
    phone.get_by_role("button", name="Move 1 session").click()
    expect(phone.get_by_text("Done: 1 session was changed.")).to_be_visible()
    phone.get_by_role("link", name="Back to the schedule").click()
    phone.get_by_role("link", name="Week").click()
    phone.get_by_role("link", name="Later").click()
    expect(phone).to_have_url(re.compile(r"view=week&week=\d{4}-W\d\d$"))
    later = phone.get_by_role("link", name="Later")
    if not phone.get_by_role("link", name="Basics 0").count():  # on the Monday after
        later.click()
    expect(phone.get_by_role("link", name="Basics 0").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
