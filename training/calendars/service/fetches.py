"""Who read which secret address, and since when its present state is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from training.calendars.models import FeedFetch
from training.db import INSERT, db


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """The last time that a feed was read, and how often before that is not stored yet."""

    at: datetime
    program: str
    etag: str
    count: int = 1


def note_fetches(fetches: Mapping[int, Fetch]) -> None:
    """Store that feeds were read; inside a transaction.

    :param fetches: id of the address → what is noted.
    """
    if not fetches:
        return
    rows = [
        {
            "feed_token_id": feed_id,
            "fetched_at": fetch.at,
            "program": fetch.program,
            "count": fetch.count,
            "etag": fetch.etag,
            "seen_at": fetch.at,
        }
        for feed_id, fetch in sorted(fetches.items())  # two processes do not wait in a circle
    ]
    db.session.execute(_upsert(db.session.get_bind().dialect.name), rows)


@cache
def _upsert(dialect: str) -> sa.Insert:
    insert = INSERT[dialect](FeedFetch)
    new = insert.excluded
    # Whole seconds, so that a new state is first seen at least one after the state before.
    is_later = new.fetched_at > FeedFetch.fetched_at
    is_new = sa.and_(is_later, new.etag != FeedFetch.etag)

    def later(name: str) -> sa.Case[object]:
        return sa.case((is_later, new[name]), else_=FeedFetch.__table__.c[name])

    written: sa.Insert = insert.on_conflict_do_update(
        index_elements=[FeedFetch.feed_token_id],
        set_={
            "count": FeedFetch.count + new.count,
            "fetched_at": later("fetched_at"),
            "program": later("program"),
            "etag": later("etag"),
            "seen_at": sa.case((is_new, new.seen_at), else_=FeedFetch.seen_at),
        },
    )
    return written
