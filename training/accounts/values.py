"""Who is signed in."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Who asks, as one SELECT found them; no later transaction makes it stale."""

    sign_in_id: int
    account_id: int
    person_id: int
    name: str
    locale: str
    timezone: str | None
    #: "admin" or "coordinator"; None: not staff.
    staff_role: str | None
