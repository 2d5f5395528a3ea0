"""Reading a session whole, as its trainers see it: its people, and who came to which meeting."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance.models import Attendance
from training.attendance.queries.scopes import session_within
from training.attendance.values import AttendanceStatus
from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import SessionStatus
from training.text import search_key


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSession:
    """A session, as its trainers' pages show it."""

    id: int
    title: str
    status: SessionStatus
    timezone: str
    starts_at: datetime
    capacity: int | None
    confirmed: int
    offered: int

    @property
    def is_seat_free(self) -> bool:
        return self.capacity is None or self.confirmed + self.offered < self.capacity


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPerson:
    """Somebody of the session, as a trainer sees them: no address, no notes."""

    registration_id: int
    name: str
    #: An empty text: none.
    organization: str
    status: RegistrationStatus
    #: Place in line, from 1; None for who does not wait.
    rank: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPeople:
    """Who has a seat by name, who was offered one and has not answered, and who waits in order."""

    seated: tuple[OwnPerson, ...]
    offered: tuple[OwnPerson, ...]
    waiting: tuple[OwnPerson, ...]


_SESSION = session_within(
    TrainingSession.id,
    TrainingSession.title,
    TrainingSession.status,
    TrainingSession.timezone,
    TrainingSession.starts_at,
    TrainingSession.capacity,
    TrainingSession.confirmed_count.label("confirmed"),
    TrainingSession.offered_count.label("offered"),
)
_PEOPLE = (
    sa.select(
        Registration.id,
        Registration.name,
        sa.func.coalesce(Organization.name, "").label("organization"),
        Registration.status,
    )
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status.in_(
            [
                RegistrationStatus.CONFIRMED,
                RegistrationStatus.OFFERED,
                RegistrationStatus.WAITLISTED,
            ]
        ),
    )
    .order_by(Registration.ticket)
)
_CAME = (
    sa.select(Attendance.registration_id, Attendance.meeting_id, Attendance.status)
    .join(Meeting, Meeting.id == Attendance.meeting_id)
    .where(
        Meeting.training_session_id == sa.bindparam("training_session_id"),
        Attendance.status != AttendanceStatus.CLEARED,
    )
)


def get_own_session(training_session_id: int, person_id: int, scope: Scope) -> OwnSession:
    """Return a session that somebody trains.

    :raise NotFoundError: there is none, or it is not theirs.
    """
    bound = {"training_session_id": training_session_id, "person_id": person_id}
    row = db.session.execute(_SESSION[scope], bound).one_or_none()
    if row is None:
        raise NotFoundError
    return OwnSession(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping


def people_of(training_session_id: int) -> OwnPeople:
    """Return who has a seat in a session, who was offered one, and who waits for one."""
    seated: list[OwnPerson] = []
    offered: list[OwnPerson] = []
    waiting: list[OwnPerson] = []
    of_status = {RegistrationStatus.WAITLISTED: waiting, RegistrationStatus.OFFERED: offered}
    for row in db.session.execute(_PEOPLE, {"training_session_id": training_session_id}):
        is_waiting = row.status is RegistrationStatus.WAITLISTED
        of_status.get(row.status, seated).append(
            OwnPerson(
                registration_id=row.id,
                name=row.name,
                organization=row.organization,
                status=row.status,
                rank=len(waiting) + 1 if is_waiting else None,
            )
        )
    return OwnPeople(
        seated=tuple(_by_name(seated)), offered=tuple(_by_name(offered)), waiting=tuple(waiting)
    )


def attendance_of(training_session_id: int) -> Mapping[int, Mapping[int, AttendanceStatus]]:
    """Return how people stand at the meetings of a session: registration → meeting → status."""
    found: defaultdict[int, dict[int, AttendanceStatus]] = defaultdict(dict)
    for registration_id, meeting_id, status in db.session.execute(
        _CAME, {"training_session_id": training_session_id}
    ):
        found[registration_id][meeting_id] = status
    return dict(found)


def _by_name(people: Sequence[OwnPerson]) -> list[OwnPerson]:
    return sorted(people, key=lambda one: (search_key(one.name), one.registration_id))
