"""Registration: one person's place in one training session."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base, conflicts, enum_type
from training.people.models import Person, new_public_id
from training.registrations.errors import AlreadyRegisteredError, SessionFullError
from training.registrations.values import (
    CancelledBecause,
    Claim,
    DeclinedBecause,
    RegistrationStatus,
    ReplyAnswer,
)
from training.sessions.models import TrainingSession

LIVE_SQL = "status IN ('requested', 'confirmed', 'offered', 'waitlisted')"

conflicts["uq_registration_live_person"] = AlreadyRegisteredError
conflicts["ck_training_session_seats"] = SessionFullError
# Two who decided without the lock get the same ticket: to whoever comes second it is full.
conflicts["uq_registration_training_session_id_ticket"] = SessionFullError


class Registration(Base):
    """One person's place in one training session. A cancelled one may be followed by a new one."""

    __tablename__ = "registration"
    __table_args__ = (
        Index(
            "uq_registration_live_person",
            "training_session_id",
            "person_id",
            unique=True,
            sqlite_where=text(LIVE_SQL),
            postgresql_where=text(LIVE_SQL),
        ),
        UniqueConstraint("training_session_id", "ticket"),
        # Who waits, in order: promotion reads the first few and no more.
        Index(
            "ix_registration_waiting",
            "training_session_id",
            "ticket",
            sqlite_where=text("status = 'waitlisted'"),
            postgresql_where=text("status = 'waitlisted'"),
        ),
        # What ends by itself when nobody answers.
        Index(
            "ix_registration_offer_expires_at",
            "offer_expires_at",
            sqlite_where=text("status = 'offered'"),
            postgresql_where=text("status = 'offered'"),
        ),
        Index(
            "ix_registration_request_expires_at",
            "request_expires_at",
            sqlite_where=text("status = 'requested'"),
            postgresql_where=text("status = 'requested'"),
        ),
        # Seats that nobody is named for yet: few, and looked for by their deadlines.
        Index(
            "ix_registration_placeholder",
            "training_session_id",
            sqlite_where=text(f"is_placeholder AND {LIVE_SQL}"),
            postgresql_where=text(f"is_placeholder AND {LIVE_SQL}"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    training_session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: As given for this session; it never renames the person.
    name: Mapped[str] = mapped_column(String(200))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    claim: Mapped[Claim]
    #: The code that they came with, if any.
    code_id: Mapped[int | None] = mapped_column(ForeignKey("invitation_code.id"), index=True)
    #: A seat for somebody whom the organization names later; who stands in it is nobody yet.
    is_placeholder: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Assigned in ``seats`` only, under the session's lock.
    status: Mapped[RegistrationStatus]
    #: Given under the lock, never changed or used again. The place in line is a rank, computed.
    ticket: Mapped[int]
    #: People who wait as a whole share a number: the ticket of the first of them.
    group: Mapped[int | None] = mapped_column("group_number")
    registered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
    #: An offer may be accepted until then, this moment included.
    offer_expires_at: Mapped[datetime | None]
    #: A request lapses after it.
    request_expires_at: Mapped[datetime | None]
    declined_because: Mapped[DeclinedBecause | None]
    cancelled_because: Mapped[CancelledBecause | None]
    #: Who ended it; None: nobody who was signed in or had its link.
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: What came in its place: a substitute's registration, or the same person's in another session.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    #: The organization that was named, and said that this person is not with it.
    refused_organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    #: The status that a cancelled session took away, to restore it when the session re-opens.
    before_cancel: Mapped[RegistrationStatus | None] = mapped_column(
        enum_type(RegistrationStatus, name="before_cancel")
    )
    #: Raised by every change of the status; part of SEQUENCE in a personal calendar.
    revision: Mapped[int] = mapped_column(default=0)
    #: When it was; None: never since they registered.
    revised_at: Mapped[datetime | None]
    #: Raised to make every link dead that was mailed for this registration.
    link_epoch: Mapped[int] = mapped_column(default=0)
    #: Version of the consent text that was agreed to; None: registered by somebody else.
    consent: Mapped[str | None] = mapped_column(String(32))
    #: Answers to the session's questions: question version → answer.
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    training_session: Mapped[TrainingSession] = relationship(lazy="raise_on_sql")


class CalendarReply(Base):
    """What somebody's calendar program answered to an invitation. Nothing of it is ever changed."""

    __tablename__ = "calendar_reply"
    __table_args__ = (Index("ix_calendar_reply_newest", "registration_id", "stamped_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    #: SHA-256 of the answer itself, so that a mail that is read twice counts once.
    key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    answer: Mapped[ReplyAnswer]
    #: What they wrote beside it, if anything.
    comment: Mapped[str] = mapped_column(String(500), default="")
    #: SEQUENCE of the invitation that was answered.
    revision: Mapped[int]
    #: DTSTAMP: when it was answered, as their program says; of several, the last counts.
    stamped_at: Mapped[datetime]
    received_at: Mapped[datetime]
    #: Whether our mail server vouches for the sender. Else it is shown, and counts for nothing.
    is_verified: Mapped[bool]


class InvitationCode(Base):
    """A secret that proves that whoever has it registers for an organization; shown once.

    It is good for one session, for a campaign's, or for all that the organization may see.
    """

    __tablename__ = "invitation_code"
    __table_args__ = (
        CheckConstraint("training_session_id IS NULL OR campaign_id IS NULL", name="of_one"),
        CheckConstraint("most > 0", name="most_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256.
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    training_session_id: Mapped[int | None] = mapped_column(
        ForeignKey("training_session.id"), index=True
    )
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    #: What whoever made it calls it.
    name: Mapped[str] = mapped_column(String(80), default="")
    #: Live registrations with it in one session; None: as many as have it.
    most: Mapped[int | None]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Note(Base):
    """What staff wrote down about a registration, for each other."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    text: Mapped[str] = mapped_column(String(2000))
    written_at: Mapped[datetime]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
