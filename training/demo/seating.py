"""The rules by which the demo's seats are given, and what people and staff did under them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from training.db import db
from training.demo.cast import Cast
from training.demo.values import USUAL, SessionText
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, RegistrationStatus
from training.sessions.values import HoldPlan


def set_rules(training_session_id: int, text: SessionText, cast: Cast, *, now: datetime) -> None:
    """Set the rules of a session, and keep seats for organizations."""
    rules = text.rules
    if text.decide_on_day is not None:
        rules = replace(rules, decide=wall(cast.now.date(), text.decide_on_day, "12:00"))
    if rules != USUAL:
        seats.change_rules(
            training_session_id, rules, expected=None, actor_id=cast.coordinator_id, now=now
        )
    for kept in text.kept:
        release = kept.release_on_day
        seats.set_hold(
            training_session_id,
            cast.organizations[kept.partner],
            HoldPlan(
                seats=kept.seats,
                release=None if release is None else wall(cast.now.date(), release, "17:00"),
            ),
            expected=None,
            actor_id=cast.coordinator_id,
            now=now,
        )


def decide(training_session_id: int, text: SessionText, cast: Cast, *, now: datetime) -> None:
    """Approve who asked for a seat, but for the last of them."""
    asked = _registered(training_session_id, RegistrationStatus.REQUESTED)
    for registration_id in asked[: len(asked) - text.undecided]:
        seats.approve(registration_id, actor_id=cast.coordinator_id, now=now)


def give_up(training_session_id: int, text: SessionText, cast: Cast) -> None:
    """Let the last of those with a seat give it up today."""
    seated = _registered(training_session_id, RegistrationStatus.CONFIRMED)
    for registration_id in seated[len(seated) - text.give_up :]:
        seats.cancel(registration_id, because=CancelledBecause.PERSON, actor_id=None, now=cast.now)


def allot(cast: Cast) -> None:
    """Let some partners use so many seats across the campaign, and no more."""
    for partner, number in cast.allotments.items():
        seats.set_allotment(
            cast.campaign_id,
            cast.organizations[partner],
            number,
            expected=None,
            actor_id=cast.coordinator_id,
            now=cast.now,
        )


def wall(today: date, working_days: int, at: str) -> datetime:
    """Return a wall time so many working days after today, or before it."""
    day, step = today, 1 if working_days > 0 else -1
    left = abs(working_days)
    while left:
        day += timedelta(days=step)
        left -= day.weekday() < 5  # noqa: PLR2004 -- Monday to Friday
    return datetime.combine(day, time.fromisoformat(at))


def _registered(training_session_id: int, status: RegistrationStatus) -> Sequence[int]:
    return db.session.scalars(
        sa.select(Registration.id)
        .where(
            Registration.training_session_id == training_session_id, Registration.status == status
        )
        .order_by(Registration.ticket)
    ).all()
