"""Text of other people made fit to store, with a word about it where that changes it."""

from collections.abc import Callable

from training.text import ControlCharacterError, cleaned_line, single_line


def cleaned_noting(text: str, clean: Callable[[str], str]) -> tuple[str, bool]:
    """Clean a text, and tell whether a form would have refused what stands in it.

    White space that a form would only trim is trimmed without a word.
    """
    harmless = text if clean is cleaned_line else text.translate({ord("\t"): " ", ord("\n"): " "})
    try:
        single_line(f"|{harmless}|")
    except ControlCharacterError:
        return clean(text), True
    return clean(text), False
