"""Holding the demo's sessions: scheduled, registered for, marked, called off."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance import service as attendance
from training.attendance.values import AttendanceStatus, Mark, MarkSource
from training.clock import find_zone, midnight_before, utc_to_wall
from training.db import db
from training.demo import seating
from training.demo.cast import Cast
from training.demo.seating import wall
from training.demo.values import SessionText
from training.registrations import service as registrations
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import CONSENT_VERSION, Claim, Fit, RegistrationStatus
from training.sessions import service as sessions
from training.sessions.models import Meeting
from training.sessions.values import Delivery, MeetingPlan, SeatPlan, SessionPlan, SessionStatus

#: A session is published so many days before today, or before it begins if that was earlier; then
#: people register until two days before it.
_PUBLISHED_DAYS_BEFORE = 21
_REGISTERED_DAYS = 18
#: Who came, person by person, again and again.
_CAME = (
    *(AttendanceStatus.PRESENT,) * 5,
    AttendanceStatus.LATE,
    *(AttendanceStatus.PRESENT,) * 4,
    AttendanceStatus.ABSENT,
    *(AttendanceStatus.PRESENT,) * 3,
    AttendanceStatus.LEFT_EARLY,
    *(AttendanceStatus.PRESENT,) * 2,
    AttendanceStatus.EXCUSED,
)


def hold(text: SessionText, number: int, cast: Cast) -> None:
    """Make one session, and let happen what has happened by now.

    :param number: its place in the scenario, so that not everywhere the same people come.
    """
    plan = _plan(text, cast)
    published_at = _published_at(plan, now=cast.now)
    training_session_id = sessions.schedule(
        _earlier(plan, timedelta(minutes=text.put_off)),
        SeatPlan(capacity=text.capacity, waitlist_capacity=text.waitlist_capacity),
        actor_id=cast.coordinator_id,
        now=published_at,
    )
    if text.status is SessionStatus.DRAFT:
        return
    sessions.publish(training_session_id, actor_id=cast.coordinator_id, now=published_at)
    seating.set_rules(training_session_id, text, cast, now=published_at)
    forms = list(_forms(text, number, cast))
    for position, form in enumerate(forms, start=1):
        is_today = position > len(forms) - text.alone_today - bool(text.whole)
        passed = timedelta(days=_REGISTERED_DAYS) * position / (len(forms) + 1)
        at = cast.now if is_today else (published_at + passed).replace(microsecond=0)
        registrations.register(training_session_id, form, now=at)
    seating.decide(
        training_session_id, text, cast, now=published_at + timedelta(days=_REGISTERED_DAYS)
    )
    seating.give_up(training_session_id, text, cast)
    if text.put_off:
        _put_off(training_session_id, plan, cast)
    if text.status is SessionStatus.CANCELLED:
        sessions.cancel(training_session_id, actor_id=cast.coordinator_id, now=cast.now)
    elif text.is_marked:
        trainer_id = cast.trainer_ids[text.trainer]
        _mark(training_session_id, number, trainer_id=trainer_id, now=cast.now)


def _published_at(plan: SessionPlan, *, now: datetime) -> datetime:
    first = min(meeting.wall_start for meeting in plan.meetings)
    begins_at = first.replace(tzinfo=find_zone(plan.timezone))
    return midnight_before(min(now, begins_at), days=_PUBLISHED_DAYS_BEFORE)


def _plan(text: SessionText, cast: Cast) -> SessionPlan:
    course = cast.courses[text.course]
    opens = text.opens_on_day
    return SessionPlan(
        title=text.title,
        description=text.description or course.description,
        language=text.language,
        delivery=text.delivery,
        audience=text.audience,
        timezone=text.timezone,
        meetings=tuple(_meetings(text, cast.now)),
        course_id=course.id,
        campaign_id=cast.campaign_id,
        registration_opens=None if opens is None else wall(cast.now.date(), opens, "09:00"),
        trainer_ids=(cast.trainer_ids[text.trainer],),
    )


def _meetings(text: SessionText, now: datetime) -> Iterator[MeetingPlan]:
    if text.sittings is None:
        hour_before = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        start, _ = utc_to_wall(hour_before, find_zone(text.timezone))
        spans = [(start, timedelta(minutes=90))]
    else:
        spans = [
            (wall(now.date(), sitting.day, sitting.time), timedelta(minutes=sitting.minutes))
            for sitting in text.sittings
        ]
    is_online = text.delivery is not Delivery.IN_PERSON
    for start, length in spans:
        yield MeetingPlan(
            wall_start=start,
            wall_end=start + length,
            timezone=text.timezone,
            venue=text.venue,
            room=text.room,
            join_url=f"https://video.example.org/{text.course}" if is_online else None,
        )


def _earlier(plan: SessionPlan, by: timedelta) -> SessionPlan:
    return replace(
        plan,
        meetings=tuple(
            replace(one, wall_start=one.wall_start - by, wall_end=one.wall_end - by)
            for one in plan.meetings
        ),
    )


def _put_off(training_session_id: int, plan: SessionPlan, cast: Cast) -> None:
    """Move the meetings today to when the plan has them."""
    ids = db.session.scalars(
        sa.select(Meeting.id)
        .where(Meeting.training_session_id == training_session_id)
        .order_by(Meeting.ordinal)
    ).all()
    meetings = tuple(
        replace(one, meeting_id=id_) for one, id_ in zip(plan.meetings, ids, strict=True)
    )
    sessions.revise(
        training_session_id,
        replace(plan, meetings=meetings),
        expected_revision=None,
        actor_id=cast.coordinator_id,
        now=cast.now,
    )


def _forms(text: SessionText, number: int, cast: Cast) -> Iterator[Group]:
    """Yield who registers, form by form.

    First representatives for several, then people alone, last a group that waits as a whole.
    """
    partners = len(cast.members)
    for position, size in enumerate(text.groups):
        members = cast.members[(number + position) % partners][-size:]
        yield Group(
            participants=tuple(member.participant(Claim.REPRESENTATIVE) for member in members),
            fit=Fit.WHAT_FITS,
            actor_id=members[0].representative_id,
        )
    # One of each partner in turn, so that every session has people from several.
    strangers = [one for rank in zip(*cast.strangers, strict=True) for one in rank]
    first = number * 5 % len(strangers)
    in_turn = [*strangers[first:], *strangers[:first]]
    for stranger in in_turn[: text.alone + text.alone_today]:
        participant = stranger.participant(Claim.STATED)
        yield Group(participants=(participant,), consent=CONSENT_VERSION)
    if text.whole:
        members = cast.members[(number + len(text.groups)) % partners][-text.whole :]
        yield Group(
            participants=tuple(member.participant(Claim.REPRESENTATIVE) for member in members),
            fit=Fit.WHOLE,
            actor_id=members[0].representative_id,
        )


def _mark(training_session_id: int, number: int, *, trainer_id: int, now: datetime) -> None:
    """Have the trainer mark everybody at the end of each meeting that is over."""
    people: Sequence[int] = db.session.scalars(
        sa.select(Registration.id)
        .where(
            Registration.training_session_id == training_session_id,
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .order_by(Registration.ticket)
    ).all()
    over = db.session.execute(
        sa.select(Meeting.id, Meeting.ends_at)
        .where(Meeting.training_session_id == training_session_id, Meeting.ends_at < now)
        .order_by(Meeting.ordinal)
    ).all()
    for ordinal, (meeting_id, ends_at) in enumerate(over):
        attendance.record_marks(
            meeting_id,
            [
                Mark(
                    registration_id=registration_id,
                    status=_CAME[(position + number * 7 + ordinal) % len(_CAME)],
                    nonce=f"demo.{meeting_id}.{registration_id}",
                    claimed_at=ends_at,
                )
                for position, registration_id in enumerate(people)
            ],
            source=MarkSource.TRAINER,
            actor_id=trainer_id,
            scope=Scope.OWN_SESSIONS,
            now=ends_at,
        )
