"""When a meeting may be marked, and what becomes of each mark: values in, answer out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    MalformedMark,
    Mark,
    MarkOutcome,
    MarkResult,
    Standing,
    StoredMark,
    is_marked,
)
from training.errors import ConflictError
from training.sessions.values import SessionStatus

#: People are let in before the start, and a trainer opens the sheet on the way there.
OPENS_BEFORE = timedelta(hours=4)
#: A trainer may bring marks in, and set them right, for so long after the end.
CLOSES_AFTER = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingState:
    """What decides whether a meeting may be marked."""

    session_status: SessionStatus
    cancelled_at: datetime | None
    starts_at: datetime
    ends_at: datetime


def opens_at(starts_at: datetime) -> datetime:
    """Return from when on a meeting may be marked, by everybody."""
    return starts_at - OPENS_BEFORE


def closes_at(ends_at: datetime) -> datetime:
    """Return until when trainers may mark a meeting; staff may later, too."""
    return ends_at + CLOSES_AFTER


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What is to become of a batch, before the database has seen the nonces."""

    #: By position in the batch: those that are settled already.
    settled: Mapping[int, MarkResult]
    #: By position, in order: those to write.
    to_write: Mapping[int, Mark]


def judge(marks: Sequence[Mark | MalformedMark], standing_of: Mapping[int, Standing]) -> Judged:
    """Decide about each mark on its own: one that is refused spoils no other.

    :param standing_of: of those who hold a seat in the session, by registration.
    """
    settled: dict[int, MarkResult] = {}
    to_write: dict[int, Mark] = {}
    first_with: dict[str, Mark] = {}
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
        elif mark.only_if_unmarked and standing.is_marked:
            settled[position] = MarkResult(nonce=mark.nonce, outcome=MarkOutcome.KEPT)
        else:
            to_write[position] = mark
    return Judged(settled=settled, to_write=to_write)


def settle(
    judged: Judged,
    marks: Sequence[Mark | MalformedMark],
    *,
    written: Mapping[str, int],
    stored: Mapping[str, StoredMark],
) -> tuple[MarkResult, ...]:
    """Return what became of each mark, in the order of the batch.

    What came before is told so even where it would be refused today: its sender must not think
    that it was lost.

    :param written: id of each new mark, by nonce.
    :param stored: marks of the meeting that had a nonce of the batch before, by nonce.
    """
    results = []
    for position, mark in enumerate(marks):
        before = stored.get(mark.nonce) if mark.nonce is not None else None
        if isinstance(mark, Mark) and before is not None:
            results.append(_sent_before(mark, before))
        elif position in judged.settled:
            results.append(judged.settled[position])
        elif isinstance(mark, Mark) and mark.nonce in written:
            results.append(MarkResult(nonce=mark.nonce, outcome=MarkOutcome.SAVED))
        else:  # the nonce is known, but not at this meeting
            results.append(
                MarkResult(nonce=mark.nonce, outcome=MarkOutcome.REFUSED, refusal=NonceUsedError())
            )
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
