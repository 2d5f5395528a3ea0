"""Pages of sessions, and of the campaigns, courses, venues and rooms that they refer to."""

from training.sessions.views import (
    campaigns,
    cancelling,
    clashing,
    course_defaults,
    courses,
    download,
    editing,
    profiles,
    schedule,
    schedule_views,
    scheduling,
    series,
    several,
    unavailability,
    venues,
)
from training.sessions.views.blueprint import bp
from training.sessions.views.navigation import ways

__all__ = [
    "bp",
    "campaigns",
    "cancelling",
    "clashing",
    "course_defaults",
    "courses",
    "download",
    "editing",
    "profiles",
    "schedule",
    "schedule_views",
    "scheduling",
    "series",
    "several",
    "unavailability",
    "venues",
    "ways",
]
