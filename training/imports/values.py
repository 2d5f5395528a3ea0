"""What an import reads from a file, and what became of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from training.errors import DomainError
from training.organizations.values import MembershipRole, OrganizationPlan
from training.sessions.values import ExternalKey, SeatPlan, SessionPlan, SessionStatus

#: What another program's list says of a session. It has no word for course, campaign, trainers,
#: rooms, links, further meetings, the waitlist, or when registration opens.
OF_OTHER_PROGRAMS = frozenset(
    {
        *("title", "description", "language", "delivery", "audience", "timezone"),
        *("capacity", "status"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedSession:
    """One event of the source, as a session to make or to bring up to date."""

    external: ExternalKey
    plan: SessionPlan
    seats: SeatPlan
    #: What the source wants it to be; staff's own decisions here are not undone.
    status: SessionStatus
    #: Fields in which something could not be stored as it came.
    cleaned: tuple[str, ...] = ()
    #: What it says something of; the rest of a stored session stays as it is.
    says: frozenset[str] = OF_OTHER_PROGRAMS
    #: Whether it is written in our words: all meetings that there are, all kinds of audience.
    is_ours: bool = False
    #: A session that is published is not touched: registered people rely on it.
    drafts_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """One event of the source that cannot be taken as it is."""

    #: What the source calls it, or where it stands: fit to be shown on a terminal.
    name: str
    reason: DomainError


class Outcome(StrEnum):
    """What became of one event of the source."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    #: Not brought in on purpose, such as an event that is called off.
    LEFT_OUT = "left_out"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong with one cell, or with a row as a whole."""

    row: int
    #: The column's name in the file; empty: it is the row as a whole.
    column: str = ""
    error: DomainError


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of an import's report."""

    outcome: Outcome
    #: The source's key, or the event's place in the file; of a table, what it is called.
    name: str
    #: Of a table, what else tells it from its like.
    title: str = ""
    #: What is different now, in the words of the source.
    changed: tuple[str, ...] = ()
    cleaned: tuple[str, ...] = ()
    #: Why it was refused, or why something was left as it is.
    note: DomainError | None = None
    #: Of a table: where it begins, and what is wrong with its cells if it was refused for those.
    number: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of everything in an import's files."""

    rows: tuple[Row, ...]
    #: False: the rows say what would have become of it.
    is_written: bool
    #: What of the files nothing here is made of; see ``Sheet``.
    unused: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def cleaned(self) -> int:
        return sum(bool(row.cleaned) for row in self.rows)


#: Who confirmed an import that long ago and did not end it is not at work any more.
GIVEN_UP_AFTER = timedelta(minutes=15)


class Kind(StrEnum):
    """What the rows of a CSV file are."""

    SESSIONS = "sessions"
    ORGANIZATIONS = "organizations"
    PEOPLE = "people"
    REGISTRATIONS = "registrations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One thing that the file describes, before anything is looked up."""

    #: Where it begins; further rows of the same thing follow in ``rows``.
    row: int
    rows: tuple[int, ...]
    #: What it is called, for whoever reads the report.
    name: str
    #: What else tells it from its like.
    detail: str
    #: Columns in which something stands: the others say nothing, and change nothing.
    says: frozenset[str]
    #: Columns in which something could not be stored as it came.
    cleaned: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionDraft(Draft):
    """A session, with names where the database has keys."""

    source: str
    key: str
    plan: SessionPlan
    seats: SeatPlan
    status: SessionStatus
    #: Slug or title, slug or name.
    course: str
    campaign: str
    #: Addresses of the trainers.
    trainers: tuple[str, ...]
    #: It is an event of a calendar, which never changes what people see already.
    is_event: bool = False
    #: Where no course is named: the one that alone is called like one of these.
    categories: tuple[str, ...] = ()
    #: Of an event of a calendar: the meeting here that it is a copy of, if there is one.
    copy_of: UUID | None = None
    #: How something was understood that could have meant something else.
    note: DomainError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationDraft(Draft):
    """An organization."""

    plan: OrganizationPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipDraft:
    """That a person belongs to an organization, named by its slug or its name."""

    row: int
    organization: str
    role: MembershipRole
    #: False: the role is what a new member gets, and nobody's is changed.
    says_role: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonDraft(Draft):
    """A person, and where they belong."""

    email: str | None
    locale: str
    timezone: str | None
    memberships: tuple[MembershipDraft, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationDraft(Draft):
    """Somebody for a session, which is named by its key or its number."""

    session: str
    email: str | None
    organization: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What a CSV file holds: things to bring in, and rows that cannot be read."""

    drafts: tuple[Draft, ...]
    #: Those of which nothing can be made, or is to be.
    refused: tuple[Row, ...]
    #: Columns of a known foreign header, or parts of a calendar, that nothing here is made of.
    unused: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarOptions:
    """How the events of an iCalendar file are to be understood."""

    #: In which local times are kept, where an event says none of its own; None: nobody said.
    timezone: str | None = None
    #: The same for events in UTC, where the calendar says none either.
    fallback_timezone: str = "UTC"
    #: When an event that has no times of day begins and ends; None: it is refused.
    all_day: tuple[time, time] | None = None
    #: The first and the last day that are taken; None: today, and in a year.
    since: date | None = None
    until: date | None = None
    #: An event that repeats is one session with many meetings, instead of many sessions.
    is_series: bool = False
    #: Drafts that are not what the calendar says are brought up to date.
    revises: bool = False
    #: What every session gets, as in the columns of these names; empty: nothing.
    language: str = ""
    course: str = ""
    campaign: str = ""
    #: What tells this calendar from others that use the same UIDs.
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Who brings a file in, when, and what they chose."""

    #: None: the command.
    actor_id: int | None
    now: datetime
    #: Bring in the other rows; else one that is refused leaves nothing written.
    leave_out: bool = False
    #: Of registrations: whoever finds no free seat waits; else the row is refused.
    may_wait: bool = True
    #: Of registrations: people are taken who lack a course that the session builds on; else the
    #: row is refused.
    waives_required: bool = False
    calendar: CalendarOptions = field(default_factory=CalendarOptions)
