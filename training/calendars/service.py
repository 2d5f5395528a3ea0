"""Entries are written when they change and only joined when somebody asks for a feed."""

import gzip
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import sqlalchemy as sa
from flask import current_app

from training.calendars.feed import FOOTER, WRITER_VERSION, header, vevent
from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.values import OPEN_VARIANTS, CalendarEntry, Variant
from training.clock import midnight_before
from training.db import INSERT, db

#: How far back a feed reaches, in days before the UTC midnight that began today.
WINDOW_DAYS = 365
#: Quickly rather than well: three times as fast as zlib's default, for a sixth more octets.
COMPRESSION_LEVEL = 1

# The tables and not the classes: what is read here is not worth an object each.
_entry, _feed = StoredEntry.__table__.c, FeedVersion.__table__.c
_is_variant = _entry.variant == sa.bindparam("variant")
_is_wanted = _entry.meeting_uid.in_(sa.bindparam("uids", expanding=True))
_since: sa.BindParameter[datetime] = sa.bindparam("since")

_ENTRIES = sa.select(_entry.body).order_by(_entry.starts_at, _entry.meeting_uid)
_IN_WINDOW = _ENTRIES.where(_is_variant, _entry.starts_at >= _since)
_BY_UID = _ENTRIES.where(_is_variant, _is_wanted)
_REMOVE = (
    sa.delete(StoredEntry).where(_is_variant, _is_wanted).returning(StoredEntry.meeting_uid)
).execution_options(synchronize_session=False)
_LEFT_LAST = (
    sa.select(_entry.starts_at)
    .where(_is_variant, _entry.starts_at < _since)
    .order_by(_entry.starts_at.desc())
    .limit(1)
    .scalar_subquery()
)
_STATE = sa.select(_feed.version, _feed.changed_at, _LEFT_LAST).where(
    _feed.feed == sa.bindparam("variant")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """What tells one state of a feed from another, without its entries."""

    variant: Variant
    #: The name that the feed has in people's calendars.
    name: str
    #: Starts before this are no longer in the feed.
    since: datetime
    #: Stands for everything in the body; the same body has the same one, whichever day it is.
    etag: str
    #: Only moves forward. None: nothing was ever published.
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedBody:
    """A feed as it is sent: written once, sent many times."""

    plain: bytes
    compressed: bytes


class FeedBodies:
    """The newest body of each feed, kept by this process: as many as there are feeds."""

    def __init__(self) -> None:
        self._bodies: dict[Variant, tuple[str, FeedBody]] = {}
        self._lock = threading.Lock()

    def get(self, state: FeedState) -> FeedBody:
        """Return the body in that state; one thread reads it and the others wait for that."""
        found = self._find(state)
        if found is None:
            with self._lock:
                found = self._find(state)
                if found is None:
                    found = _join(state)
                    self._bodies[state.variant] = (state.etag, found)
        return found

    def _find(self, state: FeedState) -> FeedBody | None:
        etag, body = self._bodies.get(state.variant, (None, None))
        return body if etag == state.etag else None


def store_entries(
    entries: Sequence[CalendarEntry], *, variant: Variant, domain: str, now: datetime
) -> None:
    """Write entries, new or changed, into the feeds of a variant; inside a transaction.

    :param domain: stands behind the @ of their UIDs; never changed.
    :raise ValueError: a join link is about to become public.
    """
    if not entries:
        return
    if variant in OPEN_VARIANTS and any(entry.join_url for entry in entries):
        raise ValueError("a public calendar entry has no join link")
    insert = INSERT[db.session.get_bind().dialect.name](StoredEntry)
    upsert = insert.on_conflict_do_update(
        index_elements=[StoredEntry.meeting_uid, StoredEntry.variant],
        set_={name: insert.excluded[name] for name in ("revision", "starts_at", "body")},
    )
    db.session.execute(
        upsert,
        [
            {
                "meeting_uid": entry.uid,
                "variant": variant,
                "revision": entry.revision,
                "starts_at": entry.starts_at,
                "body": vevent(entry, domain=domain),
            }
            for entry in entries
        ],
    )
    bump_feed(variant, now=now)


def remove_entries(uids: Sequence[UUID], *, variant: Variant, now: datetime) -> None:
    """Take entries out of the feeds of a variant: they are no longer for those eyes."""
    removed = db.session.execute(_REMOVE, {"variant": variant, "uids": list(uids)})
    if removed.all():
        bump_feed(variant, now=now)


def bump_feed(feed: str, *, now: datetime) -> None:
    """Tell the readers of a feed that it changed; inside a transaction.

    Once for each transaction: nobody sees what is between. Last-Modified knows whole seconds only,
    so each version takes one of its own, though it may lie ahead of the clock for a while.
    """
    bumped = db.session.info.setdefault("bumped_feeds", set())
    if feed in bumped:
        return
    insert = INSERT[db.session.get_bind().dialect.name](FeedVersion)
    upsert = insert.values(feed=feed, version=1, changed_at=now).on_conflict_do_update(
        index_elements=[FeedVersion.feed], set_={"version": FeedVersion.version + 1}
    )
    returning = upsert.returning(FeedVersion.version, FeedVersion.changed_at)
    version, changed_at = db.session.execute(returning).one()
    if version > 1:  # the row is locked now, and nobody else reads the old time
        changed_at = max(changed_at + timedelta(seconds=1), now)
        update = sa.update(FeedVersion).where(FeedVersion.feed == feed)
        db.session.execute(update.values(changed_at=changed_at))
    bumped.add(feed)


def public_feed_state(*, name: str, now: datetime) -> FeedState:
    """Return the state of the feed of all that is public, in one indexed query."""
    since = midnight_before(now, days=WINDOW_DAYS)
    row = db.session.execute(_STATE, {"variant": Variant.PUBLIC, "since": since}).one_or_none()
    written = _fingerprint(name)
    if row is None:
        etag, modified_at = written, None
    else:
        version, changed_at, left_last = row
        # The instant at which the window moved this entry out, and with it all before.
        left_at = midnight_before(left_last, days=-WINDOW_DAYS - 1) if left_last else changed_at
        modified_at = max(changed_at, left_at)
        # A database set up anew counts its versions from 1 again, at another time.
        etag = "-".join((written, str(version), _seconds(changed_at), _seconds(left_at)))
    return FeedState(
        variant=Variant.PUBLIC, name=name, since=since, etag=etag, modified_at=modified_at
    )


def feed_body(state: FeedState) -> FeedBody:
    """Return a feed as it is sent; the stored bytes are read once for each state."""
    bodies: FeedBodies = current_app.extensions.setdefault("feed_bodies", FeedBodies())
    return bodies.get(state)


def calendar_of(uids: Sequence[UUID], *, variant: Variant) -> bytes | None:
    """Return the entries of a session as a file of their own, or None if there are none."""
    entries = db.session.scalars(_BY_UID, {"variant": variant, "uids": list(uids)}).all()
    return b"".join([header(), *entries, FOOTER]) if entries else None


def _join(state: FeedState) -> FeedBody:
    parameters = {"variant": state.variant, "since": state.since}
    entries = db.session.scalars(_IN_WINDOW, parameters)
    plain = b"".join([header(state.name), *entries, FOOTER])
    return FeedBody(plain, gzip.compress(plain, compresslevel=COMPRESSION_LEVEL, mtime=0))


def _seconds(instant: datetime) -> str:
    return str(int(instant.timestamp()))


@lru_cache(maxsize=8)
def _fingerprint(name: str) -> str:
    """Return what stands for the writer and for the lines before the entries."""
    return f"{WRITER_VERSION}-{hashlib.sha256(header(name)).hexdigest()[:12]}"
