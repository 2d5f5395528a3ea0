"""The commands of sessions: ``training calendars …`` and ``training meetings …``."""

from training.sessions.cli.calendars import commands, write_outdated
from training.sessions.cli.meetings import commands as meetings_commands
from training.sessions.cli.meetings import outlook

__all__ = ["commands", "meetings_commands", "outlook", "write_outdated"]
