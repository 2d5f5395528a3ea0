"""Pages of registrations."""

from training.registrations.views import (
    adding,
    manage,
    public,
    registering,
    roster,
    seat_acts,
)
from training.registrations.views.blueprint import bp

__all__ = ["adding", "bp", "manage", "public", "registering", "roster", "seat_acts"]
