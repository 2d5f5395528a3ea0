"""The address of a session's page: which of its people, in which order, with what beside them."""

import re
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import request

from training.registrations.roster_filters import (
    MOST_MEETINGS,
    Answered,
    Came,
    Column,
    RosterFilters,
    RosterView,
    Sort,
)
from training.registrations.values import RegistrationStatus
from training.sessions.fields import YEARS
from training.sessions.saved_views import Known
from training.web.query import MAX_LENGTH, number_argument, text_argument, word_argument

#: What a tick sends.
YES = "1"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def asked() -> RosterView:
    """Return what the address asks for; what nobody could have chosen chooses nothing."""
    chosen = set(request.args.getlist("column"))
    return RosterView(
        filters=RosterFilters(
            q=text_argument("q"),
            status=word_argument(RegistrationStatus, "status"),
            organization_id=number_argument("organization"),
            answered=word_argument(Answered, "answer"),
            meeting=number_argument("meeting", most=MOST_MEETINGS) or 1,
            came=word_argument(Came, "came"),
            has_note=request.args.get("note") == YES,
            is_placeholder=request.args.get("placeholder") == YES,
            since=_day(request.args.get("since", "")),
        ),
        sort=word_argument(Sort, "sort"),
        columns=tuple(column for column in Column if column.value in chosen),
    )


def arguments(view: RosterView) -> dict[str, Any]:
    """Return what an address needs to ask for a view; ``url_for`` leaves out what is None."""
    filters = view.filters
    return {
        "q": filters.q or None,
        "status": filters.status,
        "organization": filters.organization_id,
        "answer": filters.answered,
        "meeting": filters.meeting if filters.came and filters.meeting > 1 else None,
        "came": filters.came,
        "note": YES if filters.has_note else None,
        "placeholder": YES if filters.is_placeholder else None,
        "since": filters.since.isoformat() if filters.since else None,
        "sort": view.sort,
        "column": list(view.columns) or None,
    }


def query_of(view: RosterView) -> str:
    """Return a view as the query of an address."""
    pairs = {name: value for name, value in arguments(view).items() if value is not None}
    return urlencode(pairs, doseq=True)


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:  # such as the 31st of June
        return None
    return day if day and day.year in YEARS else None


def _is_word(kind: type[StrEnum]) -> Any:
    return lambda text: text in set(kind)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9  # noqa: PLR2004 -- of a key


#: What a kept view of a session's people may hold.
KNOWN: Known = {
    "q": lambda text: 0 < len(text) <= MAX_LENGTH and text.isprintable(),
    "status": _is_word(RegistrationStatus),
    "organization": _is_number,
    "answer": _is_word(Answered),
    "meeting": _is_number,
    "came": _is_word(Came),
    "note": lambda text: text == YES,
    "placeholder": lambda text: text == YES,
    "since": lambda text: _day(text) is not None,
    "sort": _is_word(Sort),
    "column": _is_word(Column),
}
