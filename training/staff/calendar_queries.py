"""Who reads feeds in which sessions stand, and what their programs know of one session."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.calendars.models import FeedFetch, FeedToken
from training.calendars.service.tokens import MAY_READ
from training.calendars.values import FeedKind
from training.db import UtcDateTime, db
from training.errors import NotFoundError
from training.notifications.models import Message
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import LIVE, CancelledBecause, Claim
from training.sessions.models import Assignment, Meeting, TrainingSession
from training.staff.calendar_values import (
    SETTLED,
    WROTE,
    GroupHealth,
    ReadAddress,
    ReaderGroup,
    SessionCalendars,
    SessionChanges,
    Standing,
    Subscriber,
    of_readers,
)

#: Acts that raise the revision of a session by one; those of others say what it is.
_RAISING = frozenset({"session.publish", "session.cancel", "session.reopen"})

_NO_TIME = sa.type_coerce(sa.cast(sa.null(), sa.DateTime), UtcDateTime())
#: Of a registration: in its session, or until the session was called off.
IS_CONCERNED = sa.or_(
    Registration.status.in_(LIVE), Registration.cancelled_because == CancelledBecause.SESSION
)
#: Who only says that they are with an organization is not one of its people.
_IS_THEIRS = sa.and_(
    Registration.organization_id.is_not(None), Registration.claim != Claim.STATED, IS_CONCERNED
)


def standing_in(session_ids: Sequence[int]) -> sa.Subquery:
    """Return each address with each of some sessions in its feed, may it be read or not.

    Found from the sessions: their people are few beside all that subscribe.
    """
    theirs = (
        sa.select(
            Registration.organization_id,
            Registration.training_session_id,
            sa.func.min(Registration.registered_at).label("since"),
        )
        .where(Registration.training_session_id.in_(session_ids), _IS_THEIRS)
        .group_by(Registration.organization_id, Registration.training_session_id)
        .subquery()
    )
    return sa.union_all(
        sa.select(
            FeedToken.id.label("feed_id"),
            Assignment.training_session_id.label("training_session_id"),
            _NO_TIME.label("since"),
            _NO_TIME.label("own_revised_at"),
        )
        .join_from(Assignment, FeedToken, FeedToken.owner_id == Assignment.person_id)
        .where(Assignment.training_session_id.in_(session_ids), FeedToken.kind == FeedKind.TRAINER),
        sa.select(
            FeedToken.id,
            Registration.training_session_id,
            sa.func.max(Registration.registered_at),
            sa.func.max(Registration.revised_at),
        )
        .join_from(Registration, FeedToken, FeedToken.owner_id == Registration.person_id)
        .where(
            Registration.training_session_id.in_(session_ids),
            IS_CONCERNED,
            FeedToken.kind == FeedKind.PERSON,
        )
        .group_by(FeedToken.id, Registration.training_session_id),
        sa.select(FeedToken.id, theirs.c.training_session_id, theirs.c.since, _NO_TIME)
        .join_from(theirs, FeedToken, FeedToken.organization_id == theirs.c.organization_id)
        .where(FeedToken.kind == FeedKind.ORGANIZATION),
        sa.select(FeedToken.id, TrainingSession.id, _NO_TIME, _NO_TIME)
        .join_from(Account, FeedToken, FeedToken.owner_id == Account.person_id)
        .join(TrainingSession, TrainingSession.id.in_(session_ids))
        .where(Account.staff_role.is_not(None), FeedToken.kind == FeedKind.STAFF),
    ).subquery("standing_in")


def readable(*columns: Any, of: sa.Subquery | None = None) -> sa.Select[Any]:
    """Return the statement for addresses that their owners may read now.

    :param of: only those that stand there, by ``feed_id``.
    """
    statement = sa.select(*columns)
    if of is None:
        statement = statement.select_from(FeedToken)
    else:
        statement = statement.select_from(of).join(FeedToken, FeedToken.id == of.c.feed_id)
    return (
        statement.join(Person, Person.id == FeedToken.owner_id)
        .outerjoin(Account, Account.person_id == FeedToken.owner_id)
        .outerjoin(Organization, Organization.id == FeedToken.organization_id)
        .outerjoin(FeedFetch, FeedFetch.feed_token_id == FeedToken.id)
        .where(MAY_READ)
    )


def address_of(row: Any) -> ReadAddress:
    """Return the address of a row that was selected with :func:`address_columns`."""
    return ReadAddress(
        id=row.id,
        kind=row.kind,
        owner_id=row.owner_id,
        organization_id=row.organization_id,
        fetched_at=row.fetched_at,
        since=row.since,
        own_revised_at=row.own_revised_at,
    )


def address_columns(of: sa.Subquery) -> tuple[Any, ...]:
    """Return what :func:`address_of` reads."""
    return (
        FeedToken.id,
        FeedToken.kind,
        FeedToken.owner_id,
        FeedToken.organization_id,
        FeedFetch.fetched_at,
        of.c.since,
        of.c.own_revised_at,
    )


def session_calendars(training_session_id: int, *, now: datetime) -> SessionCalendars:
    """Return what everybody's calendars know of a session, in five statements.

    :raise NotFoundError: there is no such session.
    """
    found = db.session.execute(
        sa.select(
            TrainingSession.id,
            TrainingSession.title,
            TrainingSession.status,
            TrainingSession.timezone,
            TrainingSession.revision,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
            TrainingSession.revised_at,
            sa.func.max(Meeting.rescheduled_at).label("rescheduled_at"),
            sa.func.max(Meeting.revised_at).label("meetings_revised_at"),
        )
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
        .where(TrainingSession.id == training_session_id)
        .group_by(TrainingSession.id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    revisions, written = _history(training_session_id, found.rescheduled_at)
    changes = SessionChanges(
        rescheduled_at=found.rescheduled_at,
        revised_at=found.meetings_revised_at,
        trainers_revised_at=found.revised_at,
        made_at=revisions[0][0] if revisions else None,
    )
    subscribers = _subscribers(
        training_session_id,
        changes,
        [*revisions, (max(changes.revised_at, found.revised_at), found.revision)],
        _told(written),
    )
    totals = _totals(training_session_id)
    return SessionCalendars(
        id=found.id,
        title=found.title,
        status=found.status,
        timezone=found.timezone,
        revision=found.revision,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        changes=changes,
        groups=tuple(
            _group(group, totals[group], subscribers.get(group, []), now) for group in ReaderGroup
        ),
    )


def _history(
    training_session_id: int, rescheduled_at: datetime | None
) -> tuple[list[tuple[datetime, int]], dict[int, datetime]]:
    """Return when a session got which revision, and which acts wrote to people of its time when."""
    revisions: list[tuple[datetime, int]] = []
    written: dict[int, datetime] = {}
    revision = 0
    rows = db.session.execute(
        sa.select(AuditEntry.id, AuditEntry.at, AuditEntry.action, AuditEntry.after)
        .where(
            AuditEntry.subject_kind == "training_session",
            AuditEntry.subject_id == training_session_id,
        )
        .order_by(AuditEntry.id)
    )
    for entry_id, at, action, after in rows:
        facts = after or {}
        if action == WROTE:
            if rescheduled_at and facts.get("rescheduled_at") == rescheduled_at.isoformat():
                written[entry_id] = at
            continue
        raised = revision + 1 if action in _RAISING else facts.get("revision", revision)
        if raised != revision or not revisions:
            revision = raised
            revisions.append((at, revision))
    return revisions, written


def _told(written: Mapping[int, datetime]) -> dict[int, datetime]:
    """Return whom staff wrote to by some acts, and when last."""
    rows = db.session.execute(
        sa.select(Message.recipient_id, sa.func.max(Message.audit_entry_id))
        .where(Message.audit_entry_id.in_(list(written)))
        .group_by(Message.recipient_id)
    )
    return {recipient_id: written[entry_id] for recipient_id, entry_id in rows if entry_id}


def _subscribers(
    training_session_id: int,
    changes: SessionChanges,
    revisions: Sequence[tuple[datetime, int]],
    told: Mapping[int, datetime],
) -> dict[ReaderGroup, list[Subscriber]]:
    standing_here = standing_in([training_session_id])
    rows = db.session.execute(
        readable(
            *address_columns(standing_here),
            FeedToken.name.label("feed_name"),
            Person.name,
            Person.email,
            Organization.name.label("organization"),
            FeedFetch.program,
            FeedFetch.count.label("times"),
            of=standing_here,
        ).order_by(Organization.name, Person.search_key, FeedToken.id)
    )
    found: dict[ReaderGroup, list[Subscriber]] = defaultdict(list)
    for row in rows:
        address = address_of(row)
        standing = address.standing(changes)
        found[address.group].append(
            Subscriber(
                address=address,
                standing=standing,
                name=row.name,
                email=row.email,
                organization=row.organization,
                feed_name=row.feed_name,
                program=row.program or "",
                count=row.times or 0,
                revision=_seen(address, standing, revisions),
                told_at=told.get(address.owner_id),
            )
        )
    return found


def _seen(
    address: ReadAddress, standing: Standing, revisions: Sequence[tuple[datetime, int]]
) -> int | None:
    """Return the revision that a program saw last.

    One that knows all has the last, also if that changed nothing in calendars.
    """
    if standing is Standing.CURRENT:
        return revisions[-1][1]
    if address.fetched_at is None or standing is Standing.MISSING:
        return None
    limit = address.fetched_at - SETTLED
    return max((revision for at, revision in revisions if at <= limit), default=None)


def _totals(training_session_id: int) -> dict[ReaderGroup, int]:
    """Return how many could read: who trains, who comes, whose people come, and staff."""
    is_here = Registration.training_session_id == training_session_id
    row = db.session.execute(
        sa.select(
            sa.select(sa.func.count())
            .select_from(Assignment)
            .join(Person, Person.id == Assignment.person_id)
            .where(
                Assignment.training_session_id == training_session_id, Person.erased_at.is_(None)
            )
            .scalar_subquery(),
            sa.select(sa.func.count(Registration.person_id.distinct()))
            .join(Person, Person.id == Registration.person_id)
            .where(is_here, IS_CONCERNED, Person.erased_at.is_(None))
            .scalar_subquery(),
            sa.select(sa.func.count(Registration.organization_id.distinct()))
            .where(is_here, _IS_THEIRS)
            .scalar_subquery(),
            sa.select(sa.func.count())
            .select_from(Account)
            .join(Person, Person.id == Account.person_id)
            .where(
                Account.staff_role.is_not(None),
                Account.disabled_at.is_(None),
                Person.erased_at.is_(None),
            )
            .scalar_subquery(),
        )
    ).one()
    return dict(zip(ReaderGroup, row, strict=True))


def _group(
    group: ReaderGroup, total: int, subscribers: Sequence[Subscriber], now: datetime
) -> GroupHealth:
    order = {standing: number for number, standing in enumerate(Standing)}
    return GroupHealth(
        group=group,
        total=total,
        subscribers=tuple(sorted(subscribers, key=lambda one: order[one.standing])),
        readers=of_readers(((one.address, one.standing) for one in subscribers), now=now),
    )
