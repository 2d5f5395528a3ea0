"""Changing by which rules a session's seats are given."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.registrations.errors import (
    InvalidDecisionError,
    InvalidNamingError,
    StaleSeatsError,
)
from training.registrations.seats.deadlines import before_start, instant_of
from training.registrations.seats.waitlist import fill
from training.sessions.errors import SessionCancelledError
from training.sessions.models import TrainingSession
from training.sessions.service import lock_training_session
from training.sessions.values import LockedSession, SeatRules, SessionStatus

_COLUMNS = sa.select(*(getattr(TrainingSession, field.name) for field in fields(SeatRules)))


def rules_of(training_session_id: int) -> SeatRules:
    """Return by which rules a session's seats are given."""
    row = db.session.execute(_COLUMNS.where(TrainingSession.id == training_session_id)).one()
    return SeatRules(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping


def change_rules(
    training_session_id: int,
    rules: SeatRules,
    *,
    expected: SeatRules | None = None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change the rules: for whoever comes from now on, and for those who wait.

    Offers that were made and requests that were sent stay as they are.

    :param expected: what the form showed; None: whatever it is by now.
    :return: whether anything changed.
    :raise NotFoundError: there is no such session.
    :raise SessionCancelledError: it is cancelled.
    :raise StaleSeatsError: somebody else changed the rules since ``expected``.
    :raise InvalidDecisionError: a minimum without a date or a date without a minimum, or a date
        after the start.
    :raise InvalidNamingError: seats would be named after the start.
    :raise WallTimeError: the clocks skip the time of the decision, or of naming.
    """
    locked = lock_training_session(training_session_id)
    if locked.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    before = rules_of(training_session_id)
    if expected not in {None, before}:
        raise StaleSeatsError
    if rules == before:
        return False
    values = {
        **asdict(rules),
        "decide_at": _decide_at(rules, locked),
        "naming_ends_at": _naming_ends_at(rules, locked),
    }
    if (rules.minimum, rules.decide) != (before.minimum, before.decide):
        values["settled_at"] = None
    db.session.execute(
        sa.update(TrainingSession)
        .where(TrainingSession.id == training_session_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    changed = {name for name, value in asdict(rules).items() if getattr(before, name) != value}
    entry_id = record_act(
        Act(
            action="session.change_seat_rules",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            before=_plain(before, changed),
            after=_plain(rules, changed),
        ),
        actor_id=actor_id,
        now=now,
    )
    fill(training_session_id, because_id=entry_id, now=now)
    return True


def follow_decision(locked: LockedSession) -> None:
    """Let the deadlines of the rules follow the new times of a locked session."""
    rules = rules_of(locked.id)
    values = {}
    if rules.decide is not None:
        values["decide_at"] = before_start(rules.decide, locked)
    if rules.naming_ends is not None:
        values["naming_ends_at"] = before_start(rules.naming_ends, locked)
    if values:
        db.session.execute(
            sa.update(TrainingSession)
            .where(TrainingSession.id == locked.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )


def _decide_at(rules: SeatRules, locked: LockedSession) -> datetime | None:
    if rules.decide is None and rules.minimum is None:
        return None
    if rules.decide is None or rules.minimum is None:
        raise InvalidDecisionError
    decide_at = instant_of(rules.decide, locked)
    if decide_at > locked.starts_at:
        raise InvalidDecisionError
    return decide_at


def _naming_ends_at(rules: SeatRules, locked: LockedSession) -> datetime | None:
    if rules.naming_ends is None:
        return None
    naming_ends_at = instant_of(rules.naming_ends, locked)
    if naming_ends_at > locked.starts_at:
        raise InvalidNamingError
    return naming_ends_at


def _plain(rules: SeatRules, names: set[str]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in sorted(asdict(rules).items())
        if name in names
    }
