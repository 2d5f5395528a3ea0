"""ImportFile: a file that somebody sent, until it is brought in or a day has passed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.imports.values import Kind


class ImportState(StrEnum):
    """How far an import is."""

    #: It can be looked at, and confirmed.
    READY = "ready"
    #: Somebody confirmed it, and it is being written.
    RUNNING = "running"
    DONE = "done"
    #: It ended before its end: what was written stays, the rest may be sent again.
    STOPPED = "stopped"


class ImportFile(Base):
    """A file that somebody sent. Kept for a day, with what became of it.

    It lies in the database under its own number; the name that it came with is only shown.
    """

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
    #: As it was called where it comes from, made fit to be shown.
    name: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: SHA-256 of the content.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: Who sent it; None: the command.
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[ImportState] = mapped_column(default=ImportState.READY)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    #: What became of its rows; see ``results``.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
