"""What whoever saves must have seen before it is saved: clashes, and people who would be moved."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256

import sqlalchemy as sa

from training.db import db
from training.sessions.clash_queries import clashes_of
from training.sessions.errors import (
    ClashError,
    ClashReasonMissingError,
    MoveNotConfirmedError,
)
from training.sessions.models import Meeting, Room, TrainingSession, Venue
from training.sessions.rules.clashes import Clash, key_of, still_open
from training.sessions.values import SessionStatus

#: What of a session and its meetings, changed, has people come elsewhere or at another time.
_MOVES = {"timezone", "delivery", "meetings"} | {
    f"meetings.{name}" for name in ("starts_at", "ends_at", "room_id", "timezone")
}


def check_clashes(training_session_id: int, *, seen: str | None, reason: str) -> list[Clash]:
    """Find what a session clashes with that nobody accepted, as it stands in this transaction.

    :param seen: the key of the clashes that were shown; None: nobody is there to be asked.
    :param reason: why it is saved all the same; empty: nobody said so.
    :return: the clashes, for ``accept``.
    :raise ClashError: they are others than those that were seen.
    :raise ClashReasonMissingError: they are those that were seen, and there is no reason.
    """
    if seen is None:
        return []
    found = still_open(clashes_of(training_session_id))
    if not found:
        return []
    key = key_of(found)
    if key != seen:
        raise ClashError(clashes=found, key=key)
    if not reason:
        raise ClashReasonMissingError(clashes=found, key=key)
    return found


def check_move(
    training_session: TrainingSession,
    changed: AbstractSet[str],
    *,
    seen: str | None,
    reason: str,
) -> list[Clash]:
    """Find whom a changed session moves, and what it clashes with; as ``check_clashes``.

    :raise MoveNotConfirmedError: people are registered, and nobody saw yet what it means to them.
    :raise ClashError: nobody is moved, but it clashes with what was not seen.
    :raise ClashReasonMissingError: as ``check_clashes``.
    """
    if seen is None:
        return []
    if not is_move(training_session, changed):
        if changed & {"trainers", "meetings"} or any(
            one.startswith("meetings.") for one in changed
        ):
            return check_clashes(training_session.id, seen=seen, reason=reason)
        return []
    found = still_open(clashes_of(training_session.id))
    key = _move_key(training_session, found)
    if key != seen:
        raise MoveNotConfirmedError(clashes=found, key=key)
    if found and not reason:
        raise ClashReasonMissingError(clashes=found, key=key, is_move=True)
    return found


def is_move(training_session: TrainingSession, changed: AbstractSet[str]) -> bool:
    """Tell whether people who are registered would have to come elsewhere, or at another time."""
    live = (
        training_session.confirmed_count
        + training_session.offered_count
        + training_session.waitlisted_count
    )
    return bool(live and training_session.status is SessionStatus.PUBLISHED and changed & _MOVES)


def session_ids(found: Sequence[Clash]) -> list[int]:
    """Return the sessions that stand in the way."""
    ids = {one.other.training_session_id for one in found}
    return sorted(id_ for id_ in ids if id_ is not None)


def _move_key(training_session: TrainingSession, found: Sequence[Clash]) -> str:
    """Return what tells this move, with these clashes, from any other.

    By names: a room that is new has another key each time that nothing is saved.
    """
    places = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at, Meeting.timezone, Venue.name, Room.name)
        .outerjoin(Room, Room.id == Meeting.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .where(Meeting.training_session_id == training_session.id, Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    parts = [
        training_session.delivery,
        training_session.timezone,
        *(repr(tuple(place)) for place in places),
        key_of(found),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()[:32]
