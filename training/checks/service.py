"""Verifying the invariants."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from training.checks.queries import CHECKS
from training.checks.values import Finding
from training.db import db


def find_broken(*, now: datetime) -> Iterator[tuple[str, list[Finding]]]:
    """Run every check, one after the other.

    :return: the check's name with the rows that break it, which are none where all is well.
    """
    db.session.rollback()
    for name, check in CHECKS:
        _begin_snapshot()
        found = list(check(now))
        db.session.rollback()  # a long read keeps SQLite's WAL from shrinking
        yield name, found


def _begin_snapshot() -> None:
    """See one committed state through all statements of a check, however long it takes.

    On SQLite every reading transaction does.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        db.session.execute(sa.text("SET LOCAL statement_timeout = 0"))


def audit(*, now: datetime) -> list[Finding]:
    """Return every row that breaks an invariant."""
    return [finding for _name, found in find_broken(now=now) for finding in found]
