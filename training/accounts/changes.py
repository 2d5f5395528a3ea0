"""What happens to accounts that matters above."""

from dataclasses import dataclass
from datetime import datetime

from training.changes import Change


@dataclass(frozen=True)
class InvitationAccepted(Change):
    """A person accepted an invitation, and has an account.

    Their row of ``person`` is locked: whoever answers may look before it writes.
    """

    invitation_id: int
    person_id: int
    #: The organization that they are to act for; None: they were invited as staff or trainer.
    organization_id: int | None
    #: Who invited them.
    invited_by: int | None
    now: datetime
