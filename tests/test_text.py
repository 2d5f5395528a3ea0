"""Text that is fit to store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.people.values import email_key
from training.text import (
    ControlCharacterError,
    cleaned_line,
    cleaned_lines,
    for_display,
    joined,
    search_key,
    several_lines,
    single_line,
    slug,
)

CONTROLS = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\ud800"]
CONTROLS += ["\ufdd0", "\ufffe", "\uffff"]  # no characters, and never will be


@pytest.mark.parametrize("char", [*CONTROLS, "\t", "\n", "\r"], ids=ascii)
def test_inp_01_a_line_refuses_control_characters(char: str) -> None:
    """INP-01."""
    with pytest.raises(ControlCharacterError):
        single_line(f"a{char}b")


@pytest.mark.parametrize("char", [*CONTROLS, "\r", "\x0b", "\x0c"], ids=ascii)
def test_inp_01_a_text_refuses_control_characters(char: str) -> None:
    """INP-01."""
    with pytest.raises(ControlCharacterError):
        several_lines(f"a{char}b")


def test_a_text_keeps_its_lines_and_tabs() -> None:
    assert several_lines(" one\r\n\ttwo\n") == "one\n\ttwo"


def test_text_is_stored_composed() -> None:
    assert single_line("U\u0308nic") == "Ünic"


@pytest.mark.parametrize(
    "end", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"], ids=ascii
)
def test_an_import_turns_every_end_of_a_line_into_one(end: str) -> None:
    assert cleaned_lines(f"one{end}two") == "one\ntwo"
    assert cleaned_line(f"one{end}two") == "one two"


def test_an_import_drops_what_cannot_be_stored() -> None:
    assert cleaned_lines("a\x00\x07\ud800b\ufeff") == "ab"


@given(st.text())
def test_what_was_cleaned_is_fit_to_store(text: str) -> None:
    assert single_line(cleaned_line(text)) == cleaned_line(text)
    assert several_lines(cleaned_lines(text)) == cleaned_lines(text)


def test_marks_that_turn_the_direction_are_not_displayed() -> None:
    assert for_display("abc\u202egnp.exe") == "abcgnp.exe"


def test_a_search_ignores_case_and_accents() -> None:
    assert search_key("Éléonore ", None, "STRASSE") == search_key("eleonore ", "straße")


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Safer livestreams!", "safer-livestreams"), ("Ärzte & Co.", "arzte-co"), ("研修", "none")],
)
def test_a_slug_is_readable(title: str, expected: str) -> None:
    assert slug(title, default="none") == expected


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param("Ada@Example.ORG", "ada@example.org ", True, id="case of ASCII"),
        pytest.param("ada@bücher.example", "ada@xn--bcher-kva.example", True, id="IDNA"),
        pytest.param("ada@faß.example", "ada@fass.example", False, id="sharp s"),
        pytest.param("ada@BÜCHER.example", "ada@bücher.example", True, id="case of IDNA"),
        pytest.param("mıke@x.org", "mike@x.org", False, id="dotless i"),
        pytest.param("ﬁnn@x.org", "finn@x.org", False, id="ligature"),
        pytest.param("\u0430dmin@x.org", "admin@x.org", False, id="Cyrillic a"),
        pytest.param("Ünal@x.org", "U\u0308nal@x.org", True, id="composed"),
    ],
)
def test_authn_06_addresses_are_told_apart_by_ascii_rules(
    one: str, other: str, *, is_same: bool
) -> None:
    """AUTHN-06."""
    assert (email_key(one) == email_key(other)) is is_same


def test_a_place_is_named_by_what_is_known_of_it() -> None:
    known = [joined("Room 4", "Town hall"), joined("", "Town hall"), joined(None)]

    assert known == ["Room 4, Town hall", "Town hall", ""]
