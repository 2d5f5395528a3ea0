"""Calendar entries, the feeds that they make up, and the addresses at which feeds are read."""

from training.calendars.service.entries import (
    bump_feed,
    calendar_of,
    remove_entries,
    store_entries,
)
from training.calendars.service.feeds import (
    FeedBodies,
    FeedBody,
    FeedState,
    feed_body,
    feed_name,
    find_narrowed_feed_state,
    public_feed_state,
    secret_feed_state,
)
from training.calendars.service.fetches import note_fetches
from training.calendars.service.tokens import (
    MOST_FEEDS,
    FoundFeed,
    OwnFeed,
    RotatedFeed,
    feeds_of,
    find_feed,
    make_feed,
    revoke_feed,
    rotate_feed,
)

__all__ = [
    "MOST_FEEDS",
    "FeedBodies",
    "FeedBody",
    "FeedState",
    "FoundFeed",
    "OwnFeed",
    "RotatedFeed",
    "bump_feed",
    "calendar_of",
    "feed_body",
    "feed_name",
    "feeds_of",
    "find_feed",
    "find_narrowed_feed_state",
    "make_feed",
    "note_fetches",
    "public_feed_state",
    "remove_entries",
    "revoke_feed",
    "rotate_feed",
    "secret_feed_state",
    "store_entries",
]
