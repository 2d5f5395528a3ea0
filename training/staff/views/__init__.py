"""Pages that show several features: people, the audit trail, and the components of all pages."""

from training.staff.views import audit, calendars, editing, look, people, person, writing
from training.staff.views.blueprint import bp
from training.staff.views.navigation import ways

__all__ = ["audit", "bp", "calendars", "editing", "look", "people", "person", "ways", "writing"]
