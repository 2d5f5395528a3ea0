"""Which meetings belong to which feed, as far as sessions alone tell."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from training.calendars.sources import Chosen, Narrowing, WholeVariant
from training.calendars.values import Variant
from training.campaigns.models import Campaign, CampaignStatus
from training.sessions.fields import is_language
from training.sessions.models import Assignment, Course, Meeting, TrainingSession
from training.sessions.values import Delivery
from training.web.filters import delivery_label, language_name

#: Everything, drafts too.
STAFF = WholeVariant(variant=Variant.STAFF)
#: What a person trains.
TRAINER = Chosen(
    variant=Variant.TRAINER,
    uids=sa.select(Meeting.uid)
    .join(Assignment, Assignment.training_session_id == Meeting.training_session_id)
    .where(Assignment.person_id == sa.bindparam("person_id")),
)

#: What the public feed's filter for the delivery offers.
DELIVERIES = tuple(str(delivery) for delivery in Delivery)
_SLUG = re.compile("[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_IS_CAMPAIGN = sa.and_(
    Campaign.slug == sa.bindparam("campaign"), Campaign.status != CampaignStatus.DRAFT
)
_IS_COURSE = Course.slug == sa.bindparam("course")
_NARROWING: Mapping[str, sa.ColumnElement[bool]] = {
    "campaign": TrainingSession.campaign_id.in_(sa.select(Campaign.id).where(_IS_CAMPAIGN)),
    "course": TrainingSession.course_id.in_(sa.select(Course.id).where(_IS_COURSE)),
    "language": TrainingSession.language == sa.bindparam("language"),
    "delivery": sa.type_coerce(TrainingSession.delivery, sa.String) == sa.bindparam("delivery"),
}
#: What a part is called that somebody gave a name. The draft of a campaign has none yet, nor has
#: what was put away, or never was in any list, before a session of it is public.
_NAMES: Mapping[str, sa.ScalarSelect[str]] = {
    "campaign": sa.select(Campaign.name)
    .where(
        _IS_CAMPAIGN,
        sa.or_(
            Campaign.archived_at.is_(None),
            sa.exists().where(
                TrainingSession.campaign_id == Campaign.id, TrainingSession.is_listed
            ),
        ),
    )
    .scalar_subquery(),
    "course": sa.select(Course.title)
    .where(
        _IS_COURSE,
        sa.exists().where(TrainingSession.course_id == Course.id, TrainingSession.is_listed),
    )
    .scalar_subquery(),
}
_WORDS: Mapping[str, Callable[[str], str]] = {
    "language": language_name,
    "delivery": delivery_label,
}


def narrow(asked: Mapping[str, str]) -> Narrowing | None:
    """Return the part of the public feed that was asked for; None: there can be no such part.

    :param asked: from the address, so it may be anything; "campaign", "course", "language" and
        "delivery" mean something.
    """
    if not all(name in _NARROWING and _is_possible(name, value) for name, value in asked.items()):
        return None
    names = tuple(sorted(asked))
    parameters: dict[str, Any] = dict(asked)
    return Narrowing(
        key=tuple((name, asked[name]) for name in names),
        uids=_uids(names),
        parameters=parameters,
        names=tuple(_NAMES[name] for name in names if name in _NAMES),
        words=tuple(_WORDS[name](asked[name]) for name in names if name in _WORDS),
    )


def _is_possible(name: str, value: str) -> bool:
    if name == "delivery":
        return value in DELIVERIES
    if name == "language":
        return is_language(value)
    return _SLUG.fullmatch(value) is not None


@lru_cache(maxsize=16)
def _uids(names: tuple[str, ...]) -> sa.Select[UUID]:
    """Return the statement for the meetings of a part: to build one costs more than to run it."""
    return (
        sa.select(Meeting.uid)
        .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
        .where(*(_NARROWING[name] for name in names))
    )
