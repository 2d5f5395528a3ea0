"""Answers that are tables: CSV, and the file that spreadsheets write themselves (XLSX).

What was typed by strangers stands in both as text: nothing in it is run when the file is opened.
Rows are values that were read already; while they are sent, nothing asks the database.
"""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any
from urllib.parse import quote

from flask import Response

from training.cells import guard
from training.text import for_display, slug

#: What stands in a cell; None: nothing.
Cell = str | int | None
Row = Sequence[Cell]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Without it, Excel takes UTF-8 for the letters of its own country.
_BOM = "\ufeff"
#: Rows that are written together.
_CHUNK = 500
_CHUNK_BYTES = 65_536
#: Characters that no file system minds, of names in any script.
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_MAX_NAME = 120
#: Widest and narrowest column, in characters.
_NARROW, _WIDE = 10, 30

# Neither a formula nor a link is made of a text; the rest of the workbook waits in files.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
#: A text that begins and ends like this, the library takes for finished XML.
_RAW_BEGINS, _RAW_ENDS = "<r>", "</r>"


def csv_file(filename: str, header: Sequence[str], rows: Iterable[Row]) -> Response:
    """Return a CSV file (RFC 4180, in UTF-8) that is written while it is sent.

    :param filename: with its ending; shown to the reader, in any script.
    """
    response = Response(_csv(header, rows), mimetype="text/csv")
    return _as_download(response, filename)


def xlsx_file(filename: str, header: Sequence[str], rows: Iterable[Row]) -> Response:
    """Return a workbook of one sheet, whose memory does not grow with its rows.

    :param filename: as in :func:`csv_file`.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the answer
    try:
        _write_workbook(file, header, rows)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    response = Response(_chunks(file), mimetype=XLSX)
    response.call_on_close(file.close)  # of whoever goes away before it is sent
    response.content_length = size
    return _as_download(response, filename)


#: How a table can be taken home, by the ending of its file.
FORMATS: dict[str, Callable[[str, Sequence[str], Iterable[Row]], Response]] = {
    "csv": csv_file,
    "xlsx": xlsx_file,
}


def _csv(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    remaining = iter(rows)
    chunk: list[Row] = [header]
    begin = _BOM
    while chunk:
        text = io.StringIO(newline="")
        # Every text in quotes: what it begins with is then nobody's business but the reader's.
        csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerows(
            [guard(cell) if isinstance(cell, str) else cell for cell in row] for row in chunk
        )
        yield (begin + text.getvalue()).encode()
        begin = ""
        chunk = list(islice(remaining, _CHUNK))


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _write_workbook(file: IO[bytes], header: Sequence[str], rows: Iterable[Row]) -> None:
    import xlsxwriter  # noqa: PLC0415 -- 2 MB in each worker, and rarely asked for

    with xlsxwriter.Workbook(file, _OPTIONS) as workbook:  # closes its own files in any case
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.set_column(column, column, min(max(len(name) + 2, _NARROW), _WIDE))
        bold = workbook.add_format({"bold": True})
        for column, name in enumerate(header):
            _write_text(sheet, 0, column, name, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    _write_text(sheet, number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)


def _write_text(sheet: Any, row: int, column: int, text: str, *style: Any) -> None:
    if text.startswith(_RAW_BEGINS) and text.endswith(_RAW_ENDS):
        sheet.write_rich_string(row, column, text[0], text[1], text[2:], *style)
    elif text:
        sheet.write_string(row, column, text, *style)


def _as_download(response: Response, filename: str) -> Response:
    """Name the file: in its own letters (RFC 6266), and in plain ones for programs that are old."""
    name = _UNFIT.sub(" ", for_display(filename)).strip(" .")
    stem, _dot, ending = name.rpartition(".")
    stem = " ".join(stem.split())[:_MAX_NAME].strip()
    plain = f"{slug(stem, default='download')}.{ending}"
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(f'{stem}.{ending}')}"
    )
    return response
