"""What pages show of one session, and what its form offers, in as few statements as it takes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Bundle

from training.accounts.models import Account
from training.campaigns.models import Campaign
from training.clock import Fold, find_zone, utc_to_wall
from training.db import db
from training.errors import NotFoundError
from training.people.models import Person
from training.sessions.models import Assignment, Course, Meeting, Room, TrainingSession, Venue
from training.sessions.rules import availability
from training.sessions.values import (
    Audience,
    Availability,
    Delivery,
    MeetingPlan,
    SeatCounts,
    SessionClock,
    SessionPlan,
    SessionStatus,
)
from training.text import joined

#: So long before it is decided whether a session takes place, staff are reminded of it.
PRESSING = timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trainer:
    """Somebody who trains."""

    person_id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedMeeting:
    """A meeting as staff see it."""

    id: int
    wall_start: datetime
    start_fold: int
    wall_end: datetime
    end_fold: int
    timezone: str
    starts_at: datetime
    ends_at: datetime
    venue: str | None
    room: str | None
    join_url: str | None
    is_cancelled: bool

    @property
    def place(self) -> str:
        """Where it takes place, in one line."""
        return joined(self.room, self.venue)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Whether a session takes place, which is still to be decided."""

    #: So many people are needed.
    minimum: int
    confirmed: int
    decide_at: datetime

    @property
    def missing(self) -> int:
        return max(0, self.minimum - self.confirmed)

    def is_pressing(self, now: datetime) -> bool:
        """Tell whether people are missing and it is to be decided soon, or should have been."""
        return self.missing > 0 and self.decide_at - now <= PRESSING


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionDetails:
    """Everything that staff planned for one session, with its seats as they are."""

    id: int
    title: str
    description: str
    for_whom: str
    accessibility: str
    language: str
    delivery: Delivery
    audience: Audience
    timezone: str
    course_id: int | None
    course: str | None
    campaign_id: int | None
    campaign: str | None
    registration_opens: datetime | None
    registration_closes: datetime | None
    #: The series that it was planned with.
    series_id: int | None
    revision: int
    overbooked_by: int
    #: Whether it stands in public lists, and has a page for everybody.
    is_listed: bool
    clock: SessionClock
    seats: SeatCounts
    meetings: tuple[PlannedMeeting, ...]
    trainers: tuple[Trainer, ...]
    availability: Availability
    #: Whether it takes place; None: it does, or does not, for certain.
    decision: Decision | None

    @property
    def status(self) -> SessionStatus:
        return self.clock.status

    @property
    def held(self) -> int:
        """How many hold a seat."""
        return self.seats.confirmed + self.seats.offered

    @property
    def live(self) -> int:
        """How many hold a seat or wait for one."""
        return self.held + self.seats.waitlisted

    @property
    def plan(self) -> SessionPlan:
        """What a form starts from: the plan as it is stored."""
        return SessionPlan(
            title=self.title,
            description=self.description,
            language=self.language,
            delivery=self.delivery,
            audience=self.audience,
            timezone=self.timezone,
            meetings=tuple(
                _planned(meeting, self.timezone)
                for meeting in self.meetings
                # Of a cancelled session every one is: then it is as it was planned.
                if not meeting.is_cancelled or self.status is SessionStatus.CANCELLED
            ),
            course_id=self.course_id,
            campaign_id=self.campaign_id,
            registration_opens=self.registration_opens,
            registration_closes=self.registration_closes,
            registration_paused=self.clock.registration_paused,
            trainer_ids=tuple(trainer.person_id for trainer in self.trainers),
            for_whom=self.for_whom,
            accessibility=self.accessibility,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the form of a session offers to choose from: keys and names."""

    courses: tuple[tuple[int, str], ...]
    campaigns: tuple[tuple[int, str], ...]
    trainers: tuple[Trainer, ...]
    venues: tuple[str, ...]
    #: Name of a room, and of the venue that it is in.
    rooms: tuple[tuple[str, str], ...]


#: What a session's state follows from, as parts of a row.
CLOCK: Bundle[Any] = Bundle(
    "clock", *(getattr(TrainingSession, name) for name in SessionClock.__dataclass_fields__)
)
SEATS: Bundle[Any] = Bundle(
    "seats",
    TrainingSession.capacity,
    TrainingSession.waitlist_capacity,
    TrainingSession.confirmed_count.label("confirmed"),
    TrainingSession.offered_count.label("offered"),
    TrainingSession.waitlisted_count.label("waitlisted"),
    TrainingSession.kept_count.label("kept"),
)


#: What follows from it, ``decision_of`` says.
MINIMUM: Bundle[Any] = Bundle(
    "going", TrainingSession.minimum, TrainingSession.decide_at, TrainingSession.settled_at
)


def decision_of(row: Any, now: datetime) -> Decision | None:
    """Return what is to be decided of a row that was selected with ``CLOCK, SEATS, MINIMUM``."""
    return decision_about(row.clock, row.seats, row.going, now)


def decision_about(
    clock: SessionClock, seats: SeatCounts, going: Sequence[Any], now: datetime
) -> Decision | None:
    """Return what is to be decided about a session; None where nothing is.

    :param going: how many people it needs, by when that is decided, and when it was.
    """
    minimum, decide_at, settled_at = going
    is_ahead = clock.status is SessionStatus.PUBLISHED and now < clock.starts_at
    if minimum is None or decide_at is None or settled_at is not None or not is_ahead:
        return None
    return Decision(minimum=minimum, confirmed=seats.confirmed, decide_at=decide_at)


def clock_and_seats(row: Any) -> tuple[SessionClock, SeatCounts]:
    """Return the two values of a row that was selected with ``CLOCK`` and ``SEATS``."""
    # A row's public name for its values as a mapping has an underscore.
    return SessionClock(**row.clock._mapping), SeatCounts(**row.seats._mapping)  # noqa: SLF001


def trainers_of(training_session_ids: Sequence[int]) -> dict[int, list[Trainer]]:
    """Return who trains in each session, by name."""
    found = db.session.execute(
        sa.select(Assignment.training_session_id, Person.id, Person.name)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.training_session_id.in_(training_session_ids))
        .order_by(Person.name, Person.id)
    )
    trainers: dict[int, list[Trainer]] = defaultdict(list)
    for training_session_id, person_id, name in found:
        trainers[training_session_id].append(Trainer(person_id=person_id, name=name))
    return trainers


_DETAILS = (
    sa.select(
        *(
            getattr(TrainingSession, name)
            for name in (
                "id",
                "title",
                "description",
                "for_whom",
                "accessibility",
                "language",
                "delivery",
                "audience",
                "timezone",
                "course_id",
                "campaign_id",
                "registration_opens",
                "registration_closes",
                "series_id",
                "revision",
                "overbooked_by",
            )
        ),
        TrainingSession.is_listed.label("is_listed"),
        CLOCK,
        SEATS,
        MINIMUM,
        Course.title.label("course"),
        Campaign.name.label("campaign"),
    )
    .outerjoin(Course, Course.id == TrainingSession.course_id)
    .outerjoin(Campaign, Campaign.id == TrainingSession.campaign_id)
)
_MEETINGS = (
    sa.select(
        Meeting.training_session_id,
        Meeting.id,
        Meeting.wall_start,
        Meeting.start_fold,
        Meeting.wall_end,
        Meeting.end_fold,
        Meeting.timezone,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.join_url,
        Venue.name.label("venue"),
        Room.name.label("room"),
        Meeting.cancelled_at.is_not(None).label("is_cancelled"),
    )
    .outerjoin(Room, Room.id == Meeting.room_id)
    .outerjoin(Venue, Venue.id == Room.venue_id)
    .order_by(Meeting.starts_at, Meeting.id)
)


def get_session(training_session_id: int, *, now: datetime) -> SessionDetails:
    """Return all that staff planned for a session, in three statements.

    :raise NotFoundError: there is no such session.
    """
    found = get_sessions([training_session_id], now=now)
    if not found:
        raise NotFoundError
    return found[0]


def get_sessions(training_session_ids: Sequence[int], *, now: datetime) -> list[SessionDetails]:
    """Return all that staff planned for some sessions, by key, in three statements.

    What is not there is left out.
    """
    rows = db.session.execute(
        _DETAILS.where(TrainingSession.id.in_(training_session_ids)).order_by(TrainingSession.id)
    ).all()
    if not rows:
        return []
    meetings = defaultdict(list)
    for meeting in db.session.execute(
        _MEETINGS.where(Meeting.training_session_id.in_(training_session_ids))
    ):
        meetings[meeting.training_session_id].append(meeting)
    trainers = trainers_of(training_session_ids)
    return [_details(row, meetings[row.id], trainers[row.id], now) for row in rows]


def _details(
    row: Any, meetings: Sequence[Any], trainers: Sequence[Trainer], now: datetime
) -> SessionDetails:
    clock, seats = clock_and_seats(row)
    described = {
        name: value
        for name, value in row._mapping.items()  # noqa: SLF001 -- a row's public name for it
        if name in SessionDetails.__dataclass_fields__ and name not in {"clock", "seats"}
    }
    return SessionDetails(
        **described,
        clock=clock,
        seats=seats,
        meetings=tuple(_meeting(meeting) for meeting in meetings),
        trainers=tuple(trainers),
        availability=availability(clock, seats, now),
        decision=decision_of(row, now),
    )


def _meeting(row: Any) -> PlannedMeeting:
    return PlannedMeeting(
        **{name: getattr(row, name) for name in PlannedMeeting.__dataclass_fields__}
    )


def _planned(meeting: PlannedMeeting, timezone: str) -> MeetingPlan:
    """Return a stored meeting as a plan, on the wall clock of its session's zone."""
    wall_start, start_fold = meeting.wall_start, _fold(meeting.start_fold)
    wall_end, end_fold = meeting.wall_end, _fold(meeting.end_fold)
    if meeting.timezone != timezone:
        zone = find_zone(timezone)
        wall_start, start_fold = utc_to_wall(meeting.starts_at, zone)
        wall_end, end_fold = utc_to_wall(meeting.ends_at, zone)
    return MeetingPlan(
        wall_start=wall_start,
        wall_end=wall_end,
        timezone=timezone,
        start_fold=start_fold,
        end_fold=end_fold,
        venue=meeting.venue or "",
        room=meeting.room or "",
        join_url=meeting.join_url,
        meeting_id=meeting.id,
    )


def _fold(number: int) -> Fold:
    return 1 if number else 0


def form_choices(
    assigned: Sequence[Trainer] = (),
    *,
    course_id: int | None = None,
    campaign_id: int | None = None,
) -> Choices:
    """Return what the form of a session offers, in five statements.

    What is archived is not among it, except what the session has already.

    :param assigned: who trains already; offered too, though they may have no account.
    """
    courses = db.session.execute(
        sa.select(Course.id, Course.title)
        .where(sa.or_(Course.archived_at.is_(None), Course.id == course_id))
        .order_by(Course.title, Course.id)
    )
    campaigns = db.session.execute(
        sa.select(Campaign.id, Campaign.name)
        .where(sa.or_(Campaign.archived_at.is_(None), Campaign.id == campaign_id))
        .order_by(Campaign.name, Campaign.id)
    )
    people = db.session.execute(
        sa.select(Person.id, Person.name)
        .join(Account, Account.person_id == Person.id)
        .where(Account.disabled_at.is_(None))
    )
    trainers = {trainer.person_id: trainer for trainer in assigned}
    trainers |= {person_id: Trainer(person_id=person_id, name=name) for person_id, name in people}
    venues = db.session.scalars(
        sa.select(Venue.name).where(Venue.archived_at.is_(None)).order_by(Venue.name).limit(200)
    )
    rooms = db.session.execute(
        sa.select(Room.name, Venue.name)
        .join(Venue, Venue.id == Room.venue_id)
        .where(Room.archived_at.is_(None), Venue.archived_at.is_(None), Room.name != "")
        .order_by(Venue.name, Room.name, Room.id)
        .limit(500)
    )
    return Choices(
        courses=tuple((key, title) for key, title in courses),
        campaigns=tuple((key, name) for key, name in campaigns),
        trainers=tuple(
            sorted(trainers.values(), key=lambda one: (one.name.casefold(), one.person_id))
        ),
        venues=tuple(venues),
        rooms=tuple((room, venue) for room, venue in rooms),
    )


def newest_manner() -> tuple[str, str] | None:
    """Return zone and language of the session made last: the next is probably like it."""
    found = db.session.execute(
        sa.select(TrainingSession.timezone, TrainingSession.language)
        .order_by(TrainingSession.id.desc())
        .limit(1)
    ).one_or_none()
    return (found.timezone, found.language) if found else None


def public_meeting_uids(training_session_id: int) -> list[UUID]:
    """Return the meetings of a session that stands in public lists; none of any other."""
    return list(
        db.session.scalars(
            sa.select(Meeting.uid)
            .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
            .where(
                TrainingSession.id == training_session_id,
                TrainingSession.is_listed,
            )
            .order_by(Meeting.ordinal, Meeting.id)
        )
    )
