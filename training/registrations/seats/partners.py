"""What a partnership that runs again means for its people who wait."""

import sqlalchemy as sa

from training.db import db
from training.organizations.changes import OrganizationResumed
from training.registrations.models import Registration
from training.registrations.seats.locking import lock_sessions
from training.registrations.seats.waitlist import fill
from training.registrations.values import RegistrationStatus


def answer_resumed_organization(change: OrganizationResumed) -> None:
    """Give free seats to people who were passed over while the partnership was suspended."""
    awaited = db.session.scalars(
        sa.select(Registration.training_session_id)
        .where(
            Registration.organization_id == change.organization_id,
            Registration.status == RegistrationStatus.WAITLISTED,
        )
        .distinct()
        .order_by(Registration.training_session_id)
    ).all()
    for training_session_id in lock_sessions(awaited):
        fill(training_session_id, because_id=change.audit_entry_id, now=change.now)
