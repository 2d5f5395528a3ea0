"""Reading numbers and days that people type: whatever it is, it is a right answer or none."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from training.registrations.question_fields import parse_day, parse_number


@given(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.integers(0, 6),
    st.sampled_from(".,"),
    st.sampled_from(["", "0", "00"]),
)
def test_a_number_is_read_as_what_it_is(digits: int, decimals: int, point: str, zeros: str) -> None:
    value = Decimal(digits).scaleb(-decimals)
    text = f"{abs(value):.{decimals}f}".replace(".", point)
    if len(f"{zeros}{text}".partition(point)[0]) > 15:
        zeros = ""

    read = parse_number(f"{'-' if digits < 0 else ''}{zeros}{text}")

    assert read is not None
    assert Decimal(read) == value
    assert parse_number(read) == read


@given(st.text(max_size=30))
@example("1e5")
@example("1_000")
@example("٣")
@example("NaN")
@example("1.")
@example(".5")
@example("--1")
@example("1" * 16)
@example("0.0000001")
def test_whatever_is_typed_is_a_number_or_none(text: str) -> None:
    read = parse_number(text)

    if read is not None:
        assert Decimal(read) == Decimal(text.replace(",", "."))
        assert read.isascii()
        assert parse_number(read) == read


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("-0", "0"), ("+7", "7"), ("007", "7"), ("2,50", "2.5"), ("100", "100"), ("0.10", "0.1")],
)
def test_a_number_is_stored_in_one_way(typed: str, stored: str) -> None:
    assert parse_number(typed) == stored


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_each_day_is_read(day: date) -> None:
    assert parse_day(day.isoformat()) == day.isoformat()


@given(st.text("0123456789-", max_size=12))
@example("2027-02-29")
@example("2027-13-01")
@example("1899-12-31")
@example("2200-01-01")
@example("20270101")
@example("2027-W01-1")
def test_whatever_is_typed_is_a_day_or_none(text: str) -> None:
    read = parse_day(text)

    if read is not None:
        assert read == text
        assert date.fromisoformat(read).isoformat() == text
