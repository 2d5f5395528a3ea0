"""A secret address that was just made, for the one page that shows it: it is stored nowhere."""

from typing import TypedDict

from flask import current_app

from training.calendars import service
from training.calendars.listed import what_it_shows
from training.calendars.subscribing import WaysIn, ways_into
from training.calendars.values import Addresses, FeedKind
from training.config import Settings


class MadeFeed(TypedDict):
    """What ``calendars/_made.html`` takes."""

    ways: WaysIn
    #: What its owner calls it.
    name: str
    #: What stands in the feed.
    what: str
    #: Whether it came in the place of another.
    is_instead: bool
    #: Where addresses are listed.
    back: str


def made_feed(
    token: str,
    kind: FeedKind,
    organization: str | None,
    *,
    name: str,
    is_instead: bool = False,
    back: str,
) -> MadeFeed:
    """Return what the page shows of an address that was just made.

    :param organization: whose people's sessions, in a feed of that kind.
    """
    settings: Settings = current_app.extensions["settings"]
    address = Addresses.of_token(token, base_url=settings.base_url).https
    feed = service.feed_name(kind, organization, site=settings.site_name)
    return {
        "ways": ways_into(address, name=feed, is_secret=True),
        "name": name,
        "what": what_it_shows(kind, organization),
        "is_instead": is_instead,
        "back": back,
    }
