"""Registrations of a table: what would become of each, and bringing them in.

People get seats as by the hand of staff: whoever stands first in the file first, behind those who
wait already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from training.db import db
from training.errors import N_, DomainError
from training.imports.cells import quoted
from training.imports.errors import BadCellError, NoSeatError, WouldWaitError
from training.imports.service.names import Names
from training.imports.service.people import members_without_email
from training.imports.values import Options, Outcome, Problem, RegistrationDraft, Row
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.people.models import Person
from training.people.service import make_missing_people
from training.people.values import email_key
from training.registrations import seats
from training.registrations import service as registrations
from training.registrations.errors import (
    PrerequisiteError,
    RegistrationClosedError,
    SessionFullError,
)
from training.registrations.models import Registration
from training.registrations.prerequisites import required_of_several, with_attended
from training.registrations.rules import Seats, lacking, place
from training.registrations.seats import Group
from training.registrations.values import LIVE, Claim, Fit, Participant, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.values import SessionStatus
from training.text import joined, search_key

#: Brought in together, in about a second; the people of one session always are.
BATCH = 500
#: The largest key that both databases hold.
_MAX_ID = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the drafts name, and who is registered already."""

    sessions: dict[str, list[TrainingSession]]
    organizations: Names
    #: Of organizations that do not run.
    suspended: frozenset[int]
    #: Session with the address, or with organization and name of who has none.
    registered: frozenset[tuple[object, ...]]
    members: dict[tuple[int, str], list[Person]]
    #: Session → courses that it builds on; most build on none.
    required: dict[int, frozenset[int]]
    #: Address, or person → what they attended of these courses.
    attended: dict[str | int | None, frozenset[int]]


@dataclass(slots=True)
class _Class:
    """The people of one session, as far as they are decided."""

    training_session: TrainingSession
    seats: Seats
    required: frozenset[int]
    #: Row's number → who is to be registered.
    participants: dict[int, Participant] = field(default_factory=dict)


def batches(drafts: Sequence[RegistrationDraft]) -> list[Sequence[RegistrationDraft]]:
    """Return the registrations in parts, each of which is brought in at once."""
    by_session: dict[str, list[RegistrationDraft]] = {}
    for draft in drafts:
        by_session.setdefault(draft.session, []).append(draft)
    parts: list[list[RegistrationDraft]] = []
    for group in by_session.values():
        if parts and len(parts[-1]) + len(group) <= BATCH:
            parts[-1] += group
        else:
            parts.append(list(group))
    return list(parts)


def plan(drafts: Sequence[RegistrationDraft], options: Options) -> list[Row]:
    """Return what would become of registrations as seats are now; writes nothing."""
    rows, _classes = _decide(drafts, options)
    return rows


def write(drafts: Sequence[RegistrationDraft], options: Options) -> list[Row]:
    """Register people: sessions in the order of their keys, as everybody locks them.

    :raise ConflictError: seats were taken meanwhile; nothing of this part is kept.
    """
    rows, classes = _decide(drafts, options)
    row_of = {row.number: row for row in rows}
    strangers = [one for of in classes for one in of.participants.values()]
    # Before any session is locked: registering makes those of one session while another is.
    make_missing_people({one.email: one.name for one in strangers if one.email})
    for of in sorted(classes, key=lambda one: one.training_session.id):
        if not of.participants:
            continue
        outcome = registrations.register(
            of.training_session.id,
            Group(
                participants=tuple(of.participants.values()),
                fit=Fit.WHAT_FITS if options.may_wait else Fit.SEATS,
                actor_id=options.actor_id,
                by_staff=True,
                required=of.required,
                waives_required=options.waives_required,
            ),
            now=options.now,
        )
        for number, placed in zip(of.participants, outcome.placed, strict=True):
            waits = placed.status is RegistrationStatus.WAITLISTED
            row_of[number] = replace(row_of[number], note=WouldWaitError() if waits else None)
    return list(row_of.values())


def _decide(
    drafts: Sequence[RegistrationDraft], options: Options
) -> tuple[list[Row], list[_Class]]:
    known = _look_up(drafts, options)
    classes: dict[int, _Class] = {}
    row_of: dict[tuple[object, ...], int] = {}
    rows = []
    for draft in drafts:
        row = Row(
            outcome=Outcome.CREATED,
            name=draft.name,
            title=draft.detail,
            number=draft.row,
            cleaned=draft.cleaned,
        )
        try:
            training_session = _session(draft, known)
            row = replace(row, title=joined(training_session.title, draft.email))
            participant = _participant(draft, known)
            known_by = _known_by(training_session.id, participant)
            _refuse_double(draft, row_of.setdefault(known_by, draft.row))
            if known_by in known.registered:
                rows.append(replace(row, outcome=Outcome.UNCHANGED))
                continue
            of = classes.setdefault(
                training_session.id,
                _Class(
                    training_session,
                    seats.seen(training_session.id, now=options.now),
                    known.required.get(training_session.id, frozenset()),
                ),
            )
            status = _place(of, participant, options)
        except _CellError as error:
            problem = Problem(row=draft.row, column=error.column, error=error.cause)
            rows.append(replace(row, outcome=Outcome.REFUSED, problems=(problem,)))
            continue
        of.seats = of.seats.after(status, participant.organization_id)
        of.participants[draft.row] = participant
        waits = status is RegistrationStatus.WAITLISTED
        rows.append(replace(row, note=WouldWaitError() if waits else None))
    return rows, list(classes.values())


def _refuse_double(draft: RegistrationDraft, row: int) -> None:
    """Refuse a row that registers the same person as one before it, by other words."""
    if row != draft.row:
        raise _CellError("name", BadCellError(N_("This stands in row %(row)s already."), row=row))


class _CellError(Exception):
    """A refusal with the column that it is about. Never leaves this module."""

    def __init__(self, column: str, cause: DomainError) -> None:
        super().__init__(column)
        self.column, self.cause = column, cause


def _session(draft: RegistrationDraft, known: _Known) -> TrainingSession:
    found = known.sessions.get(draft.session, [])
    if len(found) == 1:
        return found[0]
    sentence = (
        N_("Several sessions are “%(name)s”: use the number in the address.")
        if found
        else N_("There is no session “%(name)s”: use its key, or the number in its address.")
    )
    raise _CellError("session", BadCellError(sentence, name=quoted(draft.session)))


def _participant(draft: RegistrationDraft, known: _Known) -> Participant:
    organization_id = None
    person_id = None
    if draft.organization:
        try:
            organization_id = known.organizations.get(draft.organization)
        except DomainError as error:
            raise _CellError("organization", error) from error
        if organization_id in known.suspended:
            raise _CellError(
                "organization",
                BadCellError(
                    N_("“%(name)s” is suspended or closed."), name=quoted(draft.organization)
                ),
            )
        if draft.email is None:
            members = known.members.get((organization_id, search_key(draft.name)), [])
            person_id = members[0].id if len(members) == 1 else None
    return Participant(
        name=draft.name,
        email=draft.email,
        person_id=person_id,
        organization_id=organization_id,
        claim=Claim.STAFF if organization_id else Claim.STATED,
        attended=known.attended.get(
            email_key(draft.email) if draft.email else person_id, frozenset()
        ),
    )


def _place(of: _Class, participant: Participant, options: Options) -> RegistrationStatus:
    training_session = of.training_session
    is_over = options.now >= training_session.ends_at
    if training_session.status is not SessionStatus.PUBLISHED or is_over:
        raise _CellError("session", RegistrationClosedError())
    if lacking(of.required, participant.attended) and not options.waives_required:
        raise _CellError("session", PrerequisiteError())
    try:
        status = place(of.seats, participant.organization_id)
    except SessionFullError as error:
        raise _CellError("session", error) from error
    if status is RegistrationStatus.WAITLISTED and not options.may_wait:
        raise _CellError("session", NoSeatError())
    return status


def _known_by(training_session_id: int, participant: Participant) -> tuple[object, ...]:
    if participant.email:
        return training_session_id, email_key(participant.email)
    return training_session_id, participant.organization_id, search_key(participant.name)


def _look_up(drafts: Sequence[RegistrationDraft], options: Options) -> _Known:
    sessions = _sessions({draft.session for draft in drafts})
    organizations = db.session.execute(
        sa.select(Organization.id, Organization.slug, Organization.name, Organization.status)
    ).all()
    ids = {one.id for found in sessions.values() for one in found}
    members = (
        members_without_email({one.id for one in organizations})
        if any(draft.email is None for draft in drafts)
        else {}
    )
    required = required_of_several(ids)
    return _Known(
        sessions=sessions,
        organizations=Names((one.id, one.slug, one.name) for one in organizations),
        suspended=frozenset(
            one.id for one in organizations if one.status is not OrganizationStatus.ACTIVE
        ),
        registered=frozenset(_registered(ids)),
        members=members,
        required=required,
        attended=_attended(drafts, members, required, options) if required else {},
    )


def _attended(
    drafts: Sequence[RegistrationDraft],
    members: Mapping[tuple[int, str], Sequence[Person]],
    required: Mapping[int, frozenset[int]],
    options: Options,
) -> dict[str | int | None, frozenset[int]]:
    """Return what those whom the drafts may mean attended of the courses that are built on."""
    people = [Participant(name="", email=draft.email) for draft in drafts if draft.email]
    names = {search_key(draft.name) for draft in drafts if draft.email is None}
    people += [
        Participant(name="", person_id=one.id)
        for (_organization_id, name), found in members.items()
        if name in names
        for one in found
    ]
    course_ids = frozenset().union(*required.values())
    return {
        email_key(one.email) if one.email else one.person_id: one.attended
        for one in with_attended(people, course_ids, now=options.now)
    }


def _sessions(references: set[str]) -> dict[str, list[TrainingSession]]:
    """Return the sessions that have one of these keys, or numbers."""
    numbers = {
        int(text)
        for text in references
        if text.isascii() and text.isdecimal() and len(text) <= len(str(_MAX_ID))
    }
    found: dict[str, list[TrainingSession]] = {}
    for one in db.session.scalars(
        sa.select(TrainingSession)
        .where(
            sa.or_(
                TrainingSession.external_key.in_(references),
                TrainingSession.id.in_({number for number in numbers if number <= _MAX_ID}),
            )
        )
        .order_by(TrainingSession.id)
        .execution_options(populate_existing=True)
    ):
        for name in {one.external_key, str(one.id)} & references:
            found.setdefault(str(name), []).append(one)
    return found


def _registered(training_session_ids: set[int]) -> Iterable[tuple[object, ...]]:
    rows = db.session.execute(
        sa.select(
            Registration.training_session_id,
            Registration.organization_id,
            Registration.name,
            Person.email_key,
        )
        .join(Person, Person.id == Registration.person_id)
        .where(
            Registration.training_session_id.in_(training_session_ids),
            Registration.status.in_(LIVE),
        )
    )
    for row in rows:
        if row.email_key:
            yield row.training_session_id, row.email_key
        else:
            yield row.training_session_id, row.organization_id, search_key(row.name)
