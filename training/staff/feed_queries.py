"""The feeds as a whole: who reads them, and which sessions moved without everybody's programs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from training.audit.models import AuditEntry
from training.calendars.models import FeedFetch, FeedToken
from training.calendars.values import FeedKind
from training.db import db
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus
from training.staff.calendar_queries import (
    address_columns,
    address_of,
    readable,
    standing_in,
)
from training.staff.calendar_values import (
    IN_USE,
    ReadAddress,
    ReaderGroup,
    SessionChanges,
    Standing,
    of_readers,
)

#: How far ahead a session is looked at, and how many at most.
AHEAD = timedelta(days=30)
MOST_SESSIONS = 100
#: A program that has not looked since then has no old time of a session: it has none at all.
_MADE_AT = (
    sa.select(sa.func.min(AuditEntry.at))
    .where(
        AuditEntry.subject_kind == "training_session",
        AuditEntry.subject_id == TrainingSession.id,
    )
    .scalar_subquery()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KindHealth:
    """The addresses of one kind of feed."""

    kind: FeedKind
    addresses: int
    last_day: int
    last_week: int
    never: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramHealth:
    """A calendar program that reads feeds."""

    #: Empty: it does not say what it is.
    name: str
    addresses: int
    #: How often it read them in all.
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedSession:
    """A session to come that was moved, cancelled or re-opened, and who has not heard of it."""

    id: int
    title: str
    timezone: str
    status: SessionStatus
    starts_at: datetime
    ends_at: datetime
    rescheduled_at: datetime
    #: Programs that have the old time.
    programs: int
    #: Readers who have.
    readers: dict[ReaderGroup, int]


def kinds(*, now: datetime) -> list[KindHealth]:
    """Return how the addresses of each kind are read, also of a kind that nobody has."""
    fetched = FeedFetch.fetched_at
    rows = db.session.execute(
        readable(
            FeedToken.kind,
            sa.func.count(),
            _number(fetched >= now - timedelta(days=1)),
            _number(fetched >= now - timedelta(days=7)),
            _number(fetched.is_(None)),
        ).group_by(FeedToken.kind)
    )
    found = {
        kind: KindHealth(kind=kind, addresses=addresses, last_day=day, last_week=week, never=never)
        for kind, addresses, day, week, never in rows
    }
    nobody = {"addresses": 0, "last_day": 0, "last_week": 0, "never": 0}
    return [found.get(kind) or KindHealth(kind=kind, **nobody) for kind in FeedKind]


def programs(*, now: datetime) -> list[ProgramHealth]:
    """Return which programs read feeds lately, most addresses first."""
    number = sa.func.count()
    rows = db.session.execute(
        readable(FeedFetch.program, number, sa.func.sum(FeedFetch.count))
        .where(FeedFetch.fetched_at >= now - IN_USE)
        .group_by(FeedFetch.program)
        .order_by(number.desc(), FeedFetch.program)
    )
    return [
        ProgramHealth(name=name, addresses=addresses, count=count)
        for name, addresses, count in rows
    ]


def moved_sessions(*, now: datetime) -> list[MovedSession]:
    """Return the sessions to come whose old time some programs have, in two statements."""
    rescheduled_at = sa.func.max(Meeting.rescheduled_at).label("rescheduled_at")
    moved = db.session.execute(
        sa.select(
            TrainingSession.id,
            TrainingSession.title,
            TrainingSession.timezone,
            TrainingSession.status,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
            TrainingSession.revised_at,
            rescheduled_at,
            _MADE_AT.label("made_at"),
        )
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
        .where(TrainingSession.ends_at > now, TrainingSession.starts_at < now + AHEAD)
        # In the order of an index, so that SQLite reads those to come and no others.
        .group_by(TrainingSession.starts_at, TrainingSession.id)
        .having(rescheduled_at.is_not(None))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
        .limit(MOST_SESSIONS)
    ).all()
    addresses = _addresses([row.id for row in moved])
    found = []
    for row in moved:
        changes = SessionChanges(
            rescheduled_at=row.rescheduled_at,
            revised_at=row.rescheduled_at,
            trainers_revised_at=row.rescheduled_at,
            made_at=row.made_at,
        )
        standings = [(one, one.standing(changes)) for one in addresses[row.id]]
        outdated = sum(standing is Standing.OLD_TIME for _, standing in standings)
        if not outdated:
            continue
        found.append(
            MovedSession(
                id=row.id,
                title=row.title,
                timezone=row.timezone,
                status=row.status,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                rescheduled_at=row.rescheduled_at,
                programs=outdated,
                readers=_readers(standings, now=now),
            )
        )
    return found


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _addresses(session_ids: Sequence[int]) -> dict[int, list[ReadAddress]]:
    found: dict[int, list[ReadAddress]] = defaultdict(list)
    if not session_ids:
        return found
    standing = standing_in(session_ids)
    rows = db.session.execute(
        readable(*address_columns(standing), standing.c.training_session_id, of=standing).where(
            FeedFetch.fetched_at.is_not(None)
        )
    )
    for row in rows:
        found[row.training_session_id].append(address_of(row))
    return found


def _readers(
    standings: Sequence[tuple[ReadAddress, Standing]], *, now: datetime
) -> dict[ReaderGroup, int]:
    numbers = {}
    for group in ReaderGroup:
        readers = of_readers(((one, how) for one, how in standings if one.group is group), now=now)
        if number := sum(how is Standing.OLD_TIME for how in readers.values()):
            numbers[group] = number
    return numbers
