"""Who is signed in."""

from dataclasses import dataclass
from datetime import datetime


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
