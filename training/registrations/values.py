"""The words of registrations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RegistrationStatus(StrEnum):
    """Where a registration stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


#: Version of the sentence that people agree to in the form; another whenever its meaning is.
CONSENT_VERSION = "2026-11"

#: At most one of these for a person in a session.
LIVE = frozenset(
    {
        RegistrationStatus.REQUESTED,
        RegistrationStatus.CONFIRMED,
        RegistrationStatus.OFFERED,
        RegistrationStatus.WAITLISTED,
    }
)
#: These hold a seat.
SEATED = frozenset({RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED})


class Claim(StrEnum):
    """Why we believe that somebody belongs to the organization they name."""

    DOMAIN = "domain"  # of a confirmed address
    CODE = "code"
    REPRESENTATIVE = "representative"
    STAFF = "staff"
    STATED = "stated"  # they say so


class CancelledBecause(StrEnum):
    """Who or what ended a registration."""

    PERSON = "person"  # the participant, or a representative for them: ``cancelled_by`` tells which
    STAFF = "staff"
    SESSION = "session"
    UNNAMED = "unnamed"  # nobody said in time who comes


class ReplyAnswer(StrEnum):
    """What a calendar program answered to an invitation; PARTSTAT of RFC 5545, section 3.2.12."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class DeclinedBecause(StrEnum):
    """Who or what ended a request or an offer."""

    PERSON = "person"  # who was offered a seat
    STAFF = "staff"  # who decide about requests
    TIME = "time"  # nobody answered


class Obstacle(StrEnum):
    """Why somebody who waits is passed over."""

    #: No seat is free.
    FULL = "full"
    #: What is free is kept for organizations.
    HELD = "held"
    #: Their organization has as many seats here as one may have.
    LIMIT = "limit"
    #: Their organization has used up its seats in the campaign.
    ALLOTMENT = "allotment"
    #: The partnership with their organization is suspended.
    SUSPENDED = "suspended"
    #: They wait as a group, for more seats than are free.
    GROUP = "group"
    #: They wait behind a group that nobody may pass.
    BEHIND_GROUP = "behind_group"


class Fit(StrEnum):
    """What is to happen to a group that does not fit as a whole."""

    #: Nobody is registered, and they are told how many seats are free. One person alone waits.
    ALL = "all"
    #: Nobody waits, one person alone neither: at the door, say, waiting is of no use.
    SEATS = "seats"
    #: Whoever fits gets a seat, in the order of the form; the rest waits.
    WHAT_FITS = "what_fits"
    #: All get seats or all wait, to be promoted together.
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """Who is to be trained, as a form or an import gives it.

    Found by ``person_id``, else by the address, else somebody new whose address nobody knows.
    """

    name: str
    email: str | None = None  # as typed
    #: Of somebody known, such as a member of an organization; the caller may speak for them.
    person_id: int | None = None
    organization_id: int | None = None
    claim: Claim = Claim.STATED
    #: Courses that they are known to have attended; of no use to whoever proved nothing.
    attended: frozenset[int] = frozenset()
    #: To the session's questions: version of a question → answer.
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def vouched_organization_id(self) -> int | None:
        """The organization whose seats they use: naming one proves nothing."""
        return None if self.claim is Claim.STATED else self.organization_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """What one row of a form got, as whoever sent it may see it."""

    name: str
    status: RegistrationStatus
    #: Place in line, from 1; None for who does not wait.
    rank: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a group got, in the order of the form."""

    placed: tuple[Placed, ...]
    #: Of those whom this made; people registered before are not among them.
    registration_ids: tuple[int, ...]
    #: Until when staff decide about those who asked for a seat; None: nobody did.
    decided_until: datetime | None = None
    #: Whether all wait for seats as a whole.
    wait_together: bool = False
