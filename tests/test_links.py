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


@pytest.mark.parametrize(
    ("purpose", "link"),
    [
        (Purpose.MANAGE, "abc-_9.3.T9pMSUwiyctgoTNEX7tJeA"),
        (Purpose.INVITE, "abc-_9.3.yZwEdZlx5QIULgVnvdEkyA"),
        (Purpose.RESET, "abc-_9.3.-DD7crtatMxj3c_abChsqw"),
        (Purpose.KNOWN_BROWSER, "abc-_9.3.UV8_FOCT6p5_HjwG1Yhakw"),
    ],
)
def test_a_link_that_was_mailed_long_ago_still_works(purpose: Purpose, link: str) -> None:
    """Their bytes are a promise: they stand in mailboxes. 22 characters carry 128 bits."""
    assert make(SECRET, purpose, "abc-_9", 3) == link
    assert read([SECRET], purpose, link) == Claimed("abc-_9", 3)
    assert [read([SECRET], other, link) for other in Purpose if other is not purpose] == [None] * 3


@pytest.mark.parametrize(
    ("epoch", "others"),
    [(0, ["00", "-0", "+0", ""]), (3, ["03", "3_", " 3", "٣"]), (10, ["010", "1_0", "1e1"])],
)
def test_an_epoch_is_written_in_one_way_only(epoch: int, others: list[str]) -> None:
    """Else one link could be many, of which a program that knows one by its text knows one."""
    public_id, _epoch, signature = make(SECRET, Purpose.MANAGE, "abc", epoch).split(".")

    for other in others:
        assert read([SECRET], Purpose.MANAGE, f"{public_id}.{other}.{signature}") is None


@pytest.mark.parametrize(("epoch", "is_read"), [(999_999_999, True), (1_000_000_000, False)])
def test_an_epoch_fits_an_integer_of_the_database(epoch: int, *, is_read: bool) -> None:
    link = make(SECRET, Purpose.MANAGE, "abc", epoch)

    assert (read([SECRET], Purpose.MANAGE, link) is not None) is is_read


@pytest.mark.parametrize(("length", "is_read"), [(200, True), (201, False)])
def test_a_longer_link_is_not_even_looked_at(length: int, *, is_read: bool) -> None:
    rest = len(make(SECRET, Purpose.MANAGE, "", 0))
    link = make(SECRET, Purpose.MANAGE, "a" * (length - rest), 0)

    assert len(link) == length
    assert (read([SECRET], Purpose.MANAGE, link) is not None) is is_read


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
