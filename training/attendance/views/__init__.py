"""Pages of attendance."""

from training.attendance.views import sheet
from training.attendance.views.blueprint import bp
from training.attendance.views.navigation import ways

__all__ = ["bp", "sheet", "ways"]
