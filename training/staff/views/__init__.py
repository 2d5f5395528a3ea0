"""Pages that show several features: people, the audit trail, and the components of all pages."""

from training.staff.views import audit, editing, look, people, person
from training.staff.views.blueprint import bp
from training.staff.views.navigation import ways

__all__ = ["audit", "bp", "editing", "look", "people", "person", "ways"]
