"""Words for what staff see of sessions."""

from functools import lru_cache

from flask_babel import gettext as _
from flask_babel import ngettext

from training.campaigns.values import CampaignStatus
from training.sessions.values import Audience, SeatCounts
from training.web.filters.locales import current_locale


def audience_label(audience: Audience) -> str:
    """Return who may register, in words."""
    words = {
        Audience.PUBLIC: _("Everybody"),
        Audience.PARTNERS: _("People of partner organizations"),
        Audience.INVITED: _("By invitation"),
    }
    return str(words[audience])


def campaign_status_label(status: CampaignStatus) -> str:
    """Return how far a campaign is, in words."""
    words = {
        CampaignStatus.DRAFT: _("Draft"),
        CampaignStatus.PUBLISHED: _("Published"),
        CampaignStatus.CLOSED: _("Closed"),
    }
    return str(words[status])


def seats_in_words(seats: SeatCounts, overbooked_by: int) -> tuple[str, ...]:
    """Return what staff want to know of the seats, as phrases that stand beside each other."""
    return _seats_in_words(seats, overbooked_by, current_locale())


@lru_cache(maxsize=4096)
def _seats_in_words(seats: SeatCounts, overbooked_by: int, _locale: str) -> tuple[str, ...]:
    held = seats.confirmed + seats.offered
    if seats.capacity is None:
        phrases = [ngettext("%(num)s person, no limit", "%(num)s people, no limit", held)]
    else:
        phrases = [
            ngettext(
                "%(held)s of %(num)s seat taken",
                "%(held)s of %(num)s seats taken",
                seats.capacity,
                held=held,
            )
        ]
    if seats.kept:
        phrases.append(ngettext("%(num)s held", "%(num)s held", seats.kept))
    if seats.waitlisted:
        phrases.append(ngettext("%(num)s waiting", "%(num)s waiting", seats.waitlisted))
    if overbooked_by:
        phrases.append(
            ngettext("%(num)s more than seats", "%(num)s more than seats", overbooked_by)
        )
    return tuple(phrases)
