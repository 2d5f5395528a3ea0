"""One copy of the product: a folder, a database, and its server when it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import flask_migrate
from flask import Flask

from benchmarks.processes import Server, free_port, running
from training import instance
from training.app import create_app
from training.config import Settings, load
from training.db import db
from training.server import migrating

WORKERS = 2
SECRET_KEY = "a-secret-key-for-benchmarks-that-is-long-enough"


@dataclass(frozen=True)
class Site:
    """One copy of the product on this machine."""

    engine: str
    folder: Path
    #: None: SQLite, in the folder.
    database_url: str | None

    @cached_property
    def port(self) -> int:
        return free_port()

    @cached_property
    def environment(self) -> dict[str, str]:
        """What its commands are told."""
        variables = {
            "TRAINING_INSTANCE": str(self.folder),
            "TRAINING_BASE_URL": f"http://127.0.0.1:{self.port}",
            "TRAINING_SECRET_KEY": SECRET_KEY,
            # Each client may register as often as people behind one address do: they are many.
            "TRAINING_TRUSTED_PROXIES": "127.0.0.1",
        }
        if self.database_url:
            variables["TRAINING_DATABASE_URL"] = self.database_url
        return variables

    @cached_property
    def settings(self) -> Settings:
        return load(self.environment)

    @cached_property
    def app(self) -> Flask:
        """The application in this process, for making data and looking at it."""
        return create_app(self.settings)

    def migrate(self) -> None:
        """Make the database."""
        if self.settings.is_sqlite:
            with instance.locked(self.settings):
                instance.create(self.settings)
                instance.remember(self.settings)
        migrating.prepare(self.app)
        with self.app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """Run its server while the block runs."""
        with running(
            ["benchmarks.serving", str(self.port), str(WORKERS)],
            port=self.port,
            ready=b"Serving Training on",
            log=self.folder / "server.log",
            environment=self.environment,
        ) as server:
            yield server


def make_site(engine: str, folder: Path, database_url: str | None) -> Site:
    """Make an empty copy of the product."""
    folder.mkdir(parents=True)
    site = Site(engine, folder, database_url)
    site.migrate()
    return site
