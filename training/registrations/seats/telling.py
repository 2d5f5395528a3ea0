"""Leaving word of what happened to registrations: in the audit trail, and by mail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from training.audit.trail import Act, record_acts
from training.notifications.outbox import Letter, queue_messages
from training.registrations import messages
from training.registrations.seats.books import Row
from training.registrations.values import RegistrationStatus


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
                # Once it has ended, nobody is told that a seat is kept for them.
                valid_until=row.offer_expires_at if kind == messages.OFFERED else None,
            )
            for row in rows
            if not row.is_placeholder  # nobody stands in it yet
            if (kind := messages.expected(action, status_of[row.id]))
        ],
        now=now,
    )
    queue_messages(_to_organizations(action, rows, entries), now=now)
    return entries


def _to_organizations(action: str, rows: Sequence[Row], entries: Mapping[int, int]) -> list[Letter]:
    """Return one letter for each organization that has not named people for some of the seats."""
    kind = messages.OF_ACT_ON_UNNAMED.get(action)
    if kind is None:
        return []
    first_of: dict[int, Row] = {}
    for row in rows:
        if row.is_placeholder and row.organization_id is not None:
            first_of.setdefault(row.organization_id, row)
    return [
        Letter(
            kind=kind,
            key=f"{kind}:{entries[row.id]}",
            recipient_id=row.recipient_id,
            registration_id=row.id,
            training_session_id=row.training_session_id,
        )
        for row in first_of.values()
    ]
