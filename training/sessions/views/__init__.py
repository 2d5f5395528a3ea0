"""Pages of sessions, and of the campaigns, courses, venues and rooms that they refer to."""

from training.sessions.views import (
    campaigns,
    cancelling,
    courses,
    download,
    editing,
    schedule,
    scheduling,
    venues,
)
from training.sessions.views.blueprint import bp
from training.sessions.views.navigation import ways

__all__ = [
    "bp",
    "campaigns",
    "cancelling",
    "courses",
    "download",
    "editing",
    "schedule",
    "scheduling",
    "venues",
    "ways",
]
