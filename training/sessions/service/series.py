"""Making the sessions of a series."""

from collections.abc import Sequence
from datetime import datetime

from training.audit.trail import Act, record_act
from training.db import db
from training.sessions.clash_queries import clashes_of, clashing
from training.sessions.errors import ChangedMeanwhileError, PlannedMeanwhileError
from training.sessions.models import Series, TrainingSession
from training.sessions.rules.clashes import still_open
from training.sessions.rules.series import SeriesRule, rule_text
from training.sessions.service.accepting import accept
from training.sessions.service.defaults import begin_like
from training.sessions.service.locking import lock_training_session
from training.sessions.service.questions import copy_questions
from training.sessions.service.scheduling import schedule
from training.sessions.service.status import publish
from training.sessions.values import Origin, SeriesPlan


def make_series(
    training_session_id: int,
    rule: SeriesRule,
    plan: SeriesPlan,
    *,
    actor_id: int | None,
    now: datetime,
) -> list[int]:
    """Make the sessions of a series, planned like one that then is the first of it.

    :return: ids of those that were made, in the order of the plans.
    :raise NotFoundError: the session that they are planned like is gone.
    :raise ChangedMeanwhileError: it is another one than was shown.
    :raise PlannedMeanwhileError: one clashes of which that was not shown.
    """
    if lock_training_session(training_session_id).revision != plan.revision:
        raise ChangedMeanwhileError
    pattern = db.session.get_one(TrainingSession, training_session_id)
    if pattern.series_id is None:
        pattern.series_id = _add(rule, plan.countries, actor_id=actor_id, now=now)
        db.session.flush()
    origin = Origin(copied_from=training_session_id, series_id=pattern.series_id)
    ids = [
        schedule(one, plan.seats, origin=origin, actor_id=actor_id, now=now)
        for one in plan.sessions
    ]
    if clashing(ids) - {ids[position] for position in plan.clashing}:
        raise PlannedMeanwhileError
    begin_like(training_session_id, ids)
    for id_ in ids:
        copy_questions(training_session_id, id_, now=now)
    if plan.reason:
        for id_ in ids:
            found = still_open(clashes_of(id_))
            accept(id_, found, plan.reason, actor_id=actor_id, now=now)
    if plan.is_published:
        for id_ in ids:
            publish(id_, actor_id=actor_id, now=now)
    record_act(
        Act(
            action="session.make_series",
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            after={"series_id": pattern.series_id, "count": len(ids), "rule": rule_text(rule)},
        ),
        actor_id=actor_id,
        now=now,
    )
    return ids


def _add(rule: SeriesRule, countries: Sequence[str], *, actor_id: int | None, now: datetime) -> int:
    row = Series(rule=rule_text(rule), countries=list(countries), made_at=now, made_by=actor_id)
    db.session.add(row)
    db.session.flush()
    return row.id
