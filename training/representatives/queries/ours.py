"""Which registrations are an organization's own, and how they are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.registrations.models import Registration
from training.registrations.rank_columns import RANK
from training.registrations.values import (
    LIVE,
    SEATED,
    CancelledBecause,
    Claim,
    DeclinedBecause,
    RegistrationStatus,
)

# The tables and not the classes: what is read here is not worth an object each.
registration = Registration.__table__.c

#: Of a registration: named for the organization ``:organization_id``, by whomever.
IS_NAMED = registration.organization_id == sa.bindparam("organization_id")
#: Somebody says that they are with it, and nobody has confirmed that.
IS_CLAIM = sa.and_(IS_NAMED, registration.claim == Claim.STATED)
#: One of its people: somebody whom it, staff or a confirmed address vouches for.
IS_OURS = sa.and_(IS_NAMED, registration.claim != Claim.STATED)
IS_LIVE = registration.status.in_(sorted(LIVE))
#: Has or awaits a seat, or did until the whole session was cancelled.
IS_EXPECTED = sa.or_(IS_LIVE, registration.cancelled_because == CancelledBecause.SESSION)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRegistration:
    """A registration of one of an organization's people."""

    id: int
    person_id: int
    training_session_id: int
    name: str
    status: RegistrationStatus
    #: Place in line, from 1; None for who does not wait.
    rank: int | None
    #: Until when an offered seat is kept; of who was offered none, None.
    offer_expires_at: datetime | None
    declined_because: DeclinedBecause | None
    cancelled_because: CancelledBecause | None
    #: Reserved: somebody is named for it later.
    is_placeholder: bool

    @property
    def has_seat(self) -> bool:
        return self.status is RegistrationStatus.CONFIRMED

    @property
    def holds_seat(self) -> bool:
        """Whether they have a seat, or one is kept for their answer."""
        return self.status in SEATED

    @property
    def is_requested(self) -> bool:
        return self.status is RegistrationStatus.REQUESTED

    def is_offered(self, now: datetime) -> bool:
        """Tell whether an offered seat may still be accepted."""
        is_offered = self.status is RegistrationStatus.OFFERED
        return is_offered and self.offer_expires_at is not None and now <= self.offer_expires_at

    @property
    def is_waiting(self) -> bool:
        return self.status is RegistrationStatus.WAITLISTED

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


OWN_COLUMNS = (
    registration.id,
    registration.person_id,
    registration.training_session_id,
    registration.name,
    registration.status,
    RANK,
    registration.offer_expires_at,
    registration.declined_because,
    registration.cancelled_because,
    registration.is_placeholder,
)


def own_of(row: Any) -> OwnRegistration:
    """Return a registration of which ``OWN_COLUMNS`` were read, beside others perhaps."""
    return OwnRegistration(
        id=row.id,
        person_id=row.person_id,
        training_session_id=row.training_session_id,
        name=row.name,
        status=row.status,
        rank=row.rank,
        offer_expires_at=row.offer_expires_at,
        declined_because=row.declined_because,
        cancelled_because=row.cancelled_because,
        is_placeholder=row.is_placeholder,
    )
