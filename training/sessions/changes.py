"""What happens to sessions and matters to features above, or to the calendar."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from training.changes import Change


@dataclass(frozen=True)  # no slots: that makes a second class, and __subclasses__ shows both
class SessionScheduled(Change):
    """Staff made a session, as a draft."""

    training_session_id: int
    actor_id: int | None
    audit_entry_id: int
    now: datetime


@dataclass(frozen=True)
class MeetingDropped(Change):
    """A meeting of a draft was deleted; one of a published session is called off instead."""

    meeting_uid: UUID
    now: datetime


@dataclass(frozen=True)
class SessionPublished(Change):
    """A draft became public, and takes registrations from now on."""

    training_session_id: int
    actor_id: int | None
    audit_entry_id: int
    now: datetime


@dataclass(frozen=True)
class SessionRevised(Change):
    """Title, text, place, time or trainers of a session changed, a draft's too."""

    training_session_id: int
    actor_id: int | None
    audit_entry_id: int
    now: datetime
    #: Its first start before, if that is another now.
    moved_from: datetime | None = None


@dataclass(frozen=True)
class SessionCancelled(Change):
    """Staff called a session off."""

    training_session_id: int
    actor_id: int | None
    audit_entry_id: int
    now: datetime


@dataclass(frozen=True)
class SessionReopened(Change):
    """A session that was called off takes place after all."""

    training_session_id: int
    #: Whether those who were registered then are to be so again.
    restores: bool
    actor_id: int | None
    audit_entry_id: int
    now: datetime
