"""Text of other people made fit to store, with a word about it where that changes it."""

from collections.abc import Callable

from training.errors import N_
from training.imports.errors import UnfitEventError
from training.text import ControlCharacterError, cleaned_line, single_line

#: Longest title of a session.
MAX_TITLE = 200


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


def refuse_unfit_title(title: str) -> None:
    """Refuse what is no title of a session.

    :raise UnfitEventError: it is empty, or too long.
    """
    if not title:
        raise UnfitEventError(N_("It has no title."))
    if len(title) > MAX_TITLE:
        # Cut short, a title may say something else; whoever wrote it knows what to leave out.
        raise UnfitEventError(
            N_("The title has %(length)s characters; at most %(limit)s can be kept."),
            length=len(title),
            limit=MAX_TITLE,
        )
