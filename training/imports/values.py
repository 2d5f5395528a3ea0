"""What an import reads from a file, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum

from training.errors import DomainError
from training.sessions.values import ExternalKey, SeatPlan, SessionPlan, SessionStatus


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
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of an import's report."""

    outcome: Outcome
    #: The source's key, or the event's place in the file.
    name: str
    title: str = ""
    #: What is different now, in the words of the source.
    changed: tuple[str, ...] = ()
    cleaned: tuple[str, ...] = ()
    #: Why it was refused, or why something was left as it is.
    note: DomainError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of everything in an import's files."""

    rows: tuple[Row, ...]
    #: False: the rows say what would have become of it.
    is_written: bool

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def cleaned(self) -> int:
        return sum(bool(row.cleaned) for row in self.rows)
