"""The database: base class, UTC column, and the one way to write. See ADR 0004."""

import select
import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask import g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

from training.errors import BusyError, ConflictError, UnknownOutcomeError
from training.writing_turns import WAIT_SECONDS, turn_to_write

#: Names of constraints, so that a refusal can be told by name on both databases.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Shorter waits for the turn than this many seconds leave the database's own time-out as it is:
#: to tell it costs two statements.
_HARDLY_WAITED = 0.5
#: What every SQLite connection is told. WAL lets readers go on beside the writer; FULL makes an
#: acknowledged registration survive a power cut. Of a calendar's 200 entries no page is read twice
#: where 6,000 kB are kept; with SQLite's 2,000 it takes an eighth more of the processor.
PRAGMAS = (
    f"busy_timeout={int(WAIT_SECONDS * 1000)}",
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=FULL",
    "cache_size=-6000",
    "trusted_schema=OFF",
)
#: What every PostgreSQL connection is told, as options, because SETs would cost round trips.
POSTGRESQL_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=3s -c statement_timeout=15s"
    " -c idle_in_transaction_session_timeout=30s"
)

#: When a PostgreSQL that says nothing more, as after a power cut, is given up. Without this a
#: request would wait for a quarter of an hour.
POSTGRESQL_LINE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}

#: Busy, locked, disk trouble, and files that cannot be opened or written (for now).
_SQLITE_AWAY = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_IOERR",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
    "SQLITE_PROTOCOL",
)
#: Connection lost, out of resources, shut down or timed out, lock not available, serialization,
#: deadlock, idle too long, read-only (a standby).
_SQLSTATES_AWAY = ("08", "53", "57", "55P03", "40001", "40P01", "25P03", "25006")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Store an aware datetime as UTC and read it back aware.

    A naive datetime is a bug in the caller, never "probably UTC", so it is
    refused on the way in.
    """

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: pass an aware one")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)

    def result_processor(
        self, dialect: sa.Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        # A page reads hundreds: this takes a seventh of what reading and then replacing takes.
        return _read_utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_utc(text: str | None) -> datetime | None:
    """Read an instant as SQLite keeps it: "2026-05-12 11:00:00.000000"."""
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def _enum_values(kind: Any) -> list[str]:
    return [member.value for member in kind]


def enum_type(kind: type[StrEnum], *, name: str | None = None) -> sa.Enum:
    """Return the column type of a kind of word: a text, checked on both databases.

    :param name: of its CHECK, for the second column of one kind in a table.
    """
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=_enum_values,
    )


class Base(DeclarativeBase):
    """Base of every model.

    Models subclass this and not ``db.Model``: both share one registry, and this
    one is a class that mypy can see. The type map hangs on the registry because
    Flask-SQLAlchemy 3.1 copies the class body and SQLAlchemy refuses it twice.
    """

    registry = orm.registry(
        metadata=sa.MetaData(naming_convention=NAMING_CONVENTION),
        type_annotation_map={
            datetime: UtcDateTime(),
            StrEnum: enum_type(StrEnum),
        },
    )


# Not expired on commit: what a page loaded stays readable after transaction() ended the read.
db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)

#: Run in every transaction just before COMMIT; ``changes`` puts itself here.
before_commit: list[Callable[[], None]] = []
#: The conflict that each named constraint stands for. A feature enters its own beside its model.
conflicts: dict[str, Callable[[], ConflictError]] = {}

#: Both engines know INSERT ... ON CONFLICT DO NOTHING; SQLAlchemy spells it for each.
INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def engine_options(url: sa.URL) -> dict[str, Any]:
    """Return how SQLAlchemy is to connect: no request waits for ever, on either engine."""
    if url.get_backend_name() == "sqlite":
        return {"pool_timeout": WAIT_SECONDS}
    return {
        "pool_size": 4,
        "max_overflow": 4,
        "pool_timeout": WAIT_SECONDS,
        "connect_args": {"options": POSTGRESQL_OPTIONS, **POSTGRESQL_LINE},
    }


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block wrote, or roll all of it back.

    Entry points (views, commands, jobs) open one around each service call;
    services flush and never commit. What was loaded before is not used inside.

    :raise RuntimeError: inside another one, or with changes that are not written yet.
    :raise BusyError: the database is busy or away, and nothing was kept.
    :raise UnknownOutcomeError: the connection broke during COMMIT, and nobody knows whether it was
        kept: a submission's key makes sending again safe.
    :raise ConflictError: a named constraint refused; see ``conflicts``.
    """
    session = db.session()
    if "changes" in session.info:
        raise RuntimeError("transaction() does not nest: let the entry point open the only one")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes made before transaction(): make them inside")
    try:
        if session.in_transaction():
            session.commit()  # ends the read of the sign-in lookup; there is nothing to write
        # Else a row that was read before would keep its old values, though the lock came since.
        # What a page loaded stays readable; it is just no longer this session's.
        session.expunge_all()
        with turn_to_write(db.engine) as waited:
            session.info["changes"] = deque()
            try:
                _begin_writing(session, waited)
                yield
                for run in before_commit:
                    run()
                _commit(session)
            except BaseException:
                session.rollback()  # before the next writer's turn
                raise
            finally:
                session.info.clear()
    except sa.exc.SQLAlchemyError as error:
        if meant := _translate(error):
            raise meant from error
        raise


def core() -> sa.Connection:
    """Return the connection of this unit of work, for statements on tables.

    ``db.session.execute`` asks first what of the ORM a statement wants, which costs as much again
    as running a small one. Writes nothing that was only added to the session: flush it before.
    """
    session = db.session()
    connection: sa.Connection | None = session.info.get("connection")
    if connection is None or connection.closed:  # outside transaction(), or after a rollback
        connection = session.info["connection"] = _reading(session)
    return connection


def _reading(session: orm.Session) -> sa.Connection:
    """Return a connection to read from, on PostgreSQL without BEGIN and ROLLBACK.

    Each of them would take as long as a small SELECT. There a statement sees what was committed
    when it began, whether in a transaction or not.
    """
    if session.in_transaction() or session.get_bind().dialect.name == "sqlite":
        return session.connection()
    return session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def insert_rows(statement: sa.Insert, rows: Sequence[Mapping[str, Any]]) -> sa.CursorResult[Any]:
    """Insert at least one row: :func:`core`, and one alone without the price of many.

    :raise RuntimeError: outside ``transaction()``.
    """
    if "changes" not in db.session.info:
        raise RuntimeError("transaction() is missing: nothing is written without one")
    return core().execute(statement, rows if len(rows) > 1 else rows[0])


def _commit(session: orm.Session) -> None:
    session.flush()  # what a constraint refuses is refused here, before the commit
    try:
        session.commit()
    except sa.exc.DBAPIError as error:
        # SQLite answers in this process, and a refused commit is none.
        if error.connection_invalidated and db.engine.dialect.name != "sqlite":
            g.is_perhaps_kept = True
            raise UnknownOutcomeError from error
        raise
    g.is_perhaps_kept = True


def is_perhaps_kept() -> bool:
    """Tell whether something was committed in this context, or may have been.

    Whoever reports a fault that came later must not say that nothing was kept.
    """
    return "is_perhaps_kept" in g


def _begin_writing(session: orm.Session, waited: float) -> None:
    """Begin for writing at once: a read that turns into a write fails on a stale snapshot."""
    session.info["connection"] = session.connection(
        execution_options={"begin": "IMMEDIATE", "waited": waited}
    )


@sa.event.listens_for(sa.Engine, "connect")
def _configure_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # the driver must not begin by itself
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


@sa.event.listens_for(sa.Engine, "checkout")
def _drop_if_dead(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have connections made anew where PostgreSQL closed this one: it said so before it did.

    To ask each time, as SQLAlchemy would, costs every request a round trip.
    """
    if isinstance(connection, sqlite3.Connection):
        return
    if connection.closed or _has_said_something(connection):
        raise sa.exc.InvalidatePoolError


def _has_said_something(connection: Any) -> bool:
    if sys.platform == "win32":
        return bool(select.select([connection], [], [], 0)[0])
    poll = select.poll()  # select() knows no more than 1,024 descriptors
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


@sa.event.listens_for(sa.Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    waited = options.get("waited", 0.0)
    late = waited > _HARDLY_WAITED
    # exec_driver_sql, or SQLAlchemy would not wrap what the driver raises. A turn that came late
    # leaves less time to wait for the database, so that both together stay within the limit.
    if late:
        rest = max(1, int((WAIT_SECONDS - waited) * 1000))
        connection.exec_driver_sql(f"PRAGMA busy_timeout={rest}")
    try:
        connection.exec_driver_sql(f"BEGIN {options.get('begin', 'DEFERRED')}")
    finally:
        if late:
            connection.exec_driver_sql(f"PRAGMA {PRAGMAS[0]}")


def is_away(error: BaseException) -> bool:
    """Tell "the database is busy or away, try later" from a mistake of ours, on both engines."""
    if isinstance(error, BusyError | sa.exc.TimeoutError):  # the second: no free connection
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")  # such as SQLITE_BUSY_SNAPSHOT
        return name.startswith(_SQLITE_AWAY)
    state = getattr(cause, "sqlstate", None)
    if state is None:  # no server answered
        return error.connection_invalidated or isinstance(error, sa.exc.OperationalError)
    return str(state).startswith(_SQLSTATES_AWAY)


def _translate(error: sa.exc.SQLAlchemyError) -> Exception | None:
    """Return what the database's error means to the caller, or None if it is a bug of ours."""
    if is_away(error):
        return BusyError()
    conflict = conflicts.get(constraint_name(error) or "")
    return conflict() if conflict else None


def constraint_name(error: BaseException) -> str | None:
    """Return the constraint that refused, or None.

    PostgreSQL gives the name; SQLite gives it for a CHECK, and the columns for a unique key.
    """
    if not isinstance(error, sa.exc.IntegrityError):
        return None
    diag = getattr(error.orig, "diag", None)
    if diag is not None:
        name: str | None = diag.constraint_name
        return name
    kind, _, detail = str(error.orig).partition(" constraint failed: ")
    if kind != "UNIQUE":
        return detail
    columns = set(detail.split(", "))
    for table in Base.metadata.tables.values():
        keys: list[sa.Index | sa.UniqueConstraint] = [i for i in table.indexes if i.unique]
        keys += [key for key in table.constraints if isinstance(key, sa.UniqueConstraint)]
        for key in keys:
            if {str(column) for column in key.columns} == columns:
                return str(key.name)
    return None
