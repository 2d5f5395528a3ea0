"""The form of an allotment: how many seats of a campaign one organization may use."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.widgets import HiddenInput

from training.errors import DomainError
from training.sessions.fields import MOST_SEATS
from training.sessions.meeting_form import MAX_KEY
from training.web.fields import AppForm, Required, WholeNumberField, sentence

_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)
#: Equals no number of seats that is stored.
_NOBODYS = -1


class AllotmentForm(AppForm):
    """The row of one organization."""

    organization_id = WholeNumberField(widget=HiddenInput(), least=1, most=MAX_KEY)
    seats = WholeNumberField(
        _l("Seats"),
        [Required(_l("Type a number. To set no limit, press “Remove”."))],
        most=MOST_SEATS,
    )
    #: What the page showed, so that nobody undoes unseen what a colleague just did.
    shown = HiddenField()

    def place(self, organization_id: int, name: str) -> None:
        """Let the row be told from the others: its control has a label and an id of its own."""
        self.seats.id = f"seats-{organization_id}"
        self.seats.label.field_id = self.seats.id
        self.seats.label.text = _("Seats for %(name)s", name=name)

    def show(self, seats: int | None) -> None:
        """Note what the page shows."""
        self.shown.data = "" if seats is None else str(seats)

    def to_shown(self) -> int | None:
        """Return what the page showed; what no page wrote equals nothing that is stored."""
        text = self.shown.data or ""
        if not text:
            return None
        return int(text) if _NUMBER.fullmatch(text) else _NOBODYS

    def mark(self, error: DomainError) -> None:
        """Show a refusal in the row."""
        self.seats.errors = [*self.seats.errors, sentence(error)]
