"""What a disk may hold after the power went at some moment, given what was written and synced."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.disk_log import Event, Kind

#: A disk writes this much as a whole, or not at all.
_SECTOR = 512
#: From what is pending to what of it reached the disk.
_Way = Callable[[Sequence[Event]], list[Event]]


@dataclass
class _File:
    """One file: what is safe on the disk, and what was written since it was synced last."""

    safe: bytes = b""
    pending: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        self.safe = _applied(self.safe, self.pending)
        self.pending = []


@dataclass(frozen=True)
class Crash:
    """What lies there afterwards, by the suffixes of the files, and what was promised by then."""

    files: dict[str, bytes]
    acknowledged: tuple[str, ...]

    def put(self, path: Path) -> None:
        """Lay it where a server will look for its database."""
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        for suffix, content in self.files.items():
            path.with_name(path.name + suffix).write_bytes(content)


def crashes(
    before: bytes, events: Sequence[Event], *, count: int, chance: random.Random
) -> Iterator[Crash]:
    """Yield what may be found after the power went: at so many moments, each in four ways.

    Nothing that was not synced reached the disk; all did; some did, in any order; and some of
    it by half.

    :param before: the database, closed cleanly.
    """
    moments = set(chance.sample(range(len(events)), min(count, len(events))))
    files: dict[str, _File] = defaultdict(_File)
    files[""].safe = before
    acknowledged: list[str] = []
    for number, event in enumerate(events):
        match event.kind:
            case Kind.ACKNOWLEDGED:
                acknowledged.append(event.data.decode())
            case Kind.SYNC:
                files[event.suffix].sync()
            case Kind.WRITE | Kind.TRUNCATE:
                files[event.suffix].pending.append(event)
        if number in moments:
            for survives in _ways(chance):
                found = {
                    suffix: _applied(file.safe, survives(file.pending))
                    for suffix, file in files.items()
                }
                yield Crash(found, tuple(acknowledged))


def _ways(chance: random.Random) -> list[_Way]:
    def none(_pending: Sequence[Event]) -> list[Event]:
        return []

    def all_(pending: Sequence[Event]) -> list[Event]:
        return list(pending)

    def some(pending: Sequence[Event]) -> list[Event]:
        return [event for event in pending if chance.random() < 0.5]

    def torn(pending: Sequence[Event]) -> list[Event]:
        return [_torn(event, chance) for event in some(pending)]

    return [none, all_, some, torn]


def _torn(event: Event, chance: random.Random) -> Event:
    sectors = len(event.data) // _SECTOR
    if sectors == 0:
        return event
    return event._replace(data=event.data[: _SECTOR * chance.randint(1, sectors)])


def _applied(content: bytes, events: Sequence[Event]) -> bytes:
    result = bytearray(content)
    for event in events:
        if event.kind is Kind.TRUNCATE:
            del result[event.offset :]
            continue
        result.extend(bytes(max(0, event.offset + len(event.data) - len(result))))
        result[event.offset : event.offset + len(event.data)] = event.data
    return bytes(result)
