"""A trainer's day, on a phone, in a real browser against a real server."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.apps import create_test_app
from tests.browser.conftest import PHONE, Site, sign_in
from tests.factories import Make
from training.clock import utc_now
from training.db import db
from training.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Visit = Callable[..., Page]
TITLE = "Moderating hard conversations"


@pytest.fixture
def coming(site: Site, tmp_path: Path) -> None:
    """A session that begins in ten minutes: its one seat is taken, and one person waits."""
    with create_test_app(site.database_url, tmp_path).app_context():
        make = Make()
        trainer = db.session.scalars(sa.select(Person.id).filter_by(email=site.trainer)).one()
        session = make.training_session(
            title=TITLE,
            capacity=1,
            starts_at=utc_now() + timedelta(minutes=10),
            trainer_ids=(trainer,),
        )
        for name in ("Amara Okafor", "Bilal Khan"):
            make.registration(session, name=name, email=f"{name[0]}@example.org".lower())
        db.session.remove()
        db.engine.dispose()


def mark(page: Page, name: str, status: str) -> None:
    """Tap a mark, and wait until it is saved."""
    group = page.get_by_role("group", name=name)
    group.get_by_role("radio", name=status).check(force=True)
    expect(page.locator("[data-state-text]")).to_have_text("Saved")


def present(page: Page, name: str) -> None:
    """Expect that somebody is marked present on the sheet."""
    group = page.get_by_role("group", name=name)
    expect(group.get_by_role("radio", name="Present")).to_be_checked()


@pytest.mark.usefixtures("coming")
def test_a_trainer_marks_adds_somebody_at_the_door_and_takes_the_list_home(
    site: Site, visit: Visit
) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    sign_in(page, site.trainer)
    expect(page.get_by_role("region", name="Today")).to_contain_text(TITLE)
    page.get_by_role("link", name=TITLE, exact=True).click()

    mark(page, "Amara Okafor", "Late")
    page.context.set_offline(True)
    page.get_by_role("link", name="Add a person at the door").click()
    expect(page.get_by_role("alert")).to_contain_text("Adding a person needs the network")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_be_hidden()

    page.get_by_role("link", name="Add a person at the door").click()
    expect(page.get_by_label("From the waitlist").locator("option").nth(1)).to_have_text(
        "1. Bilal Khan"
    )
    page.get_by_label("Full name").fill("Dana Door")
    page.get_by_label("Overbook").check()
    page.get_by_label("Why is one more").fill("There is one more chair")
    page.get_by_role("button", name="Add and mark present").click()
    expect(page.get_by_text("Added, and marked present.")).to_be_visible()
    present(page, "Dana Door")
    expect(page.get_by_text("2 of 2 marked")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    staff = visit()
    sign_in(staff, site.coordinator)
    staff.goto(page.url)
    mark(staff, "Amara Okafor", "Absent")
    mark(page, "Dana Door", "Late")
    row = page.get_by_role("group", name="Amara Okafor")
    expect(row).to_contain_text("Marked by somebody else")
    expect(row.get_by_role("radio", name="Absent")).to_be_checked()

    row.locator("summary").click()
    row.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Marks of Amara Okafor")
    newest, oldest = (page.get_by_role("row").nth(number) for number in (1, 2))
    expect(newest).to_have_text(re.compile("Absent.*Cora Dean.*Corrected by staff", re.DOTALL))
    expect(oldest).to_have_text(re.compile("Late.*Tom Asha.*Attendance sheet", re.DOTALL))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("table", name="Who waits")).to_contain_text("Bilal Khan")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:4] == ["Name", "Organization", "Status", "Place in line"]
    assert [[row[0], row[2], row[3], row[4]] for row in rows] == [
        ["Amara Okafor", "Confirmed", "", "Absent"],
        ["Dana Door", "Confirmed", "", "Late"],
        ["Bilal Khan", "On the waitlist", "1", "Not marked"],
    ]


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.usefixtures("coming")
def test_the_door_and_the_list_without_javascript(site: Site, visit: Visit) -> None:
    page = visit(viewport=PHONE, java_script_enabled=False)
    sign_in(page, site.trainer)
    page.get_by_role("link", name=TITLE, exact=True).click()
    page.get_by_role("link", name="Add a person at the door").click()

    page.get_by_label("From the waitlist").select_option("1. Bilal Khan")
    page.get_by_label("Overbook").check()
    page.get_by_label("Why is one more").fill("There is one more chair")
    page.get_by_role("button", name="Add and mark present").click()

    present(page, "Bilal Khan")
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    assert download.value.suggested_filename.endswith("attendance.xlsx")
