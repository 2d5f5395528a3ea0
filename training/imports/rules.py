"""Decisions of an import: what of a stored session becomes different, and what stays ours."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

from training.errors import DomainError
from training.imports.errors import CancelledHereError, PublishedHereError, TwiceInFileError
from training.imports.values import ImportedSession, Refused
from training.sessions.values import (
    Audience,
    Delivery,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)

#: What a session's plan takes over from a source; the rest of it is ours alone.
_FROM_SOURCE = (
    *("title", "description", "language", "delivery", "audience", "timezone"),
    *("course_id", "campaign_id", "trainer_ids"),
)
#: What those are called in the words of a source.
_WORD_FOR = {"course_id": "course", "campaign_id": "campaign", "trainer_ids": "trainers"}
_PLACE = ("venue", "room", "join_url")


def refuse_contradictions(
    items: Iterable[ImportedSession | Refused],
) -> list[ImportedSession | Refused]:
    """Refuse an event that was read before and said something else.

    One that is the same again is let through: pages of a list that grows overlap.
    """
    first: dict[str, ImportedSession] = {}
    checked: list[ImportedSession | Refused] = []
    for item in items:
        is_other = (
            isinstance(item, ImportedSession) and first.setdefault(item.external.key, item) != item
        )
        if isinstance(item, ImportedSession) and is_other:
            checked.append(Refused(name=item.external.key, reason=TwiceInFileError()))
        else:
            checked.append(item)
    return checked


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A session as it stands here."""

    id: int
    status: SessionStatus
    #: With a fold for each of its times, as rows have them.
    plan: SessionPlan
    seats: SeatPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """What to do to a stored session; all None: nothing."""

    plan: SessionPlan | None = None
    seats: SeatPlan | None = None
    status: SessionStatus | None = None
    #: What becomes different, by name.
    changed: tuple[str, ...] = ()
    #: Why something stays as it is although the source says otherwise.
    note: DomainError | None = None


def update(stored: Stored, imported: ImportedSession) -> Update:
    """Compare a stored session with the source's.

    The source decides about what it says something of; the rest is ours. What staff cancelled or
    published here stays so.
    """
    if stored.status is SessionStatus.CANCELLED:
        is_agreed = imported.status is SessionStatus.CANCELLED
        return Update(note=None if is_agreed else CancelledHereError())
    if imported.status is SessionStatus.CANCELLED:
        return Update(status=SessionStatus.CANCELLED, changed=("status",))

    plan = _merged(stored.plan, imported)
    seats = _seats(stored.seats, imported)
    is_to_publish = (
        stored.status is SessionStatus.DRAFT and imported.status is SessionStatus.PUBLISHED
    )
    is_draft_there = imported.status is SessionStatus.DRAFT is not stored.status
    changed = [
        _WORD_FOR.get(name, name)
        for name in _FROM_SOURCE
        if getattr(plan, name) != getattr(stored.plan, name)
    ]
    changed += _of_meetings(stored.plan.meetings, plan.meetings)
    if seats.capacity != stored.seats.capacity:
        changed.append("capacity")
    if seats.waitlist_capacity != stored.seats.waitlist_capacity:
        changed.append("waitlist")
    if is_to_publish:
        changed.append("status")
    return Update(
        plan=None if plan == stored.plan else plan,
        seats=None if seats == stored.seats else seats,
        status=SessionStatus.PUBLISHED if is_to_publish else None,
        changed=tuple(changed),
        note=PublishedHereError() if is_draft_there and "status" in imported.says else None,
    )


def _of_meetings(ours: tuple[MeetingPlan, ...], merged: tuple[MeetingPlan, ...]) -> list[str]:
    """Return what of the meetings becomes different, in the words of a source."""
    if len(ours) != len(merged):
        return ["meetings"]
    pairs = list(zip(ours, merged, strict=True))
    is_moved = any(
        replace(new, **{name: getattr(old, name) for name in _PLACE}) != old for old, new in pairs
    )
    changed = ["time"] if is_moved else []
    changed += [
        name
        for name in _PLACE
        if any(getattr(old, name) != getattr(new, name) for old, new in pairs)
    ]
    return changed


def _merged(ours: SessionPlan, imported: ImportedSession) -> SessionPlan:
    theirs, says = imported.plan, imported.says
    taken = {
        name: getattr(theirs, name) for name in _FROM_SOURCE if _WORD_FOR.get(name, name) in says
    }
    if not imported.is_ours:
        taken["delivery"] = _delivery(ours.delivery, theirs.delivery)
        taken["audience"] = _audience(ours.audience, theirs.audience)
    return replace(ours, **taken, meetings=_meetings(ours, imported))


def _meetings(ours: SessionPlan, imported: ImportedSession) -> tuple[MeetingPlan, ...]:
    """Move our meetings to where the source's are, in their order.

    A table says all meetings that there are; another source knows the first one only.
    """
    merged = []
    for old, new in zip_longest(ours.meetings, imported.plan.meetings):
        if old is None:
            merged.append(new)
        elif new is not None:
            merged.append(_moved(old, new, imported.says))
        elif not imported.is_ours:
            merged.append(old)
    return tuple(merged)


def _seats(ours: SeatPlan, imported: ImportedSession) -> SeatPlan:
    says, theirs = imported.says, imported.seats
    return SeatPlan(
        capacity=theirs.capacity if "capacity" in says else ours.capacity,
        waitlist_capacity=theirs.waitlist_capacity
        if "waitlist" in says
        else ours.waitlist_capacity,
    )


def _delivery(ours: Delivery, theirs: Delivery) -> Delivery:
    # The source has no word for hybrid, so it cannot deny it.
    return ours if ours is Delivery.HYBRID else theirs


def _audience(ours: Audience, theirs: Audience) -> Audience:
    # The source has no word for partners: what is for them here must not become public.
    is_narrower = ours is Audience.PARTNERS and theirs is Audience.PUBLIC
    return ours if is_narrower else theirs


def _moved(ours: MeetingPlan, theirs: MeetingPlan, says: frozenset[str]) -> MeetingPlan:
    return replace(
        ours,
        wall_start=theirs.wall_start,
        start_fold=theirs.start_fold or 0,
        wall_end=theirs.wall_end,
        end_fold=theirs.end_fold or 0,
        timezone=theirs.timezone,
        **{name: getattr(theirs, name) for name in _PLACE if name in says},
    )
