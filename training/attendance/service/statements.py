"""Statements that mark who came. Built once: compiling one costs more than running it."""

from dataclasses import fields
from typing import Any, cast

import sqlalchemy as sa

from training.attendance.models import Attendance, AttendanceMark
from training.attendance.queries import meeting_within
from training.attendance.values import AttendanceStatus, StoredMark
from training.db import INSERT
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Meeting, TrainingSession

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
LOCK = {
    scope: statement.with_for_update(of=[TrainingSession, Meeting], key_share=True)
    for scope, statement in _FOUND.items()
}

_MARKS = cast("sa.Table", AttendanceMark.__table__)
#: What each mark of a batch says for itself, in this order.
OWN = ("registration_id", "status", "source", "nonce", "claimed_at")
#: What is the same for all of them.
SHARED = ("meeting_id", "clock_ahead_seconds", "recorded_at", "recorded_by")


def _listed(dialect: str, name: str) -> sa.Subquery:
    """Return the keys of the list ``:name`` as a table."""
    each = {"sqlite": sa.func.json_each, "postgresql": sa.func.json_array_elements_text}[dialect]
    value = each(sa.bindparam(name, type_=sa.JSON)).table_valued("value").c.value
    return sa.select(sa.cast(value, sa.Integer).label("id")).subquery()


# How many of the session's people are marked stands beside each person that is asked about; whoever
# has no seat is nobody there. Outer joins only, which both databases make in this order: each is
# looked up by a key, where SQLite would otherwise go through the session for one.
def _standing_of(dialect: str) -> sa.Select[Any]:
    of_meeting = sa.and_(
        Attendance.registration_id == Registration.id,
        Attendance.meeting_id == sa.bindparam("meeting_id"),
    )
    is_seated = sa.and_(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status == RegistrationStatus.CONFIRMED,
        sa.not_(Registration.is_placeholder),  # nobody who could come
    )
    is_marked = sa.case((Attendance.status != AttendanceStatus.CLEARED, 1))
    counted = (
        sa.select(sa.func.count(is_marked).label("marked"))
        .select_from(Registration)
        .outerjoin(Attendance, of_meeting)
        .where(is_seated)
        .subquery()
    )
    wanted = _listed(dialect, "registration_ids")
    return (
        sa.select(counted.c.marked, Registration.id, Attendance.status, AttendanceMark.recorded_by)
        .select_from(counted)
        .outerjoin(wanted, sa.true())
        .outerjoin(Registration, sa.and_(Registration.id == wanted.c.id, is_seated))
        .outerjoin(Attendance, of_meeting)
        .outerjoin(AttendanceMark, AttendanceMark.id == Attendance.mark_id)
    )


def _add(dialect: str) -> Any:
    """Return what inserts the marks of the list ``:marks``, but for those whose nonce is known.

    As one list, 200 marks are bound in a fifth of the time that so many rows take.
    """
    each = {"sqlite": sa.func.json_each, "postgresql": sa.func.json_array_elements}[dialect]
    mark = each(sa.bindparam("marks", type_=sa.JSON)).table_valued("value").c.value
    own: list[Any]
    if dialect == "sqlite":  # takes what JSON holds as it is
        own = [
            sa.func.json_extract(mark, sa.literal_column(f"'$[{place}]'"))
            for place in range(len(OWN))
        ]
    else:
        own = [
            sa.cast(mark.op("->>")(sa.literal_column(str(place))), _MARKS.c[name].type)
            for place, name in enumerate(OWN)
        ]
    shared = (sa.bindparam(name, type_=_MARKS.c[name].type) for name in SHARED)
    # SQLite takes ON CONFLICT for a part of the FROM unless something stands between.
    chosen = sa.select(*own, *shared).where(sa.true())
    statement = INSERT[dialect](_MARKS).from_select((*OWN, *SHARED), chosen)
    return statement.on_conflict_do_nothing(index_elements=["nonce"]).returning(
        _MARKS.c.nonce, _MARKS.c.id
    )


STANDING = {dialect: _standing_of(dialect) for dialect in INSERT}
# A nonce that was seen before writes nothing, and is missing from what comes back.
ADD = {dialect: _add(dialect) for dialect in INSERT}
_CURRENT = ("registration_id", "meeting_id", "status", "minutes", "mark_id")


_AUTHOR = _MARKS.alias()
# Whether the mark that is about to be replaced is the actor's. By name: SQLAlchemy would add the
# table to this statement's own FROM, and so read any row.
_IS_BY_ACTOR = (
    sa.select(_AUTHOR.c.recorded_by == sa.bindparam("actor_id"))
    .where(_AUTHOR.c.id == sa.literal_column("attendance.mark_id", sa.Integer))
    .scalar_subquery()
)


def _make_current(dialect: str) -> Any:
    written = _listed(dialect, "mark_ids")
    chosen = sa.select(
        _MARKS.c.registration_id,
        _MARKS.c.meeting_id,
        _MARKS.c.status,
        _MARKS.c.minutes,
        _MARKS.c.id,
    ).where(_MARKS.c.id.in_(sa.select(written.c.id)))
    statement = INSERT[dialect](Attendance.__table__).from_select(_CURRENT, chosen)
    return statement.on_conflict_do_update(
        index_elements=["registration_id", "meeting_id"],
        set_={
            "other_mark_id": sa.case(
                (_IS_BY_ACTOR, Attendance.other_mark_id), else_=Attendance.mark_id
            ),
            **{name: statement.excluded[name] for name in ("status", "minutes", "mark_id")},
        },
    )


MAKE_CURRENT = {dialect: _make_current(dialect) for dialect in INSERT}

_STORED_COLUMNS = tuple(getattr(AttendanceMark, field.name) for field in fields(StoredMark))
SEEN = sa.select(*_STORED_COLUMNS).where(
    AttendanceMark.nonce.in_(sa.bindparam("nonces", expanding=True)),
    AttendanceMark.meeting_id == sa.bindparam("meeting_id"),
)
_HISTORY = (
    sa.select(*_STORED_COLUMNS)
    .where(AttendanceMark.meeting_id == sa.bindparam("meeting_id"))
    .order_by(AttendanceMark.id)
)
HISTORY_OF_PEOPLE = _HISTORY.where(
    AttendanceMark.registration_id.in_(sa.bindparam("registration_ids", expanding=True))
)
_PREFIX = sa.bindparam("prefix", type_=sa.String)
_OF_SAVE = sa.orm.aliased(AttendanceMark)
HISTORY_OF_SAVE = _HISTORY.where(
    AttendanceMark.registration_id.in_(
        sa.select(_OF_SAVE.registration_id).where(
            _OF_SAVE.meeting_id == sa.bindparam("meeting_id"),
            # Not LIKE, to which "_" in a key is any character.
            sa.func.substr(_OF_SAVE.nonce, 1, sa.func.length(_PREFIX)) == _PREFIX,
        )
    )
)
