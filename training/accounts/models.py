"""Account: a person's way to sign in. SignIn: one browser that did."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.people.models import Person


class StaffRole(StrEnum):
    """What a member of staff may do; trainers and representatives have none."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"


class Account(Base):
    """A person's way to sign in."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    #: argon2id, with its parameters; None: signs in by other means only.
    password_hash: Mapped[str | None] = mapped_column(String(255))
    staff_role: Mapped[StaffRole | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SignIn(Base):
    """One browser that signed in. Ending it here ends it there, with the next request."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: SHA-256 of the random token in the cookie.
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInActivity(Base):
    """When a sign-in was last used; apart from it, because this row changes all the time."""

    __tablename__ = "sign_in_activity"

    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_in.id"), primary_key=True)
    last_seen_at: Mapped[datetime]
