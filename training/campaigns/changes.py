"""What happens to campaigns and matters to features above."""

from dataclasses import dataclass
from datetime import datetime

from training.changes import Change


@dataclass(frozen=True)  # no slots: that makes a second class, and __subclasses__ shows both
class CampaignRevised(Change):
    """What a campaign is called, its address, its status or whether it is archived changed."""

    campaign_id: int
    actor_id: int | None
    audit_entry_id: int
    now: datetime
