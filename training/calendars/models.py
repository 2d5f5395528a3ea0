"""Stored calendar entries, versions that tell subscribers what changed, and secret addresses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from training.calendars.values import FeedKind
from training.db import Base


class StoredEntry(Base):
    """One meeting as a VEVENT: the bytes, written once for each revision and variant.

    The bytes hold nothing that a registration changes.
    """

    __tablename__ = "stored_entry"
    __table_args__ = (
        Index("ix_stored_entry_feed", "variant", "starts_at", "meeting_uid"),
        Index("ix_stored_entry_written_by", "written_by", "meeting_uid"),
    )

    meeting_uid: Mapped[UUID] = mapped_column(primary_key=True)
    #: For whose eyes: "public" has no join link.
    variant: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[int]
    #: How often the bytes changed, also without a new revision.
    rewritten: Mapped[int] = mapped_column(default=0, server_default="0")
    starts_at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    #: Version of the writer and of the zone data; what another one wrote is to be written anew.
    written_by: Mapped[str] = mapped_column(String(32), default="", server_default="")


class FeedVersion(Base):
    """How often the content of a feed changed. Bumped by published changes only."""

    __tablename__ = "feed_version"

    #: A variant: "public" or "staff", of which a feed shows all.
    feed: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int]
    #: Rises by at least one whole second with each version, for Last-Modified.
    changed_at: Mapped[datetime]


class FeedToken(Base):
    """A secret address: whoever knows it reads the feed, as long as its owner may."""

    __tablename__ = "feed_token"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'organization') = (organization_id IS NOT NULL)", name="of_organization"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FeedKind]
    #: Who made it: whose registrations or sessions it shows, or who may see what it shows.
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    #: What the owner calls it, such as the program that it was given to.
    name: Mapped[str] = mapped_column(String(100))
    #: SHA-256 of the random token in the address, which is stored nowhere.
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class FeedFetch(Base):
    """Who reads a secret address; apart from it, because this row changes all the time."""

    __tablename__ = "feed_fetch"

    feed_token_id: Mapped[int] = mapped_column(ForeignKey("feed_token.id"), primary_key=True)
    fetched_at: Mapped[datetime]
    #: The calendar program, as far as it says what it is.
    program: Mapped[str] = mapped_column(String(60))
    #: How often it was fetched.
    count: Mapped[int]
    #: The ETag that was sent last, and since when this one was seen: its Last-Modified.
    etag: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime]
