"""Reading the sheet of a meeting."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from training.attendance.models import Attendance, AttendanceMark
from training.attendance.queries.meetings import ListedMeeting
from training.attendance.queries.scopes import contradicts
from training.attendance.values import AttendanceStatus
from training.db import core
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
    #: The mark that counts, even one that was taken back.
    mark_id: int | None = None
    #: The newest mark of somebody else, which it may contradict.
    other_mark_id: int | None = None
    #: Nobody yet: an organization names somebody before the session starts.
    is_placeholder: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The sheet of one meeting."""

    meeting: ListedMeeting
    rows: tuple[SheetRow, ...]
    #: Seats that nobody is named for yet; nobody can be marked there.
    to_be_named: tuple[SheetRow, ...] = ()

    @property
    def marked(self) -> int:
        return sum(row.status is not None for row in self.rows)

    @property
    def newest_mark_id(self) -> int:
        """The newest mark that these rows show; 0: there is none."""
        return max((row.mark_id or 0 for row in self.rows), default=0)

    @property
    def may_have_disagreements(self) -> bool:
        """Whether anybody was marked by two people."""
        return any(row.other_mark_id for row in self.rows)


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


# Each row as SheetRow has it; in the order in which they are made, because the database knows no
# order of names that is the same on both.
_ROWS = (
    sa.select(
        Registration.id,
        Registration.name,
        sa.func.coalesce(Organization.name, ""),
        sa.case((Attendance.status != AttendanceStatus.CLEARED, Attendance.status)),
        Attendance.mark_id,
        Attendance.other_mark_id,
        Registration.is_placeholder,
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
    .order_by(Registration.id)
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
    found = map(SheetRow._make, core().execute(_ROWS, {"meeting_id": meeting.id}).all())
    rows = sorted(found, key=lambda row: search_key(row.name))
    return Sheet(
        meeting=meeting,
        rows=tuple(row for row in rows if not row.is_placeholder),
        to_be_named=tuple(row for row in rows if row.is_placeholder),
    )


def disagreements(meeting_id: int) -> list[Disagreement]:
    """Return of whom two trainers said different things, until one gives way or staff decide."""
    rows = core().execute(_DISAGREEMENTS, {"meeting_id": meeting_id})
    return [Disagreement(**row._mapping) for row in rows]  # noqa: SLF001 -- a row as a mapping


def changes_by_others(meeting_id: int, person_id: int, *, since: int) -> list[Change]:
    """Return whom others marked after a mark, and how these people stand.

    :param since: id of that mark.
    """
    bound = {"meeting_id": meeting_id, "person_id": person_id, "mark_id": since}
    rows = core().execute(_CHANGES, bound)
    return [Change(**row._mapping) for row in rows]  # noqa: SLF001 -- a row as a mapping
