"""Who waits beside a seat that they may have: counted from the rows alone, not by the rule.

The rule that gives seats could be wrong; this looks at each person by themselves, and so it says
of the ways in which seats are given only what is true of every one of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from training.campaigns.models import Allotment
from training.checks.values import Finding
from training.db import db
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations.models import Registration
from training.registrations.values import SEATED, Claim, RegistrationStatus
from training.sessions.models import Hold, TrainingSession
from training.sessions.values import SessionStatus

#: What time does is done within a minute; later, nobody is there to do it.
LATE = timedelta(minutes=5)

_VOUCHED = sa.case((Registration.claim != Claim.STATED, Registration.organization_id))


@dataclass(slots=True)
class _Room:
    """A session's seats, and who wants them."""

    row: Any
    #: Organization → seats that it holds.
    holds: dict[int, int] = field(default_factory=dict)
    #: Organization → seats that its people have.
    used: Counter[int | None] = field(default_factory=Counter)
    waiting: list[Any] = field(default_factory=list)


def holds(_now: datetime) -> list[Finding]:
    """I1: what is kept for organizations is what they hold and have not used."""
    found = []
    for session_id, room in _rooms(sa.true()).items():
        kept = sum(max(0, seats - room.used[one]) for one, seats in room.holds.items())
        real = (len(room.holds), kept)
        stored = (room.row.hold_count, room.row.kept_count)
        if stored != real:
            found.append(
                Finding("I1", f"session {session_id}", f"holds, kept seats {stored}, rows {real}")
            )
    return found


def waiting_beside_free(now: datetime) -> list[Finding]:
    """I4: no free seat stands beside somebody who waits and may have it."""
    rooms = _rooms(
        sa.and_(
            TrainingSession.status == SessionStatus.PUBLISHED,
            sa.func.coalesce(TrainingSession.promotion_ends_at, TrainingSession.starts_at) > now,
        )
    )
    left_of = _allotments(room.row.campaign_id for room in rooms.values())
    found = []
    for session_id, room in rooms.items():
        left = left_of[room.row.campaign_id]
        for unit in _in_line(room.waiting):
            if all(not one.is_suspended for one in unit) and _fits(room, unit, left):
                found.append(
                    Finding(
                        "I4",
                        f"session {session_id}",
                        f"a free seat beside registration {unit[0].id}, which waits",
                    )
                )
                break
            if len(unit) > 1 and not room.row.fills_gaps:
                break  # whoever stands behind may have to wait for them
    return found


def overdue(now: datetime) -> list[Finding]:
    """I4: no offer, request or hold stands beyond its time: a sender of mails sees to them."""
    late = now - LATE
    ended = db.session.execute(
        sa.select(Registration.id, Registration.status).where(
            sa.or_(
                sa.and_(
                    Registration.status == RegistrationStatus.OFFERED,
                    Registration.offer_expires_at < late,
                ),
                sa.and_(
                    Registration.status == RegistrationStatus.REQUESTED,
                    Registration.request_expires_at < late,
                ),
            )
        )
    )
    kept = db.session.scalars(
        sa.select(Hold.id).where(Hold.released_at.is_(None), Hold.release_at < late)
    )
    return [
        Finding("I4", f"registration {registration_id}", f"is {status} beyond its time")
        for registration_id, status in ended
    ] + [Finding("I4", f"hold {hold_id}", "is not released in time") for hold_id in kept]


def _rooms(which: sa.ColumnElement[bool]) -> dict[int, _Room]:
    rooms = {
        row.id: _Room(row=row)
        for row in db.session.execute(
            sa.select(
                TrainingSession.id,
                TrainingSession.campaign_id,
                TrainingSession.capacity,
                TrainingSession.organization_limit,
                TrainingSession.fills_gaps,
                TrainingSession.hold_count,
                TrainingSession.kept_count,
            )
            .where(which)
            .order_by(TrainingSession.id)
        )
    }
    for hold in db.session.scalars(sa.select(Hold).where(Hold.released_at.is_(None))):
        if hold.training_session_id in rooms:
            rooms[hold.training_session_id].holds[hold.organization_id] = hold.seats
    seated = db.session.execute(
        sa.select(Registration.training_session_id, _VOUCHED.label("organization_id"))
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .where(which, Registration.status.in_(SEATED))
    )
    for session_id, organization_id in seated:
        rooms[session_id].used[organization_id] += 1
    waiting = db.session.execute(
        sa.select(
            Registration.id,
            Registration.training_session_id,
            Registration.group.label("group_number"),
            _VOUCHED.label("organization_id"),
            sa.and_(
                Organization.id.is_not(None),
                Organization.status != OrganizationStatus.ACTIVE,
            ).label("is_suspended"),
        )
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .outerjoin(Organization, Organization.id == Registration.organization_id)
        .where(which, Registration.status == RegistrationStatus.WAITLISTED)
        .order_by(Registration.training_session_id, Registration.ticket)
    )
    for row in waiting:
        rooms[row.training_session_id].waiting.append(row)
    return rooms


def _in_line(waiting: Sequence[Any]) -> list[list[Any]]:
    """Return single people and groups, each by its first ticket."""
    units: list[list[Any]] = []
    group_of: dict[int, list[Any]] = {}
    for one in waiting:
        unit = group_of.get(one.group_number) if one.group_number is not None else None
        if unit is None:
            unit = []
            units.append(unit)
            if one.group_number is not None:
                group_of[one.group_number] = unit
        unit.append(one)
    return units


def _fits(room: _Room, unit: Sequence[Any], left: Counter[int]) -> bool:
    """Tell whether all of a unit may have seats, one after the other."""
    used = room.used.copy()
    balance = Counter(left)
    for one in unit:
        own = one.organization_id
        kept = sum(max(0, seats - used[it]) for it, seats in room.holds.items() if it != own)
        has_own = own in room.holds and room.holds[own] > used[own]
        limit = room.row.organization_limit
        is_refused = (
            (
                room.row.capacity is not None
                and used.total() + (0 if has_own else kept) >= room.row.capacity
            )
            or (own is not None and limit is not None and used[own] >= limit)
            or (own is not None and own in left and balance[own] <= 0)
        )
        if is_refused:
            return False
        used[own] += 1
        if own is not None:
            balance[own] -= 1
    return True


def _allotments(campaign_ids: Iterable[int | None]) -> dict[int | None, Counter[int]]:
    """Return what organizations have left in each campaign; below zero too."""
    left: dict[int | None, Counter[int]] = defaultdict(Counter)
    ids = {id_ for id_ in campaign_ids if id_ is not None}
    for allotment in db.session.scalars(sa.select(Allotment).where(Allotment.campaign_id.in_(ids))):
        left[allotment.campaign_id][allotment.organization_id] = allotment.seats
    used = db.session.execute(
        sa.select(TrainingSession.campaign_id, Registration.organization_id, sa.func.count())
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .where(
            TrainingSession.campaign_id.in_(ids),
            Registration.status.in_(SEATED),
            Registration.claim != Claim.STATED,
        )
        .group_by(TrainingSession.campaign_id, Registration.organization_id)
    )
    for campaign_id, organization_id, seats in used:
        if organization_id is not None and organization_id in left[campaign_id]:
            left[campaign_id][organization_id] -= seats
    return left
