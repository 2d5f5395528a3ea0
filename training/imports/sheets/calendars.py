"""Calendars of training events kept by hand, under the names that TeSS harvests them by.

Their cells are put into our words. What people do to such files is undone: quotation marks that
were quoted again, and "true" with a space before it.
"""

import hashlib
from collections.abc import Mapping

from training.sessions.values import Audience, Delivery
from training.text import joined

_MAX_KEY = 128
_ONLINE = {"true": Delivery.ONLINE, "false": Delivery.IN_PERSON, "": ""}
#: What keeps an event from being for all, the narrowest first.
_AUDIENCES = (
    ("by_invitation", Audience.INVITED),
    ("expression_of_interest", Audience.INVITED),
    ("host_institution", Audience.PARTNERS),
)


def in_our_words(cells: Mapping[str, str]) -> dict[str, str]:
    """Return one row of such a calendar as a row of ours."""
    text_of = {name: _bare(text) for name, text in cells.items()}
    url = text_of.pop("url")
    online = text_of.pop("online", "")
    eligibility = text_of.pop("eligibility", "").casefold()
    venue = joined(text_of.get("venue"), text_of.pop("city", ""))
    audience = next((word for sign, word in _AUDIENCES if sign in eligibility), Audience.PUBLIC)
    return text_of | {
        "key": url if len(url) <= _MAX_KEY else hashlib.sha256(url.encode()).hexdigest(),
        "description": "\n\n".join(filter(None, [text_of.get("description"), url])),
        # A word that is neither is left as it is, to be refused where it stands.
        "delivery": _ONLINE.get(online.casefold(), online),
        "venue": venue,
        "audience": audience,
    }


def _bare(text: str) -> str:
    """Return a text without white space and without quotation marks around all of it."""
    text = text.strip()
    while len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    return text
