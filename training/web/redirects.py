"""Where a person may be sent after signing in: only to pages of ours."""

import re
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

#: Exactly "/", or a path whose first character is a plain one: no "//host", no "/\host".
_PATH = re.compile(r"/(?:[A-Za-z0-9][^\\\x00-\x20\x7f]*)?")
MAX_LENGTH = 2_000


def is_own_page(target: str, adapter: MapAdapter) -> bool:
    """Tell whether ``target`` is a path of ours that can be opened with GET.

    The usual comparison of hosts accepts ``https:evil.com``, which browsers follow.

    :param adapter: the URL map, bound to this request.
    """
    if len(target) > MAX_LENGTH or not _PATH.fullmatch(target) or "//" in target:
        return False
    try:
        path = urlsplit(target).path
        adapter.match(path, method="GET")
    except (ValueError, HTTPException):
        return False
    return True
