"""What holds for answers of one kind."""

from werkzeug.test import TestResponse

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


def assert_guarded(response: TestResponse) -> None:
    """WEB-05, WEB-06, WEB-10: the same policy on every answer."""
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert set(POLICY) <= set(policy)
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def assert_shared(response: TestResponse) -> None:
    """Anybody may keep it, and asks back; nothing of it hangs on a cookie."""
    assert_guarded(response)
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert response.headers["ETag"]
    assert "Set-Cookie" not in response.headers
    assert "cookie" not in response.headers.get("Vary", "").lower()


def assert_personal(response: TestResponse) -> None:
    """Nobody keeps it."""
    assert_guarded(response)
    assert response.headers["Cache-Control"] == "no-store"
