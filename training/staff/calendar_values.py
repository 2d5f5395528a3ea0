"""What people's calendar programs know of a session: values in, answer out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from training.calendars.values import FeedKind
from training.sessions.values import SessionStatus
from training.writing_turns import WAIT_SECONDS

#: A change carries the time at which it began: before it waited for its turn to write, and before
#: the writing itself, which for a thousand people takes seconds (PostgreSQL ends a statement after
#: 15). A program that looked in between got the old state, so whoever looked less than this later
#: counts as not having seen the change. Wrongly so now and then, until their program looks again.
SETTLED = timedelta(seconds=WAIT_SECONDS + 25)
#: What was not read for so long is hardly looked at any more.
IN_USE = timedelta(days=30)

#: The mail that says when a session takes place to who has an old time, and the act behind it.
OLD_TIME = "session.old_time"
WROTE = "session.write_to_subscribers"
#: Characters of what staff add to it.
MAX_NOTE = 1_000


class ReaderGroup(StrEnum):
    """Who reads feeds in which a session stands."""

    TRAINERS = "trainers"
    PARTICIPANTS = "participants"
    ORGANIZATIONS = "organizations"
    STAFF = "staff"


GROUP_OF: Mapping[FeedKind, ReaderGroup] = {
    FeedKind.TRAINER: ReaderGroup.TRAINERS,
    FeedKind.PERSON: ReaderGroup.PARTICIPANTS,
    FeedKind.ORGANIZATION: ReaderGroup.ORGANIZATIONS,
    FeedKind.STAFF: ReaderGroup.STAFF,
}
#: Whom staff write to: who comes to the session.
WRITTEN_TO = (ReaderGroup.TRAINERS, ReaderGroup.PARTICIPANTS)


class Standing(StrEnum):
    """How much of a session a program knows, or all programs of somebody do. The worst first."""

    #: It was moved, cancelled or re-opened since the program looked.
    OLD_TIME = "old_time"
    #: It came into the feed since then.
    MISSING = "missing"
    #: Something else changed since then.
    OLD = "old"
    CURRENT = "current"
    #: No program has read the address yet.
    NEVER = "never"


_ORDER = {standing: number for number, standing in enumerate(Standing)}


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionChanges:
    """When a session changed, as far as it stands in calendars."""

    #: When it was moved, cancelled or re-opened last; None: never.
    rescheduled_at: datetime | None
    #: When anything of it changed that stands in calendars.
    revised_at: datetime
    #: The same for its trainers, who are not told apart by when they were assigned.
    trainers_revised_at: datetime
    #: When it was scheduled.
    made_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadAddress:
    """A secret address in whose feed a session stands."""

    id: int
    kind: FeedKind
    owner_id: int
    organization_id: int | None
    #: When a program read it last; None: never yet.
    fetched_at: datetime | None
    #: When the session came into this feed; None: when it was scheduled.
    since: datetime | None
    #: When the owner's registration changed last.
    own_revised_at: datetime | None

    @property
    def group(self) -> ReaderGroup:
        return GROUP_OF[self.kind]

    @property
    def reader(self) -> int:
        """Return whom it counts for: the owner, or the organization that they act for."""
        return self.owner_id if self.organization_id is None else self.organization_id

    def standing(self, changes: SessionChanges) -> Standing:
        """Return how much of a session the program knows that reads this address."""
        if self.fetched_at is None:
            return Standing.NEVER
        if not has_seen(self.fetched_at, self.since or changes.made_at):
            return Standing.MISSING
        if not has_seen(self.fetched_at, changes.rescheduled_at):
            return Standing.OLD_TIME
        is_trainers = self.group is ReaderGroup.TRAINERS
        revised_at = changes.trainers_revised_at if is_trainers else changes.revised_at
        is_old = not has_seen(self.fetched_at, max(revised_at, self.own_revised_at or revised_at))
        return Standing.OLD if is_old else Standing.CURRENT


def has_seen(fetched_at: datetime, changed_at: datetime | None) -> bool:
    """Tell whether who read a feed then got what had changed; in doubt they did not."""
    return changed_at is None or fetched_at >= changed_at + SETTLED


def of_readers(
    addresses: Iterable[tuple[ReadAddress, Standing]], *, now: datetime
) -> dict[int, Standing]:
    """Return how each reader of one group stands: as the worst of their programs in use.

    Who has none in use stands as the worst of all they have.
    """
    found: dict[int, list[tuple[bool, Standing]]] = {}
    for address, standing in addresses:
        fetched_at = address.fetched_at
        is_in_use = fetched_at is not None and fetched_at >= now - IN_USE
        found.setdefault(address.reader, []).append((is_in_use, standing))
    return {reader: _worst(standings) for reader, standings in found.items()}


def _worst(standings: Sequence[tuple[bool, Standing]]) -> Standing:
    in_use = [standing for is_in_use, standing in standings if is_in_use]
    return min(in_use or [standing for _, standing in standings], key=_ORDER.__getitem__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """An address as staff see it: whose, what for, and what its program knows of the session."""

    address: ReadAddress
    standing: Standing
    name: str
    email: str | None
    organization: str | None
    #: What the owner calls the address.
    feed_name: str
    program: str
    count: int
    #: The revision of the session that was there when it was read; None: none was.
    revision: int | None
    #: When staff wrote to the owner that the time they have is old.
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupHealth:
    """One group of readers."""

    group: ReaderGroup
    #: How many there are, whether they subscribe or not.
    total: int
    #: The worst first, then by name.
    subscribers: tuple[Subscriber, ...]
    #: Reader → how they stand.
    readers: Mapping[int, Standing]

    def number(self, *standings: Standing) -> int:
        """Return how many readers stand like that."""
        return sum(standing in standings for standing in self.readers.values())

    @property
    def reading(self) -> int:
        """How many readers have a program that looked at least once."""
        return len(self.readers) - self.number(Standing.NEVER)

    @property
    def without(self) -> int:
        """How many do not subscribe."""
        return max(0, self.total - len(self.readers))


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Somebody who comes to the session and has an old time of it."""

    person_id: int
    group: ReaderGroup
    name: str
    has_address: bool
    #: When staff wrote to them of this time.
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionCalendars:
    """What everybody's calendars know of a session."""

    id: int
    title: str
    status: SessionStatus
    timezone: str
    revision: int
    starts_at: datetime
    ends_at: datetime
    changes: SessionChanges
    groups: tuple[GroupHealth, ...]

    @property
    def outdated(self) -> tuple[Recipient, ...]:
        """Who comes to the session and has an old time of it: each once, trainers first."""
        found: dict[int, Recipient] = {}
        for group in self.groups:
            if group.group not in WRITTEN_TO:
                continue
            for one in group.subscribers:
                owner_id = one.address.owner_id
                if group.readers[owner_id] is Standing.OLD_TIME:
                    recipient = Recipient(
                        person_id=owner_id,
                        group=group.group,
                        name=one.name,
                        has_address=one.email is not None,
                        told_at=one.told_at,
                    )
                    found.setdefault(owner_id, recipient)
        return tuple(found.values())

    def recipients(
        self, groups: Iterable[ReaderGroup], *, again: bool, now: datetime
    ) -> tuple[Recipient, ...]:
        """Return whom to write to; nobody once the session is over.

        :param again: also those who were written to of this time.
        """
        if now >= self.ends_at:
            return ()
        wanted = frozenset(groups)
        return tuple(
            one
            for one in self.outdated
            if one.group in wanted and one.has_address and (again or one.told_at is None)
        )
