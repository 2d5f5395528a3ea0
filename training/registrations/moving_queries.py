"""Who of a session may move or be cancelled together, where to, and what that leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.db import db
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE_OR_NONE
from training.registrations.models import Registration
from training.registrations.rules import Seats
from training.registrations.values import LIVE, SEATED, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.queries import SessionDetails
from training.sessions.rules import promotes
from training.sessions.values import SessionStatus

#: Sessions that are offered to move people to; whoever looks for a later one moves them twice.
MOST_TARGETS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveRow:
    """Somebody who has or awaits a seat."""

    id: int
    person_id: int
    name: str
    organization_id: int | None
    organization: str | None
    status: RegistrationStatus
    #: Place in line, from 1; None for who does not wait.
    rank: int | None
    #: Waits, and is passed over: the organization is not active.
    is_passed_over: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A session to which people may be moved, with its seats as they were when it was read."""

    id: int
    title: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    seats: Seats

    @property
    def free(self) -> int | None:
        """Seats that somebody who is moved there gets; None: there is no limit."""
        return 0 if self.seats.is_awaited else self.seats.free_for(None)


_LIVE = (
    sa.select(
        Registration.id,
        Registration.person_id,
        Registration.name,
        Registration.organization_id,
        Organization.name.label("organization"),
        Registration.status,
        sa.not_(IS_ACTIVE_OR_NONE).label("is_suspended"),
    )
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(
        Registration.training_session_id == sa.bindparam("training_session_id"),
        Registration.status.in_(LIVE),
    )
    .order_by(Registration.ticket)
)
_IS_AWAITED = (
    sa.select(Registration.id)
    .outerjoin(Organization, Organization.id == Registration.organization_id)
    .where(
        Registration.training_session_id == TrainingSession.id,
        Registration.status == RegistrationStatus.WAITLISTED,
        IS_ACTIVE_OR_NONE,
    )
    .correlate(TrainingSession)
    .exists()
)


def live_rows(training_session_id: int) -> list[LiveRow]:
    """Return who has a seat, then who waits, each in the order of the tickets."""
    seated: list[LiveRow] = []
    waiting: list[LiveRow] = []
    for row in db.session.execute(_LIVE, {"training_session_id": training_session_id}):
        is_waiting = row.status is RegistrationStatus.WAITLISTED
        (waiting if is_waiting else seated).append(
            LiveRow(
                id=row.id,
                person_id=row.person_id,
                name=row.name,
                organization_id=row.organization_id,
                organization=row.organization,
                status=row.status,
                rank=len(waiting) + 1 if is_waiting else None,
                is_passed_over=is_waiting and row.is_suspended,
            )
        )
    return seated + waiting


def targets(training_session: SessionDetails, *, now: datetime) -> list[Target]:
    """Return the sessions to come of the same course or campaign, the course's first.

    Of one that belongs to neither: all to come.
    """
    is_same_course = TrainingSession.course_id == training_session.course_id
    related = [
        column == value
        for column, value in (
            (TrainingSession.course_id, training_session.course_id),
            (TrainingSession.campaign_id, training_session.campaign_id),
        )
        if value is not None
    ]
    found = db.session.execute(
        sa.select(
            TrainingSession.id,
            TrainingSession.title,
            TrainingSession.timezone,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
            TrainingSession.capacity,
            TrainingSession.confirmed_count,
            TrainingSession.offered_count,
            TrainingSession.waitlist_capacity,
            TrainingSession.waitlisted_count,
            _IS_AWAITED.label("is_awaited"),
        )
        .where(
            TrainingSession.status == SessionStatus.PUBLISHED,
            TrainingSession.ends_at > now,
            TrainingSession.id != training_session.id,
            *([sa.or_(*related)] if related else []),
        )
        .order_by(
            sa.case((is_same_course, 0), else_=1), TrainingSession.starts_at, TrainingSession.id
        )
        .limit(MOST_TARGETS)
    )
    return [
        Target(
            id=row.id,
            title=row.title,
            timezone=row.timezone,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            seats=Seats(
                capacity=row.capacity,
                confirmed=row.confirmed_count,
                offered=row.offered_count,
                waitlist_capacity=row.waitlist_capacity,
                waitlisted=row.waitlisted_count,
                is_awaited=row.is_awaited,
            ),
        )
        for row in found
    ]


def registered_among(training_session_id: int, people: Sequence[LiveRow]) -> list[LiveRow]:
    """Return who of these people has or awaits a seat in another session, too."""
    there = set(
        db.session.scalars(
            sa.select(Registration.person_id).where(
                Registration.training_session_id == training_session_id,
                Registration.status.in_(LIVE),
                Registration.person_id.in_([one.person_id for one in people]),
            )
        )
    )
    return [one for one in people if one.person_id in there]


def moving_up(
    training_session: SessionDetails,
    everybody: Sequence[LiveRow],
    leaving: Sequence[LiveRow],
    *,
    now: datetime,
) -> list[LiveRow]:
    """Return who gets a seat here if these people leave, in order."""
    if training_session.seats.capacity is None or not promotes(training_session.clock, now):
        return []
    freed = sum(one.status in SEATED for one in leaving)
    free = training_session.seats.capacity - training_session.held + freed
    gone = {one.id for one in leaving}
    in_line = [
        one
        for one in everybody
        if one.rank is not None and not one.is_passed_over and one.id not in gone
    ]
    return in_line[: max(0, free)] if freed else []
