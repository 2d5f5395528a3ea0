"""Who is signed in, and what else leaves accounts as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: Characters. Longer ones are refused before they are hashed.
MIN_PASSWORD, MAX_PASSWORD = 8, 1024
#: How long a sign-in lasts unused. Staff see everybody's data; trainers stand in a room all day.
IDLE_STAFF = timedelta(minutes=30)
IDLE_OTHERS = timedelta(hours=12)
#: How long an invitation can be accepted, and a new password be chosen by a mailed link.
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)
#: Characters that are kept of what a browser says it is.
MAX_USER_AGENT = 200


class StaffRole(StrEnum):
    """What a member of staff may do; trainers and representatives have none."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"


class InvitationState(StrEnum):
    """Where an invitation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Who asks, as one SELECT found them; no later transaction makes it stale."""

    sign_in_id: int
    account_id: int
    person_id: int
    name: str
    locale: str
    timezone: str | None
    #: As stored, which may be a minute ago.
    last_seen_at: datetime
    #: "admin" or "coordinator"; None: not staff.
    staff_role: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """An account whose password was typed right, and the hash that it fitted."""

    account_id: int
    password_hash: str
