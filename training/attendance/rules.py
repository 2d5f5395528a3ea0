"""When a meeting may be marked, and what becomes of each mark: values in, answer out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from training.attendance.errors import (
    MarkingClosedError,
    MarkingNotOpenError,
    MeetingCancelledError,
    NonceUsedError,
    NoSeatError,
    NotPublishedError,
)
from training.attendance.values import (
    AttendanceStatus,
    Claim,
    MalformedMark,
    Mark,
    MarkOutcome,
    MarkResult,
    MarkSource,
    Standing,
    StoredMark,
    TakeBack,
    is_marked,
)
from training.clock import find_zone, utc_to_wall
from training.errors import ConflictError
from training.sessions.values import SessionStatus

#: People are let in before the start, and a trainer opens the sheet on the way there.
OPENS_BEFORE = timedelta(hours=4)
#: A trainer may bring marks in, and set them right, for so long after the end.
CLOSES_AFTER = timedelta(days=7)
#: A phone's clock that is off by more is told so; less is what clocks do.
CLOCK_TOLERANCE = timedelta(minutes=5)
#: What a column of whole numbers holds; further off is off, too.
_MAX_SECONDS = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingState:
    """What decides whether a meeting may be marked."""

    session_status: SessionStatus
    cancelled_at: datetime | None
    starts_at: datetime
    ends_at: datetime


#: Whoever was marked so was there.
_THERE = frozenset({AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY})


def has_attended(statuses: Collection[AttendanceStatus | None]) -> bool:
    """Tell whether somebody attended a session's course, as other courses may build on it.

    They were there, be it late or until before the end, at every meeting that has begun and was
    not called off. Nobody marked is nobody there: staff can take them all the same. A meeting to
    come is not asked about, so that whoever is in a course may register for the one after it.

    :param statuses: what the newest mark says at each of these meetings; None: there is none.
    """
    return bool(statuses) and all(status in _THERE for status in statuses)


def opens_at(starts_at: datetime) -> datetime:
    """Return from when on a meeting may be marked, by everybody."""
    return starts_at - OPENS_BEFORE


def closes_at(ends_at: datetime) -> datetime:
    """Return until when trainers may mark a meeting; staff may later, too."""
    return ends_at + CLOSES_AFTER


def is_today(starts_at: datetime, ends_at: datetime, timezone: str, *, now: datetime) -> bool:
    """Tell whether a meeting runs, or takes place on the day that it is there."""
    zone = find_zone(timezone)
    days = {utc_to_wall(instant, zone)[0].date() for instant in (starts_at, now)}
    return len(days) == 1 or starts_at <= now < ends_at


def why_not(state: MeetingState, *, is_staff: bool, now: datetime) -> ConflictError | None:
    """Return why a meeting cannot be marked now, or None: it can.

    :param now: the server's time. What a phone's clock says decides nothing.
    """
    if state.session_status is SessionStatus.DRAFT:
        return NotPublishedError()
    if state.session_status is SessionStatus.CANCELLED or state.cancelled_at is not None:
        return MeetingCancelledError()
    if now < opens_at(state.starts_at):
        return MarkingNotOpenError()
    if not is_staff and now >= closes_at(state.ends_at):
        return MarkingClosedError()
    return None


def clock_ahead_seconds(sent_at: datetime | None, *, now: datetime) -> int | None:
    """Return by how much a phone's clock is ahead of ours, from what it showed when it sent."""
    if sent_at is None:
        return None
    ahead = int((sent_at - now).total_seconds())
    return max(-_MAX_SECONDS, min(ahead, _MAX_SECONDS))


def is_clock_off(
    claimed_at: datetime | None,
    recorded_at: datetime,
    *,
    ahead_seconds: int | None,
    starts_at: datetime,
) -> bool:
    """Tell whether the clock of a phone that made a mark cannot be believed.

    A mark that was kept while there was no network comes late, and its clock is right. So what the
    clock showed when it was sent decides. Where that is not known, it is off if it names a time
    after the mark came, or before anybody could mark.

    :param starts_at: when the meeting begins.
    """
    if ahead_seconds is not None:
        return abs(ahead_seconds) > CLOCK_TOLERANCE.total_seconds()
    if claimed_at is None:
        return False
    return (
        claimed_at > recorded_at + CLOCK_TOLERANCE
        or claimed_at < opens_at(starts_at) - CLOCK_TOLERANCE
    )


def source_of(before: Standing, source: MarkSource, *, actor_id: int, is_staff: bool) -> MarkSource:
    """Return where a mark comes from: staff who overrule somebody's mark correct it."""
    if is_staff and before.is_marked and before.recorded_by != actor_id:
        return MarkSource.CORRECTION
    return source


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What is to become of a batch, before the database has seen the nonces."""

    #: By position in the batch: those that are settled already.
    settled: Mapping[int, MarkResult]
    #: By position, in order: those to write.
    to_write: Mapping[int, Mark]


def judge(marks: Sequence[Mark | MalformedMark], standing_of: Mapping[int, Standing]) -> Judged:
    """Decide about each mark on its own: one that is refused spoils no other.

    Whether somebody is unmarked is decided before the batch; whom it marked already, it leaves.

    :param standing_of: of those who hold a seat in the session, by registration.
    """
    settled: dict[int, MarkResult] = {}
    to_write: dict[int, Mark] = {}
    first_with: dict[str, Mark] = {}
    touched: set[int] = set()
    for position, mark in enumerate(marks):
        if isinstance(mark, MalformedMark):
            settled[position] = MarkResult(
                nonce=mark.nonce, outcome=MarkOutcome.REFUSED, refusal=mark.refusal
            )
            continue
        standing = standing_of.get(mark.registration_id)
        first = first_with.setdefault(mark.nonce, mark)
        if first is not mark:
            settled[position] = _sent_before(mark, first)
        elif standing is None:
            settled[position] = MarkResult(
                nonce=mark.nonce, outcome=MarkOutcome.REFUSED, refusal=NoSeatError()
            )
        elif mark.is_overtaken or (
            mark.only_if_unmarked and (standing.is_marked or mark.registration_id in touched)
        ):
            settled[position] = MarkResult(nonce=mark.nonce, outcome=MarkOutcome.KEPT)
        else:
            to_write[position] = mark
            touched.add(mark.registration_id)
    return Judged(settled=settled, to_write=to_write)


def settle(
    judged: Judged,
    marks: Sequence[Mark | MalformedMark],
    *,
    written: Mapping[str, int],
    stored: Mapping[str, StoredMark],
    standing_of: Mapping[int, Standing],
) -> tuple[MarkResult, ...]:
    """Return what became of each mark, in the order of the batch.

    What came before is told so even where it would be refused today: its sender must not think
    that it was lost.

    :param written: id of each new mark, by nonce.
    :param stored: marks of the meeting that had a nonce of the batch before, by nonce.
    :param standing_of: as :func:`judge`; before the batch.
    """
    current_of = {id_: standing.status for id_, standing in standing_of.items()} | {
        mark.registration_id: mark.status
        for mark in judged.to_write.values()
        if mark.nonce in written
    }
    results = []
    for position, mark in enumerate(marks):
        if position in judged.to_write and mark.nonce in written:
            current = current_of[judged.to_write[position].registration_id]
            results.append(MarkResult(nonce=mark.nonce, outcome=MarkOutcome.SAVED, current=current))
            continue
        before = stored.get(mark.nonce) if mark.nonce is not None else None
        if isinstance(mark, Mark) and before is not None:
            result = _sent_before(mark, before)
        elif position in judged.settled:
            result = judged.settled[position]
        else:  # the nonce is known, but not at this meeting
            result = MarkResult(
                nonce=mark.nonce, outcome=MarkOutcome.REFUSED, refusal=NonceUsedError()
            )
        if isinstance(mark, Mark) and not result.refusal and mark.registration_id in current_of:
            current = current_of[mark.registration_id] or AttendanceStatus.CLEARED
            result = replace(result, current=current)
        results.append(result)
    return tuple(results)


def _sent_before(mark: Mark, first: Mark | StoredMark) -> MarkResult:
    if (mark.registration_id, mark.status) == (first.registration_id, first.status):
        return MarkResult(nonce=mark.nonce, outcome=MarkOutcome.ALREADY)
    return MarkResult(nonce=mark.nonce, outcome=MarkOutcome.REFUSED, refusal=NonceUsedError())


def last_by_registration(marks: Iterable[Mark]) -> dict[int, Mark]:
    """Return the mark that counts for each registration: of several in a batch the last."""
    return {mark.registration_id: mark for mark in marks}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """A batch in numbers."""

    #: How many more people have a mark than before.
    newly_marked: int
    #: How many marks replaced another person's, and said something else.
    disagreed: int
    by_status: Mapping[AttendanceStatus, int]


def tally(
    saved: Sequence[Mark], standing_of: Mapping[int, Standing], *, actor_id: int | None
) -> Tally:
    """Count what a batch changed.

    :param standing_of: before the batch.
    """
    newly_marked = disagreed = 0
    for registration_id, mark in last_by_registration(saved).items():
        before = standing_of[registration_id]
        newly_marked += is_marked(mark.status) - before.is_marked
        disagreed += (
            before.is_marked and before.recorded_by != actor_id and before.status != mark.status
        )
    return Tally(
        newly_marked=newly_marked,
        disagreed=disagreed,
        by_status=Counter(mark.status for mark in saved),
    )


def taken_back(
    history: Sequence[StoredMark], *, of_save: Collection[int]
) -> dict[int, AttendanceStatus]:
    """Return the status that each registration had before a save, by registration.

    Whoever was marked again since keeps that mark.

    :param history: all marks of these registrations at the meeting, oldest first.
    :param of_save: ids of the marks that the save made.
    """
    before: dict[int, AttendanceStatus] = {}
    newest: dict[int, int] = {}
    for mark in history:
        newest[mark.registration_id] = mark.id
        if mark.id not in of_save:
            before[mark.registration_id] = mark.status
    return {
        registration_id: before.get(registration_id, AttendanceStatus.CLEARED)
        for registration_id, mark_id in newest.items()
        if mark_id in of_save
    }


def resolve(
    claims: Sequence[Claim], history: Sequence[StoredMark], *, actor_id: int
) -> list[Mark | MalformedMark]:
    """Turn the wish to take a mark back into the mark that does so.

    :param history: all marks at the meeting of whoever is to be put back, oldest first.
    :param actor_id: takes back nobody's marks but their own.
    """
    history_of: dict[int, list[StoredMark]] = {}
    for stored in history:
        history_of.setdefault(stored.registration_id, []).append(stored)
    resolved: list[Mark | MalformedMark] = []
    touched: set[int] = set()
    for claim in claims:
        if isinstance(claim, TakeBack):
            mark = _restoring(claim, history_of.get(claim.registration_id, []), actor_id=actor_id)
            # What stands before it in the batch is newer than the mark that it takes back.
            is_late = claim.registration_id in touched
            resolved.append(replace(mark, is_overtaken=mark.is_overtaken or is_late))
        else:
            resolved.append(claim)
        if not isinstance(claim, MalformedMark):
            touched.add(claim.registration_id)
    return resolved


def _restoring(wish: TakeBack, history: Sequence[StoredMark], *, actor_id: int) -> Mark:
    """Return the mark that puts a person back.

    What the same page marked after the mark taken back, is taken back with it: its own earlier
    undoing is nobody else's newer word.
    """
    own = [mark for mark in history if mark.recorded_by == actor_id]
    first = next((mark for mark in own if mark.nonce == wish.takes_back), None)
    of_page = {
        mark.id
        for mark in own
        if first and mark.id >= first.id and _page_of(mark.nonce) == _page_of(first.nonce)
    }
    status = taken_back(history, of_save=of_page).get(wish.registration_id)
    again = next((mark.status for mark in history if mark.nonce == wish.nonce), None)
    return Mark(
        registration_id=wish.registration_id,
        status=again or status or AttendanceStatus.CLEARED,
        nonce=wish.nonce,
        claimed_at=wish.claimed_at,
        is_overtaken=status is None,
    )


def _page_of(nonce: str) -> str:
    """Return what the nonces of one page have in common: what stands before the last dot."""
    return nonce.rpartition(".")[0] or nonce
