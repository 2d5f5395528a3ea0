"""Who invites whom to a meeting."""

from dataclasses import dataclass
from enum import StrEnum

from training.calendars.values import CalendarEntry


class Method(StrEnum):
    """What a mail asks the reader's program to do."""

    #: To take the meeting over, or what is new about it.
    REQUEST = "REQUEST"
    #: To take it out: it was called off, or this person does not go any more.
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Somebody at one end of an invitation."""

    name: str
    #: In ASCII as far as it can be written so, as in the header of the mail.
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """One meeting and the one person whom a mail tells of it: nobody reads others' addresses."""

    method: Method
    #: As in their own feed: the UID and a SEQUENCE that rises with every change.
    entry: CalendarEntry
    #: Behind the mail's From: programs distrust invitations by anybody else.
    organizer: Party
    attendee: Party
    #: Whether their program is to ask them for an answer.
    wants_answer: bool = True
