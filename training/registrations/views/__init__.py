"""Pages of registrations."""

from training.registrations.views import (
    adding,
    allotments,
    answering,
    cancelling,
    holds,
    manage,
    moving,
    public,
    registering,
    reopening,
    requests,
    roster,
    seat_acts,
    seat_rules,
    subscribing,
    swapping,
)
from training.registrations.views.blueprint import bp

__all__ = [
    "adding",
    "allotments",
    "answering",
    "bp",
    "cancelling",
    "holds",
    "manage",
    "moving",
    "public",
    "registering",
    "reopening",
    "requests",
    "roster",
    "seat_acts",
    "seat_rules",
    "subscribing",
    "swapping",
]
