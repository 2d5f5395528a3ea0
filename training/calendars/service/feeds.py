"""Feeds: what tells one state of a feed from another, and its entries joined, once for each."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from training.calendars.feed import FOOTER, WRITTEN_BY, header
from training.calendars.models import FeedVersion
from training.calendars.service.tokens import FoundFeed
from training.calendars.sources import (
    IN_WINDOW,
    LEFT_LAST,
    Narrowing,
    Owner,
    Source,
    entries_of,
    read_entries,
)
from training.calendars.values import FeedKind, Variant
from training.clock import midnight_before
from training.db import core

#: How far back a feed reaches, in days before the UTC midnight that began today.
WINDOW_DAYS = 365
#: Quickly rather than well: three times as fast as zlib's default, for a sixth more octets.
COMPRESSION_LEVEL = 1
#: Octets of feeds that one process keeps.
KEPT_OCTETS = 32_000_000
#: So many feeds can be joined at the same time.
_LOCKS = 32

_feed = FeedVersion.__table__.c
_is_feed = _feed.feed == sa.bindparam("variant")
_STATE = sa.select(_feed.version, _feed.changed_at, LEFT_LAST).where(_is_feed)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """One state of a feed, without its entries."""

    #: Which feed it is.
    feed: tuple[object, ...]
    #: The name that the feed has in people's calendars.
    name: str
    #: Stands for everything in the body; the same body has the same one, whichever day it is.
    etag: str
    #: Only moves forward. None: nobody can tell.
    modified_at: datetime | None
    #: Reads the entries.
    read: Callable[[], bytes] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FeedBody:
    """A feed as it is sent: written once, sent many times."""

    plain: bytes
    compressed: bytes

    @property
    def octets(self) -> int:
        return len(self.plain) + len(self.compressed)


class FeedBodies:
    """The newest bodies that this process sent, each feed's once, within a limit of octets."""

    def __init__(self, most: int = KEPT_OCTETS) -> None:
        self._bodies: OrderedDict[tuple[object, ...], tuple[str, FeedBody]] = OrderedDict()
        self._octets, self._most = 0, most
        self._lock = threading.Lock()
        self._joining = [threading.Lock() for _ in range(_LOCKS)]

    def get(self, state: FeedState) -> FeedBody:
        """Return the body in that state; one thread reads it and the others wait for that."""
        found = self._find(state)
        if found is None:
            with self._joining[hash(state.feed) % _LOCKS]:
                found = self._find(state)
                if found is None:
                    found = _join(state)
                    self._keep(state, found)
        return found

    def _find(self, state: FeedState) -> FeedBody | None:
        with self._lock:
            etag, body = self._bodies.get(state.feed, (None, None))
            if etag != state.etag:
                return None
            self._bodies.move_to_end(state.feed)
            return body

    def _keep(self, state: FeedState, body: FeedBody) -> None:
        with self._lock:
            before = self._bodies.pop(state.feed, None)
            self._octets += body.octets - (before[1].octets if before else 0)
            self._bodies[state.feed] = (state.etag, body)
            while self._octets > self._most and len(self._bodies) > 1:
                _key, (_etag, oldest) = self._bodies.popitem(last=False)
                self._octets -= oldest.octets


def public_feed_state(*, name: str, now: datetime) -> FeedState:
    """Return the state of the feed of all that is public, in one indexed query."""
    since = midnight_before(now, days=WINDOW_DAYS)
    values = {"variant": Variant.PUBLIC, "since": since}
    row = core().execute(_STATE, values).one_or_none()
    version, changed_at, left_last = row or (None, None, None)
    read = partial(read_entries, IN_WINDOW, values)
    return _public_state(("public",), name, (version, changed_at, left_last), read)


def find_narrowed_feed_state(narrowing: Narrowing, *, name: str, now: datetime) -> FeedState | None:
    """Return the state of a part of what is public, in one query; None if there is no such part.

    :param name: of the whole; what the part is called is added.
    """
    since = midnight_before(now, days=WINDOW_DAYS)
    values = {"variant": Variant.PUBLIC, "since": since, **narrowing.parameters}
    row = core().execute(_narrowed(narrowing.names), values).one()
    version, changed_at, left_last, *names = row
    if None in names:
        return None
    return _public_state(
        ("public", *narrowing.key),
        _("%(feed)s: %(part)s", feed=name, part=", ".join((*names, *narrowing.words))),
        (version, changed_at, left_last),
        partial(read_entries, entries_of(narrowing.uids), values),
    )


def secret_feed_state(found: FoundFeed, *, name: str, now: datetime) -> FeedState:
    """Return the state of a feed with a secret address.

    Its Last-Modified is when this state was first seen at this address: what belongs to the feed
    of a person changes without anybody writing when, and people leave it as well as join.

    :param name: of the site.
    """
    sources: Mapping[FeedKind, Source] = current_app.extensions["feeds"]
    source, owner = sources[found.kind], Owner(found.owner_id, found.organization_id)
    since = midnight_before(now, days=WINDOW_DAYS)
    title = feed_name(found.kind, found.organization_name, site=name)
    state = source.state(owner, since=since)
    etag = hashlib.sha256(f"{found.kind}\n{_fingerprint(title)}\n{state}".encode()).hexdigest()[:32]
    return FeedState(
        feed=(found.kind, owner),
        name=title,
        etag=etag,
        modified_at=found.seen_at if found.etag == etag else None,
        read=partial(source.entries, owner, since=since),
    )


def feed_body(state: FeedState) -> FeedBody:
    """Return a feed as it is sent; the stored bytes are read once for each state."""
    bodies: FeedBodies = current_app.extensions.setdefault("feed_bodies", FeedBodies())
    return bodies.get(state)


def _public_state(
    feed: tuple[object, ...],
    name: str,
    version: tuple[int | None, datetime | None, datetime | None],
    read: Callable[[], bytes],
) -> FeedState:
    number, changed_at, left_last = version
    etag, modified_at = _fingerprint(name), None
    if changed_at is not None:
        # The instant at which the window moved this entry out, and with it all before.
        left_at = midnight_before(left_last, days=-WINDOW_DAYS - 1) if left_last else changed_at
        modified_at = max(changed_at, left_at)
        # A database set up anew counts its versions from 1 again, at another time.
        etag = "-".join((etag, str(number), _seconds(changed_at), _seconds(left_at)))
    return FeedState(feed=feed, name=name, etag=etag, modified_at=modified_at, read=read)


@lru_cache(maxsize=16)
def _narrowed(names: tuple[sa.ScalarSelect[str], ...]) -> sa.Select[Any]:
    """Return the statement for the state of a part: one row, be anything published or not."""
    always = sa.select(sa.literal(1).label("one")).subquery()
    return sa.select(_feed.version, _feed.changed_at, LEFT_LAST, *names).select_from(
        always.outerjoin(FeedVersion.__table__, _is_feed)
    )


def feed_name(kind: FeedKind, organization: str | None, *, site: str) -> str:
    """Return the name that a feed with a secret address has in people's calendars.

    :param organization: whose people's sessions, in a feed of that kind.
    """
    part: str | None
    match kind:
        case FeedKind.PERSON:
            part = _("my sessions")
        case FeedKind.TRAINER:
            part = _("sessions I train")
        case FeedKind.ORGANIZATION:
            part = organization
        case FeedKind.STAFF:
            part = _("all sessions, drafts too")
    return str(_("%(feed)s: %(part)s", feed=site, part=part))


def _join(state: FeedState) -> FeedBody:
    plain = b"".join([header(state.name), state.read(), FOOTER])
    return FeedBody(plain, gzip.compress(plain, compresslevel=COMPRESSION_LEVEL, mtime=0))


def _seconds(instant: datetime) -> str:
    return str(int(instant.timestamp()))


@lru_cache(maxsize=256)
def _fingerprint(name: str) -> str:
    """Return what stands for the writer and for the lines before the entries."""
    return f"{WRITTEN_BY}-{hashlib.sha256(header(name)).hexdigest()[:12]}"
