"""What the demo's data are described in."""

from dataclasses import dataclass

from training.calendars.values import FeedKind
from training.sessions.values import Audience, Delivery, SeatRules, SessionStatus

#: How seats are given where nobody said otherwise.
USUAL = SeatRules()


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """Somebody who can sign in to the demo."""

    #: As the table of sign-ins names it: "admin", "coordinator", "trainer" or "representative".
    role: str
    name: str
    email: str
    timezone: str
    #: What everybody may read of them as a trainer; empty: nothing, not even their name.
    about: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """One line of the table of sign-ins."""

    role: str
    email: str
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Partner:
    """A partner organization and its people, the first of whom represents it."""

    name: str
    #: Its addresses end in this and ``.example.org``.
    domain: str
    country: str
    timezone: str
    people: tuple[str, ...]
    #: People without an address of their own; their representative gets their mails.
    without_email: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CourseText:
    """A course of the demo."""

    slug: str
    title: str
    summary: str
    description: str
    for_whom: str
    #: Courses that it builds on, by their slugs.
    builds_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """When a meeting is: on a working day counted from today, by the wall clock."""

    #: 1 is the next working day, -1 the one before today.
    day: int
    #: "09:30".
    time: str
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Seats of a session that are kept for a partner."""

    #: Its domain.
    partner: str
    seats: int
    #: On which working day from today they are given to whoever wants them; None: at the start.
    release_on_day: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """A calendar program that reads the feed of somebody."""

    #: Who made the address: the local part of theirs.
    owner: str
    kind: FeedKind
    #: As its owner calls it, and as we do.
    name: str
    program: str
    #: How many hours ago it looked last; None: it never did.
    hours_ago: int | None
    #: How often it looked.
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionText:
    """A training session of the demo, and how many register for it."""

    course: str
    title: str
    #: Empty: the course's own.
    description: str = ""
    language: str = "en"
    delivery: Delivery = Delivery.ONLINE
    audience: Audience = Audience.PUBLIC
    timezone: str
    #: None: it began this hour or the one before, so that attendance can be marked.
    sittings: tuple[Sitting, ...] | None
    capacity: int | None
    waitlist_capacity: int | None = None
    venue: str = ""
    room: str = ""
    trainer: int
    status: SessionStatus = SessionStatus.PUBLISHED
    #: In how many working days registration opens; None: it is open.
    opens_on_day: int | None = None
    #: People that representatives register, each number in one form.
    groups: tuple[int, ...] = ()
    #: People who register themselves, the last of them today.
    alone: int = 0
    alone_today: int = 0
    rules: SeatRules = USUAL
    #: On which working day from today staff decide whether it takes place.
    decide_on_day: int | None = None
    kept: tuple[Kept, ...] = ()
    #: People whom a representative registers today, to get seats together or wait.
    whole: int = 0
    #: Of those who asked for a seat, how many wait for a decision; the others have one.
    undecided: int = 0
    #: People who give up their seats today.
    give_up: int = 0
    #: By how many minutes staff put it off today.
    put_off: int = 0
    #: Whether the trainer has marked who came, where it is over.
    is_marked: bool = True
