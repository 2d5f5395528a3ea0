"""SEAT-20: a thousand acts at random, and the books are right; seeded, on both engines."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.checks.service import audit
from training.db import db, transaction
from training.errors import DomainError
from training.organizations import service as organizations
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations import seats, service
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import LIVE, CancelledBecause, Claim, Fit, Participant
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.queries import get_session
from training.sessions.values import SeatPlan

ACTS = 1_000
SEED = 20
SESSIONS = 8


class Chaos:
    """Acts on a few sessions that people, representatives and staff might do next."""

    def __init__(self, make: Make, chance: random.Random) -> None:
        self.make, self.chance, self.now = make, chance, NOW
        self.staff_id = make.person("Staff").id
        self.organizations = [make.organization().id for _ in range(3)]
        self.members = [make.person(f"Member {n}").id for n in range(12)]
        self.sessions = [self._session(number) for number in range(SESSIONS)]

    @property
    def acts(self) -> dict[Callable[[], object], int]:
        """What may happen, and how often."""
        return {
            self.register: 30,
            self.represent: 12,
            self.add: 14,
            self.cancel: 14,
            self.cancel_several: 6,
            self.swap: 8,
            self.move: 8,
            self.promote: 6,
            self.change_seats: 10,
            self.settle: 4,
            self.correct_name: 2,
            self.suspend_or_resume: 4,
            self.cancel_session: 1,
        }

    def register(self) -> None:
        """Somebody fills in the public form, perhaps for people who are registered."""
        people = tuple(
            Participant(
                name=f"Ada {number}",
                email=f"ada{number}@example.org",
                organization_id=self.chance.choice([None, *self.organizations]),
            )
            for number in self.chance.sample(range(60), self.chance.randint(1, 4))
        )
        fit = self.chance.choice([Fit.ALL, Fit.WHAT_FITS])
        self._register(Group(participants=people, fit=fit, consent="1"))

    def represent(self) -> None:
        """A representative registers members, and somebody without an address."""
        organization_id = self.chance.choice(self.organizations)
        people = [
            Participant(
                name=f"Member {person_id}",
                person_id=person_id,
                organization_id=organization_id,
                claim=Claim.REPRESENTATIVE,
            )
            for person_id in self.chance.sample(self.members, 2)
        ]
        people.append(Participant(name="No Mail", organization_id=organization_id))
        self._register(Group(participants=tuple(people), fit=Fit.WHAT_FITS, actor_id=self.staff_id))

    def add(self) -> None:
        """Staff or a trainer add somebody, also where there is no seat."""
        self._register(
            Group(
                participants=(self.make.participant(),),
                fit=self.chance.choice(list(Fit)),
                actor_id=self.staff_id,
                by_staff=True,
                overbook=self.chance.choice([None, None, "at the door"]),
            )
        )

    def cancel(self) -> None:
        seats.cancel(
            self._registration(),
            because=self.chance.choice([CancelledBecause.PERSON, CancelledBecause.STAFF]),
            actor_id=None,
            now=self.now,
        )

    def cancel_several(self) -> None:
        seats.cancel_several(
            self._registrations(4), because=CancelledBecause.STAFF, actor_id=1, now=self.now
        )

    def swap(self) -> None:
        substitute = Participant(name="Substitute", person_id=self.chance.choice(self.members))
        seats.swap(
            self._registration(),
            self.chance.choice([substitute, Participant(name="No Mail")]),
            actor_id=self.staff_id,
            because=CancelledBecause.STAFF,
            now=self.now,
        )

    def move(self) -> None:
        seats.move(
            self._registrations(3),
            self.chance.choice(self.sessions),
            fit=self.chance.choice([Fit.SEATS, Fit.WHAT_FITS]),
            overbook=self.chance.choice([None, None, "a bus was late"]),
            actor_id=self.staff_id,
            now=self.now,
        )

    def promote(self) -> None:
        seats.promote(
            self._registration(),
            overbook=self.chance.choice([None, "they asked"]),
            actor_id=self.staff_id,
            now=self.now,
        )

    def change_seats(self) -> None:
        plan = SeatPlan(
            capacity=self.chance.choice([None, 0, 2, 4, 6, 8, 12]),
            waitlist_capacity=self.chance.choice([None, 0, 3, 10]),
        )
        seats.change_capacity(
            self.chance.choice(self.sessions),
            plan,
            keep=self.chance.random() < 0.3,
            actor_id=self.staff_id,
            now=self.now,
        )

    def settle(self) -> None:
        found = db.session.execute(
            sa.select(Registration.id, Registration.organization_id)
            .where(
                Registration.claim == Claim.STATED,
                Registration.organization_id.is_not(None),
            )
            .order_by(Registration.id)
        ).all()
        claim = self.chance.choice(found)
        service.settle_claim(
            claim.id,
            claim.organization_id,
            is_theirs=self.chance.random() < 0.5,
            actor_id=self.staff_id,
            now=self.now,
        )

    def correct_name(self) -> None:
        service.correct_name(self._registration(), "Corrected", actor_id=None, now=self.now)

    def suspend_or_resume(self) -> None:
        organization = db.session.get_one(Organization, self.chance.choice(self.organizations))
        plan = organizations.plan_of(organization)
        is_active = plan.status is OrganizationStatus.ACTIVE
        status = OrganizationStatus.SUSPENDED if is_active else OrganizationStatus.ACTIVE
        organizations.revise(
            organization.id,
            replace(plan, status=status),
            expected=None,
            actor_id=self.staff_id,
            now=self.now,
        )

    def cancel_session(self) -> None:
        """One is called off, and another takes its place."""
        position = self.chance.randrange(SESSIONS)
        sessions.cancel(self.sessions[position], actor_id=self.staff_id, now=self.now)
        self.sessions[position] = self._schedule(position)

    def _session(self, number: int) -> int:
        with transaction():
            return self._schedule(number)

    def _schedule(self, number: int) -> int:
        # The first few start while this goes on: then nobody is promoted by itself any more.
        starts_at = NOW + (HOUR if number < 2 else DAY)
        training_session_id = sessions.schedule(
            self.make.session_plan(meetings=(self.make.meeting_plan(starts_at, hours=48),)),
            SeatPlan(capacity=self.chance.randint(1, 6)),
            actor_id=None,
            now=self.now,
        )
        sessions.publish(training_session_id, actor_id=None, now=self.now)
        return training_session_id

    def _register(self, group: Group) -> None:
        service.register(self.chance.choice(self.sessions), group, now=self.now)

    def _registration(self) -> int:
        return self._registrations(1)[0]

    def _registrations(self, number: int) -> list[int]:
        """Return some, most of whom are live."""
        of_these = sa.select(Registration.id).where(
            Registration.training_session_id.in_(self.sessions)
        )
        if self.chance.random() < 0.9:
            of_these = of_these.where(Registration.status.in_(LIVE))
        found = db.session.scalars(of_these.order_by(Registration.id)).all()
        return self.chance.sample(found, min(number, len(found)))


def test_seat_20_after_a_thousand_acts_the_counters_equal_the_rows(app: Flask, make: Make) -> None:
    """SEAT-20: and I1 to I5 hold; whatever was refused left nothing behind."""
    chance = random.Random(SEED)  # noqa: S311 -- the same acts every time
    chaos = Chaos(make, chance)
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    acts, weights = list(chaos.acts), list(chaos.acts.values())
    for training_session_id in chaos.sessions:  # somebody to begin with
        make.registration(db.session.get_one(TrainingSession, training_session_id))
    for number in range(ACTS):
        chaos.now = NOW + timedelta(seconds=6 * number)
        [act] = chance.choices(acts, weights)
        try:
            with transaction():
                act()
        except DomainError as error:
            refused[error.code] += 1
        else:
            done[act.__name__] += 1
        db.session.rollback()

    assert audit(now=chaos.now) == []
    assert set(done) == {act.__name__ for act in acts}
    assert {"session-full", "does-not-fit", "not-waiting", "below-held"} <= set(refused)
    assert sum(refused.values()) < ACTS / 2
    free = [
        get_session(training_session_id, now=chaos.now).availability.free
        for training_session_id in db.session.scalars(sa.select(TrainingSession.id))
    ]
    assert min(seats_left for seats_left in free if seats_left is not None) == 0
