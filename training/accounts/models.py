"""Account: a person's way to sign in. SignIn: one browser that did."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.accounts.errors import AccountExistsError
from training.accounts.values import MAX_USER_AGENT, StaffRole
from training.db import Base, conflicts
from training.people.models import Person, new_public_id

conflicts["uq_account_person_id"] = AccountExistsError


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
    #: What the browser said it was, cut; None: it said nothing.
    user_agent: Mapped[str | None] = mapped_column(String(MAX_USER_AGENT))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInActivity(Base):
    """When a sign-in was last used; apart from it, because this row changes all the time."""

    __tablename__ = "sign_in_activity"

    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_in.id"), primary_key=True)
    last_seen_at: Mapped[datetime]


class Invitation(Base):
    """A person is asked to come in; open until it is accepted, revoked or too old."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Stands in the mailed link.
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: What they become; None with no organization: somebody who trains.
    staff_role: Mapped[StaffRole | None]
    #: Which organization they are to act for.
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")


class PasswordReset(Base):
    """One asked-for way to a new password."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Stands in the mailed link.
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    #: Used, or of no more use: a newer link was asked for, or the password was changed.
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class Tries(Base):
    """How often something was tried for one address, known here or not, in a span of time."""

    __tablename__ = "tries"

    #: A keyed hash of what is tried and the address: it names nobody.
    subject_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)
