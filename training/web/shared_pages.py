"""Pages that are the same bytes for everybody: validated before they are made, kept, compressed."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from flask import Response, current_app, request
from flask_babel import get_locale

#: Pages that one process keeps: some 3 kB each, as nearly everybody is sent them.
KEPT = 512


class PageCache:
    """The newest pages of this process, compressed, by their ETag."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, etag: str, render: Callable[[], str]) -> bytes:
        with self._lock:
            page = self._pages.get(etag)
            if page:
                self._pages.move_to_end(etag)
                return page
        page = gzip.compress(render().encode(), compresslevel=6, mtime=0)
        with self._lock:
            self._pages[etag] = page
            while len(self._pages) > KEPT:
                self._pages.popitem(last=False)
        return page


def shared_page(validator: str, render: Callable[[], str]) -> Response:
    """Answer with a shared page: 304 where nothing changed, else the kept or a new rendering.

    Reads and sets no cookie, so that a cache may keep it; asks back each time (no-cache).

    :param validator: changes whenever the page would, and with nothing else.
    :param render: makes the page.
    """
    hashed = hashlib.sha256(
        "\n".join(
            (current_app.extensions["looks"], str(get_locale()), request.path, validator)
        ).encode()
    ).hexdigest()
    etag = hashed[:32]
    response = Response(mimetype="text/html")
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    response.vary.add("Accept-Encoding")
    response.make_conditional(request)
    if response.status_code == 304:  # noqa: PLR2004 -- not modified
        return response
    page = current_app.extensions["page_cache"].get(etag, render)
    if request.accept_encodings.quality("gzip") > 0:
        response.headers["Content-Encoding"] = "gzip"
        response.set_data(page)
    else:
        response.set_data(gzip.decompress(page))
    return response
