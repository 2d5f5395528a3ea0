"""The demo's people, partners, courses and sessions. All of them are made up."""

from training.demo.scenario.ahead import AHEAD
from training.demo.scenario.campaign import (
    CAMPAIGN_GOAL,
    CAMPAIGN_HASHTAG,
    CAMPAIGN_NAME,
    CAMPAIGN_SLUG,
    VENUE,
)
from training.demo.scenario.courses import COURSES
from training.demo.scenario.partners import (
    ALLOTMENTS,
    ALSO_REPRESENTED_BY,
    COLLEAGUES,
    PARTNERS,
    SIGN_IN,
    TRAINERS,
)
from training.demo.scenario.past import PAST
from training.demo.scenario.readers import READERS

#: In the order in which they begin, but for those that differ in their zone.
SESSIONS = (*PAST, *AHEAD)

__all__ = [
    "ALLOTMENTS",
    "ALSO_REPRESENTED_BY",
    "CAMPAIGN_GOAL",
    "CAMPAIGN_HASHTAG",
    "CAMPAIGN_NAME",
    "CAMPAIGN_SLUG",
    "COLLEAGUES",
    "COURSES",
    "PARTNERS",
    "READERS",
    "SESSIONS",
    "SIGN_IN",
    "TRAINERS",
    "VENUE",
]
