"""Sessions of a table: what would become of each, and bringing them in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from training.campaigns.models import Campaign
from training.db import db
from training.errors import N_, DomainError
from training.imports.cells import quoted
from training.imports.errors import BadCellError
from training.imports.rules import Stored, update
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
from training.sessions.models import Course, TrainingSession
from training.sessions.values import ExternalKey

#: Brought in together, in about a second.
BATCH = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the drafts name, and what was made of them before."""

    courses: Names
    campaigns: Names
    trainers: dict[str, Person]
    stored: dict[ExternalKey, Stored]
    held: dict[int, int]


def batches(drafts: Sequence[SessionDraft]) -> list[Sequence[SessionDraft]]:
    """Return the sessions in parts, each of which is brought in at once."""
    return [drafts[start : start + BATCH] for start in range(0, len(drafts), BATCH)]


def plan(drafts: Sequence[SessionDraft], _options: Options) -> list[Row]:
    """Return what would become of sessions; writes nothing."""
    known = _look_up(drafts)
    return [_foretold(draft, known) for draft in drafts]


def write(drafts: Sequence[SessionDraft], options: Options) -> list[Row]:
    """Bring sessions in."""
    known = _look_up(drafts)
    rows = []
    for draft in drafts:
        row = _foretold(draft, known)
        if row.outcome in {Outcome.CREATED, Outcome.CHANGED}:
            imported = _resolved(draft, known)
            done = bring_in(imported, actor_id=options.actor_id, now=options.now)
            row = replace(row, outcome=done.outcome, changed=done.changed, note=done.note)
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
    )


def _external(draft: SessionDraft) -> ExternalKey:
    return ExternalKey(source=draft.source, key=draft.key)


def _foretold(draft: SessionDraft, known: _Known) -> Row:
    row = Row(
        outcome=Outcome.CREATED,
        name=draft.name,
        title=draft.detail,
        number=draft.row,
        cleaned=draft.cleaned,
    )
    problems = _problems(draft, known)
    if problems:
        return replace(row, outcome=Outcome.REFUSED, problems=problems)
    stored = known.stored.get(_external(draft))
    if stored is None:
        return row
    todo = update(stored, _resolved(draft, known))
    if todo.seats is not None and todo.seats.capacity is not None:
        held = known.held[stored.id]
        if todo.seats.capacity < held:
            problem = Problem(row=draft.row, column="capacity", error=BelowHeldError(held))
            return replace(row, outcome=Outcome.REFUSED, problems=(problem,))
    return replace(
        row,
        outcome=Outcome.CHANGED if todo.changed else Outcome.UNCHANGED,
        changed=todo.changed,
        note=todo.note,
    )


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
    trainer_ids = {known.trainers[email_key(email)].id for email in draft.trainers}
    return ImportedSession(
        external=_external(draft),
        plan=replace(
            draft.plan,
            course_id=known.courses.get(draft.course) if draft.course else None,
            campaign_id=known.campaigns.get(draft.campaign) if draft.campaign else None,
            trainer_ids=tuple(sorted(trainer_ids)),
        ),
        seats=draft.seats,
        status=draft.status,
        cleaned=draft.cleaned,
        says=draft.says,
        is_ours=True,
    )
