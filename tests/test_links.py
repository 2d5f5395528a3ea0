"""Links that mails repeat."""

import pytest

from training.links import MAX_LENGTH, Claimed, Purpose, make, read

SECRET, OLD = "a secret", "an older secret"


def test_a_link_says_what_it_was_made_for() -> None:
    link = make(SECRET, Purpose.MANAGE, "abc-_9", 3)

    assert read([SECRET], Purpose.MANAGE, link) == Claimed("abc-_9", 3)


def test_a_link_made_before_the_key_was_changed_is_still_read() -> None:
    link = make(OLD, Purpose.MANAGE, "abc", 0)

    assert read([SECRET, OLD], Purpose.MANAGE, link) == Claimed("abc", 0)
    assert read([SECRET], Purpose.MANAGE, link) is None


@pytest.mark.parametrize("place", range(0, 30, 3))
def test_a_link_changed_by_one_character_is_none(place: int) -> None:
    link = make(SECRET, Purpose.MANAGE, "abcdefgh", 0)
    other = "B" if link[place] != "B" else "C"

    changed = link[:place] + other + link[place + 1 :]

    assert read([SECRET], Purpose.MANAGE, changed) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "a.b",
        "a.0.c.d",
        "..",
        "abc.00.x",
        "abc.٣.x",
        "abc.-1.x",
        "é.0.x",
        "x" * (MAX_LENGTH + 1),
        "a." + "9" * 40 + ".x",
        "\ud800.0.x",
    ],
)
def test_what_is_no_link_is_none(text: str) -> None:
    assert read([SECRET], Purpose.MANAGE, text) is None
