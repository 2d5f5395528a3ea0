"""Person: anybody we know."""

import secrets
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, conflicts
from training.people.errors import EmailTakenError

conflicts["uq_person_email_key"] = EmailTakenError


def new_public_id() -> str:
    """Return an id that says nothing and cannot be guessed: 128 random bits, 22 characters."""
    return secrets.token_urlsafe(16)


class Person(Base):
    """One human, whatever they do here: participant, trainer, representative, staff."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    #: Raised to make every link dead that was mailed to this person.
    link_epoch: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    #: As typed, for sending. Somebody registered by a representative may have none.
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    locale: Mapped[str] = mapped_column(String(16), default="en")
    #: IANA name; None: not known yet.
    timezone: Mapped[str | None] = mapped_column(String(64))
    #: Name and address without case and accents, for searching.
    search_key: Mapped[str] = mapped_column(String(500), index=True)
    erased_at: Mapped[datetime | None]
