"""What the address of a page of the schedule says, and how it is written again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from flask import request, url_for

from training.accounts.access import signed_in
from training.accounts.workplace import SCHEDULE
from training.clock import UnknownZoneError, find_zone
from training.sessions.fields import is_language, parse_day
from training.sessions.saved_views import Known, cleaned
from training.sessions.schedule_filters import Attention, Filters, Period
from training.sessions.values import Delivery, SessionStatus
from training.text import ControlCharacterError, single_line
from training.web.query import MAX_LENGTH, text_argument

_KEY = re.compile("[1-9][0-9]{0,8}", re.ASCII)
_PLACE = re.compile("(venue|room)-([1-9][0-9]{0,8})", re.ASCII)


class Layout(StrEnum):
    """How sessions are laid out; else they are a list."""

    WEEK = "week"
    MONTH = "month"


class Lanes(StrEnum):
    """What a week or a month is divided by."""

    TRAINER = "trainer"
    ROOM = "room"
    CAMPAIGN = "campaign"


def _is_day(text: str) -> bool:
    return _day(text) is not None


def _day(text: str) -> date | None:
    try:
        return parse_day(text) if len(text) == len("2027-05-12") else None
    except ValueError:
        return None


def _is_zone(text: str) -> bool:
    try:
        find_zone(text)
    except UnknownZoneError:
        return False
    return True


def _is_words(text: str) -> bool:
    try:
        return bool(single_line(text)) and len(text) <= MAX_LENGTH and "\ufffd" not in text
    except ControlCharacterError:
        return False


def _is_key(text: str) -> bool:
    return bool(_KEY.fullmatch(text))


#: Part of an address that stays while one looks around, and that is kept in a view.
KNOWN: Known = {
    "view": set(Layout).__contains__,
    "by": set(Lanes).__contains__,
    "zone": _is_zone,
    "period": set(Period).__contains__,
    "from": _is_day,
    "to": _is_day,
    "status": set(SessionStatus).__contains__,
    "needs": set(Attention).__contains__,
    "trainer": _is_key,
    "place": lambda text: bool(_PLACE.fullmatch(text)),
    "campaign": _is_key,
    "course": _is_key,
    "language": is_language,
    "delivery": set(Delivery).__contains__,
    "q": _is_words,
}
#: Of those, what narrows the list.
FILTERS = tuple(name for name in KNOWN if name not in {"view", "by", "zone"})


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says: known parts, each with a value that the schedule takes."""

    said: Mapping[str, str]

    @property
    def query(self) -> str:
        """The same every time that the same is asked for."""
        return cleaned(urlencode(self.said), KNOWN)

    @property
    def layout(self) -> Layout | None:
        return Layout(self.said["view"]) if "view" in self.said else None

    @property
    def lanes(self) -> Lanes:
        return Lanes(self.said.get("by", Lanes.TRAINER))

    @property
    def filters(self) -> Filters:
        said = self.said
        kind, number = self.place
        since, until = _day(said.get("from", "")), _day(said.get("to", ""))
        period = Period.ALL if since or until else Period(said.get("period", Period.COMING))
        return Filters(
            period=period,
            since=since,
            until=until,
            timezone=zone_of(said),
            status=SessionStatus(said["status"]) if "status" in said else None,
            trainer_id=_number(said, "trainer"),
            venue_id=number if kind == "venue" else None,
            room_id=number if kind == "room" else None,
            campaign_id=_number(said, "campaign"),
            course_id=_number(said, "course"),
            language=said.get("language", ""),
            delivery=Delivery(said["delivery"]) if "delivery" in said else None,
            attention=Attention(said["needs"]) if "needs" in said else None,
            text=said.get("q", ""),
        )

    @property
    def place(self) -> tuple[str, int | None]:
        """What is asked for, a venue or a room, and its key; "" and None: neither."""
        found = _PLACE.fullmatch(self.said.get("place", ""))
        return (found[1], int(found[2])) if found else ("", None)

    def url(self, **other: str | None) -> str:
        """Return an address like this one, with other values; None leaves a part out."""
        said = {**self.said, **other}
        values = {name: value for name, value in said.items() if value}
        return f"{url_for(SCHEDULE)}?{urlencode(values)}" if values else url_for(SCHEDULE)


def address() -> Address:
    """Return what the address of this request says; what the schedule does not know is dropped.

    What nobody could have typed among the words is answered with 400.
    """
    text_argument("q")
    said = {}
    for name, is_taken in KNOWN.items():
        text = request.args.get(name, "").strip()
        if text and is_taken(text):
            said[name] = single_line(text)
    return Address(said)


def zone_of(said: Mapping[str, str]) -> str:
    """Return on which clocks days are read: those that were chosen, or the reader's own."""
    own = signed_in().timezone or "UTC"
    return said.get("zone") or (own if _is_zone(own) else "UTC")


def _number(said: Mapping[str, str], name: str) -> int | None:
    return int(said[name]) if name in said else None
