"""Who of an organization's people came to the last sessions that they had seats in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.attendance.models import Attendance
from training.attendance.rules import has_attended
from training.attendance.values import AttendanceStatus
from training.db import UtcDateTime, db
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.representatives.queries.ours import IS_OURS, registration
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus
from training.text import search_key

_session, _meeting, _attendance = (
    one.__table__.c for one in (TrainingSession, Meeting, Attendance)
)
#: Somebody had a seat; a seat that nobody was named for is nobody's.
_WAS_SEATED = sa.and_(
    IS_OURS,
    registration.status == RegistrationStatus.CONFIRMED,
    sa.not_(registration.is_placeholder),
)
_LAST = (
    sa.select(_session.id)
    .where(
        _session.id.in_(sa.select(registration.training_session_id).where(_WAS_SEATED)),
        _session.status == SessionStatus.PUBLISHED,
        _session.ends_at <= sa.bindparam("now", type_=UtcDateTime()),
    )
    .order_by(_session.ends_at.desc(), _session.id.desc())
    .limit(sa.bindparam("most"))
    .subquery()
)
_ROWS = (
    sa.select(
        _session.id.label("training_session_id"),
        _session.title,
        _session.starts_at,
        _session.ends_at,
        _session.timezone,
        registration.id.label("registration_id"),
        registration.name,
        _attendance.status,
    )
    .select_from(
        sa.join(_LAST, TrainingSession.__table__, _session.id == _LAST.c.id)
        .join(Registration.__table__, registration.training_session_id == _session.id)
        .join(
            Meeting.__table__,
            sa.and_(_meeting.training_session_id == _session.id, _meeting.cancelled_at.is_(None)),
        )
        .outerjoin(
            Attendance.__table__,
            sa.and_(
                _attendance.registration_id == registration.id,
                _attendance.meeting_id == _meeting.id,
                _attendance.status != AttendanceStatus.CLEARED,
            ),
        )
    )
    .where(_WAS_SEATED)
    .order_by(_session.ends_at.desc(), _session.id.desc())
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AttendedSession:
    """A session that is over, and the names of those who had a seat in it, each once."""

    training_session_id: int
    title: str
    starts_at: datetime
    timezone: str
    #: To all its meetings.
    came: tuple[str, ...]
    #: To some of them.
    came_to_some: tuple[str, ...]
    #: Absent or excused, whenever somebody was marked.
    missed: tuple[str, ...]
    #: Nobody marked them.
    unmarked: tuple[str, ...]

    @property
    def people(self) -> int:
        """How many had a seat."""
        return len(self.came) + len(self.came_to_some) + len(self.missed) + len(self.unmarked)


def last_attended(organization_id: int, *, now: datetime, most: int) -> list[AttendedSession]:
    """Return the last sessions that the organization's people had seats in, in one statement."""
    rows_of: defaultdict[int, list[Any]] = defaultdict(list)
    bound = {"organization_id": organization_id, "now": now, "most": most}
    for row in db.session.execute(_ROWS, bound):
        rows_of[row.training_session_id].append(row)
    return [_attended(rows) for rows in rows_of.values()]


def _attended(rows: Sequence[Any]) -> AttendedSession:
    statuses_of: defaultdict[tuple[str, int, str], list[AttendanceStatus | None]]
    statuses_of = defaultdict(list)
    for row in rows:
        statuses_of[search_key(row.name), row.registration_id, row.name].append(row.status)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for (_key, _id, name), statuses in sorted(statuses_of.items(), key=lambda item: item[0]):
        names[_how(statuses)].append(name)
    first = rows[0]
    return AttendedSession(
        training_session_id=first.training_session_id,
        title=first.title,
        starts_at=first.starts_at,
        timezone=first.timezone,
        came=tuple(names["came"]),
        came_to_some=tuple(names["came_to_some"]),
        missed=tuple(names["missed"]),
        unmarked=tuple(names["unmarked"]),
    )


def _how(statuses: Sequence[AttendanceStatus | None]) -> str:
    """Return in which of the lists somebody stands who was marked so, a mark for each meeting."""
    if has_attended(statuses):
        return "came"
    if any(has_attended([status]) for status in statuses):
        return "came_to_some"
    return "missed" if any(statuses) else "unmarked"
