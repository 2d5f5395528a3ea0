"""iCalendar files (RFC 5545): bytes in, drafts of sessions out. Reads no clock and no database."""

from training.imports.ics.lines import is_calendar
from training.imports.ics.reading import read_calendar

__all__ = ["is_calendar", "read_calendar"]
