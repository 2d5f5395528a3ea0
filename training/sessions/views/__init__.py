"""Pages of sessions."""

from training.sessions.views import cancelling, download, editing, schedule
from training.sessions.views.blueprint import bp
from training.sessions.views.navigation import ways

__all__ = ["bp", "cancelling", "download", "editing", "schedule", "ways"]
