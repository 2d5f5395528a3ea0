"""The real events, and a small good one to spoil."""

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data"
FILES = (DATA / "eventbrite_ardc.json", DATA / "eventbrite_ardc_2.json")


def real_events() -> list[dict[str, Any]]:
    """Return the source's 68 events, read by Python alone."""
    events: list[dict[str, Any]] = []
    for file in FILES:
        events += json.loads(file.read_text(encoding="utf-8"))["events"]
    return events


def event(key: str = "101", **fields: Any) -> dict[str, Any]:
    """Return an event that can be taken: two hours in Sydney, in April, when clocks go back."""
    return {
        "id": key,
        "name": {"text": f"Event {key}", "html": f"Event {key}"},
        "description": {"text": "What it is about.", "html": "<p>What it is about.</p>"},
        "start": moment("2027-04-06T14:00:00", "2027-04-06T04:00:00Z"),
        "end": moment("2027-04-06T16:00:00", "2027-04-06T06:00:00Z"),
        "status": "live",
        "capacity": 20,
        "locale": "en_AU",
        "online_event": True,
        "listed": True,
        "invite_only": False,
        "privacy_setting": "unlocked",
        **fields,
    }


def moment(local: str, utc: str, timezone: str = "Australia/Sydney") -> dict[str, str]:
    """Return a time as Eventbrite writes it."""
    return {"timezone": timezone, "local": local, "utc": utc}


def write(path: Path, *events: Any) -> Path:
    """Write an events list to a file."""
    path.write_text(json.dumps({"pagination": {}, "events": events}), encoding="utf-8")
    return path
