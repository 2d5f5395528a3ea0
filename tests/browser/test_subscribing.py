"""Copying an address, and pressing a button twice: what scripts add, and what is there without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.apps import SECRET_KEY, create_test_app
from tests.factories import PASSWORD, Make
from tests.server.running import serving, training
from training.db import db

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
EMAIL = "tess@example.org"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running instance with a trainer."""
    folder = tmp_path_factory.mktemp("subscribing")
    environ = {"TRAINING_INSTANCE": str(folder), "TRAINING_SECRET_KEY": SECRET_KEY}
    assert training("migrate", **environ).returncode == 0
    app = create_test_app(f"sqlite:///{folder / 'training.sqlite'}", folder)
    with app.app_context():
        Make().trainer(email=EMAIL)
        db.session.remove()
        db.engine.dispose()
    with serving(folder, "--workers", "1", **environ) as server:
        server.wait_for_line()
        yield f"http://127.0.0.1:{server.port}"


def sign_in(page: Page) -> None:
    page.goto("/account/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_address_is_copied_also_after_the_filters_made_another(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(
        base_url=address, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    leaks: list[str] = []
    page.on("request", lambda asked: leaks.append(asked.url))
    page.goto("/calendar/")

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The address is copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.get_by_text("Only some of them").click()
    page.get_by_label("Delivery").select_option("online")
    narrowed = f"{address}/calendar/sessions.ics?delivery=online"
    expect(page.get_by_label("Address of the calendar", exact=True)).to_have_value(narrowed)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The address is copied.")).to_be_visible()

    assert copied == f"{address}/calendar/sessions.ics"
    assert page.evaluate("navigator.clipboard.readText()") == narrowed
    assert [url for url in leaks if not url.startswith(address)] == []
    context.close()


def test_without_script_the_address_can_be_selected_and_no_button_promises_more(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/calendar/")

    field = page.get_by_label("Address of the calendar", exact=True)
    expect(field).to_have_value(f"{address}/calendar/sessions.ics")
    field.select_text()
    expect(page.get_by_text("Copy", exact=True)).to_be_hidden()
    expect(page.get_by_role("img", name="QR code of the address of the calendar")).to_be_visible()
    page.get_by_text("Nextcloud", exact=True).click()
    expect(page.get_by_text("Paste the address.", exact=True)).to_be_visible()
    context.close()


def test_who_presses_twice_still_sees_the_address(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    sign_in(page)
    for button in ("Make an address", "Replace"):
        page.goto("/account/feeds")
        if button == "Make an address":
            page.get_by_label("Name").fill("My phone")
        with page.expect_navigation():
            page.get_by_role("button", name=button).evaluate(
                "button => { button.click(); setTimeout(() => button.click(), 10) }"
            )
        expect(page.get_by_label("Address of the calendar", exact=True)).to_be_visible()

    page.goto("/account/feeds")
    expect(page.get_by_role("button", name="Replace")).to_have_count(1)
    context.close()
