"""Headers of every answer, errors included."""

from flask import Flask, Response, request

# No nonce: shared pages are the same bytes for everybody. No inline script or style anywhere.
_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {value}" for name, value in _DIRECTIVES.items())
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Flask-WTF asks for the Referer on https, so it must be sent within the site.
    "Referrer-Policy": "same-origin",
}
_TWO_YEARS = 63_072_000


def register(app: Flask, *, is_https: bool) -> None:
    """Set the headers on every answer; what a view set itself stays.

    An answer that says nothing of caches is personal: it stays with whoever asked, and no search
    engine keeps it.
    """
    own = [(name.lower(), name, value) for name, value in HEADERS.items()]
    personal = [("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex")]

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        # One look at all of them: each question for one of them goes through all.
        present = {name.lower() for name, _value in headers}
        for lower, name, value in own:
            if lower not in present:
                headers.add(name, value)
        if "cache-control" not in present:
            for name, value in personal:
                headers.add(name, value)
        if is_https and request.is_secure:
            headers.setdefault(
                "Strict-Transport-Security", f"max-age={_TWO_YEARS}; includeSubDomains"
            )
        return response
