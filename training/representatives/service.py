"""What a representative does for their people: each with what belongs to it, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.organizations import service as organizations
from training.organizations.models import Membership
from training.organizations.queries import IS_CURRENT
from training.organizations.values import MembershipRole
from training.people.service import create_person, find_or_make_people
from training.people.values import email_key
from training.registrations import seats
from training.registrations import service as registrations
from training.registrations.errors import PrerequisiteError
from training.registrations.prerequisites import with_attended
from training.registrations.rules import lacking
from training.registrations.seats import Group
from training.registrations.values import CancelledBecause, Claim, Fit, Outcome, Participant
from training.representatives.errors import (
    AlreadyAmongYourPeopleError,
    ChosenMemberError,
    ChosenTwiceError,
    NamesakeError,
    RepresentativeStaysError,
)
from training.representatives.queries.claims import claims_of_people, get_claims
from training.representatives.queries.people import (
    OwnMember,
    all_members,
    find_member,
    hold_members,
)
from training.representatives.values import Chosen, Newcomer
from training.submissions.service import Send
from training.text import search_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts, for which organization, and when."""

    organization_id: int
    person_id: int
    now: datetime


def add_person(newcomer: Newcomer, actor: Actor) -> int:
    """Make somebody one of the organization's people.

    Whether we knew the address is not told: they are shown by the name that was typed here.

    :return: the person's id.
    :raise AlreadyAmongYourPeopleError: they are one of them.
    :raise NamesakeError: they have no address, and the name of one of them.
    """
    members = all_members(actor.organization_id)
    if not newcomer.email:
        _refuse_namesake(newcomer, members)
    [person_id] = _find_or_make([newcomer], actor)
    if any(one.person_id == person_id for one in members):
        raise AlreadyAmongYourPeopleError
    _join({person_id: newcomer.name}, actor)
    return person_id


def rename(person_id: int, name: str, actor: Actor) -> bool:
    """Change what the organization calls somebody; nobody else sees that name.

    :return: whether it changed.
    :raise NotFoundError: they are not one of its people.
    """
    member = _get_member(actor.organization_id, person_id)
    if member.name == name:
        return False
    _call(member.membership_id, name)
    record_act(
        Act(
            action="membership.rename",
            subject_kind="membership",
            subject_id=member.membership_id,
            after={
                "person_id": person_id,
                "organization_id": actor.organization_id,
                "changed": ["name"],
            },
        ),
        actor_id=actor.person_id,
        now=actor.now,
    )
    return True


def end_membership(person_id: int, actor: Actor) -> None:
    """Let somebody leave the organization. What they are and were registered for stays.

    :raise NotFoundError: they are not one of its people.
    :raise RepresentativeStaysError: they act for it, which staff decide.
    """
    member = _get_member(actor.organization_id, person_id)
    if member.is_representative:
        raise RepresentativeStaysError
    organizations.end_membership(member.membership_id, actor_id=actor.person_id, now=actor.now)


def register(
    training_session_id: int,
    chosen: Chosen,
    *,
    fit: Fit,
    consent: str,
    required: frozenset[int] = frozenset(),
    send: Send,
    actor: Actor,
) -> Outcome:
    """Register people of the organization; whoever is new becomes one of them.

    :param required: courses that the session builds on.
    :raise ChosenMemberError: somebody chosen left the organization meanwhile.
    :raise ChosenTwiceError: a row names somebody who is chosen already.
    :raise NamesakeError: a row without address has the name of a member.
    :raise ConflictError: as :func:`training.registrations.service.register`; positions count the
        members first.
    """
    participants = participants_of(chosen, actor)
    group = Group(
        participants=with_attended(participants, required, now=actor.now),
        fit=fit,
        actor_id=actor.person_id,
        consent=consent,
        required=required,
        asked=chosen.asked,
    )
    return registrations.register(training_session_id, group, send=send, now=actor.now)


def swap(
    registration_id: int, chosen: Chosen, actor: Actor, *, required: frozenset[int] = frozenset()
) -> int:
    """Send somebody else of the organization instead.

    :param chosen: one member, or one newcomer.
    :param required: courses that the session builds on.
    :return: the id of the other's registration.
    :raise PrerequisiteError: the other lacks one of them.
    :raise ConflictError: as :func:`training.registrations.seats.swap` and :func:`register`.
    """
    [participant] = with_attended(participants_of(chosen, actor), required, now=actor.now)
    if lacking(required, participant.attended):
        raise PrerequisiteError((0,))
    return seats.swap(
        registration_id,
        participant,
        actor_id=actor.person_id,
        because=CancelledBecause.PERSON,
        now=actor.now,
    )


def cancel(registration_ids: Sequence[int], actor: Actor) -> int:
    """Give up seats and places in line of the organization's people, all or none.

    :return: how many this gave up.
    :raise TooLateToCancelError: the session has started.
    """
    return seats.cancel_several(
        registration_ids,
        because=CancelledBecause.PERSON,
        actor_id=actor.person_id,
        now=actor.now,
    )


def accept(registration_id: int, actor: Actor) -> bool:
    """Take the seat that is kept for one of the organization's people.

    :return: whether this did it; False: it was accepted before.
    :raise OfferEndedError: it was declined, or not accepted in time.
    :raise ConflictError: as :func:`training.registrations.seats.accept`.
    """
    return seats.accept(registration_id, actor_id=actor.person_id, now=actor.now)


def decline(registration_id: int, actor: Actor) -> bool:
    """Give on the seat that is kept for one of the organization's people.

    :return: whether this did it; False: it was declined, or lost, before.
    :raise NotOfferedError: no seat is kept, or it was accepted.
    """
    return seats.decline(registration_id, actor_id=actor.person_id, now=actor.now)


def settle_claims(registration_ids: Sequence[int], *, is_theirs: bool, actor: Actor) -> int:
    """Confirm or refuse that people are with the organization; who is becomes one of its people.

    :return: of how many people this was said.
    :raise NotFoundError: one of them makes no such claim, or it was settled meanwhile.
    """
    claims = get_claims(actor.organization_id, registration_ids)
    one_of = {one.person_id: one for one in claims}  # one answer settles all that a person stated
    members = {one.person_id for one in all_members(actor.organization_id)} if is_theirs else set()
    if is_theirs:
        _join({key: one.name for key, one in one_of.items() if key not in members}, actor)
    # All of them at once, so that nobody who settles others waits for this in a circle.
    seats.lock_sessions_of(claims_of_people(actor.organization_id, list(one_of)))
    for claim in one_of.values():
        registrations.settle_claim(
            claim.registration_id,
            actor.organization_id,
            is_theirs=is_theirs,
            actor_id=actor.person_id,
            now=actor.now,
        )
    return len(one_of)


def record_export(*, rows: int, ending: str, actor: Actor) -> None:
    """Note in the audit trail that attendance was taken home as a file."""
    record_act(
        Act(
            action="organization.export_attendance",
            subject_kind="organization",
            subject_id=actor.organization_id,
            after={"rows": rows, "format": ending},
        ),
        actor_id=actor.person_id,
        now=actor.now,
    )


def participants_of(chosen: Chosen, actor: Actor) -> list[Participant]:
    """Return who is meant, members first; whoever is new is made one of the organization's people.

    Before any session is locked: people first, then sessions.
    """
    member_of = {one.person_id: one for one in all_members(actor.organization_id)}
    if not member_of.keys() >= set(chosen.member_ids):
        raise ChosenMemberError
    for newcomer in chosen.newcomers:
        if not newcomer.email:
            _refuse_namesake(newcomer, member_of.values())
    named = [(person_id, member_of[person_id].name) for person_id in chosen.member_ids]
    answers = dict(chosen.answers)
    taken = set(chosen.member_ids)
    found = _find_or_make(chosen.newcomers, actor)
    for newcomer, person_id in zip(chosen.newcomers, found, strict=True):
        if person_id in taken:
            raise ChosenTwiceError(newcomer.row)
        taken.add(person_id)
        named.append((person_id, newcomer.name))
        answers[person_id] = newcomer.answers
    _join({key: name for key, name in named if key not in member_of}, actor)
    if hold_members(actor.organization_id, sorted(taken)) != taken:
        raise ChosenMemberError
    return [
        Participant(
            name=name,
            person_id=person_id,
            organization_id=actor.organization_id,
            claim=Claim.REPRESENTATIVE,
            answers=answers.get(person_id, {}),
        )
        for person_id, name in named
    ]


def _find_or_make(newcomers: Sequence[Newcomer], actor: Actor) -> list[int]:
    """Return the person of each newcomer: found by the address, or made."""
    with_email = {one.email: one.name for one in newcomers if one.email}
    person_of = find_or_make_people(with_email) if with_email else {}
    return [
        person_of[email_key(one.email)]
        if one.email
        else create_person(one.name, None, actor_id=actor.person_id, now=actor.now)
        for one in newcomers
    ]


def _join(name_of: Mapping[int, str], actor: Actor) -> None:
    """Make people the organization's, in one order for everybody, so that none waits in a circle.

    :param name_of: person's id → what the organization calls them.
    """
    for person_id in sorted(name_of):
        membership_id = organizations.add_member(
            person_id,
            actor.organization_id,
            role=MembershipRole.MEMBER,
            actor_id=actor.person_id,
            now=actor.now,
        )
        _call(membership_id, name_of[person_id])


def _call(membership_id: int, name: str) -> None:
    db.session.execute(
        sa.update(Membership)
        .where(Membership.id == membership_id, IS_CURRENT)
        .values(name=name)
        .execution_options(synchronize_session=False)
    )


def _get_member(organization_id: int, person_id: int) -> OwnMember:
    member = find_member(organization_id, person_id)
    if member is None:
        raise NotFoundError
    return member


def _refuse_namesake(newcomer: Newcomer, members: Iterable[OwnMember]) -> None:
    wanted = search_key(newcomer.name)
    if any(search_key(one.name) == wanted for one in members):
        raise NamesakeError(newcomer.row)
