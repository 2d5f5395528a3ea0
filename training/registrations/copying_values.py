"""A campaign that is made like another one."""

from dataclasses import dataclass
from enum import StrEnum

from training.campaigns.values import CampaignPlan
from training.sessions.values import HoldPlan, SeatPlan, SeatRules, SessionPlan


class CopiedPart(StrEnum):
    """What of the sessions of a campaign is taken along, if that is wanted."""

    TRAINERS = "trainers"
    #: Rooms, and links to join.
    ROOMS = "rooms"
    #: How many seats there are, and by which rules they are given.
    SEATS = "seats"
    HOLDS = "holds"
    ALLOTMENTS = "allotments"
    QUESTIONS = "questions"


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionCopy:
    """A session that is to be made like another one."""

    copied_from: int
    plan: SessionPlan
    seats: SeatPlan
    #: None: those of any new session.
    rules: SeatRules | None = None
    #: Organization → what is held for it.
    holds: tuple[tuple[int, HoldPlan], ...] = ()
    #: Whether it clashes with anything, as it was shown.
    is_clashing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignCopy:
    """A campaign that is to be made like another one, with sessions on other days."""

    copied_from: int
    campaign: CampaignPlan
    days: int
    parts: frozenset[CopiedPart]
    sessions: tuple[SessionCopy, ...]
    #: Why those that clash are made all the same; empty: none clashes.
    reason: str = ""
