"""What happens to organizations that matters above."""

from dataclasses import dataclass
from datetime import datetime

from training.changes import Change


@dataclass(frozen=True)
class RepresentationEnded(Change):
    """Somebody acts for an organization no longer, whether they left it or not."""

    person_id: int
    organization_id: int
    actor_id: int | None
    now: datetime


@dataclass(frozen=True)
class OrganizationResumed(Change):
    """A partnership runs again: its people who wait may be given seats."""

    organization_id: int
    audit_entry_id: int
    now: datetime
