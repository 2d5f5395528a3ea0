"""Why people of an organization get no seat, in words."""

from flask_babel import gettext as _
from flask_babel import ngettext

from training.registrations.values import Obstacle
from training.representatives.queries.seats import OwnSeats
from training.text import for_display


def obstacle_words(obstacle: Obstacle | None, seats: OwnSeats) -> str:
    """Return why the next person of an organization gets no seat; "" where none is free at all.

    :param seats: the organization's own; of others nothing is said.
    """
    if obstacle is Obstacle.LIMIT and seats.limit is not None:
        return str(
            ngettext(
                "Only %(num)s person of each organization may have a seat in this session.",
                "At most %(num)s people of each organization may have a seat in this session.",
                seats.limit,
            )
        )
    if obstacle is Obstacle.ALLOTMENT and seats.allotment is not None:
        allotted, campaign = seats.allotment.seats, seats.allotment.campaign
        if campaign is None:
            return str(
                ngettext(
                    "In this campaign your organization may use %(num)s seat, and no more is left.",
                    "In this campaign your organization may use %(num)s seats, and none is left.",
                    allotted,
                )
            )
        return str(
            ngettext(
                "In %(campaign)s your organization may use %(num)s seat, and no more is left.",
                "In %(campaign)s your organization may use %(num)s seats, and none is left.",
                allotted,
                campaign=for_display(campaign),
            )
        )
    if obstacle is Obstacle.HELD:
        return str(_("The seats that are free are kept for other organizations."))
    return ""
