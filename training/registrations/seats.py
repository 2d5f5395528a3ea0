"""Who holds a seat and who waits: the only module that assigns a status or a counter.

Every function takes the session's lock first, and the lock lasts until the caller's transaction
ends. So two callers cannot both take the last seat, and a freed seat is given on before anybody
else sees it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_act, record_acts
from training.db import db
from training.errors import NotFoundError
from training.notifications.outbox import queue_messages
from training.organizations.models import Organization, OrganizationStatus
from training.people.models import Person, new_public_id
from training.people.values import email_key
from training.registrations import messages
from training.registrations.errors import (
    AlreadyRegisteredError,
    BelowHeldError,
    NoFreeSeatError,
    NotForYouError,
    NotWaitingError,
    RegistrationClosedError,
    SessionOverError,
    TooLateToCancelError,
)
from training.registrations.models import Registration
from training.registrations.rules import (
    Seats,
    Waiting,
    choose,
    overbooked_after,
    place_group,
)
from training.registrations.values import (
    LIVE,
    SEATED,
    CancelledBecause,
    Claim,
    Fit,
    Outcome,
    Participant,
    Placed,
    RegistrationStatus,
)
from training.sessions.changes import SessionCancelled, SessionRevised
from training.sessions.models import TrainingSession
from training.sessions.rules import promotes, takes_registrations
from training.sessions.service import lock_training_session
from training.sessions.values import Audience, LockedSession, SeatPlan, SessionStatus

COUNTER_OF = {
    RegistrationStatus.CONFIRMED: TrainingSession.confirmed_count,
    RegistrationStatus.OFFERED: TrainingSession.offered_count,
    RegistrationStatus.WAITLISTED: TrainingSession.waitlisted_count,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """People who are to be registered together, and by whom."""

    participants: tuple[Participant, ...]
    fit: Fit = Fit.ALL
    #: Who registers them; None: whoever filled in the public form, who proved nothing.
    actor_id: int | None = None
    #: Staff may register people after registration has closed, until the session is over.
    by_staff: bool = False
    #: Version of the consent text that was agreed to in the form.
    consent: str | None = None

    @property
    def is_anonymous(self) -> bool:
        return self.actor_id is None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """The person behind an address, with the live registration they may have."""

    person_id: int
    registration_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A registration under its session's lock, as committed."""

    id: int
    training_session_id: int
    person_id: int
    status: RegistrationStatus
    ticket: int


# Built once: compiling a statement costs more than running it.
_PEOPLE = (
    sa.select(Person.email_key, Person.id, Registration.id)
    .outerjoin(
        Registration,
        sa.and_(
            Registration.person_id == Person.id,
            Registration.training_session_id == sa.bindparam("training_session_id"),
            Registration.status.in_(LIVE),
        ),
    )
    .where(Person.email_key.in_(sa.bindparam("keys", expanding=True)))
)
_INSERT = sa.insert(Registration).returning(Registration.id, Registration.ticket)
_ROW_COLUMNS = tuple(getattr(Registration, column.name) for column in fields(_Row))
_ROW = sa.select(*_ROW_COLUMNS).where(Registration.id == sa.bindparam("registration_id"))
_MAY_PROMOTE = sa.or_(
    Registration.organization_id.is_(None), Organization.status == OrganizationStatus.ACTIVE
)
_WAITING = (
    sa.select(Registration.id, Registration.ticket, Registration.organization_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status == RegistrationStatus.WAITLISTED,
        _MAY_PROMOTE,
    )
    .order_by(Registration.ticket)
    .limit(sa.bindparam("limit"))
)
_LOCKED_AGAIN = sa.select(
    *(getattr(TrainingSession, column.name) for column in fields(LockedSession))
).where(TrainingSession.id == sa.bindparam("training_session_id"))


def take(training_session_id: int, group: Group, *, now: datetime) -> Outcome:
    """Give people a seat, or a place on the waitlist.

    The people exist already (:func:`training.people.service.make_missing_people`): a row of
    ``person`` made under the session's lock would hold up everybody who waits for that session.

    Nobody who only filled in a form learns whether an address is known: what is refused and what
    is shown is decided as if every row were new. A row that is registered already takes no seat,
    and its address is mailed its own link.

    :param now: aware; decides whether registration is still open.
    :raise NotFoundError: there is no such session, or not for somebody who only has the form.
    :raise RegistrationClosedError: the session takes no registrations at ``now``.
    :raise NotForYouError: the session is for partners, and nobody vouched for these people.
    :raise AlreadyRegisteredError: somebody holds or awaits a seat; never raised to the anonymous.
    :raise SessionFullError: no seat is free and the waitlist has no room.
    :raise DoesNotFitError: the group does not fit as a whole; carries the free seats.
    """
    locked = lock_training_session(training_session_id)
    _refuse_unless_open(locked, group, now)
    known = _people(training_session_id, group.participants)
    people = [known[email_key(participant.email)] for participant in group.participants]
    registered = [person.registration_id is not None for person in people]
    if any(registered) and not group.is_anonymous:
        raise AlreadyRegisteredError(tuple(i for i, is_known in enumerate(registered) if is_known))

    seats = _seats_of(locked)
    everybody = [participant.organization_id for participant in group.participants]
    newcomers = [i for i, is_known in enumerate(registered) if not is_known]
    as_if_new = place_group(seats, everybody, group.fit)
    statuses = dict(
        zip(
            newcomers,
            place_group(seats, [everybody[i] for i in newcomers], Fit.WHAT_FITS),
            strict=True,
        )
    )
    rows = [
        {
            "public_id": new_public_id(),
            "training_session_id": training_session_id,
            "person_id": people[position].person_id,
            "name": group.participants[position].name,
            "organization_id": group.participants[position].organization_id,
            "claim": group.participants[position].claim,
            "status": statuses[position],
            "ticket": locked.next_ticket + index,
            "registered_by": group.actor_id,
            "registered_at": now,
            "revision": 0,
            "link_epoch": 0,
            "consent": group.consent,
            "answers": {},
        }
        for index, position in enumerate(newcomers)
    ]
    id_of_ticket = _insert(rows)
    if rows:
        _count(locked, _sum(statuses.values()), tickets=len(rows))
    _tell_of_registering(rows, id_of_ticket, people, group, now=now)
    return Outcome(
        placed=_placed(locked, group.participants, as_if_new, statuses),
        registration_ids=tuple(id_of_ticket[int(row["ticket"])] for row in rows),
    )


def cancel(
    registration_id: int, *, because: CancelledBecause, actor_id: int | None, now: datetime
) -> bool:
    """Give up a seat or a place in line; whoever waits longest moves up.

    :return: whether this did it; False: it was given up before, and nothing changed.
    :raise NotFoundError: there is no such registration.
    :raise TooLateToCancelError: the participant's own time to cancel is over.
    """
    locked, row = _lock_registration(registration_id)
    if row.status not in LIVE:
        return False
    if because is CancelledBecause.PERSON and now >= locked.starts_at:
        raise TooLateToCancelError
    _assign(
        [row],
        {
            Registration.status: RegistrationStatus.CANCELLED,
            Registration.cancelled_because: because,
        },
    )
    _count(locked, {row.status: -1})
    entries = _tell(
        messages.cancelled(because),
        [row],
        RegistrationStatus.CANCELLED,
        actor_id=actor_id,
        now=now,
    )
    if row.status in SEATED:
        _fill(row.training_session_id, because_id=entries[row.id], now=now)
    return True


def promote(
    registration_id: int, *, overbook: str | None = None, actor_id: int, now: datetime
) -> None:
    """Give somebody who waits a seat, by the hand of staff, out of turn if they want it so.

    :param overbook: why somebody is to have a seat that is not there; None: only a free one.
    :raise NotFoundError: there is no such registration.
    :raise SessionOverError: the last meeting has ended, or the session is not published.
    :raise NotWaitingError: they do not wait (any more).
    :raise NoFreeSeatError: no seat is free, and nobody said to overbook.
    """
    locked, row = _lock_registration(registration_id)
    if locked.status is not SessionStatus.PUBLISHED or now >= locked.ends_at:
        raise SessionOverError
    if row.status is not RegistrationStatus.WAITLISTED:
        raise NotWaitingError
    free = _seats_of(locked).free_for(None)
    is_overbooked = free == 0
    if is_overbooked and not overbook:
        raise NoFreeSeatError
    _assign([row], {Registration.status: RegistrationStatus.CONFIRMED})
    _count(
        locked,
        {RegistrationStatus.WAITLISTED: -1, RegistrationStatus.CONFIRMED: +1},
        overbook=int(is_overbooked),
    )
    _tell(
        "registration.promote",
        [row],
        RegistrationStatus.CONFIRMED,
        actor_id=actor_id,
        now=now,
        note={"overbooked": overbook} if is_overbooked else {},
    )


def change_capacity(
    training_session_id: int,
    plan: SeatPlan,
    *,
    keep: bool,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change how many may come and wait; more seats go to those who wait.

    :param keep: with fewer seats than people who hold one: keep them, as an overbooking.
    :return: whether anything changed.
    :raise NotFoundError: there is no such session.
    :raise BelowHeldError: fewer seats than are held, and nobody said to keep the people.
    """
    locked = lock_training_session(training_session_id)
    before = SeatPlan(capacity=locked.capacity, waitlist_capacity=locked.waitlist_capacity)
    if plan == before:
        return False
    held = locked.confirmed_count + locked.offered_count
    missing = 0 if plan.capacity is None else max(0, held - plan.capacity)
    # What was overbooked before stays so; only going further down needs to be said.
    if missing > locked.overbooked_by and not keep:
        raise BelowHeldError(held)
    db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == training_session_id)
        .values(
            {
                TrainingSession.capacity: plan.capacity,
                TrainingSession.waitlist_capacity: plan.waitlist_capacity,
                TrainingSession.overbooked_by: missing,
            }
        )
        .execution_options(synchronize_session=False)
    )
    entry_id = record_act(
        Act(
            action="session.change_capacity",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            before={
                "capacity": before.capacity,
                "waitlist_capacity": before.waitlist_capacity,
                "overbooked_by": locked.overbooked_by,
            },
            after={
                "capacity": plan.capacity,
                "waitlist_capacity": plan.waitlist_capacity,
                "overbooked_by": missing,
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    _fill(training_session_id, because_id=entry_id, now=now)
    return True


def answer_revised_session(change: SessionRevised) -> None:
    """Promote where a moved session may promote again."""
    lock_training_session(change.training_session_id)
    _fill(change.training_session_id, because_id=change.audit_entry_id, now=change.now)


def answer_cancelled_session(change: SessionCancelled) -> None:
    """Cancel everybody's registration with the session, keeping state and ticket, and tell them."""
    locked = lock_training_session(change.training_session_id)
    found = db.session.execute(
        sa.select(*_ROW_COLUMNS)
        .where(
            Registration.training_session_id == change.training_session_id,
            Registration.status.in_(LIVE),
        )
        .order_by(Registration.ticket)
    )
    rows = [_Row(**row._mapping) for row in found]  # noqa: SLF001 -- the public name for a mapping
    if not rows:
        return
    _assign(
        rows,
        {
            Registration.before_cancel: Registration.status,
            Registration.status: RegistrationStatus.CANCELLED,
            Registration.cancelled_because: CancelledBecause.SESSION,
        },
    )
    _count(locked, {status: -n for status, n in _sum(row.status for row in rows).items()})
    _tell(
        messages.cancelled(CancelledBecause.SESSION),
        rows,
        RegistrationStatus.CANCELLED,
        actor_id=change.actor_id,
        now=change.now,
        because_id=change.audit_entry_id,
    )


def _refuse_unless_open(locked: LockedSession, group: Group, now: datetime) -> None:
    if group.by_staff:
        if locked.status is not SessionStatus.PUBLISHED or now >= locked.ends_at:
            raise RegistrationClosedError
        return
    if locked.audience is Audience.INVITED or locked.status is SessionStatus.DRAFT:
        raise NotFoundError
    if locked.audience is Audience.PARTNERS and any(
        participant.organization_id is None or participant.claim is Claim.STATED
        for participant in group.participants
    ):
        raise NotForYouError
    if not takes_registrations(locked.clock, now):
        raise RegistrationClosedError


def _people(
    training_session_id: int, participants: Sequence[Participant]
) -> dict[str, _Known]:
    """Return who is behind each address, read under the lock."""
    found = db.session.execute(
        _PEOPLE,
        {
            "training_session_id": training_session_id,
            "keys": [email_key(participant.email) for participant in participants],
        },
    )
    return {
        str(key): _Known(person_id=person_id, registration_id=registration_id)
        for key, person_id, registration_id in found
    }


def _seats_of(locked: LockedSession) -> Seats:
    seats = Seats(
        capacity=locked.capacity,
        confirmed=locked.confirmed_count,
        offered=locked.offered_count,
        waitlist_capacity=locked.waitlist_capacity,
        waitlisted=locked.waitlisted_count,
        is_awaited=False,
    )
    if locked.waitlisted_count == 0 or seats.free_for(None) == 0:
        return seats
    # Rare: a free seat beside somebody who waits, because promotion has ended or passed them over.
    return Seats(
        capacity=seats.capacity,
        confirmed=seats.confirmed,
        offered=seats.offered,
        waitlist_capacity=seats.waitlist_capacity,
        waitlisted=seats.waitlisted,
        is_awaited=bool(_waiting(locked.id, limit=1)),
    )


def _waiting(training_session_id: int, *, limit: int) -> list[Waiting]:
    """Return who waits longest, without those of suspended organizations."""
    found = db.session.execute(
        _WAITING, {"training_session_id": training_session_id, "limit": limit}
    )
    return [
        Waiting(registration_id=registration_id, ticket=ticket, organization_id=organization_id)
        for registration_id, ticket, organization_id in found
    ]


def _fill(training_session_id: int, *, because_id: int, now: datetime) -> None:
    """Give the free seats to those who wait longest, in this same transaction."""
    found = db.session.execute(_LOCKED_AGAIN, {"training_session_id": training_session_id}).one()
    locked = LockedSession(**found._mapping)  # noqa: SLF001 -- the public name for a mapping
    if locked.waitlisted_count == 0 or not promotes(locked.clock, now):
        return
    seats = _seats_of(locked)
    free = seats.free_for(None)
    waiting = _waiting(training_session_id, limit=locked.waitlisted_count if free is None else free)
    chosen = choose(seats, waiting)
    if not chosen:
        return
    rows = _rows([one.registration_id for one in chosen])
    _assign(rows, {Registration.status: RegistrationStatus.CONFIRMED})
    _count(
        locked,
        {
            RegistrationStatus.WAITLISTED: -len(rows),
            RegistrationStatus.CONFIRMED: len(rows),
        },
    )
    _tell(
        "registration.promote",
        rows,
        RegistrationStatus.CONFIRMED,
        actor_id=None,
        now=now,
        because_id=because_id,
    )


def _lock_registration(registration_id: int) -> tuple[LockedSession, _Row]:
    """Lock a registration's session, then read the registration as committed meanwhile."""
    training_session_id = db.session.scalar(
        sa.select(Registration.training_session_id).where(Registration.id == registration_id)
    )
    if training_session_id is None:
        raise NotFoundError
    locked = lock_training_session(training_session_id)
    found = db.session.execute(_ROW, {"registration_id": registration_id}).one()
    return locked, _Row(**found._mapping)  # noqa: SLF001 -- the public name for a mapping


def _rows(registration_ids: Sequence[int]) -> list[_Row]:
    found = db.session.execute(
        sa.select(*_ROW_COLUMNS)
        .where(Registration.id.in_(registration_ids))
        .order_by(Registration.ticket)
    )
    return [_Row(**row._mapping) for row in found]  # noqa: SLF001 -- the public name for a mapping


def _insert(rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Write registrations; returns the id of each ticket."""
    if not rows:
        return {}
    written = db.session.execute(_INSERT, [dict(row) for row in rows])
    return {ticket: registration_id for registration_id, ticket in written}


def _assign(rows: Sequence[_Row], values: Mapping[Any, Any]) -> None:
    """Change registrations under their session's lock; each change raises their revision."""
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_([row.id for row in rows]))
        .values({**values, Registration.revision: Registration.revision + 1})
        .execution_options(synchronize_session=False)
    )


def _count(
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


def _sum(statuses: Any) -> dict[RegistrationStatus, int]:
    counted: dict[RegistrationStatus, int] = {}
    for status in statuses:
        counted[status] = counted.get(status, 0) + 1
    return counted


def _placed(
    locked: LockedSession,
    participants: Sequence[Participant],
    as_if_new: Sequence[RegistrationStatus],
    statuses: Mapping[int, RegistrationStatus],
) -> tuple[Placed, ...]:
    """Return what each row is shown: what it got, or what it would have got if it were new."""
    placed = []
    waiting = locked.waitlisted_count
    for position, participant in enumerate(participants):
        status = statuses.get(position, as_if_new[position])
        is_waiting = status is RegistrationStatus.WAITLISTED
        placed.append(
            Placed(
                name=participant.name,
                status=status,
                rank=waiting + 1 if is_waiting else None,
            )
        )
        waiting += is_waiting and position in statuses
    return tuple(placed)


def _tell_of_registering(
    rows: Sequence[Mapping[str, Any]],
    id_of_ticket: Mapping[int, int],
    people: Sequence[_Known],
    group: Group,
    *,
    now: datetime,
) -> None:
    """Write who was registered into the audit trail; mail to them, and to who was so before."""
    entries = record_acts(
        [
            Act(
                action=messages.REGISTER,
                subject_kind="registration",
                subject_id=id_of_ticket[row["ticket"]],
                training_session_id=row["training_session_id"],
                after={"status": row["status"], "ticket": row["ticket"]},
            )
            for row in rows
        ],
        actor_id=group.actor_id,
        now=now,
    )
    letters = [
        messages.of_registration(
            messages.OF_STATUS[row["status"]],
            registration_id=id_of_ticket[row["ticket"]],
            recipient_id=row["person_id"],
            training_session_id=row["training_session_id"],
            audit_entry_id=entries[id_of_ticket[row["ticket"]]],
        )
        for row in rows
    ]
    letters += [
        messages.already_registered(
            registration_id=person.registration_id, recipient_id=person.person_id, now=now
        )
        for person in people
        if person.registration_id is not None
    ]
    queue_messages(letters, now=now)


def _tell(
    action: str,
    rows: Sequence[_Row],
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
