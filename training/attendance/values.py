"""The words of attendance."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from training.errors import DomainError


class AttendanceStatus(StrEnum):
    """What is claimed about one registration at one meeting."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    EXCUSED = "excused"
    #: The claim before is taken back.
    CLEARED = "cleared"


class MarkSource(StrEnum):
    """Where a mark comes from."""

    TRAINER = "trainer"
    SELF = "self"
    QR = "qr"
    IMPORT = "import"
    CORRECTION = "correction"


class MarkOutcome(StrEnum):
    """What became of one mark of a batch."""

    SAVED = "saved"
    #: It came before, and was saved then.
    ALREADY = "already"
    #: Not taken: the person was marked meanwhile, and this was only for whoever was not.
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One claim, as whoever makes it sends it."""

    registration_id: int
    status: AttendanceStatus
    #: Made by whoever claims; the same claim sent again has the same.
    nonce: str
    #: What the sender's clock said, if it said anything that can be understood. Never trusted.
    claimed_at: datetime | None = None
    #: Leave a person alone who has a mark by now.
    only_if_unmarked: bool = False
    #: Takes back what is not the newest mark any more: leave the person alone.
    is_overtaken: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeBack:
    """The wish to put a person back where they stood before a mark of one's own."""

    registration_id: int
    #: Nonce of that mark.
    takes_back: str
    #: Of the mark that this becomes.
    nonce: str
    claimed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MalformedMark:
    """What stands in a batch where a mark should, and why it is none."""

    nonce: str | None
    refusal: DomainError


#: What a batch consists of.
Claim = Mark | TakeBack | MalformedMark


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredMark:
    """A mark in the history of one meeting."""

    id: int
    registration_id: int
    status: AttendanceStatus
    nonce: str
    recorded_by: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How somebody who holds a seat stands at a meeting, and by whose word."""

    #: None: nobody marked them yet.
    status: AttendanceStatus | None
    recorded_by: int | None

    @property
    def is_marked(self) -> bool:
        return is_marked(self.status)


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkIn:
    """Somebody who stands at the door and has no seat yet."""

    #: The registration of somebody who waits; None: somebody who is not registered.
    waiting_id: int | None
    name: str
    email: str | None
    organization_id: int | None
    #: Why they are let in although no seat is free; None: only into a free one.
    overbook: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkResult:
    """What became of one mark."""

    nonce: str | None
    outcome: MarkOutcome
    #: Why it was refused.
    refusal: DomainError | None = None
    #: How the person stands after the batch. None: refused, or they hold no seat any more.
    current: AttendanceStatus | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What became of a batch, one result for each mark, in its order."""

    results: tuple[MarkResult, ...]
    #: Of those who hold a seat: how many have a mark now, and how many there are.
    marked: int
    total: int


def is_marked(status: AttendanceStatus | None) -> bool:
    """Tell whether a status says anything: a mark that was taken back does not."""
    return status is not None and status is not AttendanceStatus.CLEARED
