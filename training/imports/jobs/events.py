"""An import as a whole: all of it, or each event by itself, or none of it to see what would be."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from training.db import transaction
from training.errors import DomainError
from training.imports import service
from training.imports.values import ImportedSession, Outcome, Refused, Report, Row

logger = logging.getLogger(__name__)


class _UndoneError(Exception):
    """Ends a transaction that is not to be kept. Never leaves this module."""


def import_sessions(
    items: Iterable[ImportedSession | Refused],
    *,
    keep_going: bool,
    dry_run: bool,
    actor_id: int | None = None,
    now: datetime,
) -> Report:
    """Bring events in. May run as often as one likes: what is here already stays untouched.

    :param keep_going: each event in a transaction of its own, whatever becomes of the others;
        otherwise one refused event leaves nothing written.
    :param dry_run: do it all, and undo it.
    :param actor_id: who brings them in; None: the command.
    :raise BusyError: the database is busy or away; nothing was written.
    """
    if keep_going and not dry_run:
        return Report(
            rows=tuple(_alone(item, actor_id=actor_id, now=now) for item in items), is_written=True
        )
    rows: list[Row] = []
    is_written = False
    try:
        with transaction():
            rows.extend(_row(item, actor_id=actor_id, now=now) for item in items)
            if dry_run or any(row.outcome is Outcome.REFUSED for row in rows):
                _undo()
        is_written = True
    except _UndoneError:
        pass
    return Report(rows=tuple(rows), is_written=is_written)


def _undo() -> NoReturn:
    raise _UndoneError


def _alone(item: ImportedSession | Refused, *, actor_id: int | None, now: datetime) -> Row:
    if isinstance(item, Refused):
        return Row(outcome=Outcome.REFUSED, name=item.name, note=item.reason)
    try:
        with transaction():
            return service.bring_in(item, actor_id=actor_id, now=now)
    except DomainError as error:  # busy, too: the next run takes it
        logger.warning("event not imported", extra={"key": item.external.key, "code": error.code})
        return _refused(item, error)


def _row(item: ImportedSession | Refused, *, actor_id: int | None, now: datetime) -> Row:
    if isinstance(item, Refused):
        return Row(outcome=Outcome.REFUSED, name=item.name, note=item.reason)
    try:
        return service.bring_in(item, actor_id=actor_id, now=now)
    except DomainError as error:  # what it left half done goes with everything else
        return _refused(item, error)


def _refused(item: ImportedSession, error: DomainError) -> Row:
    return Row(outcome=Outcome.REFUSED, name=item.external.key, title=item.plan.title, note=error)
