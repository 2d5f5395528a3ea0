"""Pages of registrations."""

from training.registrations.views import (
    adding,
    cancelling,
    manage,
    moving,
    public,
    registering,
    roster,
    seat_acts,
    subscribing,
    swapping,
)
from training.registrations.views.blueprint import bp

__all__ = [
    "adding",
    "bp",
    "cancelling",
    "manage",
    "moving",
    "public",
    "registering",
    "roster",
    "seat_acts",
    "subscribing",
    "swapping",
]
