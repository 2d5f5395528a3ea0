"""The words of campaigns."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class CampaignStatus(StrEnum):
    """How far a campaign is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignPlan:
    """A campaign as staff describe it."""

    name: str
    slug: str
    hashtag: str | None
    starts_on: date
    ends_on: date
    status: CampaignStatus
    #: How many people are to be trained; None: nobody set a number.
    goal: int | None = None
    #: What a new session of it starts with: field of the session's form → value.
    session_defaults: dict[str, Any] = field(default_factory=dict)
    #: Organizations that take part, by id.
    partner_ids: frozenset[int] = frozenset()
