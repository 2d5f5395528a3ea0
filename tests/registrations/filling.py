"""Filling in the public form, and reading its answers."""

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.clients import Page, values_of
from training.audit.models import AuditEntry
from training.db import db
from training.notifications.models import Message
from training.people.models import Person
from training.registrations.models import Registration
from training.submissions.models import Submission

COUNTED = (Registration, Person, AuditEntry, Message, Submission)


def people(*rows: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """Return the fields of a form about these people: name and address of each."""
    values: dict[str, Any] = {"consent": "y"}
    for number, (name, email) in enumerate(rows):
        values |= {f"people-{number}-name": name, f"people-{number}-email": email}
    return values | fields


ADA, BOB, CYD = ("Ada", "ada@example.org"), ("Bob", "bob@example.org"), ("Cyd", "cyd@example.org")


def path_to(session_id: int) -> str:
    return f"/sessions/{session_id}/register"


def counts() -> Counter[str]:
    """Count what a registration writes: the same before and after is "nothing changed"."""
    return Counter(
        {
            kind.__name__: db.session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0
            for kind in COUNTED
        }
    )


def registrations() -> list[tuple[str, str]]:
    """Return name and status of every registration, by ticket."""
    found = db.session.execute(
        sa.select(Registration.name, Registration.status).order_by(Registration.ticket)
    )
    return [(name, str(status)) for name, status in found]


def typed(response: TestResponse) -> dict[str, list[str]]:
    """Return what the form of an answer holds."""
    return values_of(Page(response.text).form())


def errors(response: TestResponse) -> list[str]:
    """Return the lines of the error summary."""
    page = Page(response.text)
    found = [box for box in page.root.iter("div") if box.get("id") == "errors"]
    return [text_of(line) for box in found for line in box.iter("li")]


def text_of(element: ET.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def main_of(response: TestResponse) -> str:
    return text_of(next(Page(response.text).root.iter("main")))
