"""What an address asks for after its question mark."""

from flask import abort, request

from training.text import ControlCharacterError, single_line

MAX_LENGTH = 200


def text_argument(name: str) -> str:
    """Return a cleaned argument of the address, or an empty text.

    An address that nobody could have typed or clicked is answered with 400.
    """
    typed = request.args.get(name, "")
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
