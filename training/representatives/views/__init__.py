"""Pages for who acts for an organization."""

from training.representatives.views import (
    answering,
    attendance,
    cancelling,
    claims,
    codes,
    naming,
    overview,
    people,
    registering,
    sessions,
    swapping,
)
from training.representatives.views.blueprint import bp
from training.representatives.views.navigation import ways

__all__ = [
    "answering",
    "attendance",
    "bp",
    "cancelling",
    "claims",
    "codes",
    "naming",
    "overview",
    "people",
    "registering",
    "sessions",
    "swapping",
    "ways",
]
