"""The campaign of the demo."""

CAMPAIGN_NAME = "Mental Health Awareness Month"
CAMPAIGN_SLUG = "mental-health-awareness-month"
CAMPAIGN_HASHTAG = "TalkAboutIt"
