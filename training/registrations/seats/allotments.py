"""Changing how many seats an organization may use across a campaign's sessions."""

from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.campaigns.models import Allotment, Campaign
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.registrations.errors import StaleSeatsError
from training.registrations.models import Registration
from training.registrations.seats.locking import lock_allotments, lock_sessions
from training.registrations.seats.waitlist import fill
from training.registrations.values import RegistrationStatus
from training.sessions.models import TrainingSession


def set_allotment(
    campaign_id: int,
    organization_id: int,
    seats: int | None,
    *,
    expected: int | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Allot seats of a campaign's sessions to an organization, or let it use what there is.

    Nobody loses a seat; with fewer than are used its people get none until some are given up.

    :param seats: None: no bound.
    :param expected: what the form showed.
    :return: whether anything changed.
    :raise NotFoundError: there is no such campaign or organization.
    :raise StaleSeatsError: somebody else changed the allotment since ``expected``.
    """
    _lock_campaign(campaign_id)
    if db.session.get(Organization, organization_id) is None:
        raise NotFoundError
    awaited = lock_sessions(_awaited_sessions(campaign_id, organization_id))
    lock_allotments([campaign_id])
    allotment = db.session.get(Allotment, (campaign_id, organization_id), populate_existing=True)
    before = None if allotment is None else allotment.seats
    if before != expected:
        raise StaleSeatsError
    if seats == before:
        return False
    if seats is None:
        db.session.delete(allotment)
    elif allotment is None:
        db.session.add(
            Allotment(campaign_id=campaign_id, organization_id=organization_id, seats=seats)
        )
    else:
        allotment.seats = seats
    db.session.flush()
    entry_id = record_act(
        Act(
            action="allotment.set",
            subject_kind="campaign",
            subject_id=campaign_id,
            before={"seats": before},
            after={"organization_id": organization_id, "seats": seats},
        ),
        actor_id=actor_id,
        now=now,
    )
    for training_session_id in awaited:
        fill(training_session_id, because_id=entry_id, now=now)
    return True


def _lock_campaign(campaign_id: int) -> None:
    """Let nobody else allot seats of this campaign: two could make the same row at once."""
    locked = db.session.scalar(
        sa.select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    )
    if locked is None:
        raise NotFoundError


def _awaited_sessions(campaign_id: int, organization_id: int) -> list[int]:
    """Return the campaign's sessions in which people of the organization wait, by their ids."""
    return list(
        db.session.scalars(
            sa.select(Registration.training_session_id)
            .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
            .where(
                TrainingSession.campaign_id == campaign_id,
                Registration.organization_id == organization_id,
                Registration.status == RegistrationStatus.WAITLISTED,
            )
            .distinct()
            .order_by(Registration.training_session_id)
        )
    )
