"""Seats for people who are named later: until when, and what becomes of those nobody named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.notifications.models import Message
from training.notifications.outbox import Letter, queue_messages
from training.registrations import messages
from training.registrations.models import LIVE_SQL, Registration
from training.registrations.naming_queries import NAMING_ENDS_AT, naming_ends_at
from training.registrations.seats.books import ROWS, count, end, rows_found, tally
from training.registrations.seats.telling import tell
from training.registrations.values import CancelledBecause, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.values import LockedSession

#: Before the deadline somebody is told that seats are not named yet.
REMINDED_BEFORE = timedelta(days=1)

_now = sa.bindparam("now", type_=UtcDateTime())
_soon = sa.bindparam("soon", type_=UtcDateTime())
#: Word for word what the index is of: SQLite takes none for values that are bound.
IS_UNNAMED = sa.text(f"registration.is_placeholder AND registration.{LIVE_SQL}")
_UNNAMED = (
    sa.select(Registration.training_session_id)
    .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
    .where(IS_UNNAMED)
)
#: Sessions whose seats were to be named by now.
OVERDUE = _UNNAMED.where(_now >= NAMING_ENDS_AT)
_ROWS_HERE = ROWS.where(
    Registration.training_session_id == sa.bindparam("training_session_id"), IS_UNNAMED
).order_by(Registration.ticket)
#: Seats that are to be named within a day, and can be.
_SOON = (
    _UNNAMED.add_columns(
        Registration.organization_id,
        Registration.id.label("registration_id"),
        Registration.registered_by,
        NAMING_ENDS_AT.label("naming_ends_at"),
        Registration.registered_at,
    )
    .where(
        _now < NAMING_ENDS_AT,
        _soon >= NAMING_ENDS_AT,
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.organization_id.is_not(None),
        Registration.registered_by.is_not(None),
    )
    .order_by(Registration.training_session_id, Registration.organization_id, Registration.id)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unnamed:
    """Seats of an organization in a session that nobody is named for."""

    training_session_id: int
    organization_id: int
    #: The first of them, which stands for all in the mail about them.
    registration_id: int
    registered_by: int
    naming_ends_at: datetime

    @property
    def key(self) -> str:
        """What makes the mail about them the only one, until the deadline is another."""
        deadline = int(self.naming_ends_at.timestamp())
        of = f"{self.training_session_id}:{self.organization_id}"
        return f"{messages.UNNAMED_SOON}:{of}:{deadline}"


def release_unnamed(locked: LockedSession, *, now: datetime) -> int | None:
    """Give up the seats that nobody was named for in time, and tell each organization once.

    :return: the newest audit entry of that; None: there were none.
    """
    if now < naming_ends_at(locked.id):
        return None
    rows = rows_found(_ROWS_HERE, training_session_id=locked.id)
    if not rows:
        return None
    end(rows, because=CancelledBecause.UNNAMED, actor_id=None, now=now)
    count(locked, {status: -n for status, n in tally(row.status for row in rows).items()})
    entries = tell(
        messages.RELEASE_UNNAMED, rows, RegistrationStatus.CANCELLED, actor_id=None, now=now
    )
    return max(entries.values())


def unnamed_soon(*, now: datetime) -> list[Unnamed]:
    """Return whose seats are to be named within a day, where nobody was reminded of it yet.

    Who reserved them within that day was told the deadline just then.
    """
    found = db.session.execute(_SOON, {"now": now, "soon": now + REMINDED_BEFORE})
    waiting: dict[str, Unnamed] = {}
    for row in found:
        one = Unnamed(
            training_session_id=row.training_session_id,
            organization_id=row.organization_id,
            registration_id=row.registration_id,
            registered_by=row.registered_by,
            naming_ends_at=row.naming_ends_at,
        )
        if row.registered_at <= row.naming_ends_at - REMINDED_BEFORE:
            waiting.setdefault(one.key, one)
    if not waiting:
        return []
    told = set(db.session.scalars(sa.select(Message.key).where(Message.key.in_(waiting))))
    return [one for key, one in waiting.items() if key not in told]


def remind_of_unnamed(unnamed: Sequence[Unnamed], *, now: datetime) -> None:
    """Queue one mail for each organization and session whose seats are to be named soon."""
    queue_messages(
        [
            Letter(
                kind=messages.UNNAMED_SOON,
                key=one.key,
                recipient_id=one.registered_by,
                registration_id=one.registration_id,
                training_session_id=one.training_session_id,
                valid_until=one.naming_ends_at,
            )
            for one in unnamed
        ],
        now=now,
    )
