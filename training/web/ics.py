"""Answers that hold a calendar: for programs that poll, and for people who take one home."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from flask import Response, request

from training.errors import DomainError
from training.web.error_pages import headers_of, status_of

#: No search engine lists a calendar, and no page that a program opens from it learns its address.
HEADERS = {
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


class Body(Protocol):
    """A calendar in both of the forms it is sent in."""

    @property
    def plain(self) -> bytes: ...
    @property
    def compressed(self) -> bytes: ...


def calendar_feed(
    *,
    filename: str,
    etag: str,
    modified_at: datetime | None,
    read: Callable[[], Body],
    now: datetime,
    is_secret: bool = False,
) -> Response:
    """Answer a program that polls: 304 where nothing changed, which reads no body.

    Whoever is in the way of compressed answers may ask for ``?gzip=no``.

    :param etag: stands for everything in the body.
    :param modified_at: only moves forward. One that lies ahead of the clock is kept back: nobody
        may send it (RFC 9110, section 8.8.2.1), and it could not tell the next change.
    :param is_secret: only the program that asked may keep a copy, and nothing in between.
    """
    response = _calendar("inline", filename, etag, is_secret=is_secret)
    response.vary.add("Accept-Encoding")
    if modified_at and modified_at <= now:
        response.last_modified = modified_at
    if _is_unchanged(response, now=now):
        response.status_code = HTTPStatus.NOT_MODIFIED
        return response
    body = read()
    if _takes_gzip():
        response.headers["Content-Encoding"] = "gzip"
        response.set_data(body.compressed)
    else:
        response.set_data(body.plain)
    return response


def calendar_file(body: bytes, *, filename: str, now: datetime) -> Response:
    """Answer a person who takes the calendar of one session home."""
    response = _calendar("attachment", filename, hashlib.sha256(body).hexdigest()[:32])
    if _is_unchanged(response, now=now):
        response.status_code = HTTPStatus.NOT_MODIFIED
    else:
        response.set_data(body)
    return response


def no_calendar(*, refusal: DomainError | None = None) -> Response:
    """Answer a program whose address leads to nothing: in plain text, and always in the same bytes.

    Never an empty calendar, which would make the program forget what it has.

    :param refusal: why nobody even looked; None: there is no calendar.
    """
    text = "There is no calendar at this address.\n" if refusal is None else "Try again later.\n"
    status = HTTPStatus.NOT_FOUND if refusal is None else status_of(refusal)
    response = Response(text, status, HEADERS, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    if refusal is not None:
        response.headers.update(headers_of(refusal))
    return response


def _calendar(disposition: str, filename: str, etag: str, *, is_secret: bool = False) -> Response:
    response = Response(mimetype="text/calendar", headers=HEADERS)
    # Whoever keeps a copy asks back each time.
    response.headers["Cache-Control"] = f"{'private' if is_secret else 'public'}, no-cache"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{filename}"'
    response.set_etag(etag, weak=True)  # the compressed form has the same
    return response


def _is_unchanged(response: Response, *, now: datetime) -> bool:
    """Tell whether the copy that the program has is this one: RFC 9110, section 13.2.2.

    Not werkzeug's own test, which believes a date ahead of the clock: a program whose clock is fast
    would miss what changes until then.
    """
    if "If-None-Match" in request.headers:
        etag, _weak = response.get_etag()
        return etag is not None and request.if_none_match.contains_weak(etag)
    since, modified_at = request.if_modified_since, response.last_modified
    return since is not None and modified_at is not None and modified_at <= since <= now


def _takes_gzip() -> bool:
    # By name: programs that say only "*" are old, and some of them do not mean it.
    accepted = any(
        name.lower() == "gzip" and quality > 0 for name, quality in request.accept_encodings
    )
    return accepted and request.args.get("gzip") != "no"
