"""Pages for who acts for an organization."""

from training.representatives.views import (
    attendance,
    cancelling,
    claims,
    overview,
    people,
    registering,
    sessions,
    swapping,
)
from training.representatives.views.blueprint import bp
from training.representatives.views.navigation import ways

__all__ = [
    "attendance",
    "bp",
    "cancelling",
    "claims",
    "overview",
    "people",
    "registering",
    "sessions",
    "swapping",
    "ways",
]
