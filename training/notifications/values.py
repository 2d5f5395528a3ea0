"""What becomes of a message, what its renderer is told, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MessageStatus(StrEnum):
    """Where a message stands. Each ends as sent, or as dead with a reason."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    #: The connection broke after the text was handed over: nobody knows.
    UNKNOWN = "unknown"


class Priority:
    """Lower goes first."""

    URGENT = 10
    NORMAL = 50
    BULK = 90


class Untold(StrEnum):
    """Why a message is not sent after all, found out when it was to be sent."""

    OUTDATED = "no longer true when it was to be sent"
    NO_ADDRESS = "nobody to tell: there is no e-mail address"


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFacts:
    """What a message is about; its renderer reads the rest."""

    kind: str
    recipient_id: int
    registration_id: int | None
    training_session_id: int | None
    subject_id: int | None = None
    audit_entry_id: int | None
    queued_at: datetime
    #: When it is being sent: what it says must be true then.
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    filename: str
    #: With its parameters, such as ``text/calendar; charset=utf-8``.
    content_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarPart:
    """What a calendar program takes over from the mail: an invitation, or the end of one."""

    #: As METHOD in the data: a mail that says another one is refused by some servers.
    method: str
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A mail in the recipient's words, before it is one for mail servers."""

    to_name: str
    to_address: str
    subject: str
    text: str
    #: The same for those who show no plain text first; empty: there is nothing but the text.
    html: str = ""
    calendar: CalendarPart | None = None
    attachments: tuple[Attachment, ...] = ()
    #: Parts of the text that open something; what is kept of the mail has … in their place.
    secrets: tuple[str, ...] = ()


#: Writes the mails of one kind, or says why this one is not to be sent.
Renderer = Callable[[MessageFacts], Rendered | Untold]
#: Kind of message → who writes it. ``app.extensions["renderers"]``.
Renderers = Mapping[str, Renderer]
