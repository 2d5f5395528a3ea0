"""Which organizations may use how many seats of a campaign, and what they use, as staff see it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.campaigns.models import Allotment, CampaignPartner
from training.db import db
from training.organizations.models import Organization
from training.registrations.models import Registration
from training.registrations.values import SEATED, Claim
from training.sessions.models import TrainingSession


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedSeats:
    """A session in which an organization's people have seats."""

    training_session_id: int
    title: str
    starts_at: datetime
    timezone: str
    seats: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AllotmentRow:
    """An organization in a campaign: a partner of it, or one with an allotment."""

    organization_id: int
    name: str
    is_partner: bool
    #: None: as many as there are.
    seats: int | None
    #: By the session's start.
    sessions: tuple[UsedSeats, ...]

    @property
    def used(self) -> int:
        return sum(one.seats for one in self.sessions)

    @property
    def left(self) -> int:
        return max(0, (self.seats or 0) - self.used)

    @property
    def beyond(self) -> int:
        """How many more than allotted: staff gave more, or allotted less later."""
        return 0 if self.seats is None else max(0, self.used - self.seats)


_CAMPAIGN_ID: sa.BindParameter[int] = sa.bindparam("campaign_id")
_ORGANIZATIONS = (
    sa.select(
        Organization.id,
        Organization.name,
        CampaignPartner.campaign_id.is_not(None).label("is_partner"),
        Allotment.seats,
    )
    .outerjoin(
        CampaignPartner,
        sa.and_(
            CampaignPartner.organization_id == Organization.id,
            CampaignPartner.campaign_id == _CAMPAIGN_ID,
        ),
    )
    .outerjoin(
        Allotment,
        sa.and_(
            Allotment.organization_id == Organization.id, Allotment.campaign_id == _CAMPAIGN_ID
        ),
    )
    .where(sa.or_(CampaignPartner.campaign_id.is_not(None), Allotment.campaign_id.is_not(None)))
    .order_by(Organization.name, Organization.id)
)
#: As ``allotment_queries`` counts them.
_USED = (
    sa.select(
        Registration.organization_id,
        TrainingSession.id.label("training_session_id"),
        TrainingSession.title,
        TrainingSession.starts_at,
        TrainingSession.timezone,
        sa.func.count().label("seats"),
    )
    .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
    .where(
        TrainingSession.campaign_id == _CAMPAIGN_ID,
        Registration.organization_id.is_not(None),
        Registration.status.in_(SEATED),
        Registration.claim != Claim.STATED,
    )
    .group_by(
        Registration.organization_id,
        TrainingSession.id,
        TrainingSession.title,
        TrainingSession.starts_at,
        TrainingSession.timezone,
    )
    .order_by(TrainingSession.starts_at, TrainingSession.id)
)


def allotment_rows(campaign_id: int) -> list[AllotmentRow]:
    """Return a campaign's partners and others with an allotment, by name, in two statements."""
    bound = {"campaign_id": campaign_id}
    sessions_of: defaultdict[int | None, list[UsedSeats]] = defaultdict(list)
    for row in db.session.execute(_USED, bound):
        sessions_of[row.organization_id].append(
            UsedSeats(
                training_session_id=row.training_session_id,
                title=row.title,
                starts_at=row.starts_at,
                timezone=row.timezone,
                seats=row.seats,
            )
        )
    return [
        AllotmentRow(
            organization_id=row.id,
            name=row.name,
            is_partner=bool(row.is_partner),
            seats=row.seats,
            sessions=tuple(sessions_of[row.id]),
        )
        for row in db.session.execute(_ORGANIZATIONS, bound)
    ]
