"""A session that moved, and people whose calendars know more or less of that."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from tests.factories import Make
from tests.staff.calendars import look, move, reader, register, subscribe
from tests.times import TOMORROW
from training.accounts.models import Account
from training.accounts.values import StaffRole
from training.calendars.values import FeedKind
from training.db import db


def make_calendars(make: Make, *, now: datetime) -> dict[str, str]:
    """Make the session; returns its id by the name that paths have for it."""
    made, moved = now - timedelta(days=9), now - timedelta(hours=2)
    before, after = now - timedelta(days=1), now - timedelta(hours=1)
    trainers = [make.trainer(name=name) for name in ("Lindiwe Dube", "Mateo Quispe", "Sana Aziz")]
    session = make.training_session(
        title="Listening on the phone",
        starts_at=TOMORROW,
        trainer_ids=tuple(trainer.person_id for trainer in trainers),
        now=made,
    )
    people = [
        register(make, session, name=name, at=made)
        for name in ("Björn Þórsson", "Ngozi Adeyemi", "أمل الخطيب", "Theodora-Maximiliane Weiß")
    ]
    reader(FeedKind.TRAINER, trainers[0].person_id, before)
    reader(FeedKind.TRAINER, trainers[0].person_id, after)
    reader(FeedKind.TRAINER, trainers[1].person_id, after)
    reader(FeedKind.PERSON, people[0], before)
    reader(FeedKind.PERSON, people[1], made - timedelta(days=1))
    reader(FeedKind.PERSON, people[2])
    move(make, session, now=moved)
    for account in db.session.scalars(
        sa.select(Account).where(Account.staff_role == StaffRole.COORDINATOR).order_by(Account.id)
    ).all():
        look(subscribe(FeedKind.STAFF, account.person_id), before, program="")
    return {"moved": str(session.id)}
