"""Sessions of a table: what would become of each, and bringing them in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from training.campaigns.models import Campaign
from training.db import db
from training.errors import N_, DomainError
from training.imports.cells import quoted
from training.imports.errors import (
    BadCellError,
    CancelledThereError,
    DiffersError,
    DiffersPublishedError,
    OwnMeetingError,
    StillOnHereError,
)
from training.imports.rules import Stored, Update, update
from training.imports.service.events import bring_in, stored_by_key
from training.imports.service.names import Names, people_by_email
from training.imports.values import (
    ImportedSession,
    Options,
    Outcome,
    Problem,
    Row,
    SessionDraft,
)
from training.people.models import Person
from training.people.values import email_key
from training.registrations.errors import BelowHeldError
from training.sessions.models import Course, Meeting, TrainingSession
from training.sessions.values import ExternalKey, SessionStatus

#: Brought in together, in about a second.
BATCH = 40
#: Values that one statement may have on both databases, and far fewer.
_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the drafts name, and what was made of them before."""

    courses: Names
    campaigns: Names
    trainers: dict[str, Person]
    stored: dict[ExternalKey, Stored]
    held: dict[int, int]
    #: Of the meetings that events of a calendar may be copies of: those that are here.
    own_uids: frozenset[UUID]


def batches(drafts: Sequence[SessionDraft]) -> list[Sequence[SessionDraft]]:
    """Return the sessions in parts, each of which is brought in at once."""
    return [drafts[start : start + BATCH] for start in range(0, len(drafts), BATCH)]


def plan(drafts: Sequence[SessionDraft], options: Options) -> list[Row]:
    """Return what would become of sessions; writes nothing."""
    known = _look_up(drafts)
    return [_foretold(draft, known, options) for draft in drafts]


def write(drafts: Sequence[SessionDraft], options: Options) -> list[Row]:
    """Bring sessions in."""
    known = _look_up(drafts)
    rows = []
    for draft in drafts:
        row = _foretold(draft, known, options)
        if row.outcome in {Outcome.CREATED, Outcome.CHANGED}:
            imported = _resolved(draft, known)
            done = bring_in(imported, actor_id=options.actor_id, now=options.now)
            row = replace(
                row, outcome=done.outcome, changed=done.changed, note=done.note or row.note
            )
        rows.append(row)
    return rows


def _look_up(drafts: Sequence[SessionDraft]) -> _Known:
    stored = stored_by_key([_external(draft) for draft in drafts])
    counters = db.session.execute(
        sa.select(
            TrainingSession.id, TrainingSession.confirmed_count + TrainingSession.offered_count
        ).where(TrainingSession.id.in_([one.id for one in stored.values()]))
    )
    return _Known(
        courses=Names(db.session.execute(sa.select(Course.id, Course.slug, Course.title))),
        campaigns=Names(db.session.execute(sa.select(Campaign.id, Campaign.slug, Campaign.name))),
        trainers=people_by_email(email for draft in drafts for email in draft.trainers),
        stored=stored,
        held=dict(counters.all()),
        own_uids=_own_uids(draft.copy_of for draft in drafts if draft.copy_of is not None),
    )


def _own_uids(uids: Iterable[UUID]) -> frozenset[UUID]:
    wanted = sorted(set(uids))
    found: set[UUID] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found.update(db.session.scalars(sa.select(Meeting.uid).where(Meeting.uid.in_(some))))
    return frozenset(found)


def _external(draft: SessionDraft) -> ExternalKey:
    return ExternalKey(source=draft.source, key=draft.key)


def _foretold(draft: SessionDraft, known: _Known, options: Options) -> Row:
    row = Row(
        outcome=Outcome.CREATED,
        name=draft.name,
        title=draft.detail,
        number=draft.row,
        cleaned=draft.cleaned,
        note=draft.note,
    )
    stored = known.stored.get(_external(draft))
    if draft.is_event and (note := _why_left_out(draft, stored, known)):
        return _left_out(row, note)
    problems = _problems(draft, known)
    if problems:
        return replace(row, outcome=Outcome.REFUSED, problems=problems)
    if stored is None:
        return row
    todo = update(stored, _resolved(draft, known))
    if todo.changed and draft.is_event and (note := _why_left_alone(stored, todo, options)):
        return _left_out(row, note)
    if todo.seats is not None and todo.seats.capacity is not None:
        held = known.held[stored.id]
        if todo.seats.capacity < held:
            problem = Problem(row=draft.row, column="capacity", error=BelowHeldError(held))
            return replace(row, outcome=Outcome.REFUSED, problems=(problem,))
    return replace(
        row,
        outcome=Outcome.CHANGED if todo.changed else Outcome.UNCHANGED,
        changed=todo.changed,
        note=todo.note or draft.note,
    )


def _left_out(row: Row, note: DomainError) -> Row:
    """Return what is said of one date: of an event that repeats only the time tells which."""
    name = " ".join(part for part in (row.title, row.name) if part)
    return replace(row, outcome=Outcome.LEFT_OUT, name=name, title="", note=note)


def _why_left_out(draft: SessionDraft, stored: Stored | None, known: _Known) -> DomainError | None:
    """Return why nothing is made of an event of a calendar; None: something is."""
    if draft.copy_of in known.own_uids:
        return OwnMeetingError()
    if draft.status is not SessionStatus.CANCELLED:
        return None
    is_on_here = stored is not None and stored.status is not SessionStatus.CANCELLED
    return StillOnHereError() if is_on_here else CancelledThereError()


def _why_left_alone(stored: Stored, todo: Update, options: Options) -> DomainError | None:
    """Return why a session stays as it is although its calendar says otherwise; None: it does not.

    Whoever is registered for a session, or sees it, is to be told of a change by a person.
    """
    if stored.status is not SessionStatus.DRAFT:
        return DiffersPublishedError(todo.changed)
    return None if options.calendar.revises else DiffersError(todo.changed)


def _problems(draft: SessionDraft, known: _Known) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for column, names, text in (
        ("course", known.courses, draft.course),
        ("campaign", known.campaigns, draft.campaign),
    ):
        try:
            if text:
                names.get(text)
        except DomainError as error:
            found.append(Problem(row=draft.row, column=column, error=error))
    found += [
        Problem(
            row=draft.row,
            column="trainers",
            error=BadCellError(
                N_("Nobody here has the address “%(email)s”. Bring people in first."),
                email=quoted(email),
            ),
        )
        for email in draft.trainers
        if email_key(email) not in known.trainers
    ]
    return tuple(found)


def _resolved(draft: SessionDraft, known: _Known) -> ImportedSession:
    """Return a draft without problems with keys for the names in it."""
    course_id = known.courses.get(draft.course) if draft.course else _of_category(draft, known)
    trainer_ids = {known.trainers[email_key(email)].id for email in draft.trainers}
    return ImportedSession(
        external=_external(draft),
        plan=replace(
            draft.plan,
            course_id=course_id,
            campaign_id=known.campaigns.get(draft.campaign) if draft.campaign else None,
            trainer_ids=tuple(sorted(trainer_ids)),
        ),
        seats=draft.seats,
        status=draft.status,
        cleaned=draft.cleaned,
        says=draft.says | ({"course"} if course_id is not None else set()),
        is_ours=True,
        drafts_only=draft.is_event,
    )


def _of_category(draft: SessionDraft, known: _Known) -> int | None:
    """Return the course that alone is called like one of an event's categories."""
    found = {known.courses.find_alone(name) for name in draft.categories} - {None}
    return found.pop() if len(found) == 1 else None
