"""What a change of a campaign means to what shows it."""

from training.calendars.service import bump_feed
from training.calendars.values import Variant
from training.campaigns.changes import CampaignRevised


def answer_revised_campaign(change: CampaignRevised) -> None:
    """Let the readers of public feeds ask again: their names and parts are made of campaigns."""
    bump_feed(Variant.PUBLIC, now=change.now)
