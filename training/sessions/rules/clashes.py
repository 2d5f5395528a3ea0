"""Whom and what two meetings want at the same time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """What a meeting, planned or stored, needs for itself while it lasts.

    Or when somebody cannot train: that takes them, like a meeting that they train.
    """

    starts_at: datetime
    ends_at: datetime
    #: None: it takes no place that another could want, or one that is not known yet.
    venue_id: int | None = None
    #: Name of the room; empty: the whole venue.
    room: str = ""
    trainer_ids: frozenset[int] = frozenset()
    #: People who have a seat, where that was asked for.
    participant_ids: frozenset[int] = frozenset()
    #: None: planned, not stored yet.
    training_session_id: int | None = None
    meeting_id: int | None = None
    #: Of the row that says that somebody cannot train then; None: it is a meeting.
    away_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """Why a clash was saved all the same, and by whom."""

    reason: str
    accepted_at: datetime
    #: None: somebody who was erased since.
    name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """Two meetings at the same time, and what both want."""

    mine: Sitting
    other: Sitting
    #: People who would have to train both, or cannot train then.
    trainer_ids: frozenset[int]
    #: Whether both are in one room, or one of them in the whole venue.
    is_of_place: bool
    #: People who have a seat in both.
    participant_ids: frozenset[int] = frozenset()
    #: None: nobody said that it is all right.
    acceptance: Acceptance | None = field(default=None, compare=False)


def overlaps(one: Sitting, other: Sitting) -> bool:
    """Tell whether two meetings share a moment.

    Times are half-open instants: what ends at 11:00 leaves room for what starts at 11:00, in
    whichever zones the clocks hang that say so.
    """
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def shares_place(one: Sitting, other: Sitting) -> bool:
    """Tell whether two meetings are in one room, or one of them takes the venue of the other."""
    return (
        one.venue_id is not None
        and one.venue_id == other.venue_id
        and (one.room == other.room or not one.room or not other.room)
    )


def clashes(planned: Sequence[Sitting], stored: Collection[Sitting] = ()) -> list[Clash]:
    """Return every clash of what is planned: with what is stored, and among itself; by time."""
    # Each is compared with those that began before it and may still run, not with all.
    ordered = sorted(
        [(sitting, True) for sitting in planned] + [(sitting, False) for sitting in stored],
        key=lambda one: one[0].starts_at,
    )
    running: list[tuple[Sitting, bool]] = []
    found: list[Clash] = []
    for sitting, is_planned in ordered:
        running = [one for one in running if overlaps(one[0], sitting)]
        for earlier, was_planned in running:
            mine, other = (earlier, sitting) if was_planned else (sitting, earlier)
            if is_planned or was_planned:
                found += _between(mine, other)
        running.append((sitting, is_planned))
    return found


def _between(mine: Sitting, other: Sitting) -> Iterator[Clash]:
    trainer_ids = mine.trainer_ids & other.trainer_ids
    participant_ids = mine.participant_ids & other.participant_ids
    is_of_place = shares_place(mine, other)
    if trainer_ids or participant_ids or is_of_place:
        yield Clash(
            mine=mine,
            other=other,
            trainer_ids=trainer_ids,
            participant_ids=participant_ids,
            is_of_place=is_of_place,
        )


def fingerprint(clash: Clash) -> str:
    """Return what stays of a clash until its times, its people or its place change.

    The same from both sides: whoever looks at the other session sees it as accepted, too.
    """
    wanted = sorted([_wanted(clash.mine, clash), _wanted(clash.other, clash)])
    people = (sorted(clash.trainer_ids), sorted(clash.participant_ids))
    return sha256(f"{wanted} {people}".encode()).hexdigest()[:32]


def _wanted(sitting: Sitting, clash: Clash) -> str:
    if sitting.away_id is not None:
        # Where it ends may depend on how far one looks.
        return f"away {sitting.away_id} {sitting.starts_at.timestamp()}"
    times = (sitting.starts_at.timestamp(), sitting.ends_at.timestamp())
    place = (sitting.venue_id, sitting.room) if clash.is_of_place else None
    return f"session {sitting.training_session_id} {times} {place}"


def annotated(
    found: Sequence[Clash], accepted: Mapping[tuple[int | None, str], Acceptance]
) -> list[Clash]:
    """Return clashes with who accepted them.

    :param accepted: by the session of either side, and the fingerprint.
    """
    return [replace(clash, acceptance=_acceptance(clash, accepted)) for clash in found]


def _acceptance(
    clash: Clash, accepted: Mapping[tuple[int | None, str], Acceptance]
) -> Acceptance | None:
    print_ = fingerprint(clash) if accepted else ""
    sides = (clash.mine.training_session_id, clash.other.training_session_id)
    return next((accepted[id_, print_] for id_ in sides if (id_, print_) in accepted), None)


def still_open(found: Sequence[Clash]) -> list[Clash]:
    """Return the clashes that nobody accepted."""
    return [clash for clash in found if clash.acceptance is None]


def key_of(found: Sequence[Clash]) -> str:
    """Return what tells these clashes from others: who saves all the same has seen just these.

    Empty for none.
    """
    if not found:
        return ""
    # By times: what is planned has no key yet, or another one each time that nothing is saved.
    parts = sorted(_part(clash) for clash in found)
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _part(clash: Clash) -> str:
    mine, other = clash.mine, clash.other
    is_own = other.away_id is None and mine.training_session_id == other.training_session_id
    times = (mine.starts_at, mine.ends_at, other.starts_at, other.ends_at)
    return (
        f"{[time.timestamp() for time in times]} {None if is_own else other.meeting_id}"
        f" {other.away_id} {sorted(clash.trainer_ids)} {clash.is_of_place}"
    )
