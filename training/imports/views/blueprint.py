"""Where the pages of imports hang, and how much one of them may be sent."""

from typing import Any

from flask import Blueprint, request

from training.errors import N_, TooLargeError
from training.imports.table import MAX_BYTES

bp = Blueprint("imports", __name__)

#: Around the file stand its name, which may be long, and the other fields of the form.
_AROUND = 100_000


@bp.url_value_preprocessor
def take_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let the form for files be larger than any other; before anything reads what was sent.

    :raise TooLargeError: it says that it is larger still. One that does not say how large it is
        is cut off where it becomes too large.
    """
    if request.endpoint != "imports.index":
        return
    request.max_content_length = MAX_BYTES + _AROUND
    if (request.content_length or 0) > request.max_content_length:
        raise TooLargeError(
            N_("The file is larger than %(most)s MB. Send it in parts."), most=MAX_BYTES // 10**6
        )
