"""Giving people seats, or places on the waitlist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count as count_from
from typing import Any

from training.errors import NotFoundError
from training.notifications.outbox import queue_messages
from training.registrations import messages
from training.registrations.errors import (
    AlreadyRegisteredError,
    NamingEndedError,
    NotForYouError,
    PrerequisiteError,
    QuestionsChangedError,
    RegistrationClosedError,
)
from training.registrations.naming_queries import naming_ends_at
from training.registrations.rules import (
    lacking,
    overbooked_by,
    place,
    place_group,
)
from training.registrations.seats import people
from training.registrations.seats.books import Entrant, Row, count, enter, tally
from training.registrations.seats.codes import admit
from training.registrations.seats.people import Known
from training.registrations.seats.reading import seats_of
from training.registrations.seats.telling import tell_of_entering
from training.registrations.seats.waitlist import fill
from training.registrations.values import (
    Claim,
    Fit,
    Outcome,
    Participant,
    Placed,
    RegistrationStatus,
)
from training.sessions.question_queries import hold_questions_of
from training.sessions.question_values import fingerprint
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
    #: Staff, and a trainer at the door, may register people after registration has closed, until
    #: the session is over.
    by_staff: bool = False
    #: They were at the door: registered also after the session's end. Until when somebody may say
    #: so, knows whoever keeps the door.
    is_walk_in: bool = False
    #: Why these people are to have seats, also where there are none and whoever else waits.
    overbook: str | None = None
    #: Version of the consent text that was agreed to in the form.
    consent: str | None = None
    #: Courses that the session builds on, to look at who has attended them: each participant says.
    #: Of those who proved nothing nobody looks: staff decide.
    required: frozenset[int] = frozenset()
    #: Staff take people who lack them.
    waives_required: bool = False
    #: Fingerprint of the questions that the form asked, "" for none; None: nobody was asked.
    asked: str | None = None
    #: Of the code by which they come for the organization that it belongs to.
    code_hash: bytes | None = None
    #: Seats for people who are named later.
    are_placeholders: bool = False

    def __post_init__(self) -> None:
        if self.overbook and (not self.by_staff or self.actor_id is None):
            raise ValueError("only staff overbook")
        if self.is_walk_in and not self.by_staff:
            raise ValueError("whoever keeps the door acts for staff")
        if self.actor_id is None and any(
            one.person_id is not None or not one.email for one in self.participants
        ):
            raise ValueError("whoever only has the form types addresses")
        if self.waives_required and not self.by_staff:
            raise ValueError("only staff waive what a session builds on")

    @property
    def is_anonymous(self) -> bool:
        return self.actor_id is None


def take(training_session_id: int, group: Group, *, now: datetime) -> Outcome:
    """Give people a seat, or a place on the waitlist.

    The people exist already: see :func:`training.registrations.seats.people.find_or_make`.

    Nobody who only filled in a form learns whether an address is known: what is refused and what
    is shown is decided as if every row were new. A row that is registered already takes no seat,
    and its address is mailed its own link; the seat that it did not take goes to the waitlist.

    :param now: aware; decides whether registration is still open.
    :raise NotFoundError: there is no such session or person, or not for somebody who only has the
        form.
    :raise RegistrationClosedError: the session takes no registrations at ``now``.
    :raise NotForYouError: the session is for partners, and nobody vouched for these people.
    :raise AlreadyRegisteredError: somebody holds or awaits a seat; never raised to the anonymous.
    :raise SessionFullError: no seat is free and the waitlist has no room.
    :raise NoFreeSeatError: one person alone, for whom waiting is of no use.
    :raise DoesNotFitError: the group does not fit as a whole; carries the free seats.
    :raise PrerequisiteError: somebody lacks a course that the session builds on.
    :raise QuestionsChangedError: the session asks other things than the form did.
    :raise NamingEndedError: these are seats to be named by a deadline that is over.
    :raise CodeEndedError: the code by which they come is not good any more.
    :raise CodeSpentError: as many have come by it as may.
    """
    locked = lock_training_session(training_session_id)
    code_id = None
    if group.code_hash is not None:
        code_id = admit(locked, group.code_hash, group.participants, now=now)
    _refuse_unless_open(locked, group, now)
    if group.are_placeholders and now >= naming_ends_at(training_session_id):
        raise NamingEndedError
    refuse_other_questions(locked, group.asked)
    known = people.read(training_session_id, group.participants)
    if not group.is_anonymous:
        _refuse_known(known)
        _refuse_lacking(group)

    statuses = _place(locked, group, now)
    newcomers = [
        (participant, one, status)
        for participant, one, status in zip(group.participants, known, statuses, strict=True)
        if one.registration_id is None
    ]
    rows = enter(locked, _entrants(locked, group, newcomers, code_id, now=now), now=now)
    beyond = beyond_capacity(locked, len(rows)) if group.overbook else 0
    if rows:
        count(locked, tally(row.status for row in rows), tickets=len(rows), overbook=beyond)
    entries = tell_of_entering(
        messages.REGISTER,
        rows,
        actor_id=group.actor_id,
        now=now,
        notes=_notes(group, rows, beyond),
    )
    _remind(known, now=now)
    if len(rows) < len(known) and entries:
        # Who is known took no seat: it goes to whoever waits, as any seat that becomes free.
        fill(training_session_id, because_id=max(entries.values()), now=now)
    is_asking = RegistrationStatus.REQUESTED in statuses
    return Outcome(
        placed=placed(locked, [one.name for one in group.participants], statuses),
        registration_ids=tuple(row.id for row in rows),
        decided_until=request_expires_at(locked, now) if is_asking else None,
        wait_together=_wait_together(group, statuses),
    )


def _place(locked: LockedSession, group: Group, now: datetime) -> list[RegistrationStatus]:
    """Decide what each gets, in the order of the form."""
    everybody = [participant.vouched_organization_id for participant in group.participants]
    if group.overbook:
        return [RegistrationStatus.CONFIRMED] * len(everybody)
    seats = seats_of(locked, everybody, now=now)
    is_unproven = group.is_anonymous and locked.builds_on_courses
    if not group.by_staff and (locked.needs_approval or is_unproven):
        place(seats, everybody[0])  # who could neither come nor wait is told so at once
        return [RegistrationStatus.REQUESTED] * len(everybody)
    allowed = Fit.ALL if group.fit is Fit.WHOLE and not locked.groups_wait else group.fit
    return place_group(seats, everybody, allowed)


def _entrants(
    locked: LockedSession,
    group: Group,
    newcomers: Sequence[tuple[Participant, Known, RegistrationStatus]],
    code_id: int | None,
    *,
    now: datetime,
) -> list[Entrant]:
    """Return who is registered anew, with what they get."""
    wait_together = _wait_together(group, [status for _, _, status in newcomers])
    return [
        Entrant(
            person_id=one.person_id,
            recipient_id=one.recipient(group.actor_id),
            name=participant.name,
            organization_id=participant.organization_id,
            claim=participant.claim,
            status=status,
            registered_by=group.actor_id,
            consent=group.consent,
            answers=participant.answers,
            code_id=code_id,
            is_placeholder=group.are_placeholders,
            group=locked.next_ticket if wait_together else None,
            request_expires_at=request_expires_at(locked, now)
            if status is RegistrationStatus.REQUESTED
            else None,
        )
        for participant, one, status in newcomers
    ]


def _wait_together(group: Group, statuses: Sequence[RegistrationStatus]) -> bool:
    """Tell whether these wait for seats as a whole: of such a group all do, or nobody."""
    return (
        group.fit is Fit.WHOLE and len(statuses) > 1 and RegistrationStatus.WAITLISTED in statuses
    )


def request_expires_at(locked: LockedSession, now: datetime) -> datetime:
    """Return until when staff may decide about a request made now."""
    ends_at = locked.starts_at if now < locked.starts_at else locked.ends_at
    if locked.approval_hours is None:
        return ends_at
    return min(now + timedelta(hours=locked.approval_hours), ends_at)


def _notes(group: Group, rows: Sequence[Row], beyond: int) -> dict[int, dict[str, Any]]:
    """Return what is worth explaining of each later: a registration's id → what."""
    notes: dict[int, dict[str, Any]] = {}
    for row in rows[len(rows) - beyond :]:
        notes[row.id] = {"overbooked": group.overbook}
    if group.waives_required and group.required:
        for row in rows:
            notes.setdefault(row.id, {})["waived"] = sorted(group.required)
    return notes


def refuse_other_questions(locked: LockedSession, asked: str | None) -> None:
    """Refuse answers to what is not asked, or not in these words, any more.

    :param asked: fingerprint of the questions that the form asked, "" for none; None: it asked
        nobody.
    """
    if asked is None or not (asked or locked.asks_questions):
        return
    if fingerprint(hold_questions_of(locked.id)) != asked:
        raise QuestionsChangedError


def _refuse_lacking(group: Group) -> None:
    if group.waives_required:
        return
    positions = tuple(
        position
        for position, one in enumerate(group.participants)
        if lacking(group.required, one.attended)
    )
    if positions:
        raise PrerequisiteError(positions)


def _refuse_known(known: Sequence[Known]) -> None:
    twice = people.doubles(known)
    registered = [i for i, one in enumerate(known) if one.registration_id is not None]
    if twice or registered:
        raise AlreadyRegisteredError(tuple(sorted({*twice, *registered})))


def _refuse_unless_open(locked: LockedSession, group: Group, now: datetime) -> None:
    if group.by_staff:
        if group.is_walk_in:
            refuse_unpublished(locked)
        else:
            refuse_if_over(locked, now)
        return
    is_invited = locked.audience is Audience.INVITED and group.code_hash is None
    if is_invited or locked.status is SessionStatus.DRAFT:
        raise NotFoundError
    refuse_strangers(locked, group.participants)
    if not takes_registrations(locked.clock, now):
        raise RegistrationClosedError


def refuse_if_over(locked: LockedSession, now: datetime) -> None:
    """Refuse what staff too may do only until the last meeting ends."""
    refuse_unpublished(locked)
    if now >= locked.ends_at:
        raise RegistrationClosedError


def refuse_unpublished(locked: LockedSession) -> None:
    """Refuse to register people where nobody comes."""
    if locked.status is not SessionStatus.PUBLISHED:
        raise RegistrationClosedError


def refuse_strangers(locked: LockedSession, participants: Sequence[Participant]) -> None:
    """Refuse people for whom nobody vouched, in a session for partners."""
    if locked.audience is Audience.PARTNERS and any(
        participant.organization_id is None or participant.claim is Claim.STATED
        for participant in participants
    ):
        raise NotForYouError


def beyond_capacity(locked: LockedSession, more: int) -> int:
    """Return for how many of those who get a seat there is none."""
    held = locked.confirmed_count + locked.offered_count
    after = overbooked_by(capacity=locked.capacity, held=held, more=more)
    return max(0, after - locked.overbooked_by)


def placed(
    locked: LockedSession, names: Sequence[str], statuses: Sequence[RegistrationStatus]
) -> tuple[Placed, ...]:
    """Return what each row is shown: alike for new and known ones."""
    ranks = count_from(locked.waitlisted_count + 1)
    return tuple(
        Placed(
            name=name,
            status=status,
            rank=next(ranks) if status is RegistrationStatus.WAITLISTED else None,
        )
        for name, status in zip(names, statuses, strict=True)
    )


def _remind(known: Sequence[Known], *, now: datetime) -> None:
    """Mail their own link to those who were registered before."""
    queue_messages(
        [
            messages.already_registered(
                registration_id=one.registration_id, recipient_id=one.person_id, now=now
            )
            for one in known
            if one.registration_id is not None
        ],
        now=now,
    )
