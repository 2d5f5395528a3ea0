"""What a calendar entry says, and for whom it is written."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

#: RFC 5545, section 3.3.8: programs read SEQUENCE into 32 bits.
MAX_REVISION = 2**31 - 1


class Variant(StrEnum):
    """For whose eyes an entry is written."""

    #: Anybody: no join link, nobody's name.
    PUBLIC = "public"


#: Variants that strangers read: no join link stands in them.
OPEN_VARIANTS = frozenset({Variant.PUBLIC})


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
