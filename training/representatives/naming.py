"""Seats that an organization reserves without names, and naming who comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from training.registrations import seats
from training.registrations.errors import (
    AlreadyRegisteredError,
    DoesNotFitError,
    NoFreeSeatError,
    PlaceholdersDoNotFitError,
    PrerequisiteError,
    SessionFullError,
)
from training.registrations.prerequisites import with_attended
from training.registrations.rules import lacking
from training.registrations.seats import Group
from training.registrations.service import as_result
from training.registrations.values import CancelledBecause, Claim, Fit, Outcome, Participant
from training.representatives.errors import ChosenTwiceError, RegisteredRowError
from training.representatives.queries.naming import number_of_reserved
from training.representatives.service import Actor, participants_of
from training.representatives.values import Chosen, Newcomer
from training.submissions.service import Send, find_result, remember


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedSeat:
    """Who is to come in a reserved seat: a member, or somebody who is typed."""

    registration_id: int
    member_id: int | None = None
    newcomer: Newcomer | None = None
    #: To the session's questions: version of a question → answer.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Of the form, from 0.
    row: int


def reserve_seats(
    training_session_id: int,
    number: int,
    *,
    call: Callable[[int], str],
    send: Send,
    actor: Actor,
) -> Outcome:
    """Reserve seats for people who are named later: as many as are asked for, or none.

    :param call: what a seat is called until somebody is named for it: its number → words.
    :raise PlaceholdersDoNotFitError: not so many are free for the organization.
    :raise ConflictError: as :func:`training.registrations.seats.take`.
    """
    find_result(send)
    first = number_of_reserved(actor.organization_id, training_session_id) + 1
    unnamed = tuple(
        Participant(
            name=call(first + index),
            organization_id=actor.organization_id,
            claim=Claim.REPRESENTATIVE,
        )
        for index in range(number)
    )
    people = seats.find_or_make(unnamed, actor_id=actor.person_id, now=actor.now)
    group = Group(
        participants=people, fit=Fit.SEATS, actor_id=actor.person_id, are_placeholders=True
    )
    try:
        outcome = seats.take(training_session_id, group, now=actor.now)
    except DoesNotFitError as error:
        raise PlaceholdersDoNotFitError(free=error.free, wanted=number) from None
    except (NoFreeSeatError, SessionFullError):
        raise PlaceholdersDoNotFitError(free=0, wanted=number) from None
    remember(send, as_result(outcome), now=actor.now)
    return outcome


def name_seats(
    named: Sequence[NamedSeat],
    actor: Actor,
    *,
    required: frozenset[int] = frozenset(),
    asked: str | None = None,
) -> None:
    """Say who comes in reserved seats, all or none; each keeps the seat and gets the mail.

    :param named: seats of one session.
    :param required: courses that the session builds on.
    :param asked: fingerprint of the questions that the form asked, "" for none; None: it asked
        nobody.
    :raise QuestionsChangedError: the session asks other things than the form did.
    :raise SeatNamedError: a colleague named one of them, or it was given up.
    :raise NamingEndedError: nobody named them by the deadline.
    :raise RowError: somebody is named twice, is a member, or is registered already.
    :raise PrerequisiteError: somebody lacks a course; positions are rows.
    """
    members = [one for one in named if one.member_id is not None]
    others = [one for one in named if one.newcomer is not None]
    ids: set[int] = set()
    for one in members:
        assert one.member_id is not None
        if one.member_id in ids:
            raise ChosenTwiceError(one.row, field="member")
        ids.add(one.member_id)
    chosen = Chosen(
        member_ids=tuple(one.member_id for one in members if one.member_id is not None),
        newcomers=tuple(one.newcomer for one in others if one.newcomer is not None),
    )
    participants = with_attended(participants_of(chosen, actor), required, now=actor.now)
    pairs = list(zip([*members, *others], participants, strict=True))
    rows = tuple(seat.row for seat, one in pairs if lacking(required, one.attended))
    if rows:
        raise PrerequisiteError(rows)
    for seat, participant in sorted(pairs, key=lambda pair: pair[0].registration_id):
        try:
            seats.swap(
                seat.registration_id,
                replace(participant, answers=seat.answers),
                asked=asked,
                actor_id=actor.person_id,
                because=CancelledBecause.PERSON,
                now=actor.now,
            )
        except AlreadyRegisteredError:
            control = "member" if seat.member_id is not None else "email"
            raise RegisteredRowError(seat.row, field=control) from None
