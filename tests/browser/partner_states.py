"""Seats to be named and invitations, to look at the pages about them with."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from tests.factories import Make
from training.db import db
from training.organizations.models import Organization
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import Audience, QuestionKind

DAY = timedelta(days=1)


def make_partner_seats(make: Make, organization_id: int, *, now: datetime) -> dict[str, str]:
    """Make a session with reserved seats that asks questions, and one for whoever is invited.

    :return: ``named_later``, its id, with ``reserved``, a seat in it, and ``reserved_meeting``;
        ``invited``, an id, with ``code``, which opens it, and ``wide_code``.
    """
    organization = db.session.get_one(Organization, organization_id)
    session_id = make.training_session(
        title="Listening to young people", capacity=4, starts_at=now + DAY / 48, now=now
    ).id
    make.question(training_session_id=session_id, is_required=True)
    make.question(
        "Which room suits you?",
        QuestionKind.CHOICE,
        training_session_id=session_id,
        choices=("Quiet", "Near the door"),
    )
    session = db.session.get_one(TrainingSession, session_id)
    reserved = make.reserved(session, organization, 3, now=now)[0].id
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == session_id)
    ).one()
    invited_id = make.training_session(
        title="A circle for those who lead teams",
        audience=Audience.INVITED,
        starts_at=now + 12 * DAY,
        now=now,
    ).id
    organization = db.session.get_one(Organization, organization_id)
    return {
        "named_later": str(session_id),
        "reserved": str(reserved),
        "reserved_meeting": str(meeting_id),
        "invited": str(invited_id),
        "code": make.made_code(organization, training_session_id=invited_id)[1],
        "wide_code": make.made_code(organization)[1],
    }
