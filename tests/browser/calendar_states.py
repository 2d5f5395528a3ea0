"""A session that moved, people whose calendars know of that, and what some of them answered."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from tests.factories import Make
from tests.staff.calendars import look, move, reader, register, subscribe
from tests.times import TOMORROW
from training.accounts.models import Account
from training.accounts.values import StaffRole
from training.calendars.itip.mails import ReceivedAnswer
from training.calendars.itip.reading import CalendarAnswer
from training.calendars.values import FeedKind
from training.config import Settings
from training.db import db, transaction
from training.people.models import Person
from training.registrations.calendar_replies import KEPT, take_answer
from training.sessions.models import Meeting


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
    _answer(session.id, people, at=after, now=now)
    return {"moved": str(session.id)}


def _answer(session_id: int, people: list[int], *, at: datetime, now: datetime) -> None:
    """Have all but the last answer, one of them without anybody who vouches for it."""
    settings: Settings = current_app.extensions["settings"]
    uid = db.session.scalars(
        sa.select(Meeting.uid).where(Meeting.training_session_id == session_id)
    ).one()
    said = (("ACCEPTED", "", True), ("TENTATIVE", "Perhaps later.", True), ("DECLINED", "", True))
    for person_id, (status, comment, is_verified) in zip(
        (*people[:3], people[0]), (*said, ("DECLINED", "Not me.", False)), strict=True
    ):
        answer = CalendarAnswer(
            uid=f"{uid}@{settings.uid_domain}",
            address=db.session.get_one(Person, person_id).email or "",
            status=status,
            sequence=1_000,
            stamped_at=at,
            comment=comment,
            proposed=None,
        )
        with transaction():
            taken = take_answer(ReceivedAnswer(answer=answer, is_verified=is_verified), now=now)
        assert taken in KEPT
