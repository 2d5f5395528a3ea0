import hashlib

from flask import Flask

from training.clock import utc_now
from training.web.ics import calendar_file

BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


def test_calendar_file_is_taken_home_under_a_name() -> None:
    with Flask(__name__).test_request_context():
        response = calendar_file(BODY, filename="session-7.ics", now=utc_now())

    assert (response.status_code, response.data) == (200, BODY)
    assert dict(response.headers) == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "public, no-cache",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
        "Content-Disposition": 'attachment; filename="session-7.ics"',
        "ETag": f'W/"{hashlib.sha256(BODY).hexdigest()[:32]}"',
        "Content-Length": str(len(BODY)),
    }


def test_calendar_file_that_is_known_is_not_sent_again() -> None:
    with Flask(__name__).test_request_context():
        etag = calendar_file(BODY, filename="session-7.ics", now=utc_now()).headers["ETag"]
    with Flask(__name__).test_request_context(headers={"If-None-Match": etag}):
        known = calendar_file(BODY, filename="session-7.ics", now=utc_now())
        changed = calendar_file(BODY + b"X", filename="session-7.ics", now=utc_now())

    assert (known.status_code, known.data) == (304, b"")
    assert changed.status_code == 200
