"""What search engines are told: where they are welcome, and what there is."""

from collections.abc import Iterator

from flask import Response, current_app, url_for
from markupsafe import escape

from training.accounts.access import allows
from training.accounts.policy import Action
from training.config import Settings
from training.registrations.sitemap_queries import (
    listed_courses,
    listed_sessions,
    sitemap_state,
)
from training.registrations.views.blueprint import bp
from training.registrations.views.public import session_path
from training.web.shared_pages import shared_page

#: Workplaces, and what only whoever got a link can use. Answers there say "noindex" as well.
_NOT_THERE = (
    *("/account/", "/staff/", "/trainer/", "/organization/", "/registrations/"),
    *("/sessions/*/register", "/sessions/*?code="),
)


@bp.get("/robots.txt")
@allows(Action.READ_PUBLIC)
def robots() -> Response:
    """Say where search engines are welcome."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in _NOT_THERE),
        f"Sitemap: {_base_url()}{url_for('registrations.sitemap')}",
    ]
    text = "\n".join([*lines, ""])
    return shared_page(text, lambda: text, mimetype="text/plain")


@bp.get("/sitemap.xml")
@allows(Action.READ_PUBLIC)
def sitemap() -> Response:
    """List the pages that everybody may see; written anew only when one of them changed."""
    return shared_page(
        sitemap_state(), lambda: "\n".join(_sitemap(_base_url())), mimetype="application/xml"
    )


def _sitemap(base_url: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    for path in ("/", url_for("registrations.index")):
        yield f"<url><loc>{escape(base_url + path)}</loc></url>"
    for slug in listed_courses():
        path = url_for("registrations.course", course_slug=slug)
        yield f"<url><loc>{escape(base_url + path)}</loc></url>"
    for page in listed_sessions():
        path = session_path(page.id, page.title)
        yield f"<url><loc>{escape(base_url + path)}</loc></url>"
    yield "</urlset>"


def _base_url() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url
