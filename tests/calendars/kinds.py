"""Sessions and registrations of every kind, and what calendars are to say of them."""

from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from flask import current_app

from tests.calendars.readers import Seen
from tests.calendars.texts import FOLDED, HOSTILE, OTHERS
from tests.factories import Make
from tests.times import DAY, NOW
from training import text
from training.calendars.feed import MAX_LINE
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    Claim,
    RegistrationStatus,
)
from training.sessions import service as sessions
from training.sessions.models import Assignment, Meeting, TrainingSession
from training.sessions.values import Audience, Delivery, Promotion, SeatRules, SessionStatus

#: What stands before the title in the calendar of somebody without a seat.
_WORDS = {
    RegistrationStatus.WAITLISTED: "Waitlist: ",
    RegistrationStatus.REQUESTED: "Asked for: ",
    RegistrationStatus.OFFERED: "Seat offered: ",
}


class Kinds:
    """One person with a registration of every kind, and other sessions of every other kind."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.campaign, self.course = make.campaign(), make.course(title='Hard; "talks", \\n')
        ours = make.organization('Ours; "quoted", \\n')
        trainer = make.trainer()
        self.me = make.participant("Ana", organization_id=ours.id, claim=Claim.STAFF)
        self._trainer_ids = (trainer.person_id,)
        self.hostile = [
            self._schedule(number, title=one[:200], description=one, trainer_ids=self._trainer_ids)
            for number, one in enumerate([*HOSTILE, *FOLDED[:3], *OTHERS], start=-20)
            if is_storable(one)
        ]
        self._schedule_special()
        self._register(trainer.person_id)
        self.owners: dict[FeedKind, tuple[int, int | None]] = {
            FeedKind.PERSON: (self._person_id, None),
            FeedKind.TRAINER: (trainer.person_id, None),
            FeedKind.ORGANIZATION: (make.representative(ours).person_id, ours.id),
            FeedKind.STAFF: (make.coordinator().person_id, None),
        }
        self.trained = _ids(sa.select(Assignment.training_session_id))
        self.registered = _ids(sa.select(Registration.training_session_id))

    def _schedule(self, day: int, **fields: Any) -> TrainingSession:
        if "meetings" not in fields:
            fields["starts_at"] = NOW + day * DAY
        return self.make.training_session(**fields)

    def _schedule_special(self) -> None:
        plans = [
            self.make.meeting_plan(NOW + day * DAY, venue="Hall; 1", room='"4"') for day in (40, 41)
        ]
        self.two = self._schedule(0, meetings=tuple(plans), course_id=self.course.id)
        self.half_off = self._schedule(0, title="Half", meetings=tuple(plans))
        self._call_off_half()
        self.called_off = self._schedule(42, campaign_id=self.campaign.id)
        self._schedule(43, status=SessionStatus.DRAFT, trainer_ids=self._trainer_ids)
        self._schedule(44, audience=Audience.INVITED, delivery=Delivery.HYBRID)
        self._schedule(45, delivery=Delivery.HYBRID, language="ar")
        self.asked, self.waiting, self.offered, self.given_up = (
            self._schedule(day, title=title, capacity=1)
            for day, title in enumerate(("Asked", "Waits", "Offered", "Gives up"), start=46)
        )

    def _call_off_half(self) -> None:
        first_id = db.session.scalars(
            sa.select(Meeting.id)
            .where(Meeting.training_session_id == self.half_off.id)
            .order_by(Meeting.starts_at)
        ).first()
        kept = self.make.meeting_plan(NOW + 40 * DAY, meeting_id=first_id)
        plan = self.make.session_plan(title="Half", meetings=(kept,))
        with transaction():
            sessions.revise(self.half_off.id, plan, expected_revision=None, actor_id=None, now=NOW)

    def _register(self, actor_id: int) -> None:
        with transaction():
            asking, offering = SeatRules(needs_approval=True), SeatRules(promotion=Promotion.OFFER)
            seats.change_rules(self.asked.id, asking, actor_id=actor_id, now=NOW)
            seats.change_rules(self.offered.id, offering, actor_id=actor_id, now=NOW)
        first = [self.make.registration(one) for one in (self.waiting, self.offered)]
        coming = [one for one in self.hostile if one.starts_at > NOW]
        certain = (self.two, self.half_off, self.called_off, self.asked, self.waiting, self.offered)
        for one in (*coming, *certain):
            self.make.outcome(one, self.me)
        mine = self.make.outcome(self.given_up, self.me)
        with transaction():
            for id_ in (first[1].id, mine.registration_ids[0]):
                seats.cancel(id_, because=CancelledBecause.STAFF, actor_id=actor_id, now=NOW)
        with transaction():
            sessions.cancel(self.called_off.id, actor_id=actor_id, now=NOW)
        self._person_id = db.session.get_one(Registration, mine.registration_ids[0]).person_id

    def expected(self, belongs: Callable[[TrainingSession], bool] | Collection[int]) -> list[Seen]:
        """Return what everybody is to see of the sessions that belong to a feed; by time."""
        if not callable(belongs):
            ids = belongs
            return self.expected(lambda one: one.id in ids)
        return [
            _seen(meeting, one, "", _status(meeting, one), meeting.revision)
            for meeting, one in _meetings()
            if belongs(one)
        ]

    def expected_of_person(self) -> list[Seen]:
        """Return what the person is to see."""
        db.session.rollback()
        own = {
            registration.training_session_id: registration
            for registration in db.session.scalars(
                sa.select(Registration).where(Registration.person_id == self._person_id)
            )
        }
        found = []
        for meeting, one in _meetings():
            if (mine := own.get(one.id)) is None:
                continue
            status = _status(meeting, one)
            if mine.status not in LIVE:
                status = "CANCELLED"
            elif mine.status is not RegistrationStatus.CONFIRMED:
                status = "TENTATIVE"
            word = _WORDS.get(mine.status, "")
            found.append(_seen(meeting, one, word, status, meeting.revision + mine.revision))
        return found


def is_storable(one: str) -> bool:
    """Tell whether both databases take a text, and something of it is left to show."""
    return bool(text.cleaned_line(one)) and not set(one) & {"\0", "\ud800"}


def titled(title: str, word: str = "") -> str:
    """Return how a calendar shows a title."""
    shown = word + (text.cleaned_line(title) or "Training session")
    return shown if len(shown) <= MAX_LINE else f"{shown[: MAX_LINE - 1].rstrip()}…"


def _meetings() -> list[tuple[Meeting, TrainingSession]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Meeting, TrainingSession)
        .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
        .execution_options(populate_existing=True)
    )
    found = [(meeting, one) for meeting, one in rows]
    return sorted(found, key=lambda row: (row[0].starts_at, str(row[0].uid)))


def _ids(statement: sa.Select[tuple[int]]) -> set[int]:
    return set(db.session.scalars(statement))


def _status(meeting: Meeting, one: TrainingSession) -> str:
    if meeting.cancelled_at is not None:
        return "CANCELLED"
    return "TENTATIVE" if one.status is SessionStatus.DRAFT else "CONFIRMED"


def _seen(meeting: Meeting, one: TrainingSession, word: str, status: str, sequence: int) -> Seen:
    held = db.session.scalars(
        sa.select(Meeting.id)
        .where(Meeting.training_session_id == one.id, Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at)
    ).all()
    title = one.title
    if meeting.id in held and len(held) > 1:
        title = f"{title} ({held.index(meeting.id) + 1}/{len(held)})"
    return Seen(
        uid=f"{meeting.uid}@{current_app.extensions['settings'].uid_domain}",
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        summary=titled(title, ("Cancelled: " if status == "CANCELLED" else "") + word),
        status=status,
        sequence=sequence,
    )
