"""The ways to tell a calendar program of a feed: buttons, an address to copy, a code to scan."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from markupsafe import Markup

from training.calendars.values import Addresses
from training.web.drawn_codes import drawn_code

# Programs differ in what they take. Google's page subscribes to a webcal: address, and reads it by
# https; Outlook's page shows an empty calendar for the same.
_GOOGLE = "https://calendar.google.com/calendar/r"
_OUTLOOK = "https://outlook.live.com/calendar/0/addfromweb"
_OUTLOOK_AT_WORK = "https://outlook.office.com/calendar/0/addfromweb"


class WaysIn(NamedTuple):
    """All the ways to one feed. Of a secret one they hold the secret: shown once, kept nowhere."""

    addresses: Addresses
    #: Pages of companies that subscribe by themselves, once one is signed in there.
    google: str
    outlook: str
    outlook_at_work: str
    #: For a phone's camera: a drawing without style or script.
    code: Markup
    is_secret: bool


def ways_into(address: str, *, name: str, is_secret: bool) -> WaysIn:
    """Return the ways to a feed.

    :param name: what the feed calls itself; Outlook asks for it beforehand.
    :param is_secret: whether whoever knows the address may read.
    """
    addresses = Addresses.of(address)
    # A space as %20: Outlook would show the "+" of a form.
    by_outlook = urlencode({"url": addresses.https, "name": name}, quote_via=quote, safe="")
    return WaysIn(
        addresses=addresses,
        google=f"{_GOOGLE}?cid={quote(addresses.webcal, safe='')}",
        outlook=f"{_OUTLOOK}?{by_outlook}",
        outlook_at_work=f"{_OUTLOOK_AT_WORK}?{by_outlook}",
        code=_code(addresses.webcal),
        is_secret=is_secret,
    )


def _code(address: str) -> Markup:
    """Draw an address for a phone's camera.

    The webcal: form. An iPhone offers to subscribe to it, and so does an Android phone with ICSx⁵
    or a program like it. Both open the https: form too, but as a file: its events come in once,
    and stay where they are when a session moves. Android without such a program opens nothing,
    which is better than a calendar that is wrong; the page says what to do there.
    """
    return drawn_code(address)
