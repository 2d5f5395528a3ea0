"""Where a request comes from, as the browser says."""

from flask import current_app, request

from training.config import Settings


def is_from_elsewhere() -> bool:
    """Tell whether a page of another site sent this, or one that will not say which.

    Programs that are no browsers say nothing of it. The Host was checked before (TRUSTED_HOSTS);
    whether it is reached by https, a proxy may have hidden, so the settings decide.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    settings: Settings = current_app.extensions["settings"]
    return origin != f"{'https' if settings.is_https else 'http'}://{request.host}"
