"""Making a campaign like another one: what was planned is copied, of its people nothing is."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.campaigns import service as campaigns
from training.campaigns.models import Allotment
from training.db import db
from training.registrations import seats
from training.registrations.copying_values import CampaignCopy, CopiedPart, SessionCopy
from training.sessions import service as sessions
from training.sessions.clash_queries import clashes_of, clashing
from training.sessions.errors import PlannedMeanwhileError
from training.sessions.rules.clashes import still_open
from training.sessions.service.accepting import accept
from training.sessions.values import Origin


def copy_campaign(copy: CampaignCopy, *, actor_id: int | None, now: datetime) -> int:
    """Make a campaign like another one, with drafts of its sessions.

    :return: its id.
    :raise CampaignNameTakenError: or :raise CampaignSlugTakenError: another is called so.
    :raise PlannedMeanwhileError: a session clashes of which that was not shown.
    """
    campaign_id = campaigns.add_campaign(copy.campaign, actor_id=actor_id, now=now)
    made = [_make(one, campaign_id, copy, actor_id=actor_id, now=now) for one in copy.sessions]
    # Not before all are there: they may clash with one another.
    shown = {id_ for id_, one in zip(made, copy.sessions, strict=True) if one.is_clashing}
    if clashing(made) - shown:
        raise PlannedMeanwhileError
    for id_, one in zip(made, copy.sessions, strict=True):
        if one.is_clashing:
            found = still_open(clashes_of(id_))
            accept(id_, found, copy.reason, actor_id=actor_id, now=now)
    if CopiedPart.ALLOTMENTS in copy.parts:
        _allot(campaign_id, copy, actor_id=actor_id, now=now)
    record_act(
        Act(
            action="campaign.copy",
            subject_kind="campaign",
            subject_id=campaign_id,
            after={
                "copied_from": copy.copied_from,
                "days": copy.days,
                "count": len(made),
                "parts": sorted(copy.parts),
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    return campaign_id


def _make(
    one: SessionCopy, campaign_id: int, copy: CampaignCopy, *, actor_id: int | None, now: datetime
) -> int:
    id_ = sessions.schedule(
        replace(one.plan, campaign_id=campaign_id),
        one.seats,
        origin=Origin(copied_from=one.copied_from),
        actor_id=actor_id,
        now=now,
    )
    if one.rules is not None:
        seats.change_rules(id_, one.rules, actor_id=actor_id, now=now)
    for organization_id, hold in one.holds:
        seats.set_hold(id_, organization_id, hold, expected=None, actor_id=actor_id, now=now)
    if CopiedPart.QUESTIONS in copy.parts:
        sessions.copy_questions(one.copied_from, id_, now=now)
    return id_


def _allot(campaign_id: int, copy: CampaignCopy, *, actor_id: int | None, now: datetime) -> None:
    """Allot to the partners of the new campaign what they had in the other one."""
    found = db.session.execute(
        sa.select(Allotment.organization_id, Allotment.seats)
        .where(
            Allotment.campaign_id == copy.copied_from,
            Allotment.organization_id.in_(copy.campaign.partner_ids),
        )
        .order_by(Allotment.organization_id)
    ).all()
    for organization_id, number in found:
        seats.set_allotment(
            campaign_id, organization_id, number, expected=None, actor_id=actor_id, now=now
        )
