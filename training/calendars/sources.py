"""Where feeds get their entries from. Features above make sources; ``app.py`` lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import sqlalchemy as sa

from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.values import Variant
from training.db import db

# The tables and not the classes: what is read here is not worth an object each.
_entry, _feed = StoredEntry.__table__.c, FeedVersion.__table__.c
_since: sa.BindParameter[datetime] = sa.bindparam("since")
_is_variant = _entry.variant == sa.bindparam("variant")

IN_WINDOW = (
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

    def entries(self, owner: Owner, *, since: datetime) -> Sequence[bytes]:
        """Return the entries of meetings that start at ``since`` or later, in their order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeVariant:
    """All that is stored for certain eyes."""

    variant: Variant

    def state(self, owner: Owner, *, since: datetime) -> str:
        row = db.session.execute(_VERSION, {"variant": self.variant, "since": since}).one_or_none()
        return "" if row is None else "{} {} {}".format(*row)

    def entries(self, owner: Owner, *, since: datetime) -> Sequence[bytes]:
        return db.session.scalars(IN_WINDOW, {"variant": self.variant, "since": since}).all()


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Those of a variant's entries whose meetings a statement finds."""

    variant: Variant
    #: Finds ``meeting_uid`` by ``:person_id`` or ``:organization_id``.
    uids: sa.Select[UUID]

    def state(self, owner: Owner, *, since: datetime) -> str:
        numbers = db.session.scalar(numbers_of(self.uids), self._values(owner, since))
        return numbers or ""

    def entries(self, owner: Owner, *, since: datetime) -> Sequence[bytes]:
        return db.session.scalars(bodies_of(self.uids), self._values(owner, since)).all()

    def _values(self, owner: Owner, since: datetime) -> dict[str, Any]:
        return {"variant": self.variant, "since": since, **owner._asdict()}


@lru_cache(maxsize=64)
def bodies_of(uids: sa.Select[UUID]) -> sa.Select[bytes]:
    """Return the statement for the entries of those meetings in the window."""
    return IN_WINDOW.where(_entry.meeting_uid.in_(uids))


@lru_cache(maxsize=8)
def numbers_of(uids: sa.Select[UUID]) -> sa.Select[str | None]:
    """Return the statement for what tells one state of those entries from another.

    The database puts the numbers of all into one text, because to fetch 200 rows of three takes
    longer than to find them.
    """
    rows = (
        sa.select(_entry.meeting_uid, _entry.revision, _entry.rewritten)
        .where(_is_variant, _entry.starts_at >= _since, _entry.meeting_uid.in_(uids))
        .order_by(_entry.starts_at, _entry.meeting_uid)
        .subquery()
    )
    return sa.select(joined_rows(rows))


def joined_rows(rows: sa.Subquery) -> sa.ColumnElement[str]:
    """Return the columns of all rows as one text."""
    first, *others = (sa.cast(column, sa.String) for column in rows.c)
    text: sa.ColumnElement[str] = first
    for other in others:
        text = text.concat(" ").concat(other)
    return sa.func.aggregate_strings(text, ",")


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """A part of what is public."""

    #: What it is narrowed to, as it was asked for: tells one part from another.
    key: tuple[tuple[str, str], ...]
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
