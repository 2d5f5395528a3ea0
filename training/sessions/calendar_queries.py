"""The meetings of a week or a month, in six statements at most, whatever their number."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.campaigns.models import Campaign
from training.db import UtcDateTime, core
from training.sessions.availability_columns import AVAILABILITY_COLUMNS, clock_of, seats_of
from training.sessions.clash_queries import clashing
from training.sessions.models import Meeting, Room, TrainingSession, Venue
from training.sessions.rules import availability
from training.sessions.schedule_choices import Offered, offered
from training.sessions.schedule_filters import (
    Attention,
    Filters,
    Period,
    conditions_of,
    has_words,
    shape_of,
    values_of,
)
from training.sessions.values import SessionState, SessionStatus
from training.text import joined

# The tables and not the classes: what is read here is not worth an object each.
_session, _meeting, _room, _venue, _campaign = (
    kind.__table__.c for kind in (TrainingSession, Meeting, Room, Venue, Campaign)
)

#: Meetings that one page shows.
MOST_MEETINGS = 1000
#: Nothing is held for longer without a break: so far back meetings are looked for by their start,
#: and years of what is over are not read.
_LONGEST = timedelta(days=31)


class HeldMeeting(NamedTuple):
    """A meeting as an entry of a calendar."""

    training_session_id: int
    title: str
    #: Of the session: its people's clocks.
    timezone: str
    starts_at: datetime
    ends_at: datetime
    state: SessionState
    room_id: int | None
    #: Room and venue.
    place: str
    campaign_id: int | None
    campaign: str
    #: Whether a trainer or a room of its session is wanted elsewhere at the same time.
    clashes: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldMeetings:
    """What is held in a span of time, by start."""

    meetings: tuple[HeldMeeting, ...]
    #: Whether there are more, that are not among them.
    is_cut: bool
    #: What the filters offer, and who trains in what is shown.
    offered: Offered


_SINCE = sa.bindparam("span_starts", type_=UtcDateTime())
_HELD = (
    sa.select(
        _session.id,
        _session.title,
        _session.timezone,
        _session.campaign_id,
        _meeting.starts_at.label("meeting_starts_at"),
        _meeting.ends_at.label("meeting_ends_at"),
        _meeting.room_id,
        _room.name.label("room"),
        _venue.name.label("venue"),
        _campaign.name.label("campaign"),
        *AVAILABILITY_COLUMNS,
    )
    .select_from(
        Meeting.__table__.join(
            TrainingSession.__table__, _session.id == _meeting.training_session_id
        )
        .outerjoin(Room.__table__, _room.id == _meeting.room_id)
        .outerjoin(Venue.__table__, _venue.id == _room.venue_id)
        .outerjoin(Campaign.__table__, _campaign.id == _session.campaign_id)
    )
    .where(
        _meeting.starts_at > sa.bindparam("looked_from", type_=UtcDateTime()),
        _meeting.starts_at < sa.bindparam("span_ends", type_=UtcDateTime()),
        _meeting.ends_at > _SINCE,
        sa.or_(_meeting.cancelled_at.is_(None), _session.status == SessionStatus.CANCELLED),
    )
    .order_by(_meeting.starts_at, _meeting.id)
    .limit(MOST_MEETINGS + 1)
)


def held_meetings(
    filters: Filters, starts_at: datetime, ends_at: datetime, *, person_id: int, now: datetime
) -> HeldMeetings:
    """Return the meetings that share a moment with a span of time, drafts' among them.

    :param filters: but not when: that the span says.
    :param person_id: who looks, and whose kept views are offered.
    """
    filters = replace(filters, period=Period.ALL, since=None, until=None)
    values = {
        **values_of(filters),
        "now": now,
        "looked_from": starts_at - _LONGEST,
        "span_starts": starts_at,
        "span_ends": ends_at,
    }
    statement = _statement(shape_of(filters), filters.attention).where(*has_words(filters))
    rows = core().execute(statement, values).all()
    is_cut = len(rows) > MOST_MEETINGS
    rows = rows[:MOST_MEETINGS]
    ids = list(dict.fromkeys(row.id for row in rows))
    choices = offered(filters, ids, person_id=person_id, now=now)
    in_clash = clashing(ids, choices.assigned)
    if filters.attention is Attention.CLASH:
        rows = [row for row in rows if row.id in in_clash]
    return HeldMeetings(
        meetings=tuple(_held(row, now, clashes=row.id in in_clash) for row in rows),
        is_cut=is_cut,
        offered=choices,
    )


@lru_cache(maxsize=512)
def _statement(shape: frozenset[str], attention: Attention | None) -> sa.Select[Any]:
    return _HELD.where(*conditions_of(Period.ALL, shape, attention))


def _held(row: Any, now: datetime, *, clashes: bool) -> HeldMeeting:
    return HeldMeeting(
        training_session_id=row.id,
        title=row.title,
        timezone=row.timezone,
        starts_at=row.meeting_starts_at,
        ends_at=row.meeting_ends_at,
        state=availability(clock_of(row), seats_of(row), now).state,
        room_id=row.room_id,
        place=joined(row.room, row.venue),
        campaign_id=row.campaign_id,
        campaign=row.campaign or "",
        clashes=clashes,
    )
