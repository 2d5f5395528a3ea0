"""Giving free seats to those who wait."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from training.audit.trail import Act, record_acts
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.rules import Waiting
from training.registrations.seats.books import Row, assign, count, rows_of
from training.registrations.seats.reading import choice_of, read_again
from training.registrations.seats.telling import tell
from training.registrations.values import SEATED, Obstacle, RegistrationStatus
from training.sessions.rules import promotes
from training.sessions.values import LockedSession, Promotion

#: What is a person's own affair, or a decision of staff about their organization: it is written
#: down with each who is passed over. That seats are held for others is not.
_TOLD = frozenset(
    {
        Obstacle.LIMIT,
        Obstacle.ALLOTMENT,
        Obstacle.SUSPENDED,
        Obstacle.GROUP,
        Obstacle.BEHIND_GROUP,
    }
)


def fill(training_session_id: int, *, because_id: int | None, now: datetime) -> None:
    """Give the free seats to those who wait longest, in this same transaction.

    :param because_id: the audit entry of what freed them; None: time did.
    """
    locked = read_again(training_session_id)
    if not promotes(locked.clock, now):
        return
    choice = choice_of(locked, now=now)
    if not choice.chosen:
        return
    rows = rows_of([one.registration_id for one in choice.chosen])
    is_offer = locked.promotion is Promotion.OFFER
    status = RegistrationStatus.OFFERED if is_offer else RegistrationStatus.CONFIRMED
    values: dict[Any, Any] = {Registration.status: status}
    if is_offer:
        until = offer_expires_at(locked, now)
        values[Registration.offer_expires_at] = until
        rows = [replace(row, offer_expires_at=until) for row in rows]
    assign(rows, values, now=now)
    count(locked, {RegistrationStatus.WAITLISTED: -len(rows), status: len(rows)})
    tell(
        messages.OFFER if is_offer else messages.PROMOTE,
        rows,
        status,
        actor_id=None,
        now=now,
        because_id=because_id,
    )
    _record_passing_over(locked.id, choice.passed_over, because_id=because_id, now=now)


def give_on(
    training_session_id: int, left: Sequence[Row], entries: Mapping[int, int], *, now: datetime
) -> None:
    """Let those move up who may, after others left seats or places in line.

    A place in line counts too: what is left of a group may fit, and who stood behind it may pass.

    :param left: as they were before.
    :param entries: a registration's id → the audit entry of leaving.
    """
    seats = [entries[row.id] for row in left if row.status in SEATED]
    places = [entries[row.id] for row in left if row.status is RegistrationStatus.WAITLISTED]
    if seats or places:
        fill(training_session_id, because_id=max(seats or places), now=now)


def offer_expires_at(locked: LockedSession, now: datetime) -> datetime:
    """Return until when an offer made now may be accepted."""
    ends_at = locked.promotion_ends_at or locked.starts_at
    return min(now + timedelta(hours=locked.offer_hours), ends_at)


def _record_passing_over(
    training_session_id: int,
    passed_over: Sequence[tuple[Waiting, Obstacle]],
    *,
    because_id: int | None,
    now: datetime,
) -> None:
    """Leave word with those who waited longer, and got nothing for a reason of their own."""
    record_acts(
        [
            Act(
                action=messages.PASSED_BY,
                subject_kind="registration",
                subject_id=one.registration_id,
                training_session_id=training_session_id,
                because_id=because_id,
                after={"obstacle": obstacle},
            )
            for one, obstacle in passed_over
            if obstacle in _TOLD
        ],
        actor_id=None,
        now=now,
    )
