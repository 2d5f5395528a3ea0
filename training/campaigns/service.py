"""What staff do to campaigns."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from training import changes
from training.audit.trail import Act, record_act
from training.campaigns.changes import CampaignRevised
from training.campaigns.errors import (
    CampaignInUseError,
    CampaignNameTakenError,
    CampaignSlugTakenError,
    StaleCampaignError,
)
from training.campaigns.models import Campaign, CampaignPartner
from training.campaigns.usage import is_used
from training.campaigns.values import CampaignPlan
from training.db import db
from training.errors import NotFoundError

#: What of a plan is a column of the campaign.
_COLUMNS = tuple(field.name for field in fields(CampaignPlan) if field.name != "partner_ids")


def add_campaign(plan: CampaignPlan, *, actor_id: int | None, now: datetime) -> int:
    """Make a campaign.

    :return: its id.
    :raise CampaignNameTakenError: or :raise CampaignSlugTakenError: another is called so.
    """
    _check_free(plan, besides=None)
    campaign = Campaign(**_columns(plan))
    db.session.add(campaign)
    db.session.flush()
    _take_partners(campaign.id, plan.partner_ids)
    _record("campaign.add", campaign, after=_audited(plan), actor_id=actor_id, now=now)
    return campaign.id


def revise_campaign(
    campaign_id: int,
    plan: CampaignPlan,
    *,
    expected_revision: int | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change what a campaign is and who takes part.

    :param expected_revision: what the form showed; None: it does not say, which is too old.
    :return: whether anything changed.
    :raise NotFoundError: there is no such campaign.
    :raise StaleCampaignError: somebody else changed it since ``expected_revision``.
    :raise CampaignNameTakenError: or :raise CampaignSlugTakenError: another is called so.
    """
    campaign = _lock(campaign_id)
    if campaign.revision != expected_revision:
        raise StaleCampaignError
    _check_free(plan, besides=campaign_id)
    columns = _columns(plan)
    before = {name: getattr(campaign, name) for name in columns}
    changed = {name for name, value in columns.items() if before[name] != value}
    for name, value in columns.items():
        setattr(campaign, name, value)
    if _take_partners(campaign_id, plan.partner_ids):
        changed.add("partners")
    if not changed:
        return False
    campaign.revision += 1
    db.session.flush()
    _record(
        "campaign.revise",
        campaign,
        before={name: _plain(before[name]) for name in sorted(changed & before.keys())},
        after={
            "changed": sorted(changed),
            **{name: _plain(columns[name]) for name in sorted(changed & columns.keys())},
        },
        actor_id=actor_id,
        now=now,
    )
    return True


def archive_campaign(
    campaign_id: int, *, is_archived: bool, actor_id: int | None, now: datetime
) -> None:
    """Offer a campaign in no form any more, or offer it again; its sessions keep it.

    :raise NotFoundError: there is no such campaign.
    """
    campaign = _lock(campaign_id)
    if (campaign.archived_at is not None) == is_archived:
        return
    campaign.archived_at = now if is_archived else None
    campaign.revision += 1
    db.session.flush()
    action = "campaign.archive" if is_archived else "campaign.restore"
    _record(action, campaign, actor_id=actor_id, now=now)


def delete_campaign(campaign_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Delete a campaign that nothing belongs to.

    :raise NotFoundError: there is no such campaign.
    :raise CampaignInUseError: something does.
    """
    campaign = _lock(campaign_id)
    if is_campaign_used(campaign_id):
        raise CampaignInUseError
    _record("campaign.delete", campaign, before={"name": campaign.name}, actor_id=actor_id, now=now)
    db.session.execute(sa.delete(CampaignPartner).where(CampaignPartner.campaign_id == campaign_id))
    db.session.delete(campaign)
    db.session.flush()


def is_campaign_used(campaign_id: int) -> bool:
    """Tell whether anything belongs to the campaign but its list of partners."""
    return is_used(Campaign, [campaign_id], except_by=frozenset({CampaignPartner.__tablename__}))


def _lock(campaign_id: int) -> Campaign:
    """Return a campaign as committed; nobody else changes it until the transaction ends."""
    campaign = db.session.execute(
        sa.select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update()  # SQLite has one writer at a time, and ignores it
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if campaign is None:
        raise NotFoundError
    return campaign


def _check_free(plan: CampaignPlan, *, besides: int | None) -> None:
    found = db.session.execute(
        sa.select(Campaign.id, Campaign.name).where(
            sa.or_(Campaign.name == plan.name, Campaign.slug == plan.slug)
        )
    )
    for id_, name in found:
        if id_ != besides:
            raise CampaignNameTakenError if name == plan.name else CampaignSlugTakenError


def _take_partners(campaign_id: int, wanted: frozenset[int]) -> bool:
    """Let just these organizations take part; tells whether that is a change."""
    of_campaign = CampaignPartner.campaign_id == campaign_id
    partners = set(
        db.session.scalars(sa.select(CampaignPartner.organization_id).where(of_campaign))
    )
    if partners == wanted:
        return False
    db.session.execute(
        sa.delete(CampaignPartner).where(
            of_campaign, CampaignPartner.organization_id.in_(partners - wanted)
        )
    )
    db.session.add_all(
        CampaignPartner(campaign_id=campaign_id, organization_id=organization_id)
        for organization_id in sorted(wanted - partners)
    )
    db.session.flush()
    return True


def _columns(plan: CampaignPlan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in _COLUMNS}


def _audited(plan: CampaignPlan) -> dict[str, Any]:
    return {
        **{name: _plain(value) for name, value in _columns(plan).items()},
        "partners": sorted(plan.partner_ids),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _record(
    action: str,
    campaign: Campaign,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Write the audit entry, and let the features above know."""
    entry_id = record_act(
        Act(
            action=action,
            subject_kind="campaign",
            subject_id=campaign.id,
            before=before,
            after=after,
        ),
        actor_id=actor_id,
        now=now,
    )
    changes.record(CampaignRevised(campaign.id, actor_id, entry_id, now))
