"""Seats that change hands, and people who change sessions."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.db import db
from training.registrations import messages
from training.registrations.errors import (
    AlreadyRegisteredError,
    NamingEndedError,
    NotRegisteredError,
    NotSeatedError,
    SeatNamedError,
    SessionOverError,
    TooLateToSwapError,
)
from training.registrations.models import Registration
from training.registrations.naming_queries import naming_ends_at
from training.registrations.rules import place_moved
from training.registrations.seats import people
from training.registrations.seats.books import (
    Entrant,
    Row,
    count,
    end,
    enter,
    name_successors,
    rows_of,
    tally,
)
from training.registrations.seats.locking import lock_registration, lock_sessions_of
from training.registrations.seats.reading import seats_of
from training.registrations.seats.taking import (
    beyond_capacity,
    placed,
    refuse_if_over,
    refuse_other_questions,
    refuse_strangers,
)
from training.registrations.seats.telling import tell, tell_of_entering
from training.registrations.seats.waitlist import fill, give_on
from training.registrations.values import (
    LIVE,
    SEATED,
    CancelledBecause,
    Fit,
    Outcome,
    Participant,
    RegistrationStatus,
)
from training.sessions.values import LockedSession, SessionStatus


def swap(
    registration_id: int,
    participant: Participant,
    *,
    asked: str | None = None,
    actor_id: int,
    because: CancelledBecause,
    now: datetime,
) -> int:
    """Give somebody's seat to a substitute, past everybody who waits; the counters stand still.

    A place in line cannot be handed over: whoever comes for somebody who waits goes to its end, as
    everybody does, by cancelling the one and registering the other.

    :param asked: fingerprint of the questions that the form asked, "" for none; None: it asked
        nobody.
    :param because: ``PERSON`` for a representative, until the session starts; ``STAFF`` until it
        ends.
    :return: the id of the substitute's registration.
    :raise NotFoundError: there is no such registration or person.
    :raise NotSeatedError: they wait, or are not registered any more.
    :raise AlreadyRegisteredError: the substitute has or awaits a seat in this session.
    :raise TooLateToSwapError: the session has started, and this is not done by staff.
    :raise NamingEndedError: nobody was named for this seat by the deadline.
    :raise SeatNamedError: somebody was named for this seat, or it was given up.
    :raise SessionOverError: the last meeting has ended, or the session is not published.
    :raise NotForYouError: the session is for partners, and nobody vouched for the substitute.
    :raise QuestionsChangedError: the session asks other things than the form did.
    """
    [participant] = people.find_or_make([participant], actor_id=actor_id, now=now)
    locked, row = lock_registration(registration_id)
    _refuse_unless_published(locked, now)
    if because is not CancelledBecause.STAFF:
        refuse_strangers(locked, [participant])
        _refuse_late(locked, row, now)
    if row.status is not RegistrationStatus.CONFIRMED:
        raise SeatNamedError if row.is_placeholder and row.status not in LIVE else NotSeatedError
    refuse_other_questions(locked, asked)
    [new] = enter(locked, [_substitute(locked.id, participant, actor_id)], now=now)
    end([row], because=because, actor_id=actor_id, now=now)
    name_successors({row.id: new.id})
    count(locked, {}, tickets=1)
    entries = tell(messages.SWAP, [row], RegistrationStatus.CANCELLED, actor_id=actor_id, now=now)
    tell_of_entering(
        messages.REGISTER,
        [new],
        actor_id=actor_id,
        now=now,
        because_of={new.id: entries[row.id]},
        notes={new.id: {"instead_of": row.id}},
    )
    # Of another organization: one uses seats that it holds, or one has fewer than it may have.
    fill(locked.id, because_id=entries[row.id], now=now)
    return new.id


def _refuse_late(locked: LockedSession, row: Row, now: datetime) -> None:
    """Refuse what is left to staff once the session, or the time to name people, is over."""
    if row.is_placeholder and now >= naming_ends_at(locked.id):
        raise NamingEndedError
    if now >= locked.starts_at:
        raise TooLateToSwapError


def _substitute(training_session_id: int, participant: Participant, actor_id: int) -> Entrant:
    [known] = people.read(training_session_id, [participant])
    if known.registration_id is not None:
        raise AlreadyRegisteredError((0,))
    return Entrant(
        person_id=known.person_id,
        recipient_id=known.recipient(actor_id),
        name=participant.name,
        organization_id=participant.organization_id,
        claim=participant.claim,
        status=RegistrationStatus.CONFIRMED,
        registered_by=actor_id,
        answers=participant.answers,
    )


def move(
    registration_ids: Sequence[int],
    to_training_session_id: int,
    *,
    fit: Fit = Fit.SEATS,
    overbook: str | None = None,
    actor_id: int,
    now: datetime,
) -> Outcome:
    """Bring people from other sessions to this one, by the hand of staff.

    They keep name, organization, claim and consent, and are told once. The seats that they leave go
    to whoever waits there.

    :param registration_ids: in this order they get the seats.
    :param fit: ``WHAT_FITS``: whoever finds no free seat waits there; else nobody is moved.
    :param overbook: why all are to have seats, also where there are none and whoever waits.
    :raise NotFoundError: there is no such registration or session.
    :raise NotRegisteredError: somebody of them is not registered any more.
    :raise AlreadyRegisteredError: somebody has or awaits a seat in the new session.
    :raise SessionOverError: a session that they leave is over.
    :raise RegistrationClosedError: the new session is over, or not published.
    :raise MoveDoesNotFitError: not all find a seat; carries the free ones.
    """
    locked = lock_sessions_of(registration_ids, to_training_session_id)
    target = locked[to_training_session_id]
    refuse_if_over(target, now)
    row_of = {row.id: row for row in rows_of(registration_ids)}
    rows = [row_of[registration_id] for registration_id in dict.fromkeys(registration_ids)]
    _refuse_immovable(rows, locked, target, now)
    statuses = (
        [RegistrationStatus.CONFIRMED] * len(rows)
        if overbook
        else _placed_there(rows, locked, target, fit=fit, now=now)
    )

    entrants = _entrants(rows, statuses)
    arrived = enter(target, entrants, now=now)
    beyond = beyond_capacity(target, len(arrived)) if overbook else 0
    count(target, tally(statuses), tickets=len(arrived), overbook=beyond)
    name_successors({old.id: new.id for old, new in zip(rows, arrived, strict=True)})
    left = _leave(rows, locked, actor_id=actor_id, now=now)
    tell_of_entering(
        messages.ARRIVE,
        arrived,
        actor_id=actor_id,
        now=now,
        because_of={new.id: left[old.id] for old, new in zip(rows, arrived, strict=True)},
        notes={new.id: {"overbooked": overbook} for new in arrived[len(arrived) - beyond :]},
    )
    return Outcome(
        placed=placed(target, [one.name for one in entrants], statuses),
        registration_ids=tuple(new.id for new in arrived),
    )


def _placed_there(
    rows: Sequence[Row],
    locked: dict[int, LockedSession],
    target: LockedSession,
    *,
    fit: Fit,
    now: datetime,
) -> list[RegistrationStatus]:
    everybody = [row.organization_id for row in rows]
    leaving = Counter(
        row.organization_id
        for row in rows
        if row.organization_id is not None
        and row.status in SEATED
        and locked[row.training_session_id].campaign_id == target.campaign_id
    )
    seats = seats_of(target, everybody, leaving=leaving, now=now)
    return place_moved(seats, everybody, fit)


def _refuse_unless_published(locked: LockedSession, now: datetime) -> None:
    if locked.status is not SessionStatus.PUBLISHED or now >= locked.ends_at:
        raise SessionOverError


def _refuse_immovable(
    rows: Sequence[Row], locked: dict[int, LockedSession], target: LockedSession, now: datetime
) -> None:
    ended = tuple(i for i, row in enumerate(rows) if row.status not in LIVE)
    if ended:
        raise NotRegisteredError(ended)
    for row in rows:
        if row.training_session_id != target.id:
            _refuse_unless_published(locked[row.training_session_id], now)
    known = people.read(target.id, [Participant(name="", person_id=row.person_id) for row in rows])
    there = {i for i, one in enumerate(known) if one.registration_id is not None}
    if there or people.doubles(known):
        raise AlreadyRegisteredError(tuple(sorted({*there, *people.doubles(known)})))


def _entrants(rows: Sequence[Row], statuses: Sequence[RegistrationStatus]) -> list[Entrant]:
    """Return who arrives: with all that was said of them when they were registered."""
    given = _as_given([row.id for row in rows])
    return [
        Entrant(
            person_id=row.person_id,
            recipient_id=row.recipient_id,
            name=given[row.id].name,
            organization_id=given[row.id].organization_id,
            claim=given[row.id].claim,
            status=status,
            registered_by=given[row.id].registered_by,
            consent=given[row.id].consent,
            answers=given[row.id].answers,
            code_id=given[row.id].code_id,
            is_placeholder=given[row.id].is_placeholder,
        )
        for row, status in zip(rows, statuses, strict=True)
    ]


def _as_given(registration_ids: Sequence[int]) -> dict[int, Any]:
    """Return what was said of each when they were registered."""
    found = db.session.execute(
        sa.select(
            Registration.id,
            Registration.name,
            Registration.organization_id,
            Registration.claim,
            Registration.registered_by,
            Registration.consent,
            Registration.answers,
            Registration.code_id,
            Registration.is_placeholder,
        ).where(Registration.id.in_(registration_ids))
    )
    return {row.id: row for row in found}


def _leave(
    rows: Sequence[Row], locked: dict[int, LockedSession], *, actor_id: int, now: datetime
) -> dict[int, int]:
    """End the registrations that others came in the place of, and give the seats on.

    :return: the audit entry's id for each registration's id.
    """
    end(rows, because=CancelledBecause.STAFF, actor_id=actor_id, now=now)
    left: dict[int, int] = {}
    for session_id in sorted({row.training_session_id for row in rows}):
        leaving = [row for row in rows if row.training_session_id == session_id]
        freed = tally(row.status for row in leaving)
        count(locked[session_id], {status: -n for status, n in freed.items()})
        entries = tell(
            messages.LEAVE, leaving, RegistrationStatus.CANCELLED, actor_id=actor_id, now=now
        )
        left |= entries
        give_on(session_id, leaving, entries, now=now)
    return left
