"""A plan, turned into what is stored of a session, of its meetings and of who trains."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.campaigns.models import Campaign
from training.clock import Fold, find_zone, wall_to_utc
from training.db import INSERT, db
from training.errors import N_
from training.sessions.errors import InvalidPlanError
from training.sessions.models import Assignment, Course, Meeting, Room, Venue
from training.sessions.rules import MeetingTimes
from training.sessions.values import MeetingPlan, SessionPlan
from training.text import search_key


def described(plan: SessionPlan) -> dict[str, Any]:
    """Return the columns of a session that a plan says.

    :raise InvalidPlanError: registration would close before it opens.
    """
    zone = find_zone(plan.timezone)
    opens, closes = plan.registration_opens, plan.registration_closes
    if opens and closes and closes <= opens:
        raise InvalidPlanError(N_("Registration must close after it opens."))
    return {
        "title": plan.title,
        "description": plan.description,
        "for_whom": plan.for_whom,
        "accessibility": plan.accessibility,
        "language": plan.language,
        "delivery": plan.delivery,
        "audience": plan.audience,
        "timezone": plan.timezone,
        "course_id": plan.course_id,
        "campaign_id": plan.campaign_id,
        "registration_opens": opens,
        "registration_closes": closes,
        # Of a time that occurs twice, people may register from the first and until the second.
        "registration_opens_at": wall_to_utc(opens, zone, fold=0) if opens else None,
        "registration_closes_at": wall_to_utc(closes, zone, fold=1) if closes else None,
        "registration_paused": plan.registration_paused,
        "search_key": search_key(plan.title)[:500],
    }


def check_chosen(plan: SessionPlan) -> None:
    """See that what a form offered is still there: somebody may have deleted it meanwhile.

    :raise InvalidPlanError: the course or the campaign is not.
    """
    chosen: tuple[tuple[type[Course | Campaign], int | None], ...] = (
        (Course, plan.course_id),
        (Campaign, plan.campaign_id),
    )
    for kind, id_ in chosen:
        if id_ is not None and db.session.scalar(sa.select(kind.id).where(kind.id == id_)) is None:
            raise InvalidPlanError(
                N_("The course or the campaign was deleted meanwhile. Choose another one.")
            )


def spanned(times: Sequence[MeetingTimes]) -> dict[str, datetime]:
    """Return the first start and the last end, which a session keeps for sorting."""
    return {
        "starts_at": min(meeting.starts_at for meeting in times),
        "ends_at": max(meeting.ends_at for meeting in times),
    }


def placed(plan: MeetingPlan, times: MeetingTimes) -> dict[str, Any]:
    """Return the columns of a meeting that its plan says; a place that is new is made."""
    return {
        "wall_start": times.wall_start,
        "start_fold": times.start_fold,
        "wall_end": times.wall_end,
        "end_fold": times.end_fold,
        "timezone": plan.timezone,
        "starts_at": times.starts_at,
        "ends_at": times.ends_at,
        "room_id": find_or_make_room(plan.venue, plan.room),
        "join_url": plan.join_url,
    }


def assign_trainers(training_session_id: int, trainer_ids: Sequence[int]) -> set[str]:
    """Let just these people train; returns what changed, by name."""
    assigned = set(
        db.session.scalars(
            sa.select(Assignment.person_id).where(
                Assignment.training_session_id == training_session_id
            )
        )
    )
    wanted = set(trainer_ids)
    if assigned == wanted:
        return set()
    db.session.execute(
        sa.delete(Assignment).where(
            Assignment.training_session_id == training_session_id,
            Assignment.person_id.in_(assigned - wanted),
        )
    )
    if wanted - assigned:
        db.session.execute(
            sa.insert(Assignment),
            [
                {"training_session_id": training_session_id, "person_id": person_id}
                for person_id in sorted(wanted - assigned)
            ],
        )
    return {"trainers"}


def find_or_make_room(venue: str, room: str) -> int | None:
    """Return the id of the room of that name; two who name a new one make one."""
    if not venue:
        return None
    insert = INSERT[db.engine.dialect.name]
    db.session.execute(
        insert(Venue).values(name=venue, address="").on_conflict_do_nothing(index_elements=["name"])
    )
    venue_id = db.session.scalars(sa.select(Venue.id).where(Venue.name == venue)).one()
    db.session.execute(
        insert(Room)
        .values(venue_id=venue_id, name=room)
        .on_conflict_do_nothing(index_elements=["venue_id", "name"])
    )
    return db.session.scalars(
        sa.select(Room.id).where(Room.venue_id == venue_id, Room.name == room)
    ).one()


def raise_revision(meeting: Meeting, *, is_rescheduled: bool, now: datetime) -> None:
    """Have calendars take a meeting over anew.

    :param is_rescheduled: its time changed, or whether it takes place.
    """
    meeting.revision += 1
    meeting.revised_at = now
    if is_rescheduled:
        meeting.rescheduled_at, meeting.rescheduled_revision = now, meeting.revision


def iso(instant: datetime) -> str:
    """Return an instant as the audit trail keeps it."""
    return instant.isoformat()


def fold_of(number: int) -> Fold:
    """Return a stored fold as what the clock knows it as."""
    return 1 if number else 0
