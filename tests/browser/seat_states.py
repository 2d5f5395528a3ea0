"""A session in which every rule for seats shows, to look at the pages about them with."""

from datetime import datetime, timedelta

from tests.factories import Make
from tests.times import wall
from training.db import transaction
from training.registrations import seats, service
from training.registrations.seats import Group
from training.registrations.values import CancelledBecause, Claim, Fit, Participant
from training.sessions.values import HoldPlan, Promotion, SeatRules

DAY = timedelta(days=1)


def make_seats(make: Make, organization_id: int, *, now: datetime) -> dict[str, str]:
    """Make a session with held, offered, awaited and requested seats.

    :param organization_id: for whom seats are held.
    :return: ``held``, its id, and ``asking``, the id of a request.
    """
    session_id = make.training_session(
        title="Listening first: a seat for everybody", capacity=6, starts_at=now + 9 * DAY, now=now
    ).id
    with transaction():
        seats.change_rules(
            session_id,
            SeatRules(
                promotion=Promotion.OFFER,
                offer_hours=48,
                groups_wait=True,
                minimum=6,
                decide=wall(now + 2 * DAY).replace(minute=0, second=0),
            ),
            actor_id=None,
            now=now,
        )
        plan = HoldPlan(seats=2, release=wall(now + 5 * DAY).replace(minute=0, second=0))
        seats.set_hold(session_id, organization_id, plan, expected=None, actor_id=None, now=now)
    first = _register(session_id, "Ines Duarte", "Tomás Duarte", "Lea Roth", "Jo Park", now=now)
    _register(session_id, "Noor Haddad", now=now)
    _register(session_id, "Abena Mensah", "Kofi Mensah", "Esi Mensah", fit=Fit.WHOLE, now=now)
    with transaction():  # leaves a seat for whoever waits longest, who is offered it
        seats.cancel(first[0], because=CancelledBecause.STAFF, actor_id=None, now=now)
    with transaction():
        rules = seats.rules_of(session_id)
        changed = SeatRules(
            promotion=rules.promotion,
            offer_hours=rules.offer_hours,
            groups_wait=True,
            needs_approval=True,
            approval_hours=72,
            minimum=rules.minimum,
            decide=rules.decide,
        )
        seats.change_rules(session_id, changed, actor_id=None, now=now)
    asking = _register(session_id, "Mateus Alves", now=now, organization_id=organization_id)
    _register(session_id, "Yuki Mori", now=now)
    return {"held": str(session_id), "asking": str(asking[0])}


def _register(
    session_id: int,
    *names: str,
    now: datetime,
    fit: Fit = Fit.ALL,
    organization_id: int | None = None,
) -> tuple[int, ...]:
    participants = tuple(
        Participant(
            name=name,
            email=f"{name.replace(' ', '.').lower()}@seats.example.org",
            organization_id=organization_id,
            claim=Claim.STATED,
        )
        for name in names
    )
    with transaction():
        outcome = service.register(
            session_id, Group(participants=participants, fit=fit, consent="1"), now=now
        )
    return outcome.registration_ids
