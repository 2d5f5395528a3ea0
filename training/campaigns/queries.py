"""What pages show of campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from training.campaigns.models import Campaign, CampaignPartner
from training.campaigns.values import CampaignPlan
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignDetails:
    """A campaign as staff change it."""

    id: int
    plan: CampaignPlan
    is_archived: bool
    revision: int


def get_campaign(campaign_id: int) -> CampaignDetails:
    """Return a campaign with its partners, in two statements.

    :raise NotFoundError: there is no such campaign.
    """
    campaign = db.session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is None:
        raise NotFoundError
    partners = db.session.scalars(
        sa.select(CampaignPartner.organization_id).where(CampaignPartner.campaign_id == campaign_id)
    )
    return CampaignDetails(
        id=campaign.id,
        plan=CampaignPlan(
            name=campaign.name,
            slug=campaign.slug,
            hashtag=campaign.hashtag,
            starts_on=campaign.starts_on,
            ends_on=campaign.ends_on,
            status=campaign.status,
            goal=campaign.goal,
            session_defaults=campaign.session_defaults,
            partner_ids=frozenset(partners),
        ),
        is_archived=campaign.archived_at is not None,
        revision=campaign.revision,
    )


def organization_choices() -> Sequence[tuple[int, str]]:
    """Return every organization that may take part, by name."""
    found = db.session.execute(
        sa.select(Organization.id, Organization.name).order_by(Organization.name, Organization.id)
    )
    return [(id_, name) for id_, name in found]
