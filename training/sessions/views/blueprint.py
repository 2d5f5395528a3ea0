"""The blueprint of sessions; every module of this package puts its views on it."""

from flask import Blueprint

bp = Blueprint("sessions", __name__)
#: Where the pages of this feature hang in the navigation.
SCHEDULE = "sessions.schedule"
#: The page of one session, which shows its people and so belongs to the feature above.
ROSTER = "registrations.roster"
