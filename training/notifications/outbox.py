"""Queueing a message with the change that causes it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from training.db import INSERT, core, insert_rows
from training.notifications.models import Message
from training.notifications.values import MessageStatus, Priority


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message to queue; see :class:`training.notifications.models.Message`."""

    kind: str
    key: str
    recipient_id: int
    registration_id: int | None = None
    training_session_id: int | None = None
    subject_id: int | None = None
    audit_entry_id: int | None = None
    priority: int = Priority.NORMAL
    valid_until: datetime | None = None


# Built once, which takes as long as running it.
_INSERT = {
    name: insert(Message.__table__).on_conflict_do_nothing(index_elements=["key"])
    for name, insert in INSERT.items()
}


def queue_messages(letters: Sequence[Letter], *, now: datetime) -> None:
    """Queue messages in one statement; one whose key was queued before is left as it is."""
    if not letters:
        return
    rows = [
        {
            "kind": letter.kind,
            "key": letter.key,
            "recipient_id": letter.recipient_id,
            "registration_id": letter.registration_id,
            "training_session_id": letter.training_session_id,
            "subject_id": letter.subject_id,
            "audit_entry_id": letter.audit_entry_id,
            "status": MessageStatus.QUEUED,
            "priority": letter.priority,
            "attempts": 0,
            "queued_at": now,
            "due_at": now,
            "valid_until": letter.valid_until,
            "message_id": uuid.uuid4().hex,
        }
        for letter in letters
    ]
    insert_rows(_INSERT[core().dialect.name], rows)
