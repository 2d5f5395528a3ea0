"""Mailing people what they were mailed before, to another mailbox."""

import sqlalchemy as sa

from training.db import db
from training.notifications.outbox import Letter, queue_messages
from training.organizations.changes import RepresentationEnded
from training.people.changes import EmailChanged
from training.people.models import Person
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.values import SessionStatus

#: What somebody is told again of whose old links are dead.
_KIND_OF = {**messages.OF_STATUS, RegistrationStatus.OFFERED: messages.OFFERED}


def answer_ended_representation(change: RepresentationEnded) -> None:
    """End the links that somebody has who acted for an organization, in mails about its people."""
    without_address = sa.select(Person.id).where(Person.email.is_(None))
    db.session.execute(
        sa.update(Registration)
        .where(
            Registration.organization_id == change.organization_id,
            Registration.registered_by == change.person_id,
            Registration.person_id != change.person_id,
            Registration.person_id.in_(without_address),
        )
        .values(link_epoch=Registration.link_epoch + 1)
        .execution_options(synchronize_session=False)
    )


def answer_changed_email(change: EmailChanged) -> None:
    """End the links in the old mailbox; mail those of sessions to come to the new one."""
    db.session.execute(
        sa.update(Registration)
        .where(Registration.person_id == change.person_id)
        .values(link_epoch=Registration.link_epoch + 1)
        .execution_options(synchronize_session=False)
    )
    to_come = db.session.execute(
        sa.select(
            Registration.id,
            Registration.training_session_id,
            Registration.status,
            Registration.offer_expires_at,
        )
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .where(
            Registration.person_id == change.person_id,
            sa.not_(Registration.is_placeholder),
            Registration.status.in_(_KIND_OF),
            TrainingSession.status == SessionStatus.PUBLISHED,
            TrainingSession.ends_at > change.now,
        )
        .order_by(Registration.id)
    )
    queue_messages(
        [
            Letter(
                kind=_KIND_OF[status],
                key=f"{_KIND_OF[status]}:{change.audit_entry_id}:{registration_id}",
                recipient_id=change.person_id,
                registration_id=registration_id,
                training_session_id=training_session_id,
                audit_entry_id=change.audit_entry_id,
                valid_until=until if status is RegistrationStatus.OFFERED else None,
            )
            for registration_id, training_session_id, status, until in to_come
        ],
        now=change.now,
    )
