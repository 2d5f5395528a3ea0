"""What a coordinator's day looks like: meetings around now, and what waits for somebody."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from training.sessions.queries import Decision
from training.sessions.values import Delivery, SeatCounts, SessionClock, SessionStatus

#: How far the page looks ahead, and back. At most so many meetings of either: the nearest.
AHEAD, BEFORE = timedelta(days=30), timedelta(days=14)
MOST_AHEAD, MOST_BEFORE = 100, 50
#: From so near on it presses that something is missing.
NO_TRAINER_WITHIN = timedelta(days=21)
NO_ROOM_WITHIN = timedelta(days=14)
NO_LINK_WITHIN = timedelta(days=7)
DRAFT_WITHIN = timedelta(days=14)
FEW_WITHIN = timedelta(days=7)
#: Fewer than this part of the seats is few.
FEW_PART = 0.25
#: An offer that ends within this runs out.
OFFER_WITHIN = timedelta(days=1)
#: A mail that waits longer does not only wait for its turn.
MAIL_LATE = timedelta(minutes=15)
#: Of requests, offers and mails, the most that the page counts; "50+" says enough.
MOST_COUNTED = 50


class Reason(StrEnum):
    """Why something needs somebody."""

    UNDELIVERED = "undelivered"
    MAIL_LATE = "mail_late"
    REQUESTS = "requests"
    OFFERS = "offers"
    NO_TRAINER = "no_trainer"
    NO_ROOM = "no_room"
    NO_LINK = "no_link"
    CLASH = "clash"
    #: A minimum is not reached, and it is to be decided soon whether it takes place.
    MINIMUM = "minimum"
    FEW = "few"
    #: People wait while seats are held for organizations.
    WAITING_BESIDE_HELD = "waiting_beside_held"
    UNMARKED = "unmarked"
    DRAFT = "draft"


class NearMeeting(NamedTuple):
    """A meeting of a session, with what decides whether it needs somebody."""

    id: int
    training_session_id: int
    title: str
    campaign_id: int | None
    status: SessionStatus
    delivery: Delivery
    starts_at: datetime
    ends_at: datetime
    timezone: str
    #: The room as people find it; empty: none.
    place: str
    join_url: str | None
    seats: SeatCounts
    overbooked_by: int
    clock: SessionClock
    #: Whether it takes place; None: it does, or does not, for certain.
    decision: Decision | None
    #: It ended, and somebody who has a seat has no mark.
    is_unmarked: bool


class Waiting(NamedTuple):
    """Some rows that wait for somebody: how many, and when that presses first."""

    number: int
    at: datetime


class RunningCampaign(NamedTuple):
    """A campaign whose period it is, by its sessions' counters."""

    id: int
    name: str
    goal: int | None
    sessions: int
    coming: int
    #: People who have a seat, in all its sessions.
    registered: int


class Near(NamedTuple):
    """Everything that the page shows, as read."""

    #: By start: what has begun, and what is to come.
    begun: tuple[NearMeeting, ...]
    coming: tuple[NearMeeting, ...]
    #: Who trains in each session: names, sorted.
    trainers: dict[int, tuple[str, ...]]
    clashing: frozenset[int]
    requests: Waiting | None
    offers: Waiting | None
    undelivered: Waiting | None
    late: Waiting | None
    campaigns: tuple[RunningCampaign, ...]
    #: Of the meetings that ended last: how many were there.
    came: dict[int, int]


class Need(NamedTuple):
    """One thing that needs somebody."""

    reason: Reason
    #: When it presses, or pressed.
    at: datetime
    #: None: it is about no session in particular.
    meeting: NearMeeting | None = None
    number: int = 0
