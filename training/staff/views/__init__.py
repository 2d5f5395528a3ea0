"""Pages that show several features: the day, people, the audit trail, the components of all."""

from training.staff.views import (
    audit,
    calendars,
    campaign,
    dashboard,
    editing,
    look,
    mail,
    people,
    person,
    registration,
    writing,
)
from training.staff.views.blueprint import bp
from training.staff.views.navigation import first_ways, ways

__all__ = [
    "audit",
    "bp",
    "calendars",
    "campaign",
    "dashboard",
    "editing",
    "first_ways",
    "look",
    "mail",
    "people",
    "person",
    "registration",
    "ways",
    "writing",
]
