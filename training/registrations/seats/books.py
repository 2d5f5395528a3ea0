"""The books: rows and counters, written only here, each change with its entry and its message."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_acts
from training.db import db
from training.errors import NotFoundError
from training.notifications.outbox import queue_messages
from training.people.models import Person, new_public_id
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.rules import overbooked_after
from training.registrations.values import (
    SEATED,
    CancelledBecause,
    Claim,
    RegistrationStatus,
)
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
    #: Who gets the mails about it.
    recipient_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrant:
    """Whom a new registration is for, and what they get."""

    person_id: int
    recipient_id: int
    name: str
    organization_id: int | None
    claim: Claim
    status: RegistrationStatus
    registered_by: int | None
    consent: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


# Built once: compiling a statement costs more than running it.
_INSERT = sa.insert(Registration).returning(Registration.id, Registration.ticket)
#: Their own, or whoever registered somebody without an address.
_RECIPIENT = sa.case(
    (
        sa.and_(Person.email.is_(None), Person.erased_at.is_(None)),
        sa.func.coalesce(Registration.registered_by, Registration.person_id),
    ),
    else_=Registration.person_id,
)
ROWS = sa.select(
    Registration.id,
    Registration.training_session_id,
    Registration.person_id,
    Registration.status,
    Registration.ticket,
    _RECIPIENT.label("recipient_id"),
).join(Person, Person.id == Registration.person_id)
LOCKED_AGAIN = sa.select(
    *(getattr(TrainingSession, column.name) for column in fields(LockedSession))
).where(TrainingSession.id == sa.bindparam("training_session_id"))
_SESSIONS = sa.select(Registration.id, Registration.training_session_id).where(
    Registration.id.in_(sa.bindparam("registration_ids", expanding=True))
)
_ROWS_OF = ROWS.where(Registration.id.in_(sa.bindparam("registration_ids", expanding=True)))


def lock_sessions_of(registration_ids: Sequence[int], *others: int) -> dict[int, LockedSession]:
    """Lock the sessions of registrations, and others, in the order of their ids.

    :raise NotFoundError: there is no such registration or session.
    """
    found = db.session.execute(_SESSIONS, {"registration_ids": list(registration_ids)})
    session_of = {row.id: row.training_session_id for row in found}
    if len(session_of) < len(set(registration_ids)):
        raise NotFoundError
    return {
        session_id: lock_training_session(session_id)
        for session_id in sorted({*session_of.values(), *others})
    }


def lock_registration(registration_id: int) -> tuple[LockedSession, Row]:
    """Lock a registration's session, then read the registration as committed meanwhile."""
    locked = lock_sessions_of([registration_id])
    [row] = rows_of([registration_id])
    return locked[row.training_session_id], row


def rows_of(registration_ids: Sequence[int]) -> list[Row]:
    """Return registrations of locked sessions, in the order of their tickets."""
    return rows_found(
        _ROWS_OF.order_by(Registration.ticket), registration_ids=list(registration_ids)
    )


def rows_found(statement: sa.Select[Any], **parameters: Any) -> list[Row]:
    """Return what a statement made of ``ROWS`` finds."""
    found = db.session.execute(statement, parameters)
    return [Row(**row._mapping) for row in found]  # noqa: SLF001 -- the public name for a mapping


def enter(locked: LockedSession, entrants: Sequence[Entrant], *, now: datetime) -> list[Row]:
    """Write new registrations, which get the next tickets; the counters are the caller's.

    :return: one for each, in the same order.
    """
    if not entrants:
        return []
    rows = [
        {
            "public_id": new_public_id(),
            "training_session_id": locked.id,
            "person_id": one.person_id,
            "name": one.name,
            "organization_id": one.organization_id,
            "claim": one.claim,
            "status": one.status,
            "ticket": locked.next_ticket + index,
            "registered_by": one.registered_by,
            "registered_at": now,
            "revision": 0,
            "link_epoch": 0,
            "consent": one.consent,
            "answers": dict(one.answers),
        }
        for index, one in enumerate(entrants)
    ]
    written = db.session.execute(_INSERT, rows)
    id_of_ticket = {ticket: registration_id for registration_id, ticket in written}
    return [
        Row(
            id=id_of_ticket[locked.next_ticket + index],
            training_session_id=locked.id,
            person_id=one.person_id,
            status=one.status,
            ticket=locked.next_ticket + index,
            recipient_id=one.recipient_id,
        )
        for index, one in enumerate(entrants)
    ]


def assign(rows: Sequence[Row], values: Mapping[Any, Any]) -> None:
    """Change registrations under their session's lock; each change raises their revision."""
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_([row.id for row in rows]))
        .values({**values, Registration.revision: Registration.revision + 1})
        .execution_options(synchronize_session=False)
    )


def end(
    rows: Sequence[Row],
    *,
    because: CancelledBecause,
    actor_id: int | None,
    also: Mapping[Any, Any] | None = None,
) -> None:
    """Cancel registrations under their sessions' locks; the counters are the caller's."""
    assign(
        rows,
        {
            **(also or {}),
            Registration.status: RegistrationStatus.CANCELLED,
            Registration.cancelled_because: because,
            Registration.cancelled_by: actor_id,
        },
    )


def name_successors(successor_of: Mapping[int, int]) -> None:
    """Note which registration came in the place of which.

    :param successor_of: a registration's id → its successor's.
    """
    db.session.connection().execute(
        sa.update(Registration)
        .where(Registration.id == sa.bindparam("old_id"))
        .values(successor_id=sa.bindparam("new_id")),
        [{"old_id": old_id, "new_id": new_id} for old_id, new_id in successor_of.items()],
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
    acts = [
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
    ]
    return _tell(action, rows, acts, {row.id: after for row in rows}, actor_id=actor_id, now=now)


def tell_of_entering(
    action: str,
    rows: Sequence[Row],
    *,
    actor_id: int | None,
    now: datetime,
    because_of: Mapping[int, int] | None = None,
    notes: Mapping[int, Mapping[str, Any]] | None = None,
) -> dict[int, int]:
    """Write into the audit trail who was registered, and queue the message that it needs.

    :param because_of: a registration's id → the audit entry that caused it.
    :param notes: a registration's id → what else is worth explaining.
    :return: the audit entry's id for each registration's id.
    """
    acts = [
        Act(
            action=action,
            subject_kind="registration",
            subject_id=row.id,
            training_session_id=row.training_session_id,
            because_id=(because_of or {}).get(row.id),
            after={
                "status": row.status,
                "ticket": row.ticket,
                **(notes or {}).get(row.id, {}),
            },
        )
        for row in rows
    ]
    return _tell(
        action, rows, acts, {row.id: row.status for row in rows}, actor_id=actor_id, now=now
    )


def _tell(
    action: str,
    rows: Sequence[Row],
    acts: Sequence[Act],
    status_of: Mapping[int, RegistrationStatus],
    *,
    actor_id: int | None,
    now: datetime,
) -> dict[int, int]:
    entries = record_acts(acts, actor_id=actor_id, now=now)
    queue_messages(
        [
            messages.of_registration(
                kind,
                registration_id=row.id,
                recipient_id=row.recipient_id,
                training_session_id=row.training_session_id,
                audit_entry_id=entries[row.id],
            )
            for row in rows
            if (kind := messages.expected(action, status_of[row.id]))
        ],
        now=now,
    )
    return entries


@sa.event.listens_for(Registration.status, "set")
def _refuse_outside_the_lock(registration: Registration, *_rest: object) -> None:
    if registration.training_session_id not in db.session.info.get("locked", ()):
        raise RuntimeError("a registration's status is assigned under its session's lock only")
