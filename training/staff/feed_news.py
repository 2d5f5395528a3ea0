"""What the programs that read somebody's own addresses have not seen yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.calendars.listed import Unread
from training.calendars.models import FeedToken
from training.calendars.service.tokens import OwnFeed
from training.calendars.values import FeedKind
from training.db import db
from training.registrations.models import Registration
from training.registrations.values import Claim
from training.sessions.models import Assignment, Meeting, TrainingSession
from training.staff.calendar_queries import IS_CONCERNED
from training.staff.calendar_values import SETTLED


def unread(feeds: Sequence[OwnFeed], *, now: datetime) -> Mapping[int, Unread]:
    """Return for each address what its program has not seen of sessions to come.

    In one statement for all. Of several changes what moved comes before what changed otherwise,
    then the newest. None: it was never read, or its program has seen everything.
    """
    newest = [
        sa.select(_newest(feed, feed.fetched_at - SETTLED, now).subquery())
        for feed in feeds
        if feed.fetched_at is not None
    ]
    if not newest:
        return {}
    rows = db.session.execute(sa.union_all(*newest))
    return {id_: Unread(title=title, is_moved=bool(is_moved)) for id_, title, is_moved in rows}


def _newest(feed: OwnFeed, seen_until: datetime, now: datetime) -> sa.Select[Any]:
    statement, was_there, is_new = _source(feed, seen_until)
    is_moved = sa.and_(Meeting.rescheduled_at > seen_until, was_there)
    # NULL, of what never moved, would come before or after all else by the engine's taste.
    moved = sa.case((is_moved, 1), else_=0)
    return (
        statement.add_columns(TrainingSession.title, moved.label("is_moved"))
        .where(
            FeedToken.id == feed.id,
            Meeting.starts_at > now,
            sa.or_(Meeting.revised_at > seen_until, is_new),
        )
        .order_by(moved.desc(), Meeting.revised_at.desc(), Meeting.id)
        .limit(1)
    )


#: The start of a statement that joins an address with meetings; whether one stood in its feed then;
#: and whether anything else about it is new.
_Source = tuple[sa.Select[Any], sa.ColumnElement[bool], sa.ColumnElement[bool]]


def _source(feed: OwnFeed, seen_until: datetime) -> _Source:
    match feed.kind:
        case FeedKind.PERSON:
            return _own(seen_until)
        case FeedKind.TRAINER:
            return _trained(seen_until)
        case FeedKind.ORGANIZATION:
            return _theirs(feed.id, seen_until)
        case FeedKind.STAFF:
            return _all()


def _own(seen_until: datetime) -> _Source:
    changed_at = sa.func.coalesce(Registration.revised_at, Registration.registered_at)
    statement = (
        sa.select(FeedToken.id)
        .select_from(FeedToken)
        .join(Registration, Registration.person_id == FeedToken.owner_id)
        .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
        # What was given up before stands there as cancelled, whatever became of the session since.
        .where(sa.or_(IS_CONCERNED, changed_at > seen_until))
    )
    return statement, Registration.registered_at <= seen_until, changed_at > seen_until


def _trained(seen_until: datetime) -> _Source:
    statement = (
        sa.select(FeedToken.id)
        .select_from(FeedToken)
        .join(Assignment, Assignment.person_id == FeedToken.owner_id)
        .join(TrainingSession, TrainingSession.id == Assignment.training_session_id)
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
    )
    # Who trains raises the revision of the session, not those of its meetings.
    return statement, sa.true(), TrainingSession.revised_at > seen_until


def _theirs(feed_id: int, seen_until: datetime) -> _Source:
    first = (
        sa.select(
            Registration.organization_id,
            Registration.training_session_id,
            sa.func.min(Registration.registered_at).label("since"),
        )
        .where(
            Registration.organization_id
            == sa.select(FeedToken.organization_id)
            .where(FeedToken.id == feed_id)
            .scalar_subquery(),
            Registration.claim != Claim.STATED,
            IS_CONCERNED,
        )
        .group_by(Registration.organization_id, Registration.training_session_id)
        .subquery()
    )
    statement = (
        sa.select(FeedToken.id)
        .select_from(FeedToken)
        .join(first, first.c.organization_id == FeedToken.organization_id)
        .join(TrainingSession, TrainingSession.id == first.c.training_session_id)
        .join(Meeting, Meeting.training_session_id == TrainingSession.id)
    )
    return statement, first.c.since <= seen_until, first.c.since > seen_until


def _all() -> _Source:
    statement = (
        sa.select(FeedToken.id)
        .select_from(FeedToken)
        .join(Meeting, sa.true())
        .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
    )
    return statement, sa.true(), sa.false()
