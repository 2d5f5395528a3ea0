"""Entries are written when they change, and only joined when somebody asks for a feed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import sqlalchemy as sa

from training.calendars.feed import FOOTER, WRITTEN_BY, find_vevent, header
from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.values import OPEN_VARIANTS, WHOLE_VARIANTS, CalendarEntry, Variant
from training.db import INSERT, db

# The table and not the class: what is read here is not worth an object each.
_entry = StoredEntry.__table__.c
_is_variant = _entry.variant == sa.bindparam("variant")
_is_wanted = _entry.meeting_uid.in_(sa.bindparam("uids", expanding=True))

_BY_UID = (
    sa.select(_entry.body)
    .where(_is_variant, _is_wanted)
    .order_by(_entry.starts_at, _entry.meeting_uid)
)
_STORED = sa.select(_entry.meeting_uid, _entry.body).where(_is_variant, _is_wanted)
_REMOVE = (
    sa.delete(StoredEntry).where(_is_variant, _is_wanted).returning(StoredEntry.meeting_uid)
).execution_options(synchronize_session=False)


def store_entries(
    entries: Sequence[CalendarEntry], *, variant: Variant, domain: str, now: datetime
) -> None:
    """Write entries, new or changed, into the feeds of a variant; inside a transaction.

    Readers of a feed are told only if the bytes are others than those that were stored. One that
    cannot be written stays as it was, and keeps no other back.

    :param domain: stands behind the @ of their UIDs; never changed.
    :raise ValueError: a join link is about to get before eyes that it is not meant for.
    """
    if not entries:
        return
    if variant in OPEN_VARIANTS and any(entry.join_url for entry in entries):
        raise ValueError(f"a calendar entry of the variant {variant} has no join link")
    bodies = {
        entry.uid: body
        for entry in entries
        if (body := find_vevent(entry, domain=domain)) is not None
    }
    if not bodies:
        return
    stored = _stored(variant, list(bodies)) if variant in WHOLE_VARIANTS else bodies
    db.session.execute(
        _upsert(db.session.get_bind().dialect.name),
        [
            {
                "meeting_uid": entry.uid,
                "variant": variant,
                "revision": entry.revision,
                "starts_at": entry.starts_at,
                "body": bodies[entry.uid],
                "written_by": WRITTEN_BY,
            }
            for entry in entries
            if entry.uid in bodies
        ],
    )
    if stored != bodies:
        bump_feed(variant, now=now)


def _stored(variant: Variant, uids: Sequence[UUID]) -> dict[UUID, bytes]:
    rows = db.session.execute(_STORED, {"variant": variant, "uids": uids})
    return {row.meeting_uid: row.body for row in rows}


@cache
def _upsert(dialect: str) -> sa.Insert:
    insert: sa.Insert = INSERT[dialect](StoredEntry)
    new = insert.excluded  # type: ignore[attr-defined]  # both dialects have it
    written: sa.Insert = insert.on_conflict_do_update(  # type: ignore[attr-defined]  # and this
        index_elements=[StoredEntry.meeting_uid, StoredEntry.variant],
        set_={
            "revision": new.revision,
            "starts_at": new.starts_at,
            "body": new.body,
            "written_by": new.written_by,
            "rewritten": sa.case(
                (StoredEntry.body == new.body, StoredEntry.rewritten),
                else_=StoredEntry.rewritten + 1,
            ),
        },
    )
    return written


def remove_entries(uids: Sequence[UUID], *, variant: Variant, now: datetime) -> None:
    """Take entries out of the feeds of a variant: they are no longer for those eyes."""
    removed = db.session.execute(_REMOVE, {"variant": variant, "uids": list(uids)})
    if removed.all() and variant in WHOLE_VARIANTS:
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


def calendar_of(uids: Sequence[UUID], *, variant: Variant) -> bytes | None:
    """Return the entries of a session as a file of their own, or None if there are none."""
    entries = db.session.scalars(_BY_UID, {"variant": variant, "uids": list(uids)}).all()
    return b"".join([header(), *entries, FOOTER]) if entries else None
