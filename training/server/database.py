"""Whether the database may be served: asked before the application is loaded."""

import sqlite3
import sys

import sqlalchemy as sa

from training import instance, schema
from training.config import Settings
from training.db import engine_options
from training.instance import InstanceError
from training.server.errors import ServerError


def check_database(settings: Settings, *, thorough: bool) -> None:
    """Look at the database file before it is opened. PostgreSQL looks after itself.

    :raise InstanceError: it is not there, or not sound.
    """
    if not settings.is_sqlite:
        return
    with instance.locked(settings):
        if not instance.check(settings, thorough=thorough):
            raise InstanceError(
                f"There is no database in {settings.instance} yet. Make it with: training migrate"
            )
        instance.remember(settings)


def refuse_unless_ready(settings: Settings) -> None:
    """Refuse a database that lacks changes, does not answer, or could lose what it is given.

    :raise ServerError: it does. Its text says so once, where each worker would say it.
    """
    url = sa.make_url(settings.database_url)
    engine = sa.create_engine(url, **engine_options(url))
    try:
        refuse_unless_migrated(engine)
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            problems = instance.unsafe_pragmas(raw) if isinstance(raw, sqlite3.Connection) else []
    except sa.exc.OperationalError as error:
        raise ServerError(f"The database does not answer: {error.orig}") from error
    finally:
        engine.dispose()
    if problems:
        raise ServerError(f"The database is not set up safely: {' '.join(problems)}")
    if settings.sqlite_path is None:
        return
    for warning in (
        instance.wal_reset_warning(),
        instance.network_drive_warning(settings.sqlite_path),
    ):
        if warning:
            sys.stderr.write(f"Warning: {warning}\n")


def refuse_unless_migrated(engine: sa.Engine) -> None:
    """Refuse a database that lacks tables or columns of this version.

    :raise ServerError: it does, or it does not answer.
    """
    try:
        with engine.connect() as connection:
            lacking = schema.lacking(connection)
    except sa.exc.OperationalError as error:
        raise ServerError(f"The database does not answer: {error.orig}") from error
    except schema.LaterSchemaError as error:
        raise ServerError(
            f"The database was migrated by a later version of Training, to {error}. "
            "Install that one."
        ) from error
    finally:
        engine.dispose()
    if lacking:
        raise ServerError(
            f"The database lacks {len(lacking)} of this version's changes. Make them with: "
            "training migrate"
        )
