"""People who say that they are with an organization, which nobody has confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from training.db import UtcDateTime, db
from training.errors import NotFoundError
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.representatives.queries.ours import IS_CLAIM, IS_LIVE, registration
from training.sessions.models import TrainingSession
from training.sessions.values import SessionStatus

#: A claim is worth settling after the session as well: attendance is counted by organization.
KEPT_AFTER = timedelta(days=30)
#: Claims that a page shows; the next ones come up as these are settled.
MOST_SHOWN = 50

_session = TrainingSession.__table__.c


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedClaim:
    """Somebody who named the organization in the form, by the name that they gave."""

    registration_id: int
    person_id: int
    name: str
    status: RegistrationStatus
    training_session_id: int
    title: str
    starts_at: datetime
    timezone: str
    #: Sessions beside this one for which they say the same; one answer settles all.
    others: int = 0


_CLAIMS = (
    sa.select(
        registration.id.label("registration_id"),
        registration.person_id,
        registration.name,
        registration.status,
        registration.training_session_id,
        _session.title,
        _session.starts_at,
        _session.timezone,
    )
    .join_from(
        Registration.__table__,
        TrainingSession.__table__,
        _session.id == registration.training_session_id,
    )
    .where(IS_CLAIM, IS_LIVE, _session.status == SessionStatus.PUBLISHED)
    .order_by(_session.starts_at, registration.ticket, registration.id)
)
_RECENT = _CLAIMS.where(_session.ends_at > sa.bindparam("since", type_=UtcDateTime())).limit(
    MOST_SHOWN
)
_OF_SESSION = _RECENT.where(registration.training_session_id == sa.bindparam("training_session_id"))
_OF_PEOPLE = sa.select(registration.id).where(
    IS_CLAIM, registration.person_id.in_(sa.bindparam("people", expanding=True))
)
_BY_ID = _CLAIMS.where(registration.id.in_(sa.bindparam("ids", expanding=True)))


def open_claims(
    organization_id: int, *, now: datetime, training_session_id: int | None = None
) -> list[StatedClaim]:
    """Return who says to be of an organization, each person once, the soonest session first.

    :param training_session_id: of this session only; None: of all.
    """
    bound = {"organization_id": organization_id, "since": now - KEPT_AFTER}
    if training_session_id is None:
        found = db.session.execute(_RECENT, bound)
    else:
        bound["training_session_id"] = training_session_id
        found = db.session.execute(_OF_SESSION, bound)
    claims: dict[int, StatedClaim] = {}
    for row in found:
        claim = StatedClaim(**row._mapping)  # noqa: SLF001 -- the public name for a mapping
        first = claims.setdefault(claim.person_id, claim)
        if first is not claim:
            claims[claim.person_id] = replace(first, others=first.others + 1)
    return list(claims.values())


def get_claims(organization_id: int, registration_ids: Sequence[int]) -> list[StatedClaim]:
    """Return claims that are still open.

    :raise NotFoundError: one of them does not exist, was made to another organization, or was
        settled meanwhile.
    """
    bound = {"organization_id": organization_id, "ids": list(registration_ids)}
    found = [
        StatedClaim(**row._mapping)  # noqa: SLF001 -- the public name for a mapping
        for row in db.session.execute(_BY_ID, bound)
    ]
    if len(found) != len(set(registration_ids)):
        raise NotFoundError
    return found


def claims_of_people(organization_id: int, person_ids: Sequence[int]) -> list[int]:
    """Return the registrations in which people say that they are with an organization."""
    bound = {"organization_id": organization_id, "people": list(person_ids)}
    return list(db.session.scalars(_OF_PEOPLE, bound))
