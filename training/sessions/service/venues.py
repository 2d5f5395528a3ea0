"""What staff do to venues and their rooms."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.campaigns.usage import is_used
from training.db import db
from training.errors import NotFoundError
from training.sessions.errors import (
    RoomNameTakenError,
    StaleVenueError,
    VenueInUseError,
    VenueNameTakenError,
)
from training.sessions.models import Meeting, Room, TrainingSession, Venue
from training.sessions.service.touching import touch
from training.sessions.values import RoomPlan, VenuePlan

#: What of a plan is a column of the venue.
_COLUMNS = tuple(field.name for field in fields(VenuePlan) if field.name != "rooms")


def add_venue(plan: VenuePlan, *, actor_id: int | None, now: datetime) -> int:
    """Make a venue with its rooms.

    :return: its id.
    :raise VenueNameTakenError: another has this name; :raise RoomNameTakenError: two rooms do.
    """
    _check_names(plan, besides=None)
    venue = Venue(**{name: getattr(plan, name) for name in _COLUMNS})
    db.session.add(venue)
    db.session.flush()
    _furnish(venue.id, [], plan.rooms, now=now)
    _record(
        "venue.add",
        venue,
        after={"name": plan.name, "rooms": len(plan.rooms)},
        actor_id=actor_id,
        now=now,
    )
    return venue.id


def revise_venue(
    venue_id: int,
    plan: VenuePlan,
    *,
    expected_revision: int | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change a venue and its rooms. New names are written into the calendars of what is to come.

    A room that the plan leaves out is deleted if no meeting was ever in it, and archived
    otherwise; one of the name of an archived room is that room again.

    :param expected_revision: what the form showed; None: it does not say, which is too old.
    :return: whether anything changed.
    :raise NotFoundError: there is no such venue.
    :raise StaleVenueError: somebody else changed it since ``expected_revision``.
    :raise VenueNameTakenError: another has this name; :raise RoomNameTakenError: two rooms do.
    """
    venue = _lock(venue_id)
    if venue.revision != expected_revision:
        raise StaleVenueError
    _check_names(plan, besides=venue_id)
    rooms = list(
        db.session.scalars(
            sa.select(Room)
            .where(Room.venue_id == venue_id)
            .order_by(Room.id)
            .execution_options(populate_existing=True)
        )
    )
    changed = {name for name in _COLUMNS if getattr(venue, name) != getattr(plan, name)}
    before: dict[str, object] = {"name": venue.name}
    for name in _COLUMNS:
        setattr(venue, name, getattr(plan, name))
    renamed, is_refurnished = _furnish(venue_id, rooms, plan.rooms, now=now)
    if is_refurnished:
        changed.add("rooms")
    if not changed:
        return False
    venue.revision += 1
    db.session.flush()
    entry_id = _record(
        "venue.revise",
        venue,
        before=before,
        after={"name": venue.name, "changed": sorted(changed)},
        actor_id=actor_id,
        now=now,
    )
    shown = {room.id for room in rooms} if "name" in changed else renamed
    if shown:
        touch(
            _sessions_in(shown, now=now),
            what="place",
            is_meant=lambda meeting: meeting.room_id in shown,
            because_id=entry_id,
            actor_id=actor_id,
            now=now,
        )
    return True


def archive_venue(venue_id: int, *, is_archived: bool, actor_id: int | None, now: datetime) -> None:
    """Offer a venue in no form any more, or offer it again; meetings there stay there.

    :raise NotFoundError: there is no such venue.
    """
    venue = _lock(venue_id)
    if (venue.archived_at is not None) == is_archived:
        return
    venue.archived_at = now if is_archived else None
    venue.revision += 1
    db.session.flush()
    action = "venue.archive" if is_archived else "venue.restore"
    _record(action, venue, actor_id=actor_id, now=now)


def delete_venue(venue_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Delete a venue with its rooms, if no meeting was ever planned there.

    :raise NotFoundError: there is no such venue; :raise VenueInUseError: meetings were.
    """
    venue = _lock(venue_id)
    if is_venue_used(venue_id):
        raise VenueInUseError
    _record("venue.delete", venue, before={"name": venue.name}, actor_id=actor_id, now=now)
    db.session.execute(sa.delete(Room).where(Room.venue_id == venue_id))
    db.session.delete(venue)
    db.session.flush()


def is_venue_used(venue_id: int) -> bool:
    """Tell whether anything refers to the venue or to one of its rooms."""
    rooms = db.session.scalars(sa.select(Room.id).where(Room.venue_id == venue_id)).all()
    own = frozenset({Room.__tablename__})
    return is_used(Venue, [venue_id], except_by=own) or is_used(Room, rooms)


def _lock(venue_id: int) -> Venue:
    """Return a venue as committed; nobody else changes it until the transaction ends."""
    venue = db.session.execute(
        sa.select(Venue)
        .where(Venue.id == venue_id)
        .with_for_update()  # SQLite has one writer at a time, and ignores it
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if venue is None:
        raise NotFoundError
    return venue


def _check_names(plan: VenuePlan, *, besides: int | None) -> None:
    named_so = db.session.scalar(sa.select(Venue.id).where(Venue.name == plan.name))
    if named_so not in {None, besides}:
        raise VenueNameTakenError
    names = [room.name for room in plan.rooms]
    if len(set(names)) < len(names):
        raise RoomNameTakenError


def _furnish(
    venue_id: int, rooms: Sequence[Room], plans: Sequence[RoomPlan], *, now: datetime
) -> tuple[set[int], bool]:
    """Bring the rooms of a venue in line with a plan.

    :return: ids of rooms that have another name now, and whether anything changed.
    """
    by_id = {room.id: room for room in rooms if room.name}
    by_name = {room.name: room for room in by_id.values()}
    targets = [
        (plan, by_id[plan.room_id] if plan.room_id in by_id else by_name.get(plan.name))
        for plan in plans
    ]
    kept = {room.id for _plan, room in targets if room is not None}
    if len(kept) < sum(room is not None for _plan, room in targets):
        raise RoomNameTakenError  # a room was renamed to what another row of the form is called
    is_changed = _clear_away([room for id_, room in by_id.items() if id_ not in kept], now=now)
    renamed = {room.id for plan, room in targets if room is not None and room.name != plan.name}
    taken_over = {by_name[plan.name].id for plan, _room in targets if plan.name in by_name} - kept
    if taken_over:
        raise RoomNameTakenError  # by a room that is archived just now, or was before
    for id_ in renamed:  # out of each other's way: two rooms may swap their names
        by_id[id_].name = f"\N{NO-BREAK SPACE}{id_}"
    db.session.flush()
    for plan, room in targets:
        if room is None:
            db.session.add(Room(venue_id=venue_id, name=plan.name, capacity=plan.capacity))
            is_changed = True
            continue
        if (room.capacity, room.archived_at) != (plan.capacity, None):
            is_changed = True
        room.name, room.capacity, room.archived_at = plan.name, plan.capacity, None
    db.session.flush()
    return renamed, is_changed or bool(renamed)


def _clear_away(rooms: Sequence[Room], *, now: datetime) -> bool:
    """Delete rooms that nothing uses, archive the others; tells whether that changed anything."""
    is_changed = False
    for room in rooms:
        if not is_used(Room, [room.id]):
            db.session.delete(room)
        elif room.archived_at is None:
            room.archived_at = now
        else:
            continue
        is_changed = True
    return is_changed


def _sessions_in(room_ids: set[int], *, now: datetime) -> Sequence[int]:
    return db.session.scalars(
        sa.select(TrainingSession.id)
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
        .where(
            Meeting.room_id.in_(room_ids),
            Meeting.cancelled_at.is_(None),
            # Of a session that is not over all entries are written, those of past meetings too.
            TrainingSession.ends_at > now,
        )
        .distinct()
    ).all()


def _record(
    action: str,
    venue: Venue,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    actor_id: int | None,
    now: datetime,
) -> int:
    return record_act(
        Act(action=action, subject_kind="venue", subject_id=venue.id, before=before, after=after),
        actor_id=actor_id,
        now=now,
    )
