"""A few sessions, organizations and people, and every act that may happen to their seats."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from tests.factories import Make
from tests.times import DAY, NOW, wall
from training.audit.models import AuditEntry
from training.campaigns.models import Allotment
from training.db import db, transaction
from training.errors import DomainError
from training.organizations import service as organizations
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations import seats, service
from training.registrations.jobs import settle_due
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    Claim,
    Fit,
    Outcome,
    Participant,
    RegistrationStatus,
)
from training.sessions import service as sessions
from training.sessions.models import Hold, TrainingSession
from training.sessions.queries import get_session
from training.sessions.values import HoldPlan, SeatPlan, SeatRules, SessionStatus
from training.submissions.service import AlreadySubmittedError, Send, find_result

SESSIONS = 3
ORGANIZATIONS = 3
MEMBERS = 6
STRANGERS = 12


@dataclass(slots=True)
class Sent:
    """A form that was sent and answered."""

    training_session_id: int
    send: Send
    group: Group
    result: dict[str, object]


@dataclass
class World:
    """What the acts are done to."""

    make: Make
    now: datetime = NOW
    sessions: list[int] = field(default_factory=list)
    organizations: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    campaign_id: int = 0
    staff_id: int = 0
    #: Forms that were sent, for sending them again.
    sent: list[Sent] = field(default_factory=list)
    #: Registration → ticket, as first seen.
    tickets: dict[int, int] = field(default_factory=dict)
    #: Registrations that somebody was told of.
    acknowledged: set[int] = field(default_factory=set)
    #: Numbers for what must differ.
    number: int = 0
    #: The act that is under way, and how often each was not refused.
    act: str = ""
    did: Counter[str] = field(default_factory=Counter)
    has_time_passed: bool = False

    def set_up(self) -> None:
        """Make all of it."""
        self.staff_id = self.make.person("Staff").id
        self.campaign_id = self.make.campaign().id
        self.organizations = [self.make.organization().id for _ in range(ORGANIZATIONS)]
        self.members = [self.make.person(f"Member {n}").id for n in range(MEMBERS)]
        for number in range(SESSIONS):
            starts_at = NOW + (number + 2) * DAY
            campaign_id = self.campaign_id if number else None
            self.sessions.append(
                self.make.training_session(
                    capacity=3, starts_at=starts_at, campaign_id=campaign_id, now=self.now
                ).id
            )

    def do(self, act: Callable[[], object]) -> str:
        """Do an act as an entry point does; a refusal keeps nothing and is no failure."""
        try:
            with transaction():
                act()
        except DomainError as error:
            return error.code
        self.did[self.act] += 1
        return "ok"

    # Who registers.

    def register(
        self, session: int, people: list[int], organization: int | None, fit: Fit, *, again: bool
    ) -> None:
        """Somebody fills in the public form, and perhaps sends it twice."""
        group = Group(
            participants=tuple(
                Participant(
                    name=f"Ada {number}",
                    email=f"ada{number}@example.org",
                    organization_id=organization and self.organizations[organization - 1],
                )
                for number in people
            ),
            fit=fit,
            consent="1",
        )
        self.number += 1
        session_id = self.sessions[session]
        send = Send(
            key=f"the-key-of-the-form-number-{self.number}",
            purpose=f"register:{session_id}",
            actor_id=None,
            content={"people": people, "fit": fit},
        )
        result: dict[str, object] = {}

        def act() -> None:
            outcome = service.register(session_id, group, send=send, now=self.now)
            self._acknowledge(outcome)
            result.update(service.as_result(outcome))

        if self.do(act) == "ok":
            self.sent.append(Sent(session_id, send, group, result))
            if again:
                self.replay(-1)

    def replay(self, which: int) -> None:
        """A form that was answered is sent again: it does nothing, and shows the same."""
        if not self.sent:
            return
        sent = self.sent[which % len(self.sent)]
        before = self.snapshot()

        def act() -> None:
            service.register(sent.training_session_id, sent.group, send=sent.send, now=self.now)

        try:
            with transaction():
                act()
        except AlreadySubmittedError:
            pass
        except DomainError:
            pass  # closed meanwhile: the page looks the key up
        else:
            raise AssertionError("a form did its work twice")
        assert self.snapshot() == before
        assert find_result(sent.send) == sent.result
        db.session.rollback()

    def represent(self, session: int, members: list[int], organization: int, fit: Fit) -> None:
        """A representative registers members, and somebody without an address."""
        organization_id = self.organizations[organization]
        people = [
            Participant(
                name=f"Member {member}",
                person_id=self.members[member],
                organization_id=organization_id,
                claim=Claim.REPRESENTATIVE,
            )
            for member in members
        ]
        people.append(
            Participant(name="No Mail", organization_id=organization_id, claim=Claim.REPRESENTATIVE)
        )
        group = Group(participants=tuple(people), fit=fit, actor_id=self.staff_id)
        self.do(lambda: self._register(session, group))

    def add(self, session: int, fit: Fit, organization: int | None, overbook: str | None) -> None:
        """Staff or a trainer add somebody, also where there is no seat."""
        one = self.make.participant()
        if organization:
            one = replace(
                one, organization_id=self.organizations[organization - 1], claim=Claim.STAFF
            )
        group = Group(
            participants=(one,), fit=fit, actor_id=self.staff_id, by_staff=True, overbook=overbook
        )
        self.do(lambda: self._register(session, group))

    def _register(self, session: int, group: Group) -> None:
        self._acknowledge(service.register(self.sessions[session], group, now=self.now))

    def _acknowledge(self, outcome: Outcome) -> None:
        self.acknowledged |= set(outcome.registration_ids)

    # What becomes of a registration.

    def pick(self, which: int, *statuses: RegistrationStatus) -> int | None:
        """Return some registration of these statuses."""
        ids = db.session.scalars(
            sa.select(Registration.id)
            .where(Registration.status.in_(statuses or LIVE))
            .order_by(Registration.id)
        ).all()
        db.session.rollback()
        return ids[which % len(ids)] if ids else None

    def on(self, which: int, act: Callable[[int], object], *statuses: RegistrationStatus) -> None:
        """Do an act to some registration, if there is one."""
        registration_id = self.pick(which, *statuses)
        if registration_id is not None:
            self.do(lambda: act(registration_id))

    def cancel(self, which: int, because: CancelledBecause) -> None:
        self.on(which, lambda id_: seats.cancel(id_, because=because, actor_id=None, now=self.now))

    def cancel_several(self, which: list[int]) -> None:
        ids = [id_ for id_ in (self.pick(one) for one in which) if id_ is not None]
        self.do(
            lambda: seats.cancel_several(
                ids, because=CancelledBecause.STAFF, actor_id=self.staff_id, now=self.now
            )
        )

    def answer(self, which: int, *, accepts: bool) -> None:
        act = seats.accept if accepts else seats.decline
        self.on(
            which,
            lambda id_: act(id_, actor_id=None, now=self.now),
            RegistrationStatus.OFFERED,
            *([RegistrationStatus.DECLINED] if which % 4 == 0 else []),
        )

    def decide(self, which: int, *, approves: bool) -> None:
        act: Callable[..., object] = seats.approve if approves else seats.refuse
        self.on(
            which,
            lambda id_: act(id_, actor_id=self.staff_id, now=self.now),
            RegistrationStatus.REQUESTED,
        )

    def promote(self, which: int, overbook: str | None) -> None:
        self.on(
            which,
            lambda id_: seats.promote(id_, overbook=overbook, actor_id=self.staff_id, now=self.now),
            RegistrationStatus.WAITLISTED,
        )

    def move(self, which: list[int], session: int, fit: Fit, overbook: str | None) -> None:
        ids = [id_ for id_ in (self.pick(one) for one in which) if id_ is not None]
        if not ids:  # the page asks for somebody to be ticked
            return
        self.do(
            lambda: self._acknowledge(
                seats.move(
                    ids,
                    self.sessions[session],
                    fit=fit,
                    overbook=overbook,
                    actor_id=self.staff_id,
                    now=self.now,
                )
            )
        )

    def swap(self, which: int, member: int, organization: int | None) -> None:
        substitute = Participant(
            name="Substitute",
            person_id=self.members[member],
            organization_id=organization and self.organizations[organization - 1],
            claim=Claim.REPRESENTATIVE if organization else Claim.STATED,
        )
        self.on(
            which,
            lambda id_: seats.swap(
                id_,
                substitute,
                actor_id=self.staff_id,
                because=CancelledBecause.STAFF,
                now=self.now,
            ),
            RegistrationStatus.CONFIRMED,
        )

    def settle_claim(self, which: int, *, is_theirs: bool) -> None:
        found = db.session.execute(
            sa.select(Registration.id, Registration.organization_id)
            .where(Registration.claim == Claim.STATED, Registration.organization_id.is_not(None))
            .order_by(Registration.id)
        ).all()
        db.session.rollback()
        if found:
            claim = found[which % len(found)]
            self.do(
                lambda: service.settle_claim(
                    claim.id,
                    claim.organization_id,
                    is_theirs=is_theirs,
                    actor_id=self.staff_id,
                    now=self.now,
                )
            )

    # What staff set.

    def change_capacity(self, session: int, capacity: int | None, room: int | None) -> None:
        plan = SeatPlan(capacity=capacity, waitlist_capacity=room)
        self.do(
            lambda: seats.change_capacity(
                self.sessions[session], plan, keep=True, actor_id=self.staff_id, now=self.now
            )
        )

    def change_rules(self, session: int, rules: SeatRules) -> None:
        self.do(
            lambda: seats.change_rules(
                self.sessions[session], rules, actor_id=self.staff_id, now=self.now
            )
        )

    def hold(self, session: int, organization: int, number: int, hours: int) -> None:
        """Hold seats, for so many hours, or until the start."""
        session_id, organization_id = self.sessions[session], self.organizations[organization]
        release = wall(self.now + timedelta(hours=hours)) if hours else None

        def act() -> None:
            seats.set_hold(
                session_id,
                organization_id,
                HoldPlan(seats=number, release=release),
                expected=self._held(session_id, organization_id),
                actor_id=self.staff_id,
                now=self.now,
            )

        self.do(act)

    @staticmethod
    def _held(session_id: int, organization_id: int) -> HoldPlan | None:
        hold = db.session.execute(
            sa.select(Hold.seats, Hold.release).where(
                Hold.training_session_id == session_id,
                Hold.organization_id == organization_id,
                Hold.released_at.is_(None),
            )
        ).one_or_none()
        return hold and HoldPlan(seats=hold[0], release=hold[1])

    def release(self, which: int) -> None:
        """Keep some organization's seats no longer."""
        found = db.session.execute(
            sa.select(Hold.training_session_id, Hold.organization_id)
            .where(Hold.released_at.is_(None))
            .order_by(Hold.id)
        ).all()
        db.session.rollback()
        if found:
            hold = found[which % len(found)]
            self.do(
                lambda: seats.release_hold(
                    hold.training_session_id,
                    hold.organization_id,
                    actor_id=self.staff_id,
                    now=self.now,
                )
            )

    def allot(self, organization: int, number: int | None) -> None:
        organization_id = self.organizations[organization]

        def act() -> None:
            before = db.session.scalar(
                sa.select(Allotment.seats).where(
                    Allotment.campaign_id == self.campaign_id,
                    Allotment.organization_id == organization_id,
                )
            )
            seats.set_allotment(
                self.campaign_id,
                organization_id,
                number,
                expected=before,
                actor_id=self.staff_id,
                now=self.now,
            )

        self.do(act)

    def suspend_or_resume(self, which: int) -> None:
        def act() -> None:
            organization = db.session.get_one(Organization, self.organizations[which])
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

        self.do(act)

    def pause(self, session: int, *, is_paused: bool) -> None:
        details = get_session(self.sessions[session], now=self.now)
        db.session.rollback()
        self.do(
            lambda: sessions.revise(
                details.id,
                replace(details.plan, registration_paused=is_paused),
                expected_revision=None,
                actor_id=self.staff_id,
                now=self.now,
            )
        )

    def cancel_session(self, session: int) -> None:
        self.do(
            lambda: sessions.cancel(self.sessions[session], actor_id=self.staff_id, now=self.now)
        )

    def reopen_session(self, session: int, *, restores: bool) -> None:
        """Re-open a session; with its people, each is again what they were, with their ticket."""
        cancelled = db.session.scalars(
            sa.select(TrainingSession.id)
            .where(TrainingSession.status == SessionStatus.CANCELLED)
            .order_by(TrainingSession.id)
        ).all()
        db.session.rollback()
        if not cancelled:
            return
        session_id = cancelled[session % len(cancelled)]
        before = self._taken_away(session_id) if restores else {}
        is_open = self.do(
            lambda: sessions.reopen(
                session_id, restores=restores, actor_id=self.staff_id, now=self.now
            )
        )
        if is_open != "ok":
            return
        found = db.session.execute(
            sa.select(Registration.id, Registration.status).where(Registration.id.in_(before))
        )
        statuses = {row.id: row.status for row in found}
        db.session.rollback()
        for id_, status in before.items():
            # Who waited or had an offer may have a seat by now; nobody has less than before.
            assert statuses[id_] in LIVE
            if status is RegistrationStatus.CONFIRMED:
                assert statuses[id_] is RegistrationStatus.CONFIRMED

    @staticmethod
    def _taken_away(session_id: int) -> dict[int, RegistrationStatus]:
        found = db.session.execute(
            sa.select(Registration.id, Registration.before_cancel).where(
                Registration.training_session_id == session_id,
                Registration.status == RegistrationStatus.CANCELLED,
                Registration.before_cancel.is_not(None),
            )
        ).all()
        db.session.rollback()
        return {row.id: row.before_cancel for row in found if row.before_cancel is not None}

    # What time does, and what must hold.

    def pass_time(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.has_time_passed = True

    def settle(self) -> None:
        settle_due(now=self.now)
        self.has_time_passed = False

    @property
    def gives_on_at_once(self) -> bool:
        """Whether each act itself gives on what it frees: without a look at what time does."""
        is_allotted = db.session.scalars(sa.select(Allotment.seats).limit(1)).one_or_none()
        db.session.rollback()
        return not self.has_time_passed and is_allotted is None

    def note_promotions(self) -> None:
        """Note what happened by itself, as something that was done."""
        acts = db.session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.subject_kind == "registration", AuditEntry.actor_id.is_(None))
            .distinct()
        ).all()
        db.session.rollback()
        for act in acts:
            self.did[act] += 1

    def snapshot(self) -> list[tuple[object, ...]]:
        """Return every seat and every counter."""
        rows = db.session.execute(
            sa.select(Registration.id, Registration.status, Registration.ticket).order_by(
                Registration.id
            )
        ).all()
        counters = db.session.execute(
            sa.select(
                TrainingSession.id,
                TrainingSession.confirmed_count,
                TrainingSession.offered_count,
                TrainingSession.waitlisted_count,
                TrainingSession.kept_count,
                TrainingSession.next_ticket,
            ).order_by(TrainingSession.id)
        ).all()
        db.session.rollback()
        return [tuple(row) for row in rows] + [tuple(row) for row in counters]

    def check_tickets(self) -> None:
        """I3, I7: nobody's ticket changes, and nobody who was told of a registration loses it."""
        found = db.session.execute(sa.select(Registration.id, Registration.ticket))
        tickets = {row.id: row.ticket for row in found}
        db.session.rollback()
        for registration_id, ticket in self.tickets.items():
            assert tickets[registration_id] == ticket
        assert self.acknowledged <= tickets.keys()
        self.tickets = tickets

    def check_nobody_comes_to_a_cancelled_session(self) -> None:
        """SEAT-22."""
        live = db.session.scalars(
            sa.select(Registration.id)
            .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
            .where(
                TrainingSession.status == SessionStatus.CANCELLED,
                Registration.status.in_(LIVE),
            )
        ).all()
        db.session.rollback()
        assert live == []
