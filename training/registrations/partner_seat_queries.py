"""The seats of one organization, with their balance: kept in sessions, allotted in campaigns."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from training.campaigns.models import Allotment, Campaign
from training.campaigns.values import CampaignStatus
from training.db import UtcDateTime, db
from training.registrations.models import Registration
from training.registrations.values import SEATED, Claim
from training.sessions.models import Hold, TrainingSession
from training.sessions.values import SessionStatus

#: Sessions and campaigns on one page.
MOST_SHOWN = 100

_organization_id: sa.BindParameter[int] = sa.bindparam("organization_id")
_HAS_SEAT = sa.and_(
    Registration.organization_id == _organization_id,
    Registration.status.in_(sorted(SEATED)),
    Registration.claim != Claim.STATED,
)
_siblings = TrainingSession.__table__.alias("sibling")
_sibling = _siblings.c
_HELD = (
    sa.select(
        Hold.training_session_id,
        TrainingSession.title,
        TrainingSession.starts_at,
        TrainingSession.timezone,
        Hold.seats,
        sa.select(sa.func.count())
        .where(_HAS_SEAT, Registration.training_session_id == Hold.training_session_id)
        .correlate(Hold)
        .scalar_subquery()
        .label("used"),
        Hold.release_at,
        Hold.released_at,
    )
    .join(TrainingSession, TrainingSession.id == Hold.training_session_id)
    .where(
        Hold.organization_id == _organization_id,
        TrainingSession.ends_at > sa.bindparam("now", type_=UtcDateTime()),
        TrainingSession.status == SessionStatus.PUBLISHED,
    )
    .order_by(TrainingSession.starts_at, TrainingSession.id)
    .limit(MOST_SHOWN)
)
_ALLOTTED = (
    sa.select(
        Allotment.campaign_id,
        Campaign.name.label("campaign"),
        Campaign.status,
        Allotment.seats,
        sa.select(sa.func.count())
        .join_from(Registration, _siblings, _sibling.id == Registration.training_session_id)
        .where(_HAS_SEAT, _sibling.campaign_id == Allotment.campaign_id)
        .correlate(Allotment)
        .scalar_subquery()
        .label("used"),
    )
    .join(Campaign, Campaign.id == Allotment.campaign_id)
    .where(
        Allotment.organization_id == _organization_id,
        Campaign.archived_at.is_(None),
        Campaign.ends_on >= sa.bindparam("today"),
    )
    .order_by(Campaign.starts_on, Campaign.name, Campaign.id)
    .limit(MOST_SHOWN)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptSeats:
    """Seats of a session to come that are, or were, kept for the organization."""

    training_session_id: int
    title: str
    starts_at: datetime
    timezone: str
    seats: int
    #: Seats that its people have there.
    used: int
    release_at: datetime
    #: None: still kept.
    released_at: datetime | None

    @property
    def left(self) -> int:
        """Seats that only its people can take."""
        return 0 if self.released_at else max(0, self.seats - self.used)


@dataclass(frozen=True, kw_only=True, slots=True)
class AllottedSeats:
    """Seats that the organization may use across a campaign's sessions."""

    campaign_id: int
    campaign: str
    status: CampaignStatus
    seats: int
    used: int

    @property
    def left(self) -> int:
        return max(0, self.seats - self.used)

    @property
    def beyond(self) -> int:
        """How many more than allotted its people have."""
        return max(0, self.used - self.seats)


def kept_seats_of(organization_id: int, *, now: datetime) -> list[KeptSeats]:
    """Return what sessions to come keep, or kept, for an organization, the soonest first."""
    found = db.session.execute(_HELD, {"organization_id": organization_id, "now": now})
    return [KeptSeats(**row._mapping) for row in found]  # noqa: SLF001 -- a row as a mapping


def allotted_seats_of(organization_id: int, *, today: date) -> list[AllottedSeats]:
    """Return what campaigns that are not over allot to an organization, the first one first."""
    found = db.session.execute(_ALLOTTED, {"organization_id": organization_id, "today": today})
    return [AllottedSeats(**row._mapping) for row in found]  # noqa: SLF001 -- a row as a mapping
