"""Texts go into a cell and come back as they were; none of them is a formula."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from training.cells import guard, unguard

#: FILE-01, letter by letter.
SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "｜", "＝", "＋", "－", "＠"]

#: What people and programs really have in their columns.
AWKWARD = [
    "+49 30 123",
    "-5",
    "@handle",
    "'quoted",
    "''",
    "'",
    "'-5",
    "''-5",
    "007",
    "1E5",
    "2026-05-12",
    "12/05/2026",
    "=HYPERLINK(1)",
    "a, b; c",
    'say "yes"',
    "two\r\nlines",
    "",
    " = 1",
]


@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_file_01_what_a_spreadsheet_would_run_is_said_to_be_text(sign: str) -> None:
    assert guard(f"{sign}1+1") == f"'{sign}1+1"
    assert guard(sign) == f"'{sign}"


@pytest.mark.parametrize("text", ["", "Ada", "1=1", "a-b", "007", "1E5", "2026-05-12", "É"])
def test_file_01_what_is_no_formula_is_left_alone(text: str) -> None:
    assert guard(text) == text


@settings(deadline=None)  # the machine may be busy
@given(st.one_of(st.text(), st.text(alphabet=["'", *SIGNS, "1", "a"], max_size=6)))
def test_file_04_every_text_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", AWKWARD, ids=ascii)
def test_file_04_what_people_really_have_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["'Ada", "'007", "O'Brien", "Ada'", "'t Hooft"])
def test_file_04_a_sign_that_is_not_ours_stays(text: str) -> None:
    assert unguard(text) == text


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"))))
@example(AWKWARD)
def test_file_04_a_row_of_a_csv_file_comes_back(texts: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(["a row", *map(guard, texts)])

    [row] = csv.reader(io.StringIO(file.getvalue(), newline=""))

    assert [unguard(cell) for cell in row[1:]] == texts
