"""What programs read of a public page."""

import json
from typing import Any

from tests.clients import Page


def told(page: Page) -> list[dict[str, Any]]:
    """Return the things that a page describes by schema.org's words."""
    [block] = [
        script for script in page.root.iter("script") if script.get("type") == "application/ld+json"
    ]
    graph = json.loads(block.text or "")
    assert graph["@context"] == "https://schema.org"
    things: list[dict[str, Any]] = graph["@graph"]
    return things


def previewed(page: Page) -> dict[str, str]:
    """Return what networks show of a page: name → content of its ``meta`` elements."""
    return {
        meta.get("property") or meta.get("name") or "": meta.get("content") or ""
        for meta in page.root.iter("meta")
    }


def links(page: Page, rel: str) -> list[str]:
    return [link.get("href") or "" for link in page.root.iter("link") if link.get("rel") == rel]
