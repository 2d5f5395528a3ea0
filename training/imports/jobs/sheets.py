"""A file from its bytes to its end: read, foretold, and brought in when somebody confirms.

Everything is read and checked first, outside any transaction. What is written is then written in
parts, each a transaction of about a second, so that nobody has to wait for a long one. A file of
one part is brought in whole or not at all. Of a larger one, a part that fails (the database went
away, or somebody changed what was checked a moment ago) leaves those before it written: the
result says so, and the same file may be sent again, because what is here already stays untouched.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import current_app

from training.db import transaction
from training.errors import DomainError
from training.imports import service
from training.imports.errors import RefusedRowsError
from training.imports.ics import is_calendar, read_calendar
from training.imports.results import Result, result_of
from training.imports.sheets import read_sheet
from training.imports.values import Draft, Kind, Options, Outcome, Report, Row, Sheet

#: Rows that need nothing to be written.
_SETTLED = frozenset({Outcome.UNCHANGED, Outcome.LEFT_OUT, Outcome.REFUSED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What would become of a file, as things are now."""

    #: In the order of the file.
    rows: tuple[Row, ...]
    unused: tuple[str, ...]
    #: What is to be written, in parts.
    parts: tuple[Sequence[Draft], ...]

    @property
    def result(self) -> Result:
        return result_of(self.rows)


def preview(kind: Kind, content: bytes, options: Options) -> Preview:
    """Read a file and foretell what would become of it; writes nothing.

    :raise UnreadableFileError: it is no table, or its columns are not those of this kind.
    """
    sheet = _read(kind, content, options)
    planned = {row.number: row for row in service.plan(kind, sheet.drafts, options)}
    to_write = [draft for draft in sheet.drafts if planned[draft.row].outcome not in _SETTLED]
    rows = [*planned.values(), *sheet.refused]
    return Preview(
        rows=tuple(sorted(rows, key=lambda row: row.number)),
        unused=sheet.unused,
        parts=tuple(service.batches(kind, to_write)),
    )


def receive(kind: Kind, name: str | None, content: bytes, options: Options) -> int:
    """Keep a file until it is confirmed, if it can be read; nothing stays of one that cannot.

    :param name: as it came; it is only ever shown.
    :return: the number under which it is kept.
    :raise UnreadableFileError: as :func:`preview`.
    """
    _read(kind, content, options)
    with transaction():
        return service.keep(kind, name, content, uploaded_by=options.actor_id, now=options.now)


def _read(kind: Kind, content: bytes, options: Options) -> Sheet:
    locale = current_app.extensions["settings"].locale
    if kind is Kind.SESSIONS and is_calendar(content):
        return read_calendar(content, options=options.calendar, locale=locale, now=options.now)
    return read_sheet(kind, content, locale=locale)


def bring_in_file(import_id: int, kind: Kind, content: bytes, options: Options) -> Report:
    """Bring a kept file in. May be called twice, or by two at once: one of them does it.

    :raise RefusedRowsError: rows are refused, and they are not to be left out; nothing is written.
    :raise ConfirmedBeforeError: somebody else did it, or is doing it.
    :raise BusyError: the database is busy or away; nothing was written.
    """
    foretold = preview(kind, content, options)
    _refuse_unless_all(foretold.rows, options)
    row_of = {row.number: row for row in foretold.rows}
    written = 0
    parts = foretold.parts or ((),)
    try:
        for number, part in enumerate(parts, start=1):
            with transaction():
                if number == 1:
                    service.claim(import_id, options)
                rows = service.write(kind, part, options) if part else []
                _refuse_unless_all(rows, options)
                after = row_of | {row.number: row for row in rows}
                if number == len(parts):
                    service.finish(import_id, result_of(list(after.values())), options)
            row_of = after
            written = number
    except DomainError as error:
        if not written:
            raise
        return _stop(import_id, row_of, _unwritten(parts[written:]), error, options)
    return _report(row_of)


def _refuse_unless_all(rows: Sequence[Row], options: Options) -> None:
    if not options.leave_out and any(row.outcome is Outcome.REFUSED for row in rows):
        raise RefusedRowsError


def _unwritten(parts: Sequence[Sequence[Draft]]) -> Iterator[int]:
    return (draft.row for part in parts for draft in part)


def _stop(
    import_id: int,
    row_of: Mapping[int, Row],
    unwritten: Iterator[int],
    error: DomainError,
    options: Options,
) -> Report:
    """Say what was written before a part failed."""
    rest = {
        number: replace(row_of[number], outcome=Outcome.REFUSED, note=error) for number in unwritten
    }
    row_of = {**row_of, **rest}
    with transaction():
        service.finish(import_id, result_of(list(row_of.values()), stopped=error), options)
    return _report(row_of)


def _report(row_of: Mapping[int, Row]) -> Report:
    return Report(rows=tuple(row for _number, row in sorted(row_of.items())), is_written=True)
