"""The words of training sessions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from training.clock import Fold


class SessionStatus(StrEnum):
    """What staff decided; whether a session is open or full is computed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Delivery(StrEnum):
    """How people take part."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class Audience(StrEnum):
    """Who may register: all; partners with a believed claim; whoever has the code."""

    PUBLIC = "public"
    PARTNERS = "partners"
    INVITED = "invited"


class Promotion(StrEnum):
    """What becomes of a freed seat while people wait."""

    #: Whoever waits longest has it at once.
    CONFIRM = "confirm"
    #: It is offered to them until a deadline.
    OFFER = "offer"


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    CONSENT = "consent"


class SessionState(StrEnum):
    """What a reader is told, computed by :func:`training.sessions.rules.availability`."""

    DRAFT = "draft"
    NOT_YET_OPEN = "not_yet_open"
    OPEN = "open"
    FEW_SEATS = "few_seats"
    #: No free seat, but room to wait for one.
    WAITLIST = "waitlist"
    FULL = "full"
    CLOSED = "closed"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


#: Somebody may register then, be it for the waitlist.
TAKES_REGISTRATIONS = frozenset({SessionState.OPEN, SessionState.FEW_SEATS, SessionState.WAITLIST})


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """What a reader is told about a session at one moment."""

    state: SessionState
    #: Seats that a newcomer could get; None: there is no limit.
    free: int | None
    waiting: int
    opens_at: datetime | None
    closes_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionClock:
    """When things happen in a session's life, and whether it takes registrations by itself."""

    status: SessionStatus
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    registration_paused: bool
    promotion_ends_at: datetime | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatCounts:
    """How a session's seats are held at one moment."""

    capacity: int | None
    waitlist_capacity: int | None
    confirmed: int
    offered: int
    waitlisted: int
    #: Free, but kept for organizations that have not used them yet.
    kept: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedSession:
    """A session under its lock: what deciding about its seats needs, as committed."""

    id: int
    status: SessionStatus
    audience: Audience
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    registration_paused: bool
    promotion_ends_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    waitlist_capacity: int | None
    confirmed_count: int
    offered_count: int
    waitlisted_count: int
    overbooked_by: int
    next_ticket: int
    revision: int
    campaign_id: int | None
    kept_count: int
    hold_count: int
    organization_limit: int | None
    promotion: Promotion
    offer_hours: int
    needs_approval: bool
    approval_hours: int | None
    fills_gaps: bool
    groups_wait: bool
    #: Its course has prerequisites.
    builds_on_courses: bool
    #: Whether those who register answer questions, of the session or of its course.
    asks_questions: bool

    @property
    def clock(self) -> SessionClock:
        return SessionClock(
            status=self.status,
            registration_opens_at=self.registration_opens_at,
            registration_closes_at=self.registration_closes_at,
            registration_paused=self.registration_paused,
            promotion_ends_at=self.promotion_ends_at,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingPlan:
    """When and where one meeting is to be, as a person plans it."""

    #: Naive: what the clock on the wall will say.
    wall_start: datetime
    wall_end: datetime
    #: IANA name of the zone in which that clock hangs.
    timezone: str
    #: For a time that occurs twice; None: nobody said, which is right for all others.
    start_fold: Fold | None = None
    end_fold: Fold | None = None
    venue: str = ""
    room: str = ""
    join_url: str | None = None
    #: The stored meeting that this plan changes; None: a new one.
    meeting_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionPlan:
    """A training session as staff or an import describe it; seats apart (see SeatPlan)."""

    title: str
    description: str
    language: str
    delivery: Delivery
    audience: Audience
    timezone: str
    meetings: tuple[MeetingPlan, ...]
    course_id: int | None = None
    campaign_id: int | None = None
    #: Naive wall times in the session's zone.
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    registration_paused: bool = False
    #: People who train.
    trainer_ids: tuple[int, ...] = ()
    #: For whom it is; empty: what its course says.
    for_whom: str = ""
    #: What people with disabilities find; the venue speaks for itself.
    accessibility: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatPlan:
    """How many may come and wait; None: as many as like to."""

    capacity: int | None
    waitlist_capacity: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatRules:
    """By which rules a session's seats are given, as staff set them."""

    promotion: Promotion = Promotion.CONFIRM
    #: How long an offered seat waits for an answer; never beyond the end of promotion.
    offer_hours: int = 24
    #: Whether staff decide about everybody who registers.
    needs_approval: bool = False
    #: After so many hours without a decision a request lapses; None: at the first start.
    approval_hours: int | None = None
    #: Seats that the people of one organization may have; None: as many as there are.
    organization_limit: int | None = None
    #: Whether single people may pass a group that waits for more seats than are free.
    fills_gaps: bool = True
    #: Whether a group may wait as a whole.
    groups_wait: bool = False
    #: With fewer people staff decide whether it takes place; None: it does in any case.
    minimum: int | None = None
    #: By when: naive wall time in the session's zone.
    decide: datetime | None = None
    #: Until when organizations name who comes in their reserved seats: naive wall time in the
    #: session's zone; None: until the session starts.
    naming_ends: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldPlan:
    """Seats of a session that are to be kept for one organization."""

    seats: int
    #: Naive wall time in the session's zone; None: until the session starts.
    release: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalKey:
    """What a session is called where it was imported from."""

    source: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where the plan of a session comes from, if somebody did not just think of it."""

    external: ExternalKey | None = None
    #: The session that it was planned like.
    copied_from: int | None = None
    #: The series that it was planned with.
    series_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesPlan:
    """The sessions of a series, as they are to be made."""

    sessions: tuple[SessionPlan, ...]
    seats: SeatPlan
    #: Of the session that they are planned like, as it was shown.
    revision: int
    #: Positions of those of which was shown that they clash.
    clashing: frozenset[int] = frozenset()
    #: Whose holidays were left out; ISO 3166-1 alpha-2.
    countries: tuple[str, ...] = ()
    #: Why those that clash are made all the same; empty: none clashes.
    reason: str = ""
    is_published: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CoursePlan:
    """A course as staff describe it."""

    title: str
    slug: str
    summary: str
    description: str
    language: str
    #: Courses that it builds on, by id: who comes has attended them before.
    required_ids: frozenset[int] = frozenset()
    for_whom: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfilePlan:
    """What public pages say of somebody who trains."""

    about: str = ""
    #: Whether they say anything at all: only where the trainer agreed.
    is_public: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomPlan:
    """A room of a venue as staff describe it."""

    name: str
    capacity: int | None = None
    #: The stored room that this changes; None: a new one.
    room_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VenuePlan:
    """A venue with its rooms as staff describe it."""

    name: str
    address: str
    timezone: str | None
    rooms: tuple[RoomPlan, ...] = ()
    #: How people get in and about who do not walk, see or hear as most do.
    accessibility: str = ""
