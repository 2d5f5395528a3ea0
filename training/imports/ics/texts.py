"""The words of an event: title, description, place and link, as a session has them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from icalendar import Event

from training.errors import N_
from training.imports.cleaning import cleaned_noting, refuse_unfit_title
from training.imports.errors import UnfitEventError
from training.sessions.fields import is_web_address
from training.text import MAX_LONG_TEXT, cleaned_line, cleaned_lines

MAX_VENUE = 200
MAX_URL = 2_000
#: Whose addresses are rooms that one enters: not for everybody to read.
_MEETING_HOSTS = (
    *("zoom.us", "zoomgov.com", "teams.microsoft.com", "teams.live.com", "meet.google.com"),
    *("webex.com", "whereby.com", "meet.jit.si", "gotomeeting.com", "gotomeet.me"),
    *("skype.com", "lync.com", "bluejeans.com"),
)
#: What programs write as the place of a meeting that has none.
_NO_PLACE = re.compile(
    r"(?:microsoft teams|teams|skype|zoom|google meet|webex|jitsi|online|virtual|en ligne|en línea)"
    r"(?:[- ](?:meeting|besprechung|meetings|call|réunion|reunión|event|webinar))?",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://[^\s<>\"'\\]{1,2000}", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|br|p|div|span|ul|ol|li|i|u|html|body|h[1-6]|strong|em)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
#: Comments and their like, and what begins no tag: html.parser looks for the end of each one that
#: has none in all that follows, which takes minutes for a long text.
_REMARK = re.compile(r"<![^<>]*>")
_NO_TAG = re.compile(r"<(?!/?[a-z][^<>]*>)", re.IGNORECASE)
#: Elements that end a line, and those whose text is none.
_BLOCKS = frozenset({"br", "p", "div", "li", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"script", "style", "head", "title"})
_LINK_PROPERTIES = ("X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "CONFERENCE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What an event says in words."""

    title: str
    description: str
    venue: str
    join_url: str | None
    #: What could not be stored as it came.
    cleaned: tuple[str, ...]
    #: Whether it says where it takes place, by a venue, a link or a word.
    is_without_place: bool


def read_words(event: Event) -> Words:
    """Return an event's words.

    A link to join is taken from wherever programs put it, and taken out of the description, which
    everybody may read once the session is published.

    :raise UnfitEventError: it has no title, or one of its texts is too long to be kept.
    """
    cleaned: list[str] = []
    title, is_cleaned = cleaned_noting(_first(event, "SUMMARY"), cleaned_line)
    if is_cleaned:
        cleaned.append("title")
    refuse_unfit_title(title)
    location = cleaned_line(_first(event, "LOCATION"))
    url = cleaned_line(_first(event, "URL"))
    description, is_cleaned = cleaned_noting(_description(event), cleaned_lines)
    _fitting(description)
    join_url = _join_url(event, location, url, description)
    without_link = _without_meeting_links(description, join_url)
    if is_cleaned or without_link != description:
        cleaned.append("description")
    place = "" if _is_link(location) else _place(location, join_url)
    parts = [without_link]
    if len(place) > MAX_VENUE:
        parts.append(place)
        place = ""
        cleaned.append("location")
    is_way_in = url == join_url or _is_of_meeting(url)
    if not is_way_in and is_web_address(url) and url not in without_link:
        parts.append(url)
    return Words(
        title=title,
        description=_fitting("\n\n".join(part for part in parts if part)),
        venue=place,
        join_url=join_url,
        cleaned=tuple(cleaned),
        is_without_place=bool(location) and not place and "location" not in cleaned,
    )


def _place(location: str, join_url: str | None) -> str:
    """Return where it takes place, without what leads in: everybody may read it."""
    place = _without_meeting_links(location, join_url)
    if place != location:
        place = place.strip(" ,;:|/–-()")
    return "" if _NO_PLACE.fullmatch(place) else place


def _fitting(description: str) -> str:
    if len(description) > MAX_LONG_TEXT:
        raise UnfitEventError(
            N_("The description has %(length)s characters; at most %(limit)s can be kept."),
            length=len(description),
            limit=MAX_LONG_TEXT,
        )
    return description


def values_of(event: Event, name: str) -> list[Any]:
    """Return every value that a property has: it may stand there several times."""
    value = event.get(name, [])
    return list(value) if isinstance(value, list) else [value]


def _first(event: Event, name: str) -> str:
    values = values_of(event, name)
    return str(values[0]) if values else ""


def _description(event: Event) -> str:
    text = _first(event, "DESCRIPTION")
    if not text.strip():
        text = _first(event, "X-ALT-DESC")
    return _plain(text) if _TAG.search(text) else text


class _Plain(HTMLParser):
    """The text of a page, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.text.append("\n")
        if tag == "li":
            self.text.append("- ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _BLOCKS and tag != "li":
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)


def _plain(html: str) -> str:
    """Return what a text in HTML says."""
    parser = _Plain()
    parser.feed(_NO_TAG.sub("&lt;", _REMARK.sub("", html)))
    parser.close()
    lines = [" ".join(line.split()) for line in "".join(parser.text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _join_url(event: Event, location: str, url: str, description: str) -> str | None:
    """Return the link by which one takes part, where programs put it."""
    for name in _LINK_PROPERTIES:
        for value in values_of(event, name):
            link = cleaned_line(str(value))
            if _is_link(link):
                return link
    if _is_link(location):
        return location
    candidates = (link for text in (url, location, description) for link in _links(text))
    return next((link for link in candidates if _is_of_meeting(link)), None)


def _links(text: str) -> Iterator[str]:
    return (found[0].rstrip(".,;:!?)]>") for found in _LINK.finditer(text))


def _is_link(text: str) -> bool:
    return len(text) <= MAX_URL and is_web_address(text)


def _is_of_meeting(link: str) -> bool:
    if not _is_link(link):
        return False
    host = (urlsplit(link).hostname or "").lower()
    return any(host == known or host.endswith(f".{known}") for known in _MEETING_HOSTS)


def _without_meeting_links(description: str, join_url: str | None) -> str:
    """Return a text without links that let everybody in."""
    secret: Iterable[str] = {
        link for link in _links(description) if link == join_url or _is_of_meeting(link)
    }
    # The longest first: one may begin like another.
    for link in sorted(secret, key=len, reverse=True):
        description = description.replace(f"<{link}>", "").replace(link, "")
    return description.strip() if secret else description
