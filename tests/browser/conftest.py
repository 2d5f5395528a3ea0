"""A real server with an account of each kind, and a real browser."""

import email.parser
import email.policy
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.apps import SECRET_KEY, create_test_app
from tests.browser.demo import Filled, make_demo
from tests.databases import Databases
from tests.factories import PASSWORD, Make
from tests.server.running import serving
from training.clock import utc_now
from training.db import db
from training.notifications.jobs import send_due

PHONE = {"width": 360, "height": 740}
#: Milliseconds; the machine may be busy with other tests.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@dataclass
class Site:
    """Where the server answers, whose mails lie where, and who can sign in."""

    address: str
    database_url: str
    mails: Path
    coordinator: str
    trainer: str
    trainer_name: str
    #: Of the one organization.
    representative: str
    #: Sessions that a test had staff schedule.
    scheduled: int = 0

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Return the mails that were sent to somebody, oldest first."""
        found = sorted(self.mails.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        parser = email.parser.BytesParser(policy=email.policy.default)
        mails = [parser.parsebytes(path.read_bytes()) for path in found]
        return [mail for mail in mails if address in str(mail["To"])]

    def send_mails(self) -> None:
        """Send what is due at once: the server's own sender looks only every few seconds."""
        with self._beside.app_context():
            send_due(now=utc_now(), limit=100)
            db.session.remove()
            db.engine.dispose()

    @cached_property
    def _beside(self) -> Flask:
        return create_test_app(self.database_url, self.mails.parent)

    def fetch(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path) as answer:  # noqa: S310 -- our own server
            text: str = answer.read().decode()
        return text


@pytest.fixture
def site(engine: str, databases: Databases, tmp_path: Path) -> Iterator[Site]:
    """The product as it is served, on the engine's database, with a coordinator and a trainer."""
    environ = {"TRAINING_INSTANCE": str(tmp_path), "TRAINING_SECRET_KEY": SECRET_KEY}
    url = databases.make(engine, tmp_path)
    if engine == "postgresql":
        environ["TRAINING_DATABASE_URL"] = url
    with create_test_app(url, tmp_path).app_context():
        make = Make()
        make.coordinator(name="Cora Dean", email="cora@example.org")
        make.trainer(name="Tom Asha", email="tom@example.org")
        aid = make.organization("Aid")
        make.representative(aid, name="Rita Moreno", email="rita@example.org")
        db.session.remove()
        db.engine.dispose()
    with serving(tmp_path, "--workers", "1", **environ) as server:
        server.wait_for_line()
        yield Site(
            address=f"http://127.0.0.1:{server.port}",
            database_url=url,
            mails=tmp_path / "mail",
            coordinator="cora@example.org",
            trainer="tom@example.org",
            trainer_name="Tom Asha",
            representative="rita@example.org",
        )
    databases.drop(url)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The demo, for whatever looks at many of its pages; served by whoever does."""
    return make_demo(tmp_path_factory.mktemp("demo"))


def is_noise(said: ConsoleMessage) -> bool:
    """Tell whether the browser complains; a form that is refused and shown again is no reason."""
    is_refusal = re.search(r"status of (409|422)\b", said.text) is not None
    return said.type == "error" and not is_refusal


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open the site as one more person: ``visit(viewport=PHONE, java_script_enabled=False)``."""
    contexts: list[BrowserContext] = []
    noise: list[str] = []

    def open_one(**options: Any) -> Page:
        context = chromium.new_context(
            base_url=site.address, locale="en-GB", timezone_id="Europe/Paris", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("console", lambda said: noise.append(said.text) if is_noise(said) else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert noise == []


def sign_in(page: Page, email: str) -> None:
    """Sign in as a person would."""
    page.goto("/account/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    place = {"tom": "trainer", "rita": "organization"}.get(email.partition("@")[0], "staff")
    page.wait_for_url(f"**/{place}/**")
