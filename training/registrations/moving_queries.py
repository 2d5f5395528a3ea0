"""Who of a session may move or be cancelled together, where to, and what that leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.db import db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE_OR_NONE
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.rules import choose
from training.registrations.seats.books import VOUCHED_ORGANIZATION
from training.registrations.values import LIVE, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.queries import SEATS, SessionDetails, get_session
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
    #: Of which somebody vouched that they are with it.
    organization_id: int | None
    organization: str | None
    status: RegistrationStatus
    #: Place in line, from 1; None for who does not wait.
    rank: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A session to which people may be moved, with its seats as they were when it was read."""

    id: int
    title: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    campaign_id: int | None
    #: Seats that nobody waits for and nobody holds; None: there is no limit.
    free: int | None


_LIVE = (
    sa.select(
        Registration.id,
        Registration.person_id,
        Registration.name,
        VOUCHED_ORGANIZATION.label("organization_id"),
        Organization.name.label("organization"),
        Registration.status,
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
    """Return who has a seat or asked for one, then who waits, each by their tickets."""
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
            TrainingSession.campaign_id,
            SEATS,
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
            campaign_id=row.campaign_id,
            free=0 if row.is_awaited else _unheld(row.seats),
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
    """Return who gets a seat here, or is offered one, if these people leave, in order."""
    if not promotes(training_session.clock, now) or all(
        one.status is RegistrationStatus.REQUESTED for one in leaving
    ):
        return []
    there = seats.seen(training_session.id, now=now)
    for one in leaving:
        there = there.without(one.status, one.organization_id)
    gone = {one.id for one in leaving}
    waiting = [one for one in there.waiting if one.registration_id not in gone]
    row_of = {one.id: one for one in everybody}
    return [row_of[one.registration_id] for one in choose(there, waiting).chosen]


def moving_up_after(registration_id: int, *, now: datetime) -> list[LiveRow]:
    """Return who gets a seat, or is offered one, if somebody gives up theirs.

    :raise NotFoundError: there is no such registration.
    """
    training_session_id = db.session.scalar(
        sa.select(Registration.training_session_id).where(Registration.id == registration_id)
    )
    if training_session_id is None:
        raise NotFoundError
    people = live_rows(training_session_id)
    return moving_up(
        get_session(training_session_id, now=now),
        people,
        [one for one in people if one.id == registration_id],
        now=now,
    )


def _unheld(counts: Any) -> int | None:
    if counts.capacity is None:
        return None
    return max(0, int(counts.capacity - counts.confirmed - counts.offered - counts.kept))
