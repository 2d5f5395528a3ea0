"""What tests of people's calendars need: addresses, programs that read them, sessions that move."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tests.calendars.feeds import make_token
from tests.factories import Make
from tests.times import DAY, HOUR, NOW, TOMORROW
from training.accounts.models import Account
from training.calendars.models import FeedToken
from training.calendars.service.fetches import Fetch, note_fetches
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.registrations.models import Registration
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.queries import get_session
from training.sessions.values import SessionPlan

#: A session of these tests is made then, gets another title, and moves; programs look in between.
MADE, RENAMED, MOVED = NOW - 10 * DAY, NOW - 5 * DAY, NOW - 2 * HOUR
BEFORE_ALL, BEFORE_TITLE, BEFORE_MOVE = MADE - DAY, MADE + DAY, RENAMED + DAY
AFTER_MOVE = MOVED + HOUR


def subscribe(kind: FeedKind, owner_id: int, organization_id: int | None = None) -> int:
    """Make an address; returns its id."""
    make_token(kind, owner_id, organization_id)
    return db.session.scalars(sa.select(sa.func.max(FeedToken.id))).one()


def look(feed_id: int, at: datetime, program: str = "Thunderbird") -> None:
    """Have a program read an address."""
    with transaction():
        note_fetches({feed_id: Fetch(at=at, program=program, etag=at.isoformat())})


def reader(
    kind: FeedKind, owner_id: int, *looked_at: datetime, organization_id: int | None = None
) -> None:
    """Have somebody subscribe, and their program look."""
    feed_id = subscribe(kind, owner_id, organization_id)
    for at in looked_at:
        look(feed_id, at)


def make_session(make: Make, *trainers: Account, **fields: Any) -> TrainingSession:
    """Make a session that was published when it was made."""
    values: dict[str, Any] = {"title": "Listening", "starts_at": TOMORROW, "now": MADE, **fields}
    return make.training_session(
        trainer_ids=tuple(trainer.person_id for trainer in trainers), **values
    )


def register(make: Make, session: TrainingSession, *, at: datetime = MADE, **fields: Any) -> int:
    """Register somebody; returns their id."""
    registration = make.registration(session, **fields)
    with transaction():
        db.session.execute(
            sa.update(Registration)
            .where(Registration.id == registration.id)
            .values(registered_at=at)
        )
    return registration.person_id


def revise(session: TrainingSession, *, now: datetime, **fields: object) -> None:
    """Change a session as staff do."""
    plan = get_session(session.id, now=now).plan
    values = {name: getattr(plan, name) for name in SessionPlan.__dataclass_fields__}
    with transaction():
        sessions.revise(
            session.id,
            SessionPlan(**{**values, **fields}),
            expected_revision=None,
            actor_id=None,
            now=now,
        )


def move(make: Make, session: TrainingSession, *, now: datetime = MOVED) -> None:
    """Move a session by a day."""
    [planned] = get_session(session.id, now=now).meetings
    moved = make.meeting_plan(planned.starts_at + DAY, meeting_id=planned.id)
    revise(session, now=now, meetings=(moved,))
