"""Secret feeds for tests: made as their owners would, and read as programs do."""

import re
import threading

from icalendar import Calendar
from werkzeug.test import TestResponse

from tests.calendars.entries import properties
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import NOW
from training.accounts.access import ACTIVITY
from training.calendars import service
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.people.models import Person


def make_token(kind: FeedKind, owner_id: int, organization_id: int | None = None) -> str:
    with transaction():
        return service.make_feed(
            kind, owner_id=owner_id, organization_id=organization_id, name="Phone", now=NOW
        )


def make_token_of_former_staff(make: Make, person_id: int) -> str:
    """Make an address of all sessions, for somebody who may not read it any more."""
    account = make.coordinator(email=db.session.get_one(Person, person_id).email)
    token = make_token(FeedKind.STAFF, person_id)
    make.change_account(account, staff_role=None)
    return token


def path_of(token: str) -> str:
    return f"/calendar/{token}.ics"


def read(client: IsolatedClient, token: str, **headers: str) -> TestResponse:
    """Read a feed; what is noted beside the answer is stored by then."""
    response = client.get(path_of(token), headers=headers)
    settle()
    return response


def settle() -> None:
    """Wait until what was noted of requests is stored."""
    for thread in threading.enumerate():
        if thread.name == ACTIVITY:
            thread.join(timeout=10)


def titles(calendar: bytes) -> list[str]:
    return [value for name, value in properties(calendar) if name == "SUMMARY"]


def events(calendar: bytes) -> list[dict[str, str]]:
    """Return the entries of a feed: name of a property → its value."""
    assert Calendar.from_ical(calendar).errors == []
    found: list[dict[str, str]] = []
    for name, value in properties(calendar):
        if (name, value) == ("BEGIN", "VEVENT"):
            found.append({})
        elif found:
            found[-1].setdefault(name, value)
    return found


def address_in(page: str) -> str:
    """Return the secret address that a page shows."""
    found: set[str] = set(
        re.findall(r'value="(http://[^"]+/calendar/[A-Za-z0-9_-]{43}\.ics)"', page)
    )
    assert len(found) == 1
    return found.pop()
