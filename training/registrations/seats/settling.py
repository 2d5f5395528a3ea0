"""What time alone changes: offers and requests end, held seats are released, free ones given on."""

from datetime import datetime

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.seats.books import ROWS, rows_found, turn_down
from training.registrations.seats.holds import release_due
from training.registrations.seats.naming import OVERDUE, release_unnamed
from training.registrations.seats.offers import end_offers
from training.registrations.seats.reading import choice_of, read_again
from training.registrations.seats.telling import tell
from training.registrations.seats.waitlist import fill
from training.registrations.values import DeclinedBecause, RegistrationStatus
from training.sessions.models import Hold, TrainingSession
from training.sessions.rules import promotes
from training.sessions.service import lock_training_session
from training.sessions.values import SessionStatus

_now = sa.bindparam("now", type_=UtcDateTime())
_OFFER_ENDED = (
    Registration.status == RegistrationStatus.OFFERED,
    Registration.offer_expires_at < _now,
)
_REQUEST_ENDED = (
    Registration.status == RegistrationStatus.REQUESTED,
    Registration.request_expires_at < _now,
)
_DUE = sa.union(
    sa.select(Registration.training_session_id).where(*_OFFER_ENDED),
    sa.select(Registration.training_session_id).where(*_REQUEST_ENDED),
    sa.select(Hold.training_session_id).where(Hold.released_at.is_(None), Hold.release_at <= _now),
    OVERDUE,
)
#: Where a seat may be free beside people who wait.
_AWAITED = (
    sa.select(TrainingSession.id)
    .where(
        TrainingSession.status == SessionStatus.PUBLISHED,
        TrainingSession.ends_at > _now,
        TrainingSession.waitlisted_count > 0,
        sa.or_(
            TrainingSession.capacity.is_(None),
            TrainingSession.confirmed_count + TrainingSession.offered_count
            < TrainingSession.capacity,
        ),
    )
    .order_by(TrainingSession.id)
)
_here = Registration.training_session_id == sa.bindparam("training_session_id")
_ENDED_OFFERS = ROWS.where(_here, *_OFFER_ENDED).order_by(Registration.ticket)
_ENDED_REQUESTS = ROWS.where(_here, *_REQUEST_ENDED).order_by(Registration.ticket)


def sessions_due(*, now: datetime) -> list[int]:
    """Return the sessions in which something is to be settled, by their ids.

    Among them those with a free seat beside somebody who may have it: in whatever way that came
    about. A seat given up in one session of a campaign, say, may let an organization use one in
    another.
    """
    due = set(db.session.scalars(_DUE, {"now": now}))
    for training_session_id in db.session.scalars(_AWAITED, {"now": now}).all():
        locked = read_again(training_session_id)  # not locked: looking is to disturb nobody
        if promotes(locked.clock, now) and choice_of(locked, now=now, is_locked=False).chosen:
            due.add(training_session_id)
    return sorted(due)


def settle(training_session_id: int, *, now: datetime) -> None:
    """End what nobody answered in time, release held seats, and give on what is free."""
    locked = lock_training_session(training_session_id)
    newest = release_due(training_session_id, now=now)
    offers = rows_found(_ENDED_OFFERS, training_session_id=training_session_id, now=now)
    if offers:
        newest = end_offers(
            locked,
            offers,
            messages.EXPIRE_OFFER,
            because=DeclinedBecause.TIME,
            actor_id=None,
            now=now,
        )
    requests = rows_found(_ENDED_REQUESTS, training_session_id=training_session_id, now=now)
    if requests:
        turn_down(requests, because=DeclinedBecause.TIME, now=now)
        tell(messages.LAPSE, requests, RegistrationStatus.DECLINED, actor_id=None, now=now)
    newest = release_unnamed(locked, now=now) or newest
    fill(training_session_id, because_id=newest, now=now)
