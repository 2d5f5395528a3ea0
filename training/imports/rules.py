"""Decisions of an import: what of a stored session becomes different, and what stays ours."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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

#: What a session's plan takes over from the source; the rest of it is ours alone.
_FROM_SOURCE = ("title", "description", "language", "delivery", "audience", "timezone")


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

    The source decides about what it has a word for. Course, campaign, trainers, rooms, links,
    further meetings, the waitlist and when registration opens are ours. What staff cancelled or
    published here stays so.
    """
    if stored.status is SessionStatus.CANCELLED:
        is_agreed = imported.status is SessionStatus.CANCELLED
        return Update(note=None if is_agreed else CancelledHereError())
    if imported.status is SessionStatus.CANCELLED:
        return Update(status=SessionStatus.CANCELLED, changed=("status",))

    plan = _merged(stored.plan, imported.plan)
    seats = replace(stored.seats, capacity=imported.seats.capacity)
    is_to_publish = stored.status is SessionStatus.DRAFT is not imported.status
    is_draft_there = imported.status is SessionStatus.DRAFT is not stored.status
    changed = [name for name in _FROM_SOURCE if getattr(plan, name) != getattr(stored.plan, name)]
    if plan.meetings != stored.plan.meetings:
        changed.append("time")
    if seats != stored.seats:
        changed.append("capacity")
    if is_to_publish:
        changed.append("status")
    return Update(
        plan=None if plan == stored.plan else plan,
        seats=None if seats == stored.seats else seats,
        status=SessionStatus.PUBLISHED if is_to_publish else None,
        changed=tuple(changed),
        note=PublishedHereError() if is_draft_there else None,
    )


def _merged(ours: SessionPlan, theirs: SessionPlan) -> SessionPlan:
    first, *others = ours.meetings
    [meeting] = theirs.meetings
    return replace(
        ours,
        title=theirs.title,
        description=theirs.description,
        language=theirs.language,
        delivery=_delivery(ours.delivery, theirs.delivery),
        audience=_audience(ours.audience, theirs.audience),
        timezone=theirs.timezone,
        meetings=(_moved(first, meeting), *others),
    )


def _delivery(ours: Delivery, theirs: Delivery) -> Delivery:
    # The source has no word for hybrid, so it cannot deny it.
    return ours if ours is Delivery.HYBRID else theirs


def _audience(ours: Audience, theirs: Audience) -> Audience:
    # The source has no word for partners: what is for them here must not become public.
    is_narrower = ours is Audience.PARTNERS and theirs is Audience.PUBLIC
    return ours if is_narrower else theirs


def _moved(ours: MeetingPlan, theirs: MeetingPlan) -> MeetingPlan:
    return replace(
        ours,
        wall_start=theirs.wall_start,
        start_fold=theirs.start_fold or 0,
        wall_end=theirs.wall_end,
        end_fold=theirs.end_fold or 0,
        timezone=theirs.timezone,
    )
