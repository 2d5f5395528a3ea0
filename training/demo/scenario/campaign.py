"""The campaign of the demo, and the house that it has for a day."""

from training.sessions.values import VenuePlan

CAMPAIGN_NAME = "Mental Health Awareness Month"
CAMPAIGN_SLUG = "mental-health-awareness-month"
CAMPAIGN_HASHTAG = "TalkAboutIt"
#: People to be trained.
CAMPAIGN_GOAL = 150

VENUE = VenuePlan(
    name="Jacaranda House",
    address="4 Example Road, Nairobi",
    timezone="Africa/Nairobi",
    accessibility=(
        "No steps from the street to the halls, a lift to all floors, and an accessible toilet on "
        "each of them. Hall A has an induction loop."
    ),
)
