"""Marking who came: append-only marks, and the current status they add up to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance import rules
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.queries import MARKED, meeting_within
from training.attendance.rules import MeetingState, last_by_registration, tally
from training.attendance.values import (
    Claim,
    Mark,
    MarkSource,
    Recorded,
    Standing,
    StoredMark,
    TakeBack,
)
from training.audit.trail import Act, record_act
from training.db import INSERT, db
from training.errors import NotFoundError
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Meeting, TrainingSession

# Statements are built once: compiling one costs more than running it.

_FOUND = meeting_within(
    Meeting.training_session_id,
    TrainingSession.confirmed_count.label("confirmed"),
    TrainingSession.status.label("session_status"),
    Meeting.cancelled_at,
    Meeting.starts_at,
    Meeting.ends_at,
)
# Locks the session's row first, as whoever changes its seats does: two trainers' batches that lock
# the same rows in another order would end in a deadlock. Not by lock_training_session, whose
# UPDATE would make every page about the session new with each mark. The meeting is locked for its
# values only: what waited on PostgreSQL reads of a locked row what was committed meanwhile, and of
# others what was before. SQLite locks nothing here: its transaction is the only one that writes.
_LOCK = {
    scope: statement.with_for_update(of=[TrainingSession, Meeting], key_share=True)
    for scope, statement in _FOUND.items()
}

_COUNTED = sa.select(MARKED.label("marked")).subquery()
# A row for each person, or one with nobody in it: the count is there in any case.
_STANDING = (
    sa.select(_COUNTED.c.marked, Registration.id, Attendance.status, AttendanceMark.recorded_by)
    .select_from(_COUNTED)
    .outerjoin(
        Registration,
        sa.and_(
            Registration.training_session_id == sa.bindparam("training_session_id"),
            Registration.id.in_(sa.bindparam("registration_ids", expanding=True)),
            Registration.status == RegistrationStatus.CONFIRMED,
        ),
    )
    .outerjoin(
        Attendance,
        sa.and_(
            Attendance.registration_id == Registration.id,
            Attendance.meeting_id == sa.bindparam("meeting_id"),
        ),
    )
    .outerjoin(AttendanceMark, AttendanceMark.id == Attendance.mark_id)
)

_MARKS = cast("sa.Table", AttendanceMark.__table__)
# A nonce that was seen before writes nothing, and is missing from what comes back.
_INSERT = {
    name: insert(_MARKS)
    .on_conflict_do_nothing(index_elements=["nonce"])
    .returning(_MARKS.c.nonce, _MARKS.c.id)
    for name, insert in INSERT.items()
}
_CURRENT = ("registration_id", "meeting_id", "status", "minutes", "mark_id")


_AUTHOR = _MARKS.alias()
# Whether the mark that is about to be replaced is the actor's. By name: SQLAlchemy would add the
# table to this statement's own FROM, and so read any row.
_IS_BY_ACTOR = (
    sa.select(_AUTHOR.c.recorded_by == sa.bindparam("actor_id"))
    .where(_AUTHOR.c.id == sa.literal_column("attendance.mark_id", sa.Integer))
    .scalar_subquery()
)


def _make_current(insert: Any) -> Any:
    chosen = sa.select(
        _MARKS.c.registration_id,
        _MARKS.c.meeting_id,
        _MARKS.c.status,
        _MARKS.c.minutes,
        _MARKS.c.id,
    ).where(_MARKS.c.id.in_(sa.bindparam("mark_ids", expanding=True)))
    statement = insert(Attendance.__table__).from_select(_CURRENT, chosen)
    return statement.on_conflict_do_update(
        index_elements=["registration_id", "meeting_id"],
        set_={
            "other_mark_id": sa.case(
                (_IS_BY_ACTOR, Attendance.other_mark_id), else_=Attendance.mark_id
            ),
            **{name: statement.excluded[name] for name in ("status", "minutes", "mark_id")},
        },
    )


_MAKE_CURRENT = {name: _make_current(insert) for name, insert in INSERT.items()}

_STORED_COLUMNS = tuple(getattr(AttendanceMark, field.name) for field in fields(StoredMark))
_SEEN = sa.select(*_STORED_COLUMNS).where(
    AttendanceMark.nonce.in_(sa.bindparam("nonces", expanding=True)),
    AttendanceMark.meeting_id == sa.bindparam("meeting_id"),
)
_HISTORY = (
    sa.select(*_STORED_COLUMNS)
    .where(AttendanceMark.meeting_id == sa.bindparam("meeting_id"))
    .order_by(AttendanceMark.id)
)
_HISTORY_OF_PEOPLE = _HISTORY.where(
    AttendanceMark.registration_id.in_(sa.bindparam("registration_ids", expanding=True))
)
_PREFIX = sa.bindparam("prefix", type_=sa.String)
_OF_SAVE = sa.orm.aliased(AttendanceMark)
_HISTORY_OF_SAVE = _HISTORY.where(
    AttendanceMark.registration_id.in_(
        sa.select(_OF_SAVE.registration_id).where(
            _OF_SAVE.meeting_id == sa.bindparam("meeting_id"),
            # Not LIKE, to which "_" in a key is any character.
            sa.func.substr(_OF_SAVE.nonce, 1, sa.func.length(_PREFIX)) == _PREFIX,
        )
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Locked:
    """A meeting that may be marked now, and whose session is locked."""

    id: int
    training_session_id: int
    #: How many hold a seat.
    confirmed: int


def record_marks(
    meeting_id: int,
    claims: Sequence[Claim],
    *,
    source: MarkSource,
    actor_id: int,
    scope: Scope,
    sent_at: datetime | None = None,
    now: datetime,
) -> Recorded:
    """Keep every mark of a batch that can be kept, and say of each what became of it.

    Of two who mark the same person, the one whose batch is written last is believed; both marks
    stay. A mark that comes a second time changes nothing, and is told from a new one. What is only
    for the unmarked, or takes a mark back, leaves whoever was marked meanwhile.

    :param sent_at: what the sender's clock shows; kept beside what it claims, and not believed.
    :param now: aware; the only time that decides anything.
    :raise NotFoundError: there is no such meeting, or it is not theirs to mark.
    :raise ConflictError: the meeting cannot be marked now; see ``attendance.errors``.
    """
    locked = _lock(meeting_id, actor_id=actor_id, scope=scope, now=now)
    marks = rules.resolve(claims, _history_to_undo(meeting_id, claims), actor_id=actor_id)
    wanted = {mark.registration_id for mark in marks if isinstance(mark, Mark)}
    marked, standing_of = _standing(locked, wanted)
    judged = rules.judge(marks, standing_of)
    to_write = list(judged.to_write.values())
    rows = [
        {
            "registration_id": mark.registration_id,
            "meeting_id": meeting_id,
            "status": mark.status,
            "source": rules.source_of(
                standing_of[mark.registration_id],
                source,
                actor_id=actor_id,
                is_staff=scope is Scope.ALL,
            ),
            "nonce": mark.nonce,
            "claimed_at": mark.claimed_at,
            "clock_ahead_seconds": rules.clock_ahead_seconds(sent_at, now=now),
            "recorded_at": now,
            "recorded_by": actor_id,
        }
        for mark in to_write
    ]
    written = _write(rows)
    unwritten = [
        mark.nonce for mark in marks if isinstance(mark, Mark) and mark.nonce not in written
    ]
    results = rules.settle(
        judged,
        marks,
        written=written,
        stored=_seen_before(meeting_id, unwritten),
        standing_of=standing_of,
    )
    saved = [mark for mark in to_write if mark.nonce in written]
    if saved:
        mark_ids = [written[mark.nonce] for mark in last_by_registration(saved).values()]
        db.session.execute(
            _MAKE_CURRENT[db.engine.dialect.name], {"mark_ids": mark_ids, "actor_id": actor_id}
        )
        counted = tally(saved, standing_of, actor_id=actor_id)
        marked += counted.newly_marked
        record_act(
            Act(
                action="attendance.mark",
                subject_kind="meeting",
                subject_id=meeting_id,
                training_session_id=locked.training_session_id,
                after={
                    "marks": len(saved),
                    **{str(status): n for status, n in counted.by_status.items()},
                    "disagreed": counted.disagreed,
                    "marked": marked,
                    "total": locked.confirmed,
                },
            ),
            actor_id=actor_id,
            now=now,
        )
    return Recorded(results=results, marked=marked, total=locked.confirmed)


def take_back(
    meeting_id: int, save: str, *, actor_id: int, scope: Scope, now: datetime
) -> Recorded:
    """Put everybody back where they stood before one save of a sheet.

    That is a mark too: nothing is deleted. Whoever was marked again since keeps the newer mark.

    :param save: the beginning of the nonces of that save's marks.
    :raise NotFoundError: as :func:`record_marks`; :raise ConflictError: likewise.
    """
    _lock(meeting_id, actor_id=actor_id, scope=scope, now=now)
    bound = {"meeting_id": meeting_id, "prefix": f"{save}."}
    history = _stored(_HISTORY_OF_SAVE, bound)
    of_save = {
        mark.id
        for mark in history
        if mark.nonce.startswith(f"{save}.") and mark.recorded_by == actor_id
    }
    return record_marks(
        meeting_id,
        [
            Mark(
                registration_id=registration_id,
                status=status,
                nonce=f"undo.{save}.{registration_id}",
            )
            for registration_id, status in rules.taken_back(history, of_save=of_save).items()
        ],
        source=MarkSource.TRAINER,
        actor_id=actor_id,
        scope=scope,
        now=now,
    )


def _lock(meeting_id: int, *, actor_id: int, scope: Scope, now: datetime) -> _Locked:
    row = db.session.execute(
        _LOCK[scope], {"meeting_id": meeting_id, "person_id": actor_id}
    ).one_or_none()
    if row is None:
        raise NotFoundError
    state = MeetingState(
        session_status=row.session_status,
        cancelled_at=row.cancelled_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
    if refusal := rules.why_not(state, is_staff=scope is Scope.ALL, now=now):
        raise refusal
    return _Locked(
        id=meeting_id, training_session_id=row.training_session_id, confirmed=row.confirmed
    )


def _standing(
    locked: _Locked, registration_ids: Collection[int]
) -> tuple[int, dict[int, Standing]]:
    """Return how many have a mark, and how those named who hold a seat stand."""
    rows = db.session.execute(
        _STANDING,
        {
            "meeting_id": locked.id,
            "training_session_id": locked.training_session_id,
            "registration_ids": sorted(registration_ids),
        },
    ).all()
    return rows[0].marked, {
        id_: Standing(status=status, recorded_by=recorded_by)
        for _, id_, status, recorded_by in rows
        if id_ is not None
    }


def _write(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert the marks whose nonce is new; returns their ids by nonce."""
    if not rows:
        return {}
    written = db.session.execute(_INSERT[db.engine.dialect.name], rows)
    return dict(written.all())


def _seen_before(meeting_id: int, nonces: Sequence[str]) -> Mapping[str, StoredMark]:
    if not nonces:
        return {}
    found = _stored(_SEEN, {"meeting_id": meeting_id, "nonces": list(nonces)})
    return {mark.nonce: mark for mark in found}


def _history_to_undo(meeting_id: int, claims: Sequence[Claim]) -> list[StoredMark]:
    """Return all marks of whoever is to be put back where they stood."""
    people = {claim.registration_id for claim in claims if isinstance(claim, TakeBack)}
    if not people:
        return []
    bound = {"meeting_id": meeting_id, "registration_ids": sorted(people)}
    return _stored(_HISTORY_OF_PEOPLE, bound)


def _stored(statement: sa.Select[Any], bound: Mapping[str, Any]) -> list[StoredMark]:
    return [
        StoredMark(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping
        for row in db.session.execute(statement, bound)
    ]
