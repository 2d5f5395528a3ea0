"""The page of all components."""

import re
from pathlib import Path

from flask import Flask

from tests.clients import IsolatedClient
from tests.factories import Make
from training.app import TEMPLATES


def test_every_component_stands_on_the_page(app: Flask, client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())

    page = client.get("/staff/look")

    assert page.status_code == 200
    for words in ("Full, 3 waiting", "Left early", "On the waitlist", "What cancelling does"):
        assert words in page.text


#: Notices, what the head of the page shows or says to others, and a button that nobody sees.
NOT_SHOWN = {"flashes", "breadcrumbs", "default_button", "social"}


def imported(path: Path) -> set[str]:
    """Return the macros that a template takes from the components."""
    found = re.findall(r'{% from "components/\w+\.html" import ([^%]+) %}', path.read_text())
    return {name.split()[0] for names in found for name in names.split(",")}


def test_what_pages_are_made_of_stands_there() -> None:
    look = TEMPLATES / "staff" / "look.html"
    used = set().union(
        *(imported(path) for path in TEMPLATES.rglob("*.html") if "layouts" not in path.parts)
    )

    assert used - imported(look) - NOT_SHOWN == set()
