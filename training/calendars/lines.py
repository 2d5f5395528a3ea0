"""Content lines: what icalendar 7.3 gets wrong in texts, addresses and folding, mended.

Each mend has a test that fails when the library no longer needs it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlsplit

import idna
from icalendar import Component, vDuration, vText, vUri

from training import text

#: Longest line in octets, without its end: RFC 5545, section 3.1.
MAX_OCTETS = 75
#: RFC 5545, section 3.3.11.
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})
#: What RFC 3986 lets stand in an address, and % because it may be quoted already.
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"
#: The two highest bits of an octet inside a UTF-8 sequence are 10.
_HIGH_BITS, _INSIDE = 0b1100_0000, 0b1000_0000


class Text(vText):
    r"""A TEXT value, escaped by RFC 5545.

    The library reads the two characters ``\N`` as a line end (so "C:\New" breaks in two), and does
    not escape properties it does not know as TEXT, such as NAME and X-WR-CALNAME.
    """

    __slots__ = ()

    def to_ical(self) -> bytes:
        return str.translate(self, _ESCAPES).encode()


def one_line(value: str, *, longest: int) -> Text:
    """Return a title or a place: fit to send, on one line, cut where programs would cut it.

    The library lets control characters, separators and half surrogate pairs through; some programs
    then refuse the whole feed, or find a property in the middle of a title.
    """
    return Text(_cut(text.cleaned_line(value), longest))


def several_lines(value: str, *, longest: int) -> Text:
    """Return a description: fit to send, its lines ended by LF."""
    return Text(_cut(text.cleaned_lines(value), longest))


def _cut(value: str, longest: int) -> str:
    return value if len(value) <= longest else f"{value[: longest - 1].rstrip()}…"


def web_address(value: str | None) -> vUri | None:
    """Return an address that a program can open, or None.

    The library refuses one with a line end, and lets spaces, quotes and other alphabets through.
    """
    if value is None:
        return None
    try:
        quoted = quote(_with_ascii_host(text.cleaned_line(value)), safe=_URL_CHARACTERS)
        parts = urlsplit(quoted)
    except ValueError:  # brackets around what is no IPv6 address, or a host that cannot be
        return None
    return vUri(quoted) if parts.scheme in {"http", "https"} and parts.netloc else None


def _with_ascii_host(address: str) -> str:
    """Return an address whose host stands as it is looked up: "xn--bcher-kva.example"."""
    before, slashes, rest = address.partition("//")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    if host.isascii():
        return address
    name, colon, port = host.partition(":")
    return (
        f"{before}{slashes}{idna.encode(name, uts46=True).decode()}{colon}{port}{rest[len(host) :]}"
    )


def add_refresh_interval(component: Component, interval: timedelta) -> None:
    """Say how often to ask again: RFC 7986, section 5.7, wants the VALUE that the library omits."""
    component.add("refresh-interval", interval, parameters={"VALUE": "DURATION"})
    component.add("x-published-ttl", vDuration(interval))  # the same, for Outlook


def to_bytes(component: Component) -> bytes:
    """Return a component as it is sent, in one order, each line folded.

    :raise ValueError: a value would end its line, and what follows be read as another property.
    """
    return b"".join(_fold(str(line).encode()) for line in component.content_lines() if line)


def _fold(line: bytes) -> bytes:
    if b"\n" in line or b"\r" in line:  # the library asserts it of the one, and lets the other pass
        raise ValueError("a line end inside a content line")
    return b"\r\n ".join(_pieces(line)) + b"\r\n"


def _pieces(line: bytes) -> Iterator[bytes]:
    r"""Cut a line where it may be: not in a character, and not between a ``\`` and its letter.

    The library cuts pairs of ``\`` in two, after which some programs read another text.
    """
    room = MAX_OCTETS
    while len(line) > room:
        end = room
        while line[end] & _HIGH_BITS == _INSIDE:
            end -= 1
        piece = line[:end]
        if (len(piece) - len(piece.rstrip(b"\\"))) % 2:
            piece = piece[:-1]
        yield piece
        line = line[len(piece) :]
        room = MAX_OCTETS - 1  # the space that continues a line counts
    yield line
