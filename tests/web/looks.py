"""A small application that has the templates and nothing else, and ways to look at its HTML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, request
from flask_babel import Babel
from jinja2 import StrictUndefined

from training.web import filters

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "training" / "static"
TEMPLATES = ROOT / "templates"

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


#: Every state that a badge can show.
STATES = [
    "draft",
    "not_yet_open",
    "open",
    "few_seats",
    "waitlist",
    "full",
    "closed",
    "running",
    "over",
    "cancelled",
]


@dataclass(frozen=True)
class Seats:
    """What the badge of a session is made from, as ``sessions`` has it."""

    state: str
    free: int | None = None
    waiting: int = 0
    opens_at: datetime | None = None
    closes_at: datetime = datetime(2026, 5, 11, 14, tzinfo=UTC)


def create_look() -> Flask:
    """Return an application with our templates, in the language of ``?lang=``."""
    app = Flask("training", root_path=str(ROOT / "training"), template_folder=str(TEMPLATES))
    app.config.update(SECRET_KEY="look", WTF_CSRF_ENABLED=False, TESTING=True)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=lambda: request.args.get("lang", "en"))
    filters.register(app)
    app.add_url_rule("/account/sign-out", "accounts.sign_out", methods=["POST"])
    app.jinja_env.globals.update(
        csrf_token=lambda: "token",
        site_name="Trainings for partners",
        is_http_banner=True,
        static_url=lambda name: f"/static/{name}",
    )
    return app


def render(app: Flask, source: str, **values: Any) -> str:
    """Return what a template written in a test makes of the values."""
    return app.jinja_env.from_string(source).render(**values)


def parse(html: str) -> Element:
    """Return a page as a tree; anything that a browser would have to guess at is an error."""
    parser = html5lib.HTMLParser(strict=True)
    tree: Element = parser.parse(html)
    return tree


def parse_part(html: str) -> Element:
    """Return a part of a page as a tree, as strictly."""
    return parse(
        f"<!doctype html><html lang=en><head><title>.</title></head><body>{html}</body></html>"
    )


def find(tree: Element, tag: str, **attributes: str) -> list[Element]:
    """Return the elements of a tag with those attributes; ``class_`` is one of the classes."""
    return list(_matching(tree, tag, attributes))


def _matching(tree: Element, tag: str, attributes: Mapping[str, str]) -> Iterator[Element]:
    for element in tree.iter(NAMESPACE + tag):
        for name, value in attributes.items():
            given = element.get(name.rstrip("_").replace("_", "-"), "")
            if value not in (given.split() if name == "class_" else [given]):
                break
        else:
            yield element


def text_of(element: Element) -> str:
    """Return what a person reads in an element, its parts apart by one space."""
    return " ".join(" ".join(element.itertext()).split())
