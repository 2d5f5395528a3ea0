"""The books: rows and counters, written only here, each change with its entry and its message."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_acts
from training.db import db
from training.errors import NotFoundError
from training.notifications.outbox import queue_messages
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.rules import overbooked_after
from training.registrations.values import SEATED, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.service import lock_training_session
from training.sessions.values import LockedSession

COUNTER_OF = {
    RegistrationStatus.CONFIRMED: TrainingSession.confirmed_count,
    RegistrationStatus.OFFERED: TrainingSession.offered_count,
    RegistrationStatus.WAITLISTED: TrainingSession.waitlisted_count,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A registration under its session's lock, as committed."""

    id: int
    training_session_id: int
    person_id: int
    status: RegistrationStatus
    ticket: int


# Built once: compiling a statement costs more than running it.
_INSERT = sa.insert(Registration).returning(Registration.id, Registration.ticket)
ROW_COLUMNS = tuple(getattr(Registration, column.name) for column in fields(Row))
_ROW = sa.select(*ROW_COLUMNS).where(Registration.id == sa.bindparam("registration_id"))
LOCKED_AGAIN = sa.select(
    *(getattr(TrainingSession, column.name) for column in fields(LockedSession))
).where(TrainingSession.id == sa.bindparam("training_session_id"))


def lock_registration(registration_id: int) -> tuple[LockedSession, Row]:
    """Lock a registration's session, then read the registration as committed meanwhile."""
    training_session_id = db.session.scalar(
        sa.select(Registration.training_session_id).where(Registration.id == registration_id)
    )
    if training_session_id is None:
        raise NotFoundError
    locked = lock_training_session(training_session_id)
    found = db.session.execute(_ROW, {"registration_id": registration_id}).one()
    return locked, Row(**found._mapping)  # noqa: SLF001 -- the public name for a mapping


def rows_of(registration_ids: Sequence[int]) -> list[Row]:
    """Return registrations of the locked session, in the order of their tickets."""
    found = db.session.execute(
        sa.select(*ROW_COLUMNS)
        .where(Registration.id.in_(registration_ids))
        .order_by(Registration.ticket)
    )
    return [Row(**row._mapping) for row in found]  # noqa: SLF001 -- the public name for a mapping


def insert(rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Write registrations; returns the id of each ticket."""
    if not rows:
        return {}
    written = db.session.execute(_INSERT, [dict(row) for row in rows])
    return {ticket: registration_id for registration_id, ticket in written}


def assign(rows: Sequence[Row], values: Mapping[Any, Any]) -> None:
    """Change registrations under their session's lock; each change raises their revision."""
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_([row.id for row in rows]))
        .values({**values, Registration.revision: Registration.revision + 1})
        .execution_options(synchronize_session=False)
    )


def count(
    locked: LockedSession,
    by: Mapping[RegistrationStatus, int],
    *,
    tickets: int = 0,
    overbook: int = 0,
) -> None:
    """Adjust the session's counters; what is freed pays back an overbooking first."""
    values: dict[Any, Any] = {
        COUNTER_OF[status]: COUNTER_OF[status] + n
        for status, n in by.items()
        if status in COUNTER_OF
    }
    if tickets:
        values[TrainingSession.next_ticket] = TrainingSession.next_ticket + tickets
    freed = -sum(n for status, n in by.items() if status in SEATED)
    if overbook or (freed > 0 and locked.overbooked_by):
        values[TrainingSession.overbooked_by] = overbook + overbooked_after(
            overbooked_by=locked.overbooked_by, freed=max(0, freed)
        )
    db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == locked.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def tally(statuses: Iterable[RegistrationStatus]) -> dict[RegistrationStatus, int]:
    """Count statuses."""
    counted: dict[RegistrationStatus, int] = {}
    for status in statuses:
        counted[status] = counted.get(status, 0) + 1
    return counted


def tell(
    action: str,
    rows: Sequence[Row],
    after: RegistrationStatus,
    *,
    actor_id: int | None,
    now: datetime,
    because_id: int | None = None,
    note: Mapping[str, Any] | None = None,
) -> dict[int, int]:
    """Write an act on each registration into the audit trail, and queue the message that it needs.

    :return: the audit entry's id for each registration's id.
    """
    entries = record_acts(
        [
            Act(
                action=action,
                subject_kind="registration",
                subject_id=row.id,
                training_session_id=row.training_session_id,
                because_id=because_id,
                before={"status": row.status, "ticket": row.ticket},
                after={"status": after, **(note or {})},
            )
            for row in rows
        ],
        actor_id=actor_id,
        now=now,
    )
    queue_messages(
        [
            messages.of_registration(
                messages.OF_ACT[action],
                registration_id=row.id,
                recipient_id=row.person_id,
                training_session_id=row.training_session_id,
                audit_entry_id=entries[row.id],
            )
            for row in rows
        ],
        now=now,
    )
    return entries


@sa.event.listens_for(Registration.status, "set")
def _refuse_outside_the_lock(registration: Registration, *_rest: object) -> None:
    if registration.training_session_id not in db.session.info.get("locked", ()):
        raise RuntimeError("a registration's status is assigned under its session's lock only")
