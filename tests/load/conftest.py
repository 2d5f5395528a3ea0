"""Real servers on both engines, and an application of the test's own on the same database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.apps import SECRET_KEY, create_test_app
from tests.clients import IsolatedClient
from tests.databases import Databases
from tests.server.running import Server, serving
from training.db import db

Serve = Callable[[int], list[Server]]


@pytest.fixture
def app(engine: str, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An application of the test alone: its database lies where the servers look for it."""
    url = databases.make(engine, tmp_path)
    app = create_test_app(url, tmp_path)
    app.test_client_class = IsolatedClient
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def serve(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Serve]:
    """Start servers of two workers each on one database; on PostgreSQL each as on its own host."""
    with ExitStack() as running:

        def start(servers: int) -> list[Server]:
            db.session.rollback()  # PostgreSQL ends a transaction that is idle for so long
            started = []
            for number in range(servers):
                folder = tmp_path
                if servers > 1:
                    folder = tmp_path / f"host-{number}"
                    folder.mkdir()
                environ = {"TRAINING_INSTANCE": str(folder), "TRAINING_SECRET_KEY": SECRET_KEY}
                if not database_url.startswith("sqlite"):
                    environ["TRAINING_DATABASE_URL"] = database_url
                server = running.enter_context(serving(tmp_path, "--workers", "2", **environ))
                server.wait_for_line()  # one after the other: starting is what takes long
                started.append(server)
            return started

        yield start
