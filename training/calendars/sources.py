"""Where feeds get their entries from. Features above make sources; ``app.py`` lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, cast
from uuid import UUID

import sqlalchemy as sa

from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.values import Variant
from training.db import core

# The tables and not the classes: what is read here is not worth an object each.
_entry, _feed = StoredEntry.__table__.c, FeedVersion.__table__.c
_since: sa.BindParameter[datetime] = sa.bindparam("since")
_is_variant = _entry.variant == sa.bindparam("variant")


def joined(bodies: sa.Select[bytes]) -> sa.Select[bytes | None]:
    """Return the statement for all entries that one finds, as they stand in a feed.

    The database joins them: to fetch 200 rows takes longer than to fetch one that is as long.
    """
    text = sa.func.aggregate_strings(bodies.subquery().c.body, "")
    return sa.select(sa.cast(text, sa.LargeBinary))


def numbered(rows: sa.Subquery) -> sa.Select[*tuple[str | None, ...]]:
    """Return the statement for one row with a text for each column: the values of all rows.

    The same for numbers. By columns, because to put each row together takes the database longer
    than to find it.
    """
    return sa.select(
        *(sa.func.aggregate_strings(sa.cast(column, sa.String), ",") for column in rows.c)
    )


IN_WINDOW = joined(
    sa.select(_entry.body)
    .where(_is_variant, _entry.starts_at >= _since)
    .order_by(_entry.starts_at, _entry.meeting_uid)
)
#: The start of the last entry that the window moved out.
LEFT_LAST = (
    sa.select(_entry.starts_at)
    .where(_is_variant, _entry.starts_at < _since)
    .order_by(_entry.starts_at.desc())
    .limit(1)
    .scalar_subquery()
)
_VERSION = sa.select(_feed.version, _feed.changed_at, LEFT_LAST).where(
    _feed.feed == sa.bindparam("variant")
)


class Owner(NamedTuple):
    """Whose feed it is."""

    person_id: int
    #: Of an organization's feed only.
    organization_id: int | None


class Source(Protocol):
    """What belongs to the feeds of one kind."""

    def state(self, owner: Owner, *, since: datetime) -> str:
        """Return a text that is another whenever any entry is, in one statement."""

    def entries(self, owner: Owner, *, since: datetime) -> bytes:
        """Return the entries of meetings that start at ``since`` or later, in their order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeVariant:
    """All that is stored for certain eyes."""

    variant: Variant

    def state(self, owner: Owner, *, since: datetime) -> str:
        values = {"variant": self.variant, "since": since}
        row = core().execute(_VERSION, values).one_or_none()
        return "" if row is None else "{} {} {}".format(*row)

    def entries(self, owner: Owner, *, since: datetime) -> bytes:
        return read_entries(IN_WINDOW, {"variant": self.variant, "since": since})


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Those of a variant's entries whose meetings a statement finds."""

    variant: Variant
    #: Finds each meeting's UID, once, by ``:person_id`` or ``:organization_id``.
    uids: sa.Select[UUID]

    def state(self, owner: Owner, *, since: datetime) -> str:
        return read_numbers(numbers_of(self.uids), self._values(owner, since))

    def entries(self, owner: Owner, *, since: datetime) -> bytes:
        return read_entries(entries_of(self.uids), self._values(owner, since))

    def _values(self, owner: Owner, since: datetime) -> dict[str, Any]:
        return {"variant": self.variant, "since": since, **owner._asdict()}


def read_entries(statement: sa.Select[bytes | None], values: Mapping[str, Any]) -> bytes:
    """Return what a statement that was :func:`joined` finds."""
    return core().execute(statement, values).scalar_one() or b""


def read_numbers(statement: sa.Select[*tuple[str | None, ...]], values: Mapping[str, Any]) -> str:
    """Return what a statement that was :func:`numbered` finds."""
    row = core().execute(statement, values).one()
    return "\n".join(numbers or "" for numbers in row)


@lru_cache(maxsize=64)
def entries_of(uids: sa.Select[UUID]) -> sa.Select[bytes | None]:
    """Return the statement for the entries of those meetings in the window."""
    return joined(_chosen(uids, _entry.body))


@lru_cache(maxsize=8)
def numbers_of(uids: sa.Select[UUID]) -> sa.Select[*tuple[str | None, ...]]:
    """Return the statement for what tells one state of those entries from another."""
    rows = _chosen(uids, _entry.meeting_uid, _entry.revision, _entry.rewritten)
    return numbered(rows.subquery())


def _chosen(uids: sa.Select[UUID], *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the statement for what is stored of those meetings; a row of NULL where nothing is."""
    chosen = uids.subquery()
    [uid] = chosen.c
    # No inner join: SQLite would go through all that is stored for these eyes, however little of it
    # is chosen.
    return (
        sa.select(*columns)
        .select_from(
            chosen.outerjoin(
                cast("sa.Table", StoredEntry.__table__),
                sa.and_(_entry.meeting_uid == uid, _is_variant, _entry.starts_at >= _since),
            )
        )
        .order_by(_entry.starts_at, _entry.meeting_uid)
    )


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """A part of what is public."""

    #: What it is narrowed to, as it was asked for: tells one part from another.
    key: tuple[tuple[str, str], ...]
    #: Finds each meeting's UID, once, by the parameters.
    uids: sa.Select[UUID]
    parameters: Mapping[str, Any]
    #: Find what the part is called. One that finds nothing: there is no such part.
    names: tuple[sa.ScalarSelect[str], ...] = ()
    #: The same for what needs no look.
    words: tuple[str, ...] = ()


class Options(Protocol):
    """What the public feed can be narrowed to: value and label of each."""

    @property
    def campaigns(self) -> list[tuple[str, str]]: ...
    @property
    def courses(self) -> list[tuple[str, str]]: ...
    @property
    def languages(self) -> list[str]: ...


class Narrow(Protocol):
    """Knows what the public feed can be narrowed to."""

    def __call__(self, asked: Mapping[str, str]) -> Narrowing | None:
        """Return the part that was asked for, or None: nothing of the kind can be.

        :param asked: name of a filter → what is wanted, as it was sent; nothing empty.
        """


class FindOptions(Protocol):
    """Knows what the sessions to come can be told apart by."""

    def __call__(self, *, now: datetime) -> Options: ...


class PublicParts(NamedTuple):
    """Who knows the parts of what is public: ``app.extensions["public_parts"]``."""

    narrow: Narrow
    options: FindOptions
    #: Ways to hold a session.
    deliveries: Sequence[str]
