"""Pages of sessions."""

from training.sessions.views import cancelling, download, editing, schedule
from training.sessions.views.blueprint import bp

__all__ = ["bp", "cancelling", "download", "editing", "schedule"]
