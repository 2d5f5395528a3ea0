"""What a killed process leaves behind: a transaction that was never committed."""

import shutil
from pathlib import Path

import sqlalchemy as sa

from tests.model.world import World
from training.db import db, transaction
from training.errors import DomainError
from training.registrations import service
from training.registrations.seats import Group


class _Killed(BaseException):
    """Stands for the end of the process."""


def crash_while_registering(world: World, session: int) -> None:
    """Kill a writer just before COMMIT, and go on with what lies on the disk."""
    group = Group(participants=(world.make.participant(),), consent="1")
    before = world.snapshot()
    try:
        with transaction():
            service.register(world.sessions[session], group, now=world.now)
            _cut()
            _die()
    except (_Killed, DomainError):
        pass  # refused: it would have written nothing
    except sa.exc.DBAPIError:
        if db.engine.dialect.name == "sqlite":
            raise
    db.session.remove()
    db.engine.dispose()
    _reopen()
    assert world.snapshot() == before


def _die() -> None:
    raise _Killed


def _cut() -> None:
    """Take what another process would find now: on PostgreSQL the server sees the end itself."""
    if db.engine.dialect.name == "sqlite":
        for path in _files():
            if path.exists():
                shutil.copy(path, path.with_name(f"crashed-{path.name}"))
        return
    own = db.session.scalars(sa.text("SELECT pg_backend_pid()")).one()
    with db.engine.connect() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": own})


def _reopen() -> None:
    """Put the copy where the database was: its WAL has pages of what was not committed."""
    for path in _files():
        copy = path.with_name(f"crashed-{path.name}")
        if copy.exists():
            copy.replace(path)


def _files() -> list[Path]:
    if db.engine.dialect.name != "sqlite":
        return []
    path = str(db.engine.url.database)
    return [Path(path + suffix) for suffix in ("", "-wal")]
