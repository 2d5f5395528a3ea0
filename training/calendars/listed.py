"""An address of a feed as its owner's list shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from flask import current_app
from flask_babel import format_timedelta, ngettext
from flask_babel import gettext as _

from training.calendars.service.tokens import OwnFeed
from training.calendars.values import FeedKind
from training.text import for_display


class Unread(NamedTuple):
    """What the program that reads an address has not seen yet."""

    #: Of the session that changed.
    title: str
    #: Whether it was moved, cancelled or re-opened; else something else of it changed.
    is_moved: bool


class FindUnread(Protocol):
    """Knows what changed: ``app.extensions["unread"]``."""

    def __call__(self, feeds: Sequence[OwnFeed], *, now: datetime) -> Mapping[int, Unread]:
        """Return the change for each address whose program has not seen all, in one statement."""


class ListedFeed(NamedTuple):
    """One line of the list."""

    name: str
    what: str
    created_at: datetime
    #: When, and by which program.
    read: str
    #: How often; empty: never.
    times: str
    #: Whether the program has everything that changed; empty: none looked yet.
    state: str
    is_up_to_date: bool
    rotate_url: str
    revoke_url: str


def listed_feed(
    feed: OwnFeed,
    *,
    rotate_url: str,
    revoke_url: str,
    unread: Mapping[int, Unread],
    now: datetime,
) -> ListedFeed:
    """Return an address in the reader's words.

    :param unread: what :func:`unread_of` found.
    """
    return ListedFeed(
        name=feed.name,
        what=what_it_shows(feed.kind, feed.organization_name),
        created_at=feed.created_at,
        read=_read(feed, now),
        times=_times(feed),
        state=_state(feed, unread.get(feed.id)),
        is_up_to_date=feed.id not in unread,
        rotate_url=rotate_url,
        revoke_url=revoke_url,
    )


def unread_of(feeds: Sequence[OwnFeed], *, now: datetime) -> Mapping[int, Unread]:
    """Return what the programs that read somebody's addresses have not seen yet."""
    find: FindUnread = current_app.extensions["unread"]
    return find(feeds, now=now)


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


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago something was: "2 hours ago"."""
    if now - at < timedelta(minutes=1):
        return str(_("a moment ago"))
    return str(format_timedelta(at - now, add_direction=True))


def _read(feed: OwnFeed, now: datetime) -> str:
    if feed.fetched_at is None:
        return str(_("Never yet"))
    when = ago(feed.fetched_at, now)
    if feed.program:
        return str(_("%(ago)s, by %(program)s", ago=when, program=feed.program))
    return when


def _times(feed: OwnFeed) -> str:
    if not feed.count:
        return ""
    return str(ngettext("Once", "%(num)s times", feed.count))


def _state(feed: OwnFeed, unread: Unread | None) -> str:
    if feed.fetched_at is None:
        return ""
    if unread is None:
        return str(_("Up to date"))
    title = for_display(unread.title)
    if unread.is_moved:
        return str(_("Has not looked since “%(title)s” moved", title=title))
    return str(_("Has not looked since “%(title)s” changed", title=title))
