"""Reading the sheet of a meeting."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from training.attendance.models import Attendance, AttendanceMark
from training.attendance.queries.meetings import ListedMeeting
from training.attendance.queries.scopes import contradicts
from training.attendance.values import AttendanceStatus, is_marked
from training.db import db
from training.organizations.models import Organization
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Meeting
from training.text import search_key


class SheetRow(NamedTuple):
    """One person on the sheet."""

    registration_id: int
    name: str
    #: The organization, or an empty text.
    detail: str
    #: None: not marked.
    status: AttendanceStatus | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The sheet of one meeting."""

    meeting: ListedMeeting
    rows: tuple[SheetRow, ...]
    #: The newest mark that these rows show; 0: there is none.
    newest_mark_id: int

    @property
    def marked(self) -> int:
        return sum(row.status is not None for row in self.rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """Two trainers said different things about one person; the newest counts."""

    registration_id: int
    name: str
    #: Who said what counts now, and what that is.
    newest_by: str
    newest: AttendanceStatus
    #: Who said something else before.
    other_by: str
    other: AttendanceStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """How somebody stands whom others marked meanwhile."""

    registration_id: int
    status: AttendanceStatus
    mark_id: int


_ROWS = (
    sa.select(
        Registration.id,
        Registration.name,
        sa.func.coalesce(Organization.name, "").label("detail"),
        Attendance.status,
        Attendance.mark_id,
    )
    .select_from(Meeting)
    .join(Registration, Registration.training_session_id == Meeting.training_session_id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .outerjoin(
        Attendance,
        sa.and_(Attendance.registration_id == Registration.id, Attendance.meeting_id == Meeting.id),
    )
    .where(
        Meeting.id == sa.bindparam("meeting_id"),
        Registration.status == RegistrationStatus.CONFIRMED,
    )
)


_NEWEST, _OTHER = sa.orm.aliased(AttendanceMark), sa.orm.aliased(AttendanceMark)
_NEWEST_BY, _OTHER_BY = sa.orm.aliased(Person), sa.orm.aliased(Person)
_DISAGREEMENTS = (
    sa.select(
        Registration.id.label("registration_id"),
        Registration.name,
        _NEWEST_BY.name.label("newest_by"),
        _NEWEST.status.label("newest"),
        _OTHER_BY.name.label("other_by"),
        _OTHER.status.label("other"),
    )
    .select_from(Attendance)
    .join(_NEWEST, _NEWEST.id == Attendance.mark_id)
    .join(_OTHER, _OTHER.id == Attendance.other_mark_id)
    .join(_NEWEST_BY, _NEWEST_BY.id == _NEWEST.recorded_by)
    .join(_OTHER_BY, _OTHER_BY.id == _OTHER.recorded_by)
    .join(Registration, Registration.id == Attendance.registration_id)
    .where(
        Attendance.meeting_id == sa.bindparam("meeting_id"),
        contradicts(_NEWEST, _OTHER),
        Registration.status == RegistrationStatus.CONFIRMED,
    )
    .order_by(Registration.name, Registration.id)
)

_CHANGES = (
    sa.select(Attendance.registration_id, Attendance.status, Attendance.mark_id)
    .join(AttendanceMark, AttendanceMark.id == Attendance.mark_id)
    .join(Registration, Registration.id == Attendance.registration_id)
    .where(
        Attendance.meeting_id == sa.bindparam("meeting_id"),
        Attendance.mark_id > sa.bindparam("mark_id"),
        AttendanceMark.recorded_by.is_distinct_from(sa.bindparam("person_id")),
        Registration.status == RegistrationStatus.CONFIRMED,
    )
    .order_by(Attendance.registration_id)
)


def sheet_of(meeting: ListedMeeting) -> Sheet:
    """Return everybody who holds a seat, by name, with how they stand."""
    found = db.session.execute(_ROWS, {"meeting_id": meeting.id}).all()
    rows = [
        SheetRow(id_, name, detail, status if is_marked(status) else None)
        for id_, name, detail, status, _mark_id in found
    ]
    rows.sort(key=lambda row: (search_key(row.name), row.registration_id))
    newest = max((row.mark_id for row in found if row.mark_id), default=0)
    return Sheet(meeting=meeting, rows=tuple(rows), newest_mark_id=newest)


def disagreements(meeting_id: int) -> list[Disagreement]:
    """Return of whom two trainers said different things, until one gives way or staff decide."""
    rows = db.session.execute(_DISAGREEMENTS, {"meeting_id": meeting_id})
    return [Disagreement(**row._mapping) for row in rows]  # noqa: SLF001 -- a row as a mapping


def changes_by_others(meeting_id: int, person_id: int, *, since: int) -> list[Change]:
    """Return whom others marked after a mark, and how these people stand.

    :param since: id of that mark.
    """
    bound = {"meeting_id": meeting_id, "person_id": person_id, "mark_id": since}
    rows = db.session.execute(_CHANGES, bound)
    return [Change(**row._mapping) for row in rows]  # noqa: SLF001 -- a row as a mapping
