"""The books: rows and counters, written only here, each change with its entry and its message."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from training.db import core, db, insert_rows
from training.people.models import Person, new_public_id
from training.registrations.models import Registration
from training.registrations.rules import overbooked_after
from training.registrations.values import (
    SEATED,
    CancelledBecause,
    Claim,
    DeclinedBecause,
    RegistrationStatus,
)
from training.sessions.models import Hold, TrainingSession
from training.sessions.values import LockedSession

_registration = cast("sa.Table", Registration.__table__)
_session = cast("sa.Table", TrainingSession.__table__)
COUNTER_OF = {
    RegistrationStatus.CONFIRMED: _session.c.confirmed_count,
    RegistrationStatus.OFFERED: _session.c.offered_count,
    RegistrationStatus.WAITLISTED: _session.c.waitlisted_count,
}
#: What each is counted by, as a parameter of ``_COUNT``.
_STEP_OF = {status: f"{status}_step" for status in COUNTER_OF}
_COUNT = (
    sa.update(_session)
    .where(_session.c.id == sa.bindparam("training_session_id"))
    .values(
        {
            **{
                counter: counter + sa.bindparam(_STEP_OF[status], type_=sa.Integer)
                for status, counter in COUNTER_OF.items()
            },
            _session.c.next_ticket: _session.c.next_ticket
            + sa.bindparam("ticket_step", type_=sa.Integer),
        }
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A registration under its session's lock, as committed."""

    id: int
    training_session_id: int
    person_id: int
    status: RegistrationStatus
    ticket: int
    #: Whose seats it uses: of an organization that somebody vouched for, or none.
    organization_id: int | None = None
    offer_expires_at: datetime | None = None
    #: What it was when its session was cancelled.
    before_cancel: RegistrationStatus | None = None
    #: Who gets the mails about it.
    recipient_id: int
    #: Nobody stands in it yet, who could be mailed.
    is_placeholder: bool = False


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
    #: The code by which they come.
    code_id: int | None = None
    #: Nobody yet: somebody is named later.
    is_placeholder: bool = False
    #: Of people who wait as a whole.
    group: int | None = None
    request_expires_at: datetime | None = None


# Built once: compiling a statement costs more than running it.
_INSERT = sa.insert(_registration).returning(_registration.c.id, _registration.c.ticket)
#: Their own, or whoever registered somebody without an address.
_RECIPIENT = sa.case(
    (
        sa.and_(Person.email.is_(None), Person.erased_at.is_(None)),
        sa.func.coalesce(Registration.registered_by, Registration.person_id),
    ),
    else_=Registration.person_id,
)
#: Naming an organization proves nothing, and uses none of its seats.
VOUCHED = Registration.claim != Claim.STATED
VOUCHED_ORGANIZATION = sa.case((VOUCHED, Registration.organization_id))
ROWS = sa.select(
    Registration.id,
    Registration.training_session_id,
    Registration.person_id,
    Registration.status,
    Registration.ticket,
    VOUCHED_ORGANIZATION.label("organization_id"),
    Registration.offer_expires_at,
    Registration.before_cancel,
    _RECIPIENT.label("recipient_id"),
    Registration.is_placeholder,
).join(Person, Person.id == Registration.person_id)
_HOLDS = sa.select(Hold.organization_id, Hold.seats).where(
    Hold.training_session_id == sa.bindparam("training_session_id"), Hold.released_at.is_(None)
)
_USED = (
    sa.select(Registration.organization_id, sa.func.count().label("seats"))
    .where(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status.in_(SEATED),
        Registration.organization_id.is_not(None),
        VOUCHED,
    )
    .group_by(Registration.organization_id)
)
_ROWS_OF = ROWS.where(Registration.id.in_(sa.bindparam("registration_ids", expanding=True)))


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
            "group_number": one.group,
            "request_expires_at": one.request_expires_at,
            "registered_by": one.registered_by,
            "registered_at": now,
            "revision": 0,
            "link_epoch": 0,
            "consent": one.consent,
            "answers": dict(one.answers),
            "code_id": one.code_id,
            "is_placeholder": one.is_placeholder,
        }
        for index, one in enumerate(entrants)
    ]
    written = insert_rows(_INSERT, rows)
    id_of_ticket = {row.ticket: row.id for row in written}
    return [
        Row(
            id=id_of_ticket[locked.next_ticket + index],
            training_session_id=locked.id,
            person_id=one.person_id,
            status=one.status,
            ticket=locked.next_ticket + index,
            organization_id=None if one.claim is Claim.STATED else one.organization_id,
            recipient_id=one.recipient_id,
            is_placeholder=one.is_placeholder,
        )
        for index, one in enumerate(entrants)
    ]


def assign(rows: Sequence[Row], values: Mapping[Any, Any], *, now: datetime) -> None:
    """Change registrations under their session's lock; each change raises their revision."""
    revised = {Registration.revision: Registration.revision + 1, Registration.revised_at: now}
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_([row.id for row in rows]))
        .values({**values, **revised})
        .execution_options(synchronize_session=False)
    )


def end(
    rows: Sequence[Row],
    *,
    because: CancelledBecause,
    actor_id: int | None,
    also: Mapping[Any, Any] | None = None,
    now: datetime,
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
        now=now,
    )


def turn_down(rows: Sequence[Row], *, because: DeclinedBecause, now: datetime) -> None:
    """End requests and offers under their sessions' locks; the counters are the caller's."""
    assign(
        rows,
        {
            Registration.status: RegistrationStatus.DECLINED,
            Registration.declined_because: because,
        },
        now=now,
    )


def name_successors(successor_of: Mapping[int, int]) -> None:
    """Note which registration came in the place of which.

    :param successor_of: a registration's id → its successor's.
    """
    core().execute(
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
    """Adjust the session's counters; what is freed pays back an overbooking first.

    Called when the registrations are written: what organizations hold is counted from them.
    """
    steps = {step: by.get(status, 0) for status, step in _STEP_OF.items()}
    values: dict[Any, Any] = {}
    freed = -sum(n for status, n in by.items() if status in SEATED)
    if overbook or (freed > 0 and locked.overbooked_by):
        values[_session.c.overbooked_by] = overbook + overbooked_after(
            overbooked_by=locked.overbooked_by, freed=max(0, freed)
        )
    if locked.hold_count:
        values[_session.c.kept_count] = kept_seats(locked.id)
    if not (values or tickets or any(steps.values())):  # a request, which only expires
        return
    core().execute(
        _COUNT.values(values) if values else _COUNT,
        {"training_session_id": locked.id, "ticket_step": tickets, **steps},
    )


def kept_seats(training_session_id: int) -> int:
    """Return the seats that organizations hold and have not used yet, as the rows say."""
    holds = db.session.execute(_HOLDS, {"training_session_id": training_session_id}).all()
    used = used_seats(training_session_id)
    return sum(max(0, seats - used.get(organization_id, 0)) for organization_id, seats in holds)


def used_seats(training_session_id: int) -> dict[int, int]:
    """Return the seats that the people of each organization have in a session."""
    found = db.session.execute(_USED, {"training_session_id": training_session_id})
    return {row.organization_id: row.seats for row in found}


def tally(statuses: Iterable[RegistrationStatus]) -> dict[RegistrationStatus, int]:
    """Count statuses."""
    counted: dict[RegistrationStatus, int] = {}
    for status in statuses:
        counted[status] = counted.get(status, 0) + 1
    return counted


@sa.event.listens_for(Registration.status, "set")
def _refuse_outside_the_lock(registration: Registration, *_rest: object) -> None:
    if registration.training_session_id not in db.session.info.get("locked", ()):
        raise RuntimeError("a registration's status is assigned under its session's lock only")
