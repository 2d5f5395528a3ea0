"""FILE-13: what is left of a name to be shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.imports.file_names import MAX_NAME, shown_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rows.csv", "rows.csv"),
        ("../../x", "x"),
        ("C:\\data\\Rows.CSV", "Rows.CSV"),
        ("CON", "CON"),
        ("a\0.png", "a.png"),
        ("a\r\nb\t.csv", "ab.csv"),
        ("\u202efdp.csv\u2066", "fdp.csv"),
        (".htaccess", "htaccess"),
        ("x" * 5_000, "x" * 119 + "…"),
        ("x" * 5_000 + ".csv", "x" * 115 + "….csv"),
        ("a." + "x" * 5_000, "a." + "x" * 117 + "…"),
        ("..", "sessions.csv"),
        ("", "sessions.csv"),
        (None, "sessions.csv"),
    ],
)
def test_file_13_a_name_is_made_fit_to_be_shown(name: str | None, shown: str) -> None:
    assert shown_name(name, default="sessions.csv") == shown


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=300))
def test_any_name_fits_its_column_and_stands_in_one_line(name: str) -> None:
    shown = shown_name(name, default="default")

    assert 0 < len(shown) <= MAX_NAME
    assert shown.isprintable()
    assert not set(shown) & {"/", "\\"}
