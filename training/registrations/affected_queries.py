"""Who is registered for a session that is to be moved or cancelled, and where else they are then.

``app.extensions["affected"]``: pages of sessions ask it, who know nothing of registrations.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.organizations.models import Organization
from training.registrations.models import Registration
from training.registrations.values import LIVE, SEATED, RegistrationStatus
from training.sessions.affected import (
    Affected,
    AffectedOrganization,
    AffectedPerson,
    Elsewhere,
    Span,
)
from training.sessions.models import Meeting, TrainingSession

# The tables and not the classes: what is read here is not worth an object each.
_registration, _meeting = Registration.__table__.c, Meeting.__table__.c
_session, _organization = TrainingSession.__table__.c, Organization.__table__.c

_REGISTERED = (
    sa.select(
        _registration.person_id,
        _registration.name,
        _registration.status,
        _organization.name.label("organization"),
    )
    .select_from(
        Registration.__table__.outerjoin(
            Organization.__table__, _organization.id == _registration.organization_id
        )
    )
    .where(
        _registration.training_session_id == sa.bindparam("training_session_id"),
        _registration.status.in_(LIVE),
    )
)
_MINE = (
    sa.select(_registration.person_id)
    .where(
        _registration.training_session_id == sa.bindparam("training_session_id"),
        _registration.status.in_(LIVE),
    )
    .scalar_subquery()
)
#: Every meeting between two instants in which one of these people has a seat elsewhere.
_ELSEWHERE = (
    sa.select(
        _registration.person_id,
        _session.id.label("training_session_id"),
        _session.title,
        _meeting.starts_at,
        _meeting.ends_at,
        _meeting.timezone,
    )
    .select_from(
        Registration.__table__.join(
            TrainingSession.__table__, _session.id == _registration.training_session_id
        ).join(Meeting.__table__, _meeting.training_session_id == _session.id)
    )
    .where(
        _registration.person_id.in_(_MINE),
        _registration.status.in_(SEATED),
        _session.id != sa.bindparam("training_session_id"),
        _meeting.cancelled_at.is_(None),
        _meeting.starts_at < sa.bindparam("until", type_=UtcDateTime()),
        _meeting.ends_at > sa.bindparam("since", type_=UtcDateTime()),
    )
    .order_by(_meeting.starts_at, _meeting.id)
)


def affected(training_session_id: int, spans: Sequence[Span]) -> Affected:
    """Return who is registered for a session, in two statements.

    :param spans: when its meetings are to be; empty: nobody asks what else people do then.
    """
    rows = db.session.execute(_REGISTERED, {"training_session_id": training_session_id}).all()
    elsewhere = _elsewhere(training_session_id, spans) if rows and spans else {}
    people = [
        AffectedPerson(
            name=row.name,
            organization=row.organization,
            has_seat=row.status in SEATED,
            is_asking=row.status is RegistrationStatus.REQUESTED,
            elsewhere=tuple(elsewhere.get(row.person_id, ())),
        )
        for row in rows
    ]
    people.sort(key=lambda one: (not one.has_seat, one.is_asking, one.name.casefold()))
    return Affected(people=tuple(people), organizations=_by_organization(people))


def _elsewhere(training_session_id: int, spans: Sequence[Span]) -> dict[int, list[Elsewhere]]:
    found: dict[int, list[Elsewhere]] = defaultdict(list)
    rows = db.session.execute(
        _ELSEWHERE,
        {
            "training_session_id": training_session_id,
            "since": min(span.starts_at for span in spans),
            "until": max(span.ends_at for span in spans),
        },
    )
    for person_id, other_id, title, starts_at, ends_at, timezone in rows:
        if any(starts_at < span.ends_at and span.starts_at < ends_at for span in spans):
            found[person_id].append(
                Elsewhere(
                    training_session_id=other_id,
                    title=title,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    timezone=timezone,
                )
            )
    return found


def _by_organization(people: Sequence[AffectedPerson]) -> tuple[AffectedOrganization, ...]:
    seated = Counter(one.organization for one in people if one.has_seat)
    asking = Counter(one.organization for one in people if one.is_asking)
    waiting = Counter(one.organization for one in people if not one.has_seat and not one.is_asking)
    # Those of none come last.
    names = sorted(
        seated | waiting | asking, key=lambda name: (name is None, (name or "").casefold())
    )
    return tuple(
        AffectedOrganization(name, seated[name], waiting[name], asking[name]) for name in names
    )
