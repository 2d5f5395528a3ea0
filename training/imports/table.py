"""A file of rows, as people send it: bytes in, rows of cells out, or why it cannot be read.

Understood are UTF-8, with or without a byte order mark, and UTF-16 with one; cells separated by
commas, semicolons or tabs, quoted as in RFC 4180. Anything else is refused with the place where
it was met: what is guessed wrong would be stored, and nobody would see it.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from training.cells import unguard
from training.errors import N_
from training.imports.errors import TooLargeFileError, UnreadableFileError

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
#: Spreadsheets write rows that somebody only looked at; so many are passed over.
MAX_EMPTY_ROWS = 100_000
MAX_COLUMNS = 100
#: Characters of one cell: what Python's reader takes, and four times what a spreadsheet holds.
MAX_CELL = 131_072

DELIMITERS = (",", ";", "\t")
#: Excel's own way to say how cells are separated, in a line before the header.
_SEPARATOR_LINE = re.compile("sep=(.)\r?\n?", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    """One row of cells."""

    #: As spreadsheets count: the header is row 1.
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What a file holds; rows without any text are left out."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(data: bytes, *, fits: Callable[[tuple[str, ...]], int]) -> Table:
    """Read a file.

    :param fits: how many columns of a header are known; of the ways to separate cells the one is
        taken whose header fits best.
    :raise TooLargeFileError: larger than we take, in one way or another.
    :raise UnreadableFileError: it is no such file.
    """
    if len(data) > MAX_BYTES:
        raise TooLargeFileError(
            N_("The file is larger than %(most)s MB. Send it in parts."), most=MAX_BYTES // 10**6
        )
    text = _decoded(data)
    if not text.strip():
        raise UnreadableFileError(N_("The file is empty."))
    delimiter, text, skipped = _separated(text, fits)
    records = _records(text, delimiter, first=1 + skipped)
    _number, cells = next(records)
    header = _header(cells)
    rows = _rows(records)
    if not rows:
        raise UnreadableFileError(N_("The file has a header, and no rows below it."))
    width = max([len(header), *(len(row.cells) for row in rows)])
    return Table(header=header + ("",) * (width - len(header)), rows=rows)


def _decoded(data: bytes) -> str:
    encoding, start = "utf-8", 0
    if data.startswith(_UTF32):
        raise UnreadableFileError(
            N_("The file is in UTF-32. Save it as “CSV UTF-8” and send it again.")
        )
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding, start = name, len(mark)
    try:
        text = data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        before = data[start : start + error.start].decode(encoding, errors="replace")
        line, column = _place(before)
        raise UnreadableFileError(
            N_(
                "The file is not in UTF-8: see line %(line)s, character %(column)s. "
                "Save it as “CSV UTF-8” and send it again."
            ),
            line=line,
            column=column,
        ) from error
    if "\0" in text:
        line, column = _place(text[: text.index("\0")])
        raise UnreadableFileError(
            N_(
                "The file holds a character that no text has (NUL): see line %(line)s, character "
                "%(column)s. Save it as “CSV UTF-8” and send it again."
            ),
            line=line,
            column=column,
        )
    return text


def _place(before: str) -> tuple[int, int]:
    """Return line and character, from 1, of what comes next."""
    lines = re.split("\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1


def _separated(text: str, fits: Callable[[tuple[str, ...]], int]) -> tuple[str, str, int]:
    """Return what separates the cells, the text from its header on, and the lines before it."""
    if (found := _SEPARATOR_LINE.match(text)) and found[1] in DELIMITERS:
        return found[1], text[found.end() :], 1
    best: tuple[int, int] | None = None
    chosen = DELIMITERS[0]
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error:  # said when the rows are read
            continue
        header = tuple(cell.strip() for cell in cells[:MAX_COLUMNS])
        quality = (fits(header), len(header))
        if best is None or quality > best:
            best, chosen = quality, delimiter
    return chosen, text, 0


def _records(text: str, delimiter: str, *, first: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its row's number; a line without anything is a row, too."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first
    while True:
        line = reader.line_num + first
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _malformed(str(error), row=number, line=line) from error
        if len(cells) > MAX_COLUMNS and any(islice(cells, MAX_COLUMNS, None)):
            raise TooLargeFileError(
                N_("Row %(row)s has %(count)s columns; at most %(most)s can be read."),
                row=number,
                count=len(cells),
                most=MAX_COLUMNS,
            )
        yield number, cells[:MAX_COLUMNS]
        number += 1


def _malformed(reason: str, *, row: int, line: int) -> UnreadableFileError:
    if "field limit" in reason:
        return TooLargeFileError(
            N_(
                "A cell of row %(row)s, which begins in line %(line)s, has more than %(most)s "
                'characters. Perhaps a quotation mark (") is not closed there.'
            ),
            row=row,
            line=line,
            most=MAX_CELL,
        )
    if "unexpected end" in reason:
        return UnreadableFileError(
            N_(
                'A quotation mark (") is opened in row %(row)s, which begins in line %(line)s, and '
                "not closed: the rest of the file would be one cell."
            ),
            row=row,
            line=line,
        )
    return UnreadableFileError(
        N_(
            'The quotation marks (") of row %(row)s, which begins in line %(line)s, do not match. '
            "One inside a quoted cell is written twice."
        ),
        row=row,
        line=line,
    )


def _header(cells: list[str]) -> tuple[str, ...]:
    names = [unguard(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableFileError(N_("The first row of the file has to name the columns."))
    return tuple(names)


def _rows(records: Iterator[tuple[int, list[str]]]) -> tuple[TableRow, ...]:
    rows: list[TableRow] = []
    for number, cells in records:
        is_empty = not any(cell.strip() for cell in cells)
        if is_empty and number <= MAX_EMPTY_ROWS:
            continue
        if is_empty or len(rows) == MAX_ROWS:
            raise TooLargeFileError(
                N_("The file has more than %(most)s rows. Send it in parts."), most=MAX_ROWS
            )
        rows.append(TableRow(number=number, cells=tuple(unguard(cell) for cell in cells)))
    return tuple(rows)
