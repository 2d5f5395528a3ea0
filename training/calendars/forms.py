"""What people fill in to get an address of a feed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice
from wtforms.validators import Length

from training.calendars.listed import what_it_shows
from training.calendars.values import FeedKind
from training.organizations.queries import ActiveOrganization
from training.submissions.service import new_key
from training.web.fields import AppForm, LineField, Required

#: Characters of what an owner calls an address.
MAX_NAME = 100


class Offer(NamedTuple):
    """A feed that somebody may have."""

    kind: FeedKind
    label: str
    organization_id: int | None = None
    #: What the organization is called.
    organization: str | None = None

    @property
    def value(self) -> str:
        return f"{self.kind}-{self.organization_id}" if self.organization_id else str(self.kind)


def offers_for(organizations: Sequence[ActiveOrganization], *, is_staff: bool) -> list[Offer]:
    """Return the feeds that somebody signed in may have.

    :param organizations: those that they act for.
    """
    kinds = [FeedKind.PERSON, FeedKind.TRAINER, *([FeedKind.STAFF] if is_staff else [])]
    return [
        *(Offer(kind, what_it_shows(kind, None)) for kind in kinds),
        *(
            Offer(
                FeedKind.ORGANIZATION,
                what_it_shows(FeedKind.ORGANIZATION, one.name),
                one.id,
                one.name,
            )
            for one in organizations
        ),
    ]


class NameFeedForm(AppForm):
    """What an address is called, so that its owner knows later which one to revoke."""

    name = LineField(
        _l("Name"),
        validators=[Required(_l("Type a name, such as “My phone”.")), Length(max=MAX_NAME)],
        description=_l("Where you will use it, such as “My phone”: to know later which is which."),
    )
    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    @property
    def content(self) -> Mapping[str, Any]:
        """What was typed."""
        return {"name": self.name.data}


class FeedForm(NameFeedForm):
    """Which of several feeds an address is to show."""

    what = RadioField(_l("What it shows"))

    def offer(self, offers: Sequence[Offer]) -> None:
        """Fill in what can be chosen."""
        self.what.choices = [SelectChoice(offer.value, offer.label) for offer in offers]

    def chosen(self, offers: Sequence[Offer]) -> Offer:
        """Return what was chosen, after it was checked."""
        return next(offer for offer in offers if offer.value == self.what.data)

    @property
    def content(self) -> Mapping[str, Any]:
        return {"name": self.name.data, "what": self.what.data}
