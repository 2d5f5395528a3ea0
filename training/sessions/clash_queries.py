"""What stands in the way of meetings: read narrowly, decided by the pure rule."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.people.models import Person
from training.sessions.models import Assignment, Meeting, Room, TrainingSession, Venue
from training.sessions.rules.clashes import Clash, Sitting, clashes
from training.text import joined

# The tables and not the classes: what is read here is not worth an object each.
_meeting, _room, _assignment = (kind.__table__.c for kind in (Meeting, Room, Assignment))

#: Meetings that are held; those of a cancelled session are all cancelled with it.
_HELD = (
    sa.select(
        _meeting.id.label("meeting_id"),
        _meeting.training_session_id,
        _meeting.starts_at,
        _meeting.ends_at,
        _room.venue_id,
        _room.name.label("room"),
    )
    .select_from(Meeting.__table__.outerjoin(Room.__table__, _room.id == _meeting.room_id))
    .where(_meeting.cancelled_at.is_(None))
)
_HELD_OF = _HELD.where(_meeting.training_session_id.in_(sa.bindparam("ids", expanding=True)))
_TRAINERS = sa.select(_assignment.training_session_id, _assignment.person_id).where(
    _assignment.training_session_id.in_(sa.bindparam("ids", expanding=True))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribedClash:
    """A clash, as a page names it."""

    #: Of the meeting that is planned.
    my_starts_at: datetime
    my_ends_at: datetime
    my_timezone: str
    #: The session that stands in the way; it may be the same one, with two meetings at once.
    training_session_id: int
    title: str
    is_own: bool
    is_draft: bool
    starts_at: datetime
    ends_at: datetime
    timezone: str
    #: Who would have to be in both.
    trainers: tuple[str, ...]
    #: Where both are; empty: in two places.
    place: str


def clashes_of(training_session_id: int) -> list[Clash]:
    """Return what a stored session clashes with, in up to four statements."""
    return _found_for([training_session_id], _trainers_of([training_session_id]))


def clashing(
    training_session_ids: Sequence[int], trainers: Mapping[int, frozenset[int]] | None = None
) -> frozenset[int]:
    """Return which of these sessions clash with anything, in up to four statements for all.

    :param trainers: who trains in each, where it was read already: one statement less.
    """
    if trainers is None:
        trainers = _trainers_of(training_session_ids)
    found = _found_for(training_session_ids, trainers)
    asked = set(training_session_ids)
    return frozenset(
        id_
        for clash in found
        for id_ in (clash.mine.training_session_id, clash.other.training_session_id)
        if id_ is not None and id_ in asked
    )


def sittings_after(instant: datetime) -> list[Sitting]:
    """Return every meeting that ends after an instant and is held, with who trains in it."""
    rows = db.session.execute(_HELD.where(_meeting.ends_at > _instant(instant))).all()
    ends_later = sa.select(_meeting.training_session_id).where(_meeting.ends_at > _instant(instant))
    assigned = sa.select(_assignment.training_session_id, _assignment.person_id).where(
        _assignment.training_session_id.in_(ends_later)
    )
    trainers = _by_session(db.session.execute(assigned))
    return [_sitting(row, trainers) for row in rows]


def _found_for(
    training_session_ids: Sequence[int], trainers: Mapping[int, frozenset[int]]
) -> list[Clash]:
    rows = db.session.execute(_HELD_OF, {"ids": training_session_ids})
    own = [_sitting(row, trainers) for row in rows]
    if not own:
        return []
    return clashes(own, _in_the_way(own, besides=training_session_ids))


def _in_the_way(own: Sequence[Sitting], *, besides: Collection[int]) -> list[Sitting]:
    """Return meetings of other sessions in the same span that want a person or place of these."""
    person_ids = frozenset(one for sitting in own for one in sitting.trainer_ids)
    venue_ids = {sitting.venue_id for sitting in own if sitting.venue_id is not None}
    others = _HELD.where(
        _meeting.starts_at < _instant(max(sitting.ends_at for sitting in own)),
        _meeting.ends_at > _instant(min(sitting.starts_at for sitting in own)),
        _meeting.training_session_id.not_in(besides),
    )
    # Two halves, each found by an index: of rooms with their times, of people with their sessions.
    halves = []
    if venue_ids:
        rooms = sa.select(_room.id).where(_room.venue_id.in_(venue_ids))
        halves.append(others.where(_meeting.room_id.in_(rooms)))
    if person_ids:
        theirs = sa.select(_assignment.training_session_id).where(
            _assignment.person_id.in_(person_ids)
        )
        halves.append(others.where(_meeting.training_session_id.in_(theirs)))
    if not halves:
        return []
    rows = db.session.execute(sa.union(*halves)).all()
    ids = sorted({row.training_session_id for row in rows})
    trainers = _trainers_of(ids, person_ids) if ids and person_ids else {}
    return [_sitting(row, trainers) for row in rows]


def _instant(instant: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(instant, UtcDateTime())


def _trainers_of(
    training_session_ids: Sequence[int], among: AbstractSet[int] | None = None
) -> dict[int, frozenset[int]]:
    statement = _TRAINERS
    if among is not None:
        statement = statement.where(_assignment.person_id.in_(among))
    return _by_session(db.session.execute(statement, {"ids": training_session_ids}))


def _by_session(rows: Iterable[Any]) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for training_session_id, person_id in rows:
        found[training_session_id] = found.get(training_session_id, frozenset()) | {person_id}
    return found


def _sitting(row: Any, trainers: Mapping[int, frozenset[int]]) -> Sitting:
    return Sitting(
        meeting_id=row.meeting_id,
        training_session_id=row.training_session_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        venue_id=row.venue_id,
        room=row.room or "",
        trainer_ids=trainers.get(row.training_session_id, frozenset()),
    )


def described(found: Sequence[Clash], *, my_timezone: str) -> list[DescribedClash]:
    """Return clashes as a page names them, in three statements at most.

    The session that was saved may be gone again: only the other one is read.
    """
    if not found:
        return []
    others = {
        row.id: row
        for row in db.session.execute(
            sa.select(
                TrainingSession.id,
                TrainingSession.title,
                TrainingSession.timezone,
                TrainingSession.status,
            ).where(TrainingSession.id.in_({one.other.training_session_id for one in found}))
        )
    }
    names = mapped(
        sa.select(Person.id, Person.name).where(
            Person.id.in_({person_id for one in found for person_id in one.trainer_ids})
        )
    )
    venues = mapped(
        sa.select(Venue.id, Venue.name).where(
            Venue.id.in_({one.other.venue_id for one in found if one.is_of_place})
        )
    )
    return [_described(clash, others, names, venues, my_timezone) for clash in found]


def mapped(statement: sa.Select[int, Any]) -> dict[int, Any]:
    """Return what a statement finds of each key."""
    return {row[0]: row[1] for row in db.session.execute(statement)}


def _described(
    clash: Clash,
    others: Mapping[int, Any],
    names: Mapping[int, str],
    venues: Mapping[int, str],
    my_timezone: str,
) -> DescribedClash:
    other, id_ = clash.other, clash.other.training_session_id
    assert id_ is not None
    row = others.get(id_)
    is_own = row is None or id_ == clash.mine.training_session_id
    place = joined(other.room, venues.get(other.venue_id or 0)) if clash.is_of_place else ""
    return DescribedClash(
        my_starts_at=clash.mine.starts_at,
        my_ends_at=clash.mine.ends_at,
        my_timezone=my_timezone,
        training_session_id=id_,
        title=row.title if row is not None else "",
        is_own=is_own,
        is_draft=row is not None and row.status == "draft",
        starts_at=other.starts_at,
        ends_at=other.ends_at,
        timezone=row.timezone if row is not None else my_timezone,
        trainers=tuple(sorted(names.get(one, "") for one in clash.trainer_ids)),
        place=place,
    )
