"""What a week or month is laid out from: days, and what stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One thing in one day; what crosses midnight stands in both."""

    url: str
    title: str
    #: As the reader reads it: "14:00–15:30", "until 01:00".
    time: str
    #: What it is, by a class of a badge: draft, open, few_seats, full, cancelled, over, …
    kind: str = ""
    #: What that is called, for whoever hears the page: "Draft".
    state: str = ""
    #: The key of the line it stands in, where the week has lanes.
    lane: str | int = ""
    #: Some more words: the room, the trainers.
    note: str = ""
    #: What wants attention, in a word: "Clash".
    warning: str = ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day as it is shown."""

    #: As a computer reads it: "2026-05-12".
    date: str
    #: As a person reads it: "Tue 12 May".
    name: str
    #: The day of its month, for a month's cell.
    number: str
    entries: Sequence[CalendarEntry] = ()
    is_today: bool = False
    #: Belongs to the month before or after.
    is_outside: bool = False
    #: (words, address) of what does not fit here.
    more: tuple[str, str] | None = None
