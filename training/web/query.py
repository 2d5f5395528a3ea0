"""What an address asks for after its question mark."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from flask import abort, request, url_for

from training.text import ControlCharacterError, single_line
from training.web.converters import MAX_ID

MAX_LENGTH = 200
#: Pages of a list that can be turned to; whoever looks further searches.
MOST_PAGES = 1_000

Word = TypeVar("Word", bound=StrEnum)


def text_argument(name: str) -> str:
    """Return a cleaned argument of the address, or an empty text.

    An address that nobody could have typed or clicked is answered with 400.
    """
    typed = request.args.get(name)
    if not typed:
        return ""
    if len(typed) > MAX_LENGTH or "\ufffd" in typed:
        abort(400)
    try:
        return single_line(typed)
    except ControlCharacterError:
        abort(400)


def number_argument(name: str, *, most: int = 2**31 - 1) -> int | None:
    """Return a whole number from the address, or None where it is none in plain digits."""
    typed = request.args.get(name, "")
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 10):  # noqa: PLR2004 -- a key
        return None
    number = int(typed)
    return number if number <= most else None


def word_argument(kind: type[Word], name: str) -> Word | None:
    """Return one of the words that an address may choose; another one chooses nothing."""
    typed = request.args.get(name, "")
    return kind(typed) if typed in set(kind) else None


def page_argument() -> int:
    """Return which page of a list is asked for, from 1; what is no number asks for the first."""
    return number_argument("page", most=MOST_PAGES) or 1


def addresses(endpoint: str, name: str) -> Callable[[int], str]:
    """Return what makes the address of each row of a page.

    ``url_for`` for each takes longer than all else of a row.

    :param name: of the one argument in the address: a key.
    """
    values: dict[str, Any] = {name: MAX_ID}
    before, after = url_for(endpoint, **values).split(str(MAX_ID))
    return lambda key: f"{before}{key}{after}"


class Neighbours(NamedTuple):
    """Addresses of the pages before and after one; None where there is none."""

    earlier: str | None
    later: str | None


def neighbours(endpoint: str, page: int, *, has_more: bool, **kept: Any) -> Neighbours:
    """Return where the list goes on.

    :param kept: what else is in the address; empty values are left out.
    """
    given = {name: value for name, value in kept.items() if value}
    return Neighbours(
        earlier=url_for(endpoint, **given, page=page - 1) if page > 1 else None,
        later=url_for(endpoint, **given, page=page + 1) if has_more and page < MOST_PAGES else None,
    )
