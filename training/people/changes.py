"""What happens to people that matters above."""

from dataclasses import dataclass
from datetime import datetime

from training.changes import Change


@dataclass(frozen=True)
class EmailChanged(Change):
    """A person has another mailbox than before: what was mailed to the old one is dead."""

    person_id: int
    actor_id: int | None
    audit_entry_id: int
    now: datetime
