"""The form with which staff write to people whose calendars have an old time."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectChoice, SelectMultipleField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from training.staff.calendar_values import MAX_NOTE, ReaderGroup
from training.submissions.service import new_key
from training.web.fields import AppForm, LongTextField, Required


class OldTimeForm(AppForm):
    """To whom, and what staff add."""

    groups = SelectMultipleField(
        _l("To whom"),
        [Required(_l("Tick at least one."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    again = BooleanField(_l("Also to those who were written to of this time before"))
    note = LongTextField(
        _l("What you add"),
        validators=[Length(max=MAX_NOTE)],
        description=_l("Plain text, at most 1,000 characters. It stands below the time."),
    )
    key = HiddenField(default=new_key)

    def offer(self, groups: Sequence[tuple[ReaderGroup, str]]) -> None:
        """Fill in whom one can write to: group and label."""
        self.groups.choices = [SelectChoice(group.value, label) for group, label in groups]

    def renew_key(self) -> None:
        """Have the next send of this form count as one of its own."""
        self.key.data = new_key()

    @property
    def chosen(self) -> list[ReaderGroup]:
        return [ReaderGroup(group) for group in self.groups.data or ()]

    @property
    def content(self) -> dict[str, Any]:
        """What was typed, for telling a second send from another one."""
        return {
            "groups": sorted(self.groups.data or ()),
            "again": self.again.data,
            "note": self.note.data,
        }
