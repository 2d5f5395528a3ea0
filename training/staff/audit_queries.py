"""Reading the audit trail: what happened in a session, to a person, on a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import sqlalchemy as sa

from training.accounts.models import Account, Invitation, SignIn
from training.audit.models import AuditEntry
from training.calendars.models import FeedToken
from training.campaigns.models import Campaign
from training.clock import find_zone
from training.db import db
from training.organizations.models import Membership, Organization
from training.organizations.queries import named
from training.people.models import Person
from training.registrations.models import InvitationCode, Registration
from training.sessions.models import (
    Course,
    Hold,
    Meeting,
    Question,
    QuestionVersion,
    Room,
    SavedView,
    TrainingSession,
    Venue,
)
from training.staff.audit_values import Name, Names, ReadEntry, Subject
from training.text import for_display

#: Entries on one page.
PAGE = 50

#: What an entry's numbers are keys of, where the name does not say it.
_KIND_OF = {"copied_from": "training_session", "instead_of": "registration"}

_IS_ERASED = Person.erased_at.is_not(None)
_PERSON = (sa.case((_IS_ERASED, None), else_=Person.name), Person.id)
_NOBODY = sa.null()
_later = sa.orm.aliased(QuestionVersion)
#: Kind of subject → its key, and the ids, names and people of all.
NAMED: Mapping[str, tuple[Any, Any]] = {
    "person": (Person.id, sa.select(Person.id, *_PERSON)),
    "account": (Account.id, sa.select(Account.id, *_PERSON).join(Account.person)),
    "sign_in": (
        SignIn.id,
        sa.select(SignIn.id, *_PERSON)
        .join(Account, Account.id == SignIn.account_id)
        .join(Person, Person.id == Account.person_id),
    ),
    "invitation": (Invitation.id, sa.select(Invitation.id, *_PERSON).join(Invitation.person)),
    "membership": (
        Membership.id,
        sa.select(Membership.id, *_PERSON).join(Person, Person.id == Membership.person_id),
    ),
    "registration": (
        Registration.id,
        sa.select(
            Registration.id, sa.case((_IS_ERASED, None), else_=Registration.name), Person.id
        ).join(Registration.person),
    ),
    "organization": (Organization.id, sa.select(Organization.id, Organization.name, _NOBODY)),
    "training_session": (
        TrainingSession.id,
        sa.select(TrainingSession.id, TrainingSession.title, _NOBODY),
    ),
    "meeting": (
        Meeting.id,
        sa.select(Meeting.id, TrainingSession.title, _NOBODY).join(
            TrainingSession, TrainingSession.id == Meeting.training_session_id
        ),
    ),
    "course": (Course.id, sa.select(Course.id, Course.title, _NOBODY)),
    "campaign": (Campaign.id, sa.select(Campaign.id, Campaign.name, _NOBODY)),
    "venue": (Venue.id, sa.select(Venue.id, Venue.name, _NOBODY)),
    "room": (Room.id, sa.select(Room.id, Room.name, _NOBODY)),
    "hold": (
        Hold.id,
        sa.select(Hold.id, Organization.name, _NOBODY).join(
            Organization, Organization.id == Hold.organization_id
        ),
    ),
    "invitation_code": (
        InvitationCode.id,
        sa.select(InvitationCode.id, InvitationCode.name, _NOBODY),
    ),
    "question": (
        Question.id,
        sa.select(Question.id, QuestionVersion.label, _NOBODY).join(
            QuestionVersion,
            sa.and_(
                QuestionVersion.question_id == Question.id,
                QuestionVersion.number
                == sa.select(sa.func.max(_later.number))
                .where(_later.question_id == Question.id)
                .correlate(Question)
                .scalar_subquery(),
            ),
        ),
    ),
    "saved_view": (SavedView.id, sa.select(SavedView.id, SavedView.name, SavedView.person_id)),
    "feed_token": (FeedToken.id, sa.select(FeedToken.id, FeedToken.name, FeedToken.owner_id)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What of the trail to show."""

    training_session_id: int | None = None
    #: What was done to this one registration.
    registration_id: int | None = None
    #: Who acted, or whom it concerned.
    person_id: int | None = None
    #: Words of the name or address of who acted, or whom it concerned.
    person: str = ""
    #: Beginnings of actions, such as "session.".
    prefixes: tuple[str, ...] = ()
    day: date | None = None
    #: In which ``day`` is one.
    timezone: str = "UTC"


@dataclass(frozen=True, kw_only=True, slots=True)
class TrailPage:
    """A page of the trail, the newest first."""

    entries: tuple[ReadEntry, ...]
    has_older: bool


def trail(filters: Filters, *, before_id: int | None = None, most: int | None = None) -> TrailPage:
    """Return a page of the trail in few statements: one for each kind of thing that it names.

    :param before_id: only entries older than this one.
    :param most: how many; None: as many as a page has.
    """
    limit = most or PAGE
    statement = sa.select(AuditEntry).where(*_conditions(filters))
    if before_id is not None:
        statement = statement.where(AuditEntry.id < before_id)
    rows = db.session.scalars(statement.order_by(AuditEntry.id.desc()).limit(limit + 1)).all()
    causes = {
        row.id: row
        for row in db.session.scalars(
            sa.select(AuditEntry).where(
                AuditEntry.id.in_({row.because_id for row in rows if row.because_id is not None})
            )
        )
    }
    names = _names([*rows, *causes.values()])
    return TrailPage(
        entries=tuple(_read(row, causes, names) for row in rows[:limit]),
        has_older=len(rows) > limit,
    )


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.training_session_id is not None:
        conditions.append(AuditEntry.training_session_id == filters.training_session_id)
    if filters.registration_id is not None:
        conditions += [
            AuditEntry.subject_kind == "registration",
            AuditEntry.subject_id == filters.registration_id,
        ]
    if filters.person_id is not None:
        conditions.append(_concerns(sa.select(sa.literal(filters.person_id))))
    if filters.person:
        found = sa.select(Person.id).where(Person.erased_at.is_(None), *named(filters.person))
        conditions.append(_concerns(found))
    if filters.prefixes:
        conditions.append(
            sa.or_(
                *(AuditEntry.action.startswith(one, autoescape=True) for one in filters.prefixes)
            )
        )
    if filters.day is not None:
        begins, ends = (
            datetime.combine(day, clock_time(), find_zone(filters.timezone)).astimezone(UTC)
            for day in (filters.day, filters.day + timedelta(days=1))
        )
        conditions += [AuditEntry.at >= begins, AuditEntry.at < ends]
    return conditions


def _concerns(person_ids: sa.Select[int]) -> sa.ColumnElement[bool]:
    """Return the condition that some people acted, or that it was about them or theirs."""
    account_ids = sa.select(Account.id).where(Account.person_id.in_(person_ids))
    owned = {
        "person": person_ids,
        "account": account_ids,
        "sign_in": sa.select(SignIn.id).where(SignIn.account_id.in_(account_ids)),
        "invitation": sa.select(Invitation.id).where(Invitation.person_id.in_(person_ids)),
        "membership": sa.select(Membership.id).where(Membership.person_id.in_(person_ids)),
        "registration": sa.select(Registration.id).where(Registration.person_id.in_(person_ids)),
    }
    return sa.or_(
        AuditEntry.actor_id.in_(person_ids),
        *(
            sa.and_(AuditEntry.subject_kind == kind, AuditEntry.subject_id.in_(ids))
            for kind, ids in owned.items()
        ),
    )


def _read(row: AuditEntry, causes: Mapping[int, AuditEntry], names: Names) -> ReadEntry:
    cause = causes.get(row.because_id or 0)
    return ReadEntry(
        id=row.id,
        at=row.at,
        action=row.action,
        actor_id=row.actor_id,
        subject=Subject(kind=row.subject_kind, id=row.subject_id),
        training_session_id=row.training_session_id,
        before=row.before or {},
        after=row.after or {},
        names=names,
        cause=_read(cause, {}, names) if cause is not None else None,
    )


def _names(rows: Sequence[AuditEntry]) -> Names:
    """Return the name of everybody and everything that entries speak of."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for subject in _subjects(row):
            wanted[subject.kind].add(subject.id)
    names: dict[Subject, Name] = {}
    for kind, ids in sorted(wanted.items()):
        if kind in NAMED:
            key, statement = NAMED[kind]
            for id_, name, person_id in db.session.execute(statement.where(key.in_(ids))):
                shown = None if name is None else for_display(name)
                names[Subject(kind=kind, id=id_)] = Name(shown, person_id)
    return names


def _subjects(row: AuditEntry) -> Iterable[Subject]:
    yield Subject(kind=row.subject_kind, id=row.subject_id)
    if row.actor_id is not None:
        yield Subject(kind="person", id=row.actor_id)
    if row.training_session_id is not None:
        yield Subject(kind="training_session", id=row.training_session_id)
    for facts in (row.before, row.after):
        for name, value in (facts or {}).items():
            kind = _KIND_OF.get(name, name.removesuffix("_id"))
            if isinstance(value, int) and kind in NAMED:
                yield Subject(kind=kind, id=value)
