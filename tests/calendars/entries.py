"""Calendar entries for tests, and a second opinion on what was written."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from training.calendars.values import CalendarEntry

STARTS_AT = datetime(2026, 5, 12, 11, 0, tzinfo=UTC)
UID = UUID("6f0c5f0e-7d0b-4c53-9a43-0d6c0a5f6c11")
DOMAIN = "training.example.org"


def entry(**fields: Any) -> CalendarEntry:
    """Return an entry; a test says only what matters to it."""
    values: dict[str, Any] = {
        "uid": UID,
        "revision": 0,
        "revised_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        "starts_at": STARTS_AT,
        "summary": "Listening well",
    }
    values |= fields
    values.setdefault("ends_at", values["starts_at"] + timedelta(hours=1))
    return CalendarEntry(**values)


def properties(component: bytes) -> list[tuple[str, str]]:
    """Read content lines as RFC 5545 says, without the library that wrote them.

    Texts come back unescaped; parameters stay with the name.
    """
    assert component.endswith(b"\r\n")
    assert b"\r" not in component.replace(b"\r\n", b"")
    assert b"\n" not in component.replace(b"\r\n", b"")
    lines = component.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")
    return [(name, _unescaped(value)) for name, _, value in (line.partition(":") for line in lines)]


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def value_of(component: bytes, name: str) -> str:
    """Return the value of the one property of that name."""
    [value] = [value for found, value in properties(component) if found == name]
    return value
