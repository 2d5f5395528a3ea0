"""The form in which somebody says when they cannot train."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import Length

from training.sessions.fields import ClockField, DayField
from training.sessions.rules.unavailability import Away
from training.sessions.words import weekday_labels
from training.web.fields import AppForm, LineField, Required
from training.web.zones import TimeZoneField

#: What is chosen first.
DAYS, WEEKLY = "days", "weekly"
MAX_NOTE = 200


class UnavailabilityForm(AppForm):
    """Some days, or a weekday again and again."""

    what = RadioField(_l("When?"), default=DAYS)
    starts_on = DayField(_l("First day"))
    ends_on = DayField(_l("Last day"), description=_l("Empty: that one day, or every week."))
    weekday = SelectField(_l("Weekday"), default="0")
    starts = ClockField(_l("From"), description=_l("Empty: the whole day."))
    ends = ClockField(_l("Until"))
    timezone = TimeZoneField(_l("Time zone"), [Required(_l("In which time zone?")), Length(max=64)])
    note = LineField(
        _l("Note"),
        [Length(max=MAX_NOTE)],
        description=_l("For yourself and staff, such as “holidays”. Nobody else sees it."),
    )

    def offer(self) -> None:
        """Fill in what can be chosen."""
        self.what.choices = [
            SelectChoice(DAYS, _("These days")),
            SelectChoice(WEEKLY, _("Every week on a weekday")),
        ]
        self.weekday.choices = [
            SelectChoice(str(number), label) for number, label in enumerate(weekday_labels())
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then how they fit together."""
        is_valid = bool(super().validate(extra_validators))
        first, last = self.starts_on, self.ends_on
        if self.what.data == DAYS and first.value is None and not first.errors:
            first.errors = [_("Choose the first day.")]
            is_valid = False
        if first.value and last.value and last.value < first.value:
            last.errors = [_("The last day must not be before the first.")]
            is_valid = False
        if (self.starts.value is None) != (self.ends.value is None):
            missing = self.ends if self.ends.value is None else self.starts
            if not missing.errors:
                missing.errors = [_("Type both times, or none for the whole day.")]
            is_valid = False
        return is_valid

    def to_away(self) -> Away:
        """Return what was typed, after it was checked."""
        is_weekly = self.what.data == WEEKLY
        starts_on, ends_on = self.starts_on.value, self.ends_on.value
        return Away(
            weekday=int(self.weekday.data) if is_weekly else None,
            starts_on=starts_on,
            ends_on=ends_on if is_weekly else ends_on or starts_on,
            starts=self.starts.value,
            ends=self.ends.value,
            timezone=self.timezone.data,
        )
