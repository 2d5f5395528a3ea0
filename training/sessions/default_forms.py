"""The form of what a new session of a course starts with."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField

from training.sessions.catalogue_forms import CatalogueForm, language_choices
from training.sessions.fields import MOST_SEATS
from training.sessions.values import Audience, Delivery, Promotion
from training.sessions.words import audience_label
from training.web.fields import WholeNumberField
from training.web.filters import delivery_label

#: A form begins with a meeting at 10:00, which then ends on its own day.
_MOST_MINUTES = 14 * 60 - 1


class DefaultsForm(CatalogueForm):
    """What a new session of a course starts with; what is left empty is asked for each time."""

    minutes = WholeNumberField(
        _l("Length in minutes"), least=1, most=_MOST_MINUTES, description=_l("Of one meeting.")
    )
    delivery = SelectField(_l("How people take part"), default="")
    audience = SelectField(_l("Who may register"), default="")
    language = SelectField(_l("Language"), default="")
    capacity = WholeNumberField(_l("Seats"), most=MOST_SEATS)
    waitlist_capacity = WholeNumberField(
        _l("Waitlist"), most=MOST_SEATS, description=_l("0: nobody waits.")
    )
    needs_approval = BooleanField(_l("Staff decide about everybody who registers"))
    offers = BooleanField(_l("Offer freed seats, instead of giving them at once"))
    organization_limit = WholeNumberField(
        _l("Seats for one organization, at most"), least=1, most=MOST_SEATS
    )

    def offer(self) -> None:
        """Fill in what can be chosen."""
        nothing = SelectChoice("", _("Nothing in particular"))
        self.delivery.choices = [
            nothing,
            *(SelectChoice(one.value, delivery_label(one)) for one in Delivery),
        ]
        self.audience.choices = [
            nothing,
            *(SelectChoice(one.value, audience_label(one)) for one in Audience),
        ]
        self.language.choices = [nothing, *language_choices(self.language.data or "")]

    def to_defaults(self) -> dict[str, Any]:
        """Return what was typed, after it was checked; nothing that is empty."""
        values = {
            "minutes": self.minutes.value,
            "delivery": self.delivery.data,
            "audience": self.audience.data,
            "language": self.language.data,
            "capacity": self.capacity.value,
            "waitlist_capacity": self.waitlist_capacity.value,
            "needs_approval": self.needs_approval.data or None,
            "promotion": Promotion.OFFER.value if self.offers.data else None,
            "organization_limit": self.organization_limit.value,
        }
        return {name: value for name, value in values.items() if value not in {None, ""}}


def defaults_data(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form starts from to show what is stored."""
    return {**defaults, "offers": defaults.get("promotion") == Promotion.OFFER}
