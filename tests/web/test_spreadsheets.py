"""Tables as files: read back by other programs' readers, cell by cell."""

import contextlib
import csv
import io
import zipfile
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Response
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tests.test_cells import AWKWARD, SIGNS
from training.cells import unguard
from training.web.spreadsheets import FORMATS, csv_file, xlsx_file

HOSTILE = [
    '=HYPERLINK("https://example.org","click")',
    "=cmd|' /C calc'!A0",
    "https://example.org/",
    "mailto:ada@example.org",
    "{=SUM(A1)}",
    "<r>",
    "<r></r>",
    "<r><t>a & b</t></r>",
    "<r>&</r>",
    "_x000D_",
    "Ada\u0301 \U0001f600",
]
#: What a form or an import may have stored: any line, tabs and line ends.
TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff"))


def bytes_of(response: Response) -> bytes:
    """Return what is sent, and close the answer as a server does."""
    with contextlib.closing(response):
        return response.get_data()


def rows_of_csv(text: str) -> list[list[str]]:
    return [[unguard(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def test_a_csv_file_is_what_rfc_4180_says_and_begins_as_excel_wants() -> None:
    response = csv_file("people.csv", ["Name", "Ticket"], [["Ada, “A”", 7], ['say "hi"', None]])

    assert response.mimetype == "text/csv"
    assert (
        response.get_data()
        == ('\ufeff"Name","Ticket"\r\n"Ada, “A”",7\r\n"say ""hi""",""\r\n').encode()
    )


@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_file_01_a_formula_stands_in_quotes_behind_the_sign_for_text(sign: str) -> None:
    response = csv_file("people.csv", ["Name"], [[f"{sign}1+1"]])

    assert f'"\'{sign}1+1"\r\n' in response.get_data().decode()


@settings(deadline=None)  # the machine may be busy
@given(st.lists(TEXTS, min_size=1, max_size=5))
@example(AWKWARD)
@example(HOSTILE)
def test_file_04_what_goes_into_a_csv_file_comes_back(texts: list[str]) -> None:
    response = csv_file("people.csv", [f"{n}" for n in range(len(texts))], [texts])

    assert rows_of_csv(response.get_data().decode("utf-8-sig"))[1] == texts


def test_a_csv_file_is_sent_while_its_rows_are_still_made() -> None:
    made = 0

    def rows() -> list[int]:
        nonlocal made
        made += 1
        return [made]

    response = csv_file("people.csv", ["Number"], (rows() for _ in range(2_000)))
    first = next(iter(response.response))

    assert first == b'\xef\xbb\xbf"Number"\r\n'
    assert made <= 500


def test_file_02_a_workbook_holds_texts_and_no_formulas() -> None:
    response = xlsx_file("people.xlsx", ["=1+1", "Ticket"], [[text, 7] for text in HOSTILE])
    data = bytes_of(response)

    with zipfile.ZipFile(io.BytesIO(data)) as files:
        sheet = files.read("xl/worksheets/sheet1.xml").decode()
        names = files.namelist()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert not any("hyperlink" in name or "_rels/sheet" in name for name in names)
    rows = list(openpyxl.load_workbook(io.BytesIO(data))["Sheet1"].iter_rows())
    assert [[(cell.data_type, cell.value) for cell in row] for row in rows[:2]] == [
        [("s", "=1+1"), ("s", "Ticket")],
        [("s", HOSTILE[0]), ("n", 7)],
    ]
    assert [unescape(str(row[0].value)) for row in rows[1:]] == HOSTILE
    assert response.content_length == len(data)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(TEXTS, min_size=1, max_size=5))
@example(AWKWARD)
def test_file_04_what_goes_into_a_workbook_comes_back(texts: list[str]) -> None:
    response = xlsx_file("people.xlsx", [f"{n}" for n in range(len(texts))], [texts])

    book = openpyxl.load_workbook(io.BytesIO(bytes_of(response)))
    assert [unescape(str(cell.value or "")) for cell in book["Sheet1"][2][: len(texts)]] == texts


def test_a_workbook_that_nobody_waits_for_leaves_no_file_open() -> None:
    """One that stays open fails the test: by a warning, when the answer is forgotten."""
    response = xlsx_file("people.xlsx", ["Name"], [["Ada"]])

    response.close()

    assert list(response.response) == []


def test_a_row_that_cannot_be_made_is_the_callers_to_hear_of() -> None:
    with pytest.raises(ZeroDivisionError):
        xlsx_file("people.xlsx", ["Name"], ([1 // n] for n in (1, 0)))


@pytest.mark.parametrize(
    ("filename", "plain", "own"),
    [
        pytest.param("Safer livestreams.csv", "safer-livestreams.csv", None, id="plain"),
        pytest.param("Écoute & aide.csv", "ecoute-aide.csv", None, id="accents"),
        pytest.param("تدريب.csv", "download.csv", None, id="another script"),
        pytest.param("../../etc/passwd.csv", "etc-passwd.csv", "etc passwd.csv", id="a path"),
        pytest.param("C:\\x.csv", "c-x.csv", "C x.csv", id="a drive"),
        pytest.param('a"b\r\nX-Evil: 1.csv', "a-b-x-evil-1.csv", "a b X-Evil 1.csv", id="a header"),
        pytest.param("a\u202egpj.csv", "agpj.csv", "agpj.csv", id="turned around"),
        pytest.param(".htaccess.csv", "htaccess.csv", "htaccess.csv", id="a dot file"),
    ],
)
def test_file_13_the_name_of_a_file_is_harmless_and_readable(
    filename: str, plain: str, own: str | None
) -> None:
    response = csv_file(filename, ["Name"], [])

    begin, _, encoded = response.headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert begin == f'attachment; filename="{plain}"'
    assert unquote(encoded) == (own or filename)


def test_file_13_a_long_name_is_cut_and_keeps_its_ending() -> None:
    response = csv_file("x" * 5_000 + ".csv", ["Name"], [])

    assert f"UTF-8''{'x' * 120}.csv" in response.headers["Content-Disposition"]


def test_both_formats_go_by_their_endings() -> None:
    types = {}
    for ending, make in FORMATS.items():
        with contextlib.closing(make(f"a.{ending}", ["Name"], [])) as response:
            types[ending] = response.mimetype

    assert types == {
        "csv": "text/csv",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
