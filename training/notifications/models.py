"""Message: a row of the outbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.notifications.values import MessageStatus, Priority


class Message(Base):
    """Any mail we send: queued in the transaction of its cause, rendered when it is sent."""

    __tablename__ = "message"
    __table_args__ = (
        # What the sender looks for; the rest of a long history is not in this index.
        Index(
            "ix_message_queued",
            "priority",
            "id",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        # What could not be sent, the newest first.
        Index(
            "ix_message_dead",
            "ended_at",
            sqlite_where=text("status = 'dead'"),
            postgresql_where=text("status = 'dead'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What the message is about, such as "registration.confirmed"; names its template.
    kind: Mapped[str] = mapped_column(String(64))
    #: Says what must not be said twice.
    key: Mapped[str] = mapped_column(String(128), unique=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    training_session_id: Mapped[int | None]
    #: What else it is about; of which table, its kind says. An invitation, say.
    subject_id: Mapped[int | None]
    #: The act that caused it.
    audit_entry_id: Mapped[int | None] = mapped_column(ForeignKey("audit_entry.id"), index=True)
    status: Mapped[MessageStatus] = mapped_column(default=MessageStatus.QUEUED)
    priority: Mapped[int] = mapped_column(default=Priority.NORMAL)
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    #: Not before; later after each failed attempt.
    due_at: Mapped[datetime]
    #: A sender has it until then; afterwards another may take it.
    claimed_until: Mapped[datetime | None]
    #: After this it would only confuse, and is dropped.
    valid_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: Why it is dead, or what went wrong last.
    reason: Mapped[str | None] = mapped_column(String(500))
    #: The same for every attempt, so that a mailbox can tell a second copy.
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    #: As sent, with links masked.
    subject: Mapped[str | None] = mapped_column(String(500))
    body: Mapped[str | None] = mapped_column(Text)
