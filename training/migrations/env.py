"""Runs the migrations on the application's own engine.

On SQLite, changing a table copies it and drops the old one, which would delete the rows that
point at it: foreign keys are off meanwhile, and checked before the commit.
"""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

#: Of PostgreSQL's advisory locks, ours: two hosts that migrate at once do it one after the other.
ADVISORY_LOCK = 7_262_417


def run_migrations() -> None:
    extension = current_app.extensions["migrate"]
    engine = extension.db.engine
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # On the driver's own connection: inside a transaction the pragma does nothing.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            _run(connection, extension.configure_args, is_sqlite=is_sqlite)
        finally:
            if is_sqlite:
                connection.rollback()
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


def _run(connection: Connection, arguments: dict[str, Any], *, is_sqlite: bool) -> None:
    if is_sqlite:
        connection = connection.execution_options(begin="IMMEDIATE")
    with connection.begin():
        if not is_sqlite:
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SET LOCAL statement_timeout = '10min'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        context.configure(
            connection=connection,
            target_metadata=current_app.extensions["migrate"].db.metadata,
            transactional_ddl=True,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"a migration left {len(broken)} rows that point at nothing")


run_migrations()
