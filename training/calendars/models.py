"""Stored calendar entries, and the versions that tell subscribers what changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base


class StoredEntry(Base):
    """One meeting as a VEVENT: the bytes, written once for each revision and variant.

    The bytes hold nothing that a registration changes.
    """

    __tablename__ = "stored_entry"
    __table_args__ = (Index("ix_stored_entry_feed", "variant", "starts_at", "meeting_uid"),)

    meeting_uid: Mapped[UUID] = mapped_column(primary_key=True)
    #: For whose eyes: "public" has no join link.
    variant: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[int]
    starts_at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class FeedVersion(Base):
    """How often the content of a feed changed. Bumped by published changes only."""

    __tablename__ = "feed_version"

    #: "public", or the kind and owner of a feed that is not.
    feed: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int]
    #: Rises by at least one whole second with each version, for Last-Modified.
    changed_at: Mapped[datetime]
