"""An address of a feed as its owner's list shows it."""

from datetime import datetime
from typing import NamedTuple

from flask_babel import format_timedelta
from flask_babel import gettext as _

from training.calendars.service.tokens import OwnFeed
from training.calendars.values import FeedKind


class ListedFeed(NamedTuple):
    """One line of the list."""

    name: str
    what: str
    created_at: datetime
    #: When, and by which program.
    read: str
    revoke_url: str


def listed_feed(feed: OwnFeed, revoke_url: str, *, now: datetime) -> ListedFeed:
    """Return an address in the reader's words."""
    return ListedFeed(
        name=feed.name,
        what=what_it_shows(feed.kind, feed.organization_name),
        created_at=feed.created_at,
        read=_read(feed, now),
        revoke_url=revoke_url,
    )


def what_it_shows(kind: FeedKind, organization: str | None) -> str:
    """Return what stands in a feed.

    :param organization: whose people's sessions, in a feed of that kind.
    """
    words = {
        FeedKind.PERSON: _("Sessions I registered for, with join links"),
        FeedKind.TRAINER: _("Sessions I train, with join links"),
        FeedKind.ORGANIZATION: _(
            "Sessions that people of %(organization)s go to", organization=organization
        ),
        FeedKind.STAFF: _("All sessions, drafts too, with join links"),
    }
    return str(words[kind])


def _read(feed: OwnFeed, now: datetime) -> str:
    if feed.fetched_at is None:
        return str(_("Never yet"))
    ago = format_timedelta(min(feed.fetched_at, now) - now, add_direction=True)
    if feed.program:
        return str(_("%(ago)s, by %(program)s", ago=ago, program=feed.program))
    return str(ago)
