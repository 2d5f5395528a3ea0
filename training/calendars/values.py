"""What a calendar entry says, and for whom it is written."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

#: RFC 5545, section 3.3.8: programs read SEQUENCE into 32 bits.
MAX_REVISION = 2**31 - 1


class Variant(StrEnum):
    """For whose eyes an entry is written."""

    #: Anybody: no join link, nobody's name.
    PUBLIC = "public"
    #: Who acts for a partner: sessions by invitation too; no join link, nobody's name.
    ORGANIZATION = "organization"
    #: Who has a seat: the same, with join links.
    PERSONAL = "personal"
    #: Who trains: drafts too, with join links.
    TRAINER = "trainer"
    #: Staff: the same, and leads to their pages.
    STAFF = "staff"


#: Variants for eyes that no join link is meant for.
OPEN_VARIANTS = frozenset({Variant.PUBLIC, Variant.ORGANIZATION})
#: Variants of which a feed shows all, so that a version tells one state of it from another.
WHOLE_VARIANTS = frozenset({Variant.PUBLIC, Variant.STAFF})


class FeedKind(StrEnum):
    """What a feed with a secret address shows. Of the words, none may get another meaning."""

    #: The registrations of its owner, with join links.
    PERSON = "person"
    #: The sessions that its owner trains.
    TRAINER = "trainer"
    #: The sessions that an organization's people go to; its owner acts for the organization.
    ORGANIZATION = "organization"
    #: Everything, drafts too; its owner is staff.
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """One meeting, as a calendar shows it. The texts are plain, in the session's language.

    :raise ValueError: it ends before it starts, a time is naive, or the revision is out of range.
    """

    #: Kept with the meeting for good: the same in every feed, download and mail.
    uid: UUID
    #: Rises with every published change; what programs compare.
    revision: int
    #: When the last change was published.
    revised_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    #: The session's page.
    url: str | None = None
    #: Where to join online; never for the public.
    join_url: str | None = None
    is_cancelled: bool = False
    is_tentative: bool = False
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if None in (self.revised_at.tzinfo, self.starts_at.tzinfo, self.ends_at.tzinfo):
            raise ValueError("naive datetime in a calendar entry: pass aware ones")
        if self.ends_at <= self.starts_at:
            raise ValueError("a calendar entry ends after it starts")
        if not 0 <= self.revision <= MAX_REVISION:
            raise ValueError(f"revision {self.revision} does not fit into SEQUENCE")


class Addresses(NamedTuple):
    """The address of a feed, in the forms that programs want."""

    #: To copy: Google and Outlook.com show an empty calendar for the other.
    https: str
    #: To click: Apple's and Outlook's programs open it.
    webcal: str

    @classmethod
    def of(cls, address: str) -> Self:
        """Return both forms of an address."""
        return cls(address, f"webcal:{address.partition(':')[2]}")

    @classmethod
    def of_token(cls, token: str, *, base_url: str) -> Self:
        """Return the secret address of a feed."""
        return cls.of(f"{base_url}/calendar/{token}.ics")
