"""What stands in the way of meetings: read narrowly, decided by the pure rule."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.people.models import Person
from training.sessions.models import (
    AcceptedClash,
    Assignment,
    Meeting,
    Room,
    TrainingSession,
    Unavailability,
    Venue,
)
from training.sessions.rules.clashes import (
    Acceptance,
    Clash,
    Sitting,
    annotated,
    clashes,
    still_open,
)
from training.sessions.rules.unavailability import Away, absences
from training.text import joined

# The tables and not the classes: what is read here is not worth an object each.
_meeting, _room, _assignment, _accepted, _away, _person = (
    kind.__table__.c for kind in (Meeting, Room, Assignment, AcceptedClash, Unavailability, Person)
)

#: A zone is at most so far from UTC, and somebody may be away over midnight.
_MARGIN = timedelta(days=3)

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
#: When people cannot train, and which clashes were accepted: two lists in one statement.
_AWAY_OR_ACCEPTED: sa.CompoundSelect[Any] = sa.union_all(
    sa.select(
        _away.id.label("away_id"),
        _away.person_id,
        _away.weekday,
        _away.starts_on,
        _away.ends_on,
        _away.starts,
        _away.ends,
        _away.timezone,
        _away.note,
        sa.cast(sa.null(), sa.Integer).label("training_session_id"),
        sa.cast(sa.null(), sa.String).label("fingerprint"),
        sa.cast(sa.null(), UtcDateTime()).label("accepted_at"),
    ).where(
        _away.person_id.in_(sa.bindparam("people", expanding=True)),
        sa.or_(_away.starts_on.is_(None), _away.starts_on <= sa.bindparam("until", type_=sa.Date)),
        sa.or_(_away.ends_on.is_(None), _away.ends_on >= sa.bindparam("since", type_=sa.Date)),
    ),
    sa.select(
        *(
            sa.cast(sa.null(), kind)
            for kind in (
                sa.Integer,
                sa.Integer,
                sa.Integer,
                sa.Date,
                sa.Date,
                sa.Time,
                sa.Time,
            )
        ),
        _person.name,
        _accepted.reason,
        _accepted.training_session_id,
        _accepted.fingerprint,
        _accepted.accepted_at,
    )
    .select_from(
        AcceptedClash.__table__.outerjoin(Person.__table__, _person.id == _accepted.accepted_by)
    )
    .where(_accepted.training_session_id.in_(sa.bindparam("ids", expanding=True))),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribedClash:
    """A clash, as a page names it."""

    #: Of the meeting that is planned.
    my_starts_at: datetime
    my_ends_at: datetime
    my_timezone: str
    #: The session that stands in the way; it may be the same one, with two meetings at once. None:
    #: a trainer cannot train then.
    training_session_id: int | None
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
    #: People who have a seat in both.
    participants: tuple[str, ...] = ()
    #: None: nobody said yet that it is all right.
    acceptance: Acceptance | None = None
    #: The other one is planned together with this one, and not stored either.
    is_planned: bool = False

    @property
    def is_absence(self) -> bool:
        """Whether no other session stands in the way, but that somebody cannot train then."""
        return self.training_session_id is None


def clashes_of(training_session_id: int, trainer_ids: frozenset[int] | None = None) -> list[Clash]:
    """Return what a stored session clashes with, in up to four statements.

    Each says who accepted it, if somebody did.

    :param trainer_ids: who trains in it, where it was read already: one statement less.
    """
    trainers = (
        _trainers_of([training_session_id])
        if trainer_ids is None
        else {training_session_id: trainer_ids}
    )
    return _found_for([training_session_id], trainers)


def clashes_of_plan(
    planned: Sequence[Sitting], *, training_session_id: int | None = None
) -> list[Clash]:
    """Return what meetings would clash with that are not stored, in up to two statements.

    :param training_session_id: the session that is changed; None: a new one.
    """
    besides = [] if training_session_id is None else [training_session_id]
    return _found_among(planned, besides=besides)


def sittings_of(training_session_ids: Sequence[int]) -> list[Sitting]:
    """Return the meetings of some sessions that are held, with who trains, in two statements."""
    rows = db.session.execute(_HELD_OF, {"ids": training_session_ids})
    trainers = _trainers_of(training_session_ids)
    return [_sitting(row, trainers) for row in rows]


def in_the_way(planned: Sequence[Sitting], *, besides: Sequence[int]) -> list[Sitting]:
    """Return what wants a person or place of planned meetings in their span, and who is away then.

    In two statements.

    :param besides: sessions whose own meetings are left out.
    """
    if not planned:
        return []
    person_ids = sorted({one for sitting in planned for one in sitting.trainer_ids})
    away = _away_and_accepted(planned, person_ids, []).away if person_ids else set()
    return [*_in_the_way(planned, besides=besides), *away]


def clashing(
    training_session_ids: Sequence[int],
    trainers: Mapping[int, frozenset[int]] | None = None,
    *,
    leave_out_accepted: bool = True,
) -> frozenset[int]:
    """Return which of these sessions clash with anything, in up to four statements for all.

    :param trainers: who trains in each, where it was read already: one statement less.
    :param leave_out_accepted: a clash that somebody accepted does not count.
    """
    if trainers is None:
        trainers = _trainers_of(training_session_ids)
    found = _found_for(training_session_ids, trainers)
    asked = set(training_session_ids)
    return frozenset(
        id_
        for clash in (still_open(found) if leave_out_accepted else found)
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
    return _found_among(own, besides=training_session_ids)


def _found_among(own: Sequence[Sitting], *, besides: Sequence[int]) -> list[Clash]:
    if not own:
        return []
    others = _in_the_way(own, besides=besides)
    person_ids = sorted({one for sitting in own for one in sitting.trainer_ids})
    if not (person_ids or others or clashes(own)):
        return []
    ids = {*besides, *(one.training_session_id for one in others)}
    away, accepted = _away_and_accepted(own, person_ids, sorted(id_ for id_ in ids if id_))
    return annotated(clashes(own, [*others, *away]), accepted)


class _AwayAndAccepted(NamedTuple):
    away: set[Sitting]
    accepted: dict[tuple[int | None, str], Acceptance]


def _away_and_accepted(
    own: Sequence[Sitting], person_ids: Sequence[int], training_session_ids: Sequence[int]
) -> _AwayAndAccepted:
    """Return when those who train cannot, and which clashes of these sessions were accepted."""
    rows = db.session.execute(
        _AWAY_OR_ACCEPTED,
        {
            "people": person_ids,
            "ids": training_session_ids,
            "since": (min(sitting.starts_at for sitting in own) - _MARGIN).date(),
            "until": (max(sitting.ends_at for sitting in own) + _MARGIN).date(),
        },
    )
    rules: dict[int, list[Any]] = defaultdict(list)
    accepted = {}
    for row in rows:
        if row.away_id is not None:
            rules[row.person_id].append(row)
        else:
            accepted[row.training_session_id, row.fingerprint] = Acceptance(
                reason=row.note, accepted_at=row.accepted_at, name=row.timezone
            )
    away = {
        Sitting(
            starts_at=absence.starts_at,
            ends_at=absence.ends_at,
            trainer_ids=frozenset({person_id}),
            away_id=row.away_id,
        )
        for sitting in own
        for person_id in sitting.trainer_ids
        for row in rules.get(person_id, ())
        for absence in absences(away_of(row), sitting.starts_at, sitting.ends_at)
    }
    return _AwayAndAccepted(away, accepted)


def away_of(row: Any) -> Away:
    """Return what a stored row says of when somebody cannot train."""
    return Away(**{name: getattr(row, name) for name in Away.__dataclass_fields__})


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
        nobody = sa.cast(sa.null(), sa.Integer).label("person_id")
        halves.append(others.add_columns(nobody).where(_meeting.room_id.in_(rooms)))
    if person_ids:
        halves.append(
            others.add_columns(_assignment.person_id)
            .join(
                Assignment.__table__,
                _assignment.training_session_id == _meeting.training_session_id,
            )
            .where(_assignment.person_id.in_(person_ids))
        )
    if not halves:
        return []
    found: dict[int, Sitting] = {}
    for row in db.session.execute(sa.union_all(*halves)):
        sitting = found.get(row.meeting_id) or _sitting(row, {})
        if row.person_id is not None:
            sitting = replace(sitting, trainer_ids=sitting.trainer_ids | {row.person_id})
        found[row.meeting_id] = sitting
    return list(found.values())


def _instant(instant: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(instant, UtcDateTime())


def _trainers_of(training_session_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    return _by_session(db.session.execute(_TRAINERS, {"ids": training_session_ids}))


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


def described(
    found: Sequence[Clash], *, my_timezone: str, planned: Mapping[int, str] | None = None
) -> list[DescribedClash]:
    """Return clashes as a page names them, in three statements at most.

    The session that was saved may be gone again: only the other one is read.

    :param planned: titles of those that are planned together, by ``planned_queries.key_among``.
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
            ).where(TrainingSession.id.in_(_sessions(found)))
        )
    }
    names = mapped(
        sa.select(Person.id, Person.name).where(
            Person.id.in_({id_ for one in found for id_ in one.trainer_ids | one.participant_ids})
        )
    )
    venues = mapped(
        sa.select(Venue.id, Venue.name).where(
            Venue.id.in_({one.other.venue_id for one in found if one.is_of_place})
        )
    )
    shown = [_described(clash, others, names, venues, my_timezone) for clash in found]
    if not planned:
        return shown
    return [_named_as_planned(one, clash, planned) for one, clash in zip(shown, found, strict=True)]


def _named_as_planned(
    shown: DescribedClash, clash: Clash, planned: Mapping[int, str]
) -> DescribedClash:
    id_ = clash.other.training_session_id
    if id_ is None or id_ not in planned or id_ == clash.mine.training_session_id:
        return shown
    return replace(shown, title=planned[id_], is_own=False, is_planned=True)


def _sessions(found: Sequence[Clash]) -> set[int]:
    ids = {one.other.training_session_id for one in found}
    return {id_ for id_ in ids if id_ is not None}


def venues_named(names: Iterable[str]) -> dict[str, int]:
    """Return the ids of the venues of these names."""
    statement = sa.select(Venue.id, Venue.name).where(Venue.name.in_(set(names)))
    return {name: id_ for id_, name in mapped(statement).items()}


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
    row = others.get(id_ or 0)
    # What is planned has no session yet, or one that is gone again.
    is_own = other.away_id is None and (row is None or id_ == clash.mine.training_session_id)
    place = joined(other.room, venues.get(other.venue_id or 0)) if clash.is_of_place else ""
    return DescribedClash(
        my_starts_at=clash.mine.starts_at,
        my_ends_at=clash.mine.ends_at,
        my_timezone=my_timezone,
        training_session_id=None if other.away_id is not None else id_ or 0,
        title=row.title if row is not None else "",
        is_own=is_own,
        is_draft=row is not None and row.status == "draft",
        starts_at=other.starts_at,
        ends_at=other.ends_at,
        timezone=row.timezone if row is not None else my_timezone,
        trainers=_named(clash.trainer_ids, names),
        place=place,
        participants=_named(clash.participant_ids, names),
        acceptance=clash.acceptance,
    )


def _named(person_ids: Collection[int], names: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(one, "") for one in person_ids))
