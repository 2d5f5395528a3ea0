"""Campaign: a drive with a period and partners, to which sessions belong."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from training.campaigns.errors import CampaignNameTakenError, CampaignSlugTakenError
from training.campaigns.values import CampaignStatus
from training.db import Base, conflicts

__all__ = ["Allotment", "Campaign", "CampaignPartner", "CampaignStatus"]

conflicts["uq_campaign_name"] = CampaignNameTakenError
conflicts["uq_campaign_slug"] = CampaignSlugTakenError


class Campaign(Base):
    """A drive with a period, a goal, partners and sessions."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("goal > 0", name="goal_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    hashtag: Mapped[str | None] = mapped_column(String(64))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[CampaignStatus] = mapped_column(default=CampaignStatus.DRAFT)
    #: How many people are to be trained; None: nobody set a number.
    goal: Mapped[int | None]
    #: What a new session of this campaign starts with: field of the session → value.
    session_defaults: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Set: no form offers it any more; its sessions keep it.
    archived_at: Mapped[datetime | None]
    #: Raised by every change, so that nobody overwrites what they have not seen.
    revision: Mapped[int] = mapped_column(default=0, server_default="0")


class CampaignPartner(Base):
    """An organization that takes part in a campaign."""

    __tablename__ = "campaign_partner"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, index=True
    )


class Allotment(Base):
    """Seats that an organization may use across a campaign's sessions.

    What it has used are its people's seats, counted under the lock of this row: a number kept here
    would have to follow every claim that is settled and every session that changes its campaign.
    """

    __tablename__ = "allotment"
    __table_args__ = (CheckConstraint("seats >= 0", name="seats_not_negative"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, index=True
    )
    seats: Mapped[int]
