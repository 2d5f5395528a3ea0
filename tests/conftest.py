"""Fixtures: the application on SQLite and on PostgreSQL, clients, counted statements."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from tests.browsers import CHROMIUM, FLAGS, NO_CHROMIUM
from tests.clients import IsolatedClient
from tests.databases import Databases, postgresql_server
from tests.factories import Make
from tests.shared_apps import SharedApps
from training.accounts.access import ACTIVITY
from training.db import db

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Both engines, with the tables made by the migrations once."""
    with postgresql_server() as server:
        yield Databases(server, tmp_path_factory.mktemp("templates"))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine; a test that asks for it runs on each."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def shared_apps(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedApps]:
    """Applications that the tests of this process use one after another."""
    shared = SharedApps(databases, tmp_path_factory.mktemp("shared"))
    yield shared
    shared.close()


@pytest.fixture
def app(engine: str, shared_apps: SharedApps, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database, with its context pushed for the test's own queries."""
    with shared_apps.lend(engine, tmp_path) as app:
        yield app
        for thread in threading.enumerate():
            if thread.name == ACTIVITY:  # it has a connection of its own
                thread.join(timeout=10)


@pytest.fixture
def database_url(app: Flask) -> str:
    """The empty database of the application."""
    url: sa.URL = app.config["SQLALCHEMY_DATABASE_URI"]
    return url.render_as_string(hide_password=False)


@pytest.fixture
def client(app: Flask) -> IsolatedClient:
    """A browser of somebody who is not signed in."""
    client = app.test_client()
    assert isinstance(client, IsolatedClient)
    return client


@pytest.fixture
def make(app: Flask) -> Make:
    """Makes what a test is not about."""
    return Make()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One real browser for all tests that need one; skips where there is none."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


#: Sent around every transaction; not what a page asks the database.
_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SET ", "PRAGMA", "SAVEPOINT", "RELEASE")


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Count what is sent to the database: ``with statements() as sent: ...``."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.upper().startswith(_NOT_COUNTED):
                sent.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)

    return listen
