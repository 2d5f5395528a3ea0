"""Feeds for programs, and the pages on which people get their addresses."""

from training.calendars.views import own, public, secret
from training.calendars.views.blueprint import bp
from training.calendars.views.navigation import ways

__all__ = ["bp", "own", "public", "secret", "ways"]
