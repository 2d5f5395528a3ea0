"""Giving people seats, or places on the waitlist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count as count_from
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_acts
from training.db import db
from training.errors import NotFoundError
from training.notifications.outbox import queue_messages
from training.people.models import Person, new_public_id
from training.people.values import email_key
from training.registrations import messages
from training.registrations.errors import (
    AlreadyRegisteredError,
    NotForYouError,
    RegistrationClosedError,
)
from training.registrations.models import Registration
from training.registrations.rules import place_group
from training.registrations.seats.books import count, insert, tally
from training.registrations.seats.waitlist import fill, seats_of
from training.registrations.values import (
    LIVE,
    Claim,
    Fit,
    Outcome,
    Participant,
    Placed,
    RegistrationStatus,
)
from training.sessions.rules import takes_registrations
from training.sessions.service import lock_training_session
from training.sessions.values import Audience, LockedSession, SessionStatus


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


def take(training_session_id: int, group: Group, *, now: datetime) -> Outcome:
    """Give people a seat, or a place on the waitlist.

    The people exist already (:func:`training.people.service.make_missing_people`): a row of
    ``person`` made under the session's lock would hold up everybody who waits for that session.

    Nobody who only filled in a form learns whether an address is known: what is refused and what
    is shown is decided as if every row were new. A row that is registered already takes no seat,
    and its address is mailed its own link; the seat that it did not take goes to the waitlist.

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

    seats = seats_of(locked)
    everybody = [participant.organization_id for participant in group.participants]
    newcomers = [i for i, is_known in enumerate(registered) if not is_known]
    statuses = place_group(seats, everybody, group.fit)
    rows: list[dict[str, Any]] = [
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
    id_of_ticket = insert(rows)
    if rows:
        count(locked, tally(statuses[position] for position in newcomers), tickets=len(rows))
    entries = _tell_of_registering(rows, id_of_ticket, people, group, now=now)
    if len(rows) < len(people) and entries:
        # Who is known took no seat: it goes to whoever waits, as any seat that becomes free.
        fill(training_session_id, because_id=max(entries.values()), now=now)
    return Outcome(
        placed=_placed(locked, group.participants, statuses),
        registration_ids=tuple(id_of_ticket[row["ticket"]] for row in rows),
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


def _people(training_session_id: int, participants: Sequence[Participant]) -> dict[str, _Known]:
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


def _placed(
    locked: LockedSession,
    participants: Sequence[Participant],
    statuses: Sequence[RegistrationStatus],
) -> tuple[Placed, ...]:
    """Return what each row is shown: alike for new and known ones."""
    ranks = count_from(locked.waitlisted_count + 1)
    return tuple(
        Placed(
            name=participant.name,
            status=status,
            rank=next(ranks) if status is RegistrationStatus.WAITLISTED else None,
        )
        for participant, status in zip(participants, statuses, strict=True)
    )


def _tell_of_registering(
    rows: Sequence[Mapping[str, Any]],
    id_of_ticket: Mapping[int, int],
    people: Sequence[_Known],
    group: Group,
    *,
    now: datetime,
) -> dict[int, int]:
    """Write who was registered into the audit trail; mail to them, and to who was so before.

    :return: the audit entry's id for each new registration's id.
    """
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
    return entries
