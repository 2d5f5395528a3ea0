"""Submission: one send of a form."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base


class Submission(Base):
    """What one form led to, found by its key, so that a second send shows the same.

    Kept for a day.
    """

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the random key in the form.
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    #: What was sent, such as "register:7".
    purpose: Mapped[str] = mapped_column(String(64))
    #: Who sent it; None: somebody who is not signed in.
    actor_id: Mapped[int | None]
    #: SHA-256 of what was typed: the same key with other content is not the same send.
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(index=True)
