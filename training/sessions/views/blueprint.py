"""The blueprint of sessions; every module of this package puts its views on it."""

from flask import Blueprint

bp = Blueprint("sessions", __name__)
#: The page of one session, which shows its people and so belongs to registrations.
ROSTER = "registrations.roster"
#: The page of one campaign, which shows who came and so belongs to staff.
CAMPAIGN = "staff.campaign"
#: Lists that stand in the navigation.
CAMPAIGNS, COURSES, VENUES = "sessions.campaigns", "sessions.courses", "sessions.venues"
