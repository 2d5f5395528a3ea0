"""Pages of attendance."""

from training.attendance.views import (
    exports,
    history,
    marks,
    own,
    sheet,
    sign_in_sheets,
    walk_in,
)
from training.attendance.views.blueprint import bp
from training.attendance.views.navigation import ways

__all__ = [
    "bp",
    "exports",
    "history",
    "marks",
    "own",
    "sheet",
    "sign_in_sheets",
    "walk_in",
    "ways",
]
