"""Forms of staff about how a session's people are looked at, and about one of them."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField
from wtforms.validators import Length

from training.organizations.queries import ActiveOrganization
from training.registrations.note_service import MAX_NOTE
from training.registrations.staff_forms import MAX_REASON
from training.sessions.saved_views import MAX_NAME as MAX_VIEW_NAME
from training.web.fields import AppForm, LineField, LongTextField, Required


class ViewForm(AppForm):
    """What a way to look at a session's people is called."""

    name = LineField(
        _l("Name of this view"),
        [Required(_l("Give the view a name.")), Length(max=MAX_VIEW_NAME)],
        description=_l("One of yours with the same name is replaced."),
    )


class NoteForm(AppForm):
    """What staff should know about a registration."""

    text = LongTextField(
        _l("A note for your colleagues"),
        validators=[Required(_l("Type the note first.")), Length(max=MAX_NOTE)],
        description=_l("Only staff read it. Write nothing about anybody's health."),
    )


class TransferForm(AppForm):
    """With which organization somebody comes."""

    organization_id = SelectField(
        _l("Organization"),
        default="",
        description=_l("You vouch for it: they count as one of its people."),
    )
    reason = LineField(_l("Why is it all right?"), [Length(max=MAX_REASON)])
    #: Set once the rules for the seats stand against it.
    is_reason_asked = False

    def offer(self, organizations: Iterable[ActiveOrganization]) -> None:
        """Fill in what can be chosen."""
        self.organization_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(str(one.id), one.name) for one in organizations),
        ]

    def to_organization(self) -> int | None:
        """Return what was chosen, after it was checked."""
        return int(self.organization_id.data) if self.organization_id.data else None
