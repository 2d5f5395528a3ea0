"""The audit trail: also the history of a registration; there is no second one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base


class AuditEntry(Base):
    """One act: who did what to what, and what states, numbers and times became of it.

    Of personal fields only the field's name is kept, never its value.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entry_training_session_id", "training_session_id"),
        Index("ix_audit_entry_actor_id", "actor_id"),
        Index("ix_audit_entry_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: Who acted; None: somebody who is not signed in, or the program itself.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: A verb with its feature, such as "registration.promote".
    action: Mapped[str] = mapped_column(String(64))
    #: The table that ``subject_id`` is a key of, such as "registration".
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    #: The training session that the act concerned, to read its history in one go.
    training_session_id: Mapped[int | None]
    #: The act that led to this one, such as the cancellation behind a promotion.
    because_id: Mapped[int | None] = mapped_column(ForeignKey("audit_entry.id"))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
