"""Files of rows: what is understood, and what each that is not is told."""

import codecs
import csv
import io
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from training.cells import guard
from training.imports.errors import TooLargeFileError, UnreadableFileError
from training.imports.table import MAX_BYTES, MAX_ROWS, Table, TableRow, read_table

TEXT = 'name;city\n"Müller; Söhne";Köln\n\n"two\nlines";"say ""yes"""\n'
READ = Table(
    header=("name", "city"),
    rows=(
        TableRow(number=2, cells=("Müller; Söhne", "Köln")),
        TableRow(number=4, cells=("two\nlines", 'say "yes"')),
    ),
)


def read(data: bytes) -> Table:
    return read_table(data, fits=lambda header: sum(name in {"name", "city"} for name in header))


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(data)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.replace("\n", "\r\n").replace("two\r\n", "two\n").encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        b"\xef\xbb\xbf" + TEXT.replace("name;city", "name;city;").encode(),
    ],
    ids=["UTF-8", "BOM", "CRLF", "UTF-16 LE", "UTF-16 BE", "a column without a name"],
)
def test_file_05_encodings_that_say_what_they_are_are_read(data: bytes) -> None:
    table = read(data)

    assert [name for name in table.header if name] == list(READ.header)
    assert table.rows == READ.rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_file_05_what_separates_the_cells_is_found_by_the_header(delimiter: str) -> None:
    # In the rows are more of the others than of this one.
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["city", "name"], ["a,b,c;d;e\tf\tg", "1"]])

    assert read(text.getvalue().encode()).rows[0].cells == ("a,b,c;d;e\tf\tg", "1")
    sep = f"sep={delimiter}\r\n".encode()
    assert read(sep + text.getvalue().encode()).rows[0] == TableRow(
        number=3, cells=("a,b,c;d;e\tf\tg", "1")
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n", "The file is empty."),
        (b"name,city\n,\n\n", "The file has a header, and no rows below it."),
        (b",,\n1,2,3\n", "The first row of the file has to name the columns."),
        (
            "name,city\nA,B\nJosé,C\n".encode("latin-1"),
            (
                "The file is not in UTF-8: see line 3, character 4. "
                "Save it as “CSV UTF-8” and send it again."
            ),
        ),
        (
            "name\nA\n".encode("utf-16-le"),
            (
                "The file holds a character that no text has (NUL): see line 1, character 2. "
                "Save it as “CSV UTF-8” and send it again."
            ),
        ),
        (
            codecs.BOM_UTF16_LE + "name\nAé".encode("utf-16-le") + b"\x00",
            (
                "The file is not in UTF-8: see line 2, character 3. "
                "Save it as “CSV UTF-8” and send it again."
            ),
        ),
        (
            codecs.BOM_UTF32_LE + "name".encode("utf-32-le"),
            "The file is in UTF-32. Save it as “CSV UTF-8” and send it again.",
        ),
    ],
    ids=["nothing", "BOM", "header only", "no header", "Latin-1", "UTF-16", "half", "UTF-32"],
)
def test_file_05_what_cannot_be_read_is_refused_with_its_place(data: bytes, told: str) -> None:
    assert refusal(data) == told


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b'name,city\nA,B\n"C,D\n' + b"E,F\n" * 50,
            (
                'A quotation mark (") is opened in row 3, which begins in line 3, and not closed: '
                "the rest of the file would be one cell."
            ),
        ),
        (
            b'name,city\n"A\nB",C\nD,"E\nF,"G"\n',
            (
                'The quotation marks (") of row 3, which begins in line 4, do not match. '
                "One inside a quoted cell is written twice."
            ),
        ),
        (
            b'name,city\nA,"' + b"x" * 131_073 + b'"\n',
            (
                "A cell of row 2, which begins in line 2, has more than 131072 characters. "
                'Perhaps a quotation mark (") is not closed there.'
            ),
        ),
        (b"name,city\nA,B\x00\n", "The file holds a character that no text has (NUL): "),
        (b"name" + b",x" * 100, "Row 1 has 101 columns; at most 100 can be read."),
        (b"name,city\nA" + b",x" * 9_999, "Row 2 has 10000 columns; at most 100 can be read."),
        (b"name\n" + b"A\n" * 10_001, "The file has more than 10000 rows. Send it in parts."),
        (b"name\n" + b"A" * MAX_BYTES, "The file is larger than 5 MB. Send it in parts."),
    ],
    ids=["unclosed", "unmatched", "long cell", "NUL", "header", "columns", "rows", "bytes"],
)
def test_file_08_what_is_out_of_bounds_is_refused_with_its_place(data: bytes, told: str) -> None:
    assert refusal(data).startswith(told)


def test_file_08_the_largest_file_is_read_and_memory_stays_within_bounds() -> None:
    full = b"name,city\n" + b"A,B\n" * MAX_ROWS
    commas = b"name\n" + b"," * (MAX_BYTES - 5)
    lines = b"name\n" + b"\n" * (MAX_BYTES - 5)

    assert len(read(full).rows) == MAX_ROWS
    tracemalloc.start()
    try:
        for data in (commas, lines, b'"' * MAX_BYTES, b"a," * 2_000_000):
            with pytest.raises(UnreadableFileError):
                read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30 * MAX_BYTES


def test_a_file_that_is_too_large_is_told_apart() -> None:
    with pytest.raises(TooLargeFileError):
        read(b"name\n" + b"A\n" * 10_001)


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300) | st.text(alphabet='a,;\t"\r\n\x00é', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        rows = read(data).rows
    except UnreadableFileError:
        rows = None

    assert rows is None or rows
    assert all(any(cell.strip() for cell in row.cells) for row in rows or ())


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), min_size=1))
@example(["+49 30 123", "-5", "@handle", "'quoted", "''-5", "007", "1E5", "2026-05-12", "=1+1"])
def test_file_04_what_is_exported_comes_back_as_it_was(texts: list[str]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([["name", "city"], *([guard(one), "x"] for one in texts)])

    table = read(codecs.BOM_UTF8 + text.getvalue().encode())

    assert [row.cells[0] for row in table.rows] == texts
