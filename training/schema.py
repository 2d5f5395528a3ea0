"""Which migrations there are, and which of them a database has, without what makes them.

Alembic takes memory and time that nobody needs but whoever migrates.
"""

from functools import cache
from pathlib import Path

import sqlalchemy as sa

#: Where the migrations lie.
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_TABLE = "alembic_version"
_CURRENT = sa.select(sa.column("version_num", sa.String)).select_from(sa.table(_TABLE))


class LaterSchemaError(Exception):
    """A later version of the program has migrated the database."""


@cache
def versions() -> tuple[str, ...]:
    """Return the numbers of all migrations, with which their files' names begin, in order."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def current(connection: sa.Connection) -> str | None:
    """Return the number of the last migration that a database has.

    :raise SQLAlchemyError: the database does not answer, or nobody ever migrated it.
    """
    number: str | None = connection.execute(_CURRENT).scalar_one_or_none()
    return number


def lacking(connection: sa.Connection) -> tuple[str, ...]:
    """Return the numbers of the migrations that a database lacks, in order.

    :raise LaterSchemaError: it has one that this program does not know.
    """
    has_any = sa.inspect(connection).has_table(_TABLE)
    number = current(connection) if has_any else None
    if number is None:
        return versions()
    if number not in versions():
        raise LaterSchemaError(number)
    return versions()[versions().index(number) + 1 :]
