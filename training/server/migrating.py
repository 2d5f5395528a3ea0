"""Bringing a database up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask_migrate
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from flask import Flask

from training.db import db
from training.schema import MIGRATIONS

#: Any number that nothing else on the PostgreSQL server uses for an advisory lock.
_ADVISORY_LOCK = 0x54726E67


def prepare(app: Flask) -> None:
    """Give an application what Flask-Migrate needs of it, and its commands for developers."""
    flask_migrate.Migrate(
        app, db, directory=str(MIGRATIONS), render_as_batch=True, render_item=_render_item
    )


def _render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Keep migrations free of imports from this package."""
    if kind == "type" and type(item).__module__.startswith("training."):
        return "sa.DateTime()"
    return False


def upgrade(app: Flask) -> Iterator[tuple[int, int, str]]:
    """Make every pending migration; yield number, count and name before each.

    Two at once do no harm: the second waits, and finds nothing left to do.
    """
    with _alone():
        scripts = _pending(app)
        for number, script in enumerate(scripts, 1):
            yield number, len(scripts), script.doc
            flask_migrate.upgrade(revision=script.revision)


def _pending(app: Flask) -> list[Script]:
    """Return the migrations that the database lacks, in the order in which they are made."""
    scripts = ScriptDirectory(app.extensions["migrate"].directory)
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    return list(reversed(list(scripts.iterate_revisions("heads", current or "base"))))


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for whoever migrates the PostgreSQL database. SQLite's file has the instance's lock."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("SET lock_timeout = 0"))
        connection.execute(sa.text("SET statement_timeout = 0"))
        lock = {"number": _ADVISORY_LOCK}
        connection.execute(sa.text("SELECT pg_advisory_lock(:number)"), lock)
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:number)"), lock)
            connection.invalidate()  # its time-outs are switched off: not for the pool
